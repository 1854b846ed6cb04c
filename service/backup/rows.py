"""备份的行: a table out of a database and back into one, cell by cell the same on SQLite and PostgreSQL."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import JSON, Column, Date, String, Table, Text, bindparam, cast, collate, func, insert, select
from sqlalchemy.engine import Connection

from service.backup.archive import Step
from service.db import UtcDateTime

BATCH = 2000
_Reader = Callable[[Any], Any]


def dump(connection: Connection, table: Table) -> Iterator[bytes]:
    """The rows in order of their key, one JSON line each; keys sort by bytes, as no two servers agree otherwise."""
    query = select(*(_out(column) for column in table.columns)).order_by(*(_key(c, connection) for c in _keys(table)))
    rows = connection.execute(query, execution_options={"yield_per": BATCH})
    for row in rows:
        yield orjson.dumps(tuple(row), option=orjson.OPT_APPEND_NEWLINE)


def digest(connection: Connection, table: Table) -> tuple[int, str]:
    """How many rows a table has, and the SHA-256 over their lines."""
    sha, rows = hashlib.sha256(), 0
    for line in dump(connection, table):
        sha.update(line)
        rows += 1
    return rows, sha.hexdigest()


def load(connection: Connection, table: Table, rows: Iterable[list[Any]], step: Step) -> None:
    """Put rows that `dump` wrote into the empty table, and have its numbers go on where they ended."""
    readers: list[tuple[str, _Reader | None]] = [(_parameter(c), _reader(c)) for c in table.columns]
    statement = insert(table).values({column.name: _in(column, connection) for column in table.columns})
    waiting = iter(rows)
    while batch := list(islice(waiting, BATCH)):
        values = [
            {
                name: cell if read is None or cell is None else read(cell)
                for (name, read), cell in zip(readers, row, strict=True)
            }
            for row in batch
        ]
        connection.execute(statement, values)
        step(table.name, len(batch))
    if connection.dialect.name == "postgresql":
        _go_on(connection, table)


def _go_on(connection: Connection, table: Table) -> None:
    """PostgreSQL counts beside the table: the next number follows the highest one."""
    for column in _keys(table):
        name = connection.dialect.identifier_preparer.quote(table.name)
        sequence = connection.execute(select(func.pg_get_serial_sequence(name, column.name))).scalar()
        highest = connection.execute(select(func.max(column))).scalar() if sequence else None
        if highest is not None:
            connection.execute(select(func.setval(sequence, highest)))


def _keys(table: Table) -> list[Column[Any]]:
    return list(table.primary_key.columns)


def _key(column: Column[Any], connection: Connection) -> Any:
    text = isinstance(column.type, String) and connection.dialect.name == "postgresql"
    return collate(column, "C") if text else column


def _out(column: Column[Any]) -> Any:
    return cast(column, Text) if isinstance(column.type, JSON) else column


def _in(column: Column[Any], connection: Connection) -> Any:
    if not isinstance(column.type, JSON):
        return bindparam(_parameter(column), type_=column.type)
    text = bindparam(_parameter(column), type_=Text())
    return cast(text, JSON) if connection.dialect.name == "postgresql" else text


def _parameter(column: Column[Any]) -> str:
    return f"v_{column.name}"


def _reader(column: Column[Any]) -> _Reader | None:
    if isinstance(column.type, UtcDateTime):
        return datetime.fromisoformat
    if isinstance(column.type, Date):
        return date.fromisoformat
    return None
