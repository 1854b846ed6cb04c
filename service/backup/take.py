"""取备份: one consistent look at every table, while reports go on coming in."""

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from sqlalchemy import text
from sqlmodel import Session

from service import journal
from service.alerting.chain import verify_chains
from service.backup.archive import ChainNote, Manifest, Step, TableNote, new_file, write_manifest, write_table
from service.backup.rows import dump
from service.db import Database
from service.migrate import head
from service.tables import metadata

BEAT = "backup"  # its row says when the newest backup was taken, and where it is


def columns() -> dict[str, list[str]]:
    """Every table with its columns, in the order in which one refers to another."""
    return {table.name: [column.name for column in table.columns] for table in metadata.sorted_tables}


def back_up(db: Database, now: datetime, out: Path, step: Step = lambda _table, _rows: None) -> Manifest:
    """Write the whole database to the new file `out`, as it is at one instant; nothing is stopped or locked by it.
    Raises WrongUse when `out` exists, OSError when it cannot be written – then nothing is left behind."""
    with new_file(out) as draft:
        with _snapshot(db) as session, zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            connection, tables = session.connection(), {}
            for table in metadata.sorted_tables:
                names = [column.name for column in table.columns]
                tables[table.name] = write_table(archive, table.name, names, dump(connection, table), step)
            manifest = _manifest(db, now, tables, chain_note(session))
            write_manifest(archive, manifest)
        size = os.stat(draft).st_size
    with db.write() as session:
        session.merge(journal.Beat(name=BEAT, at=now, detail=f"{out.resolve()} ({size / 1e6:.1f} MB)"))
    return manifest


def chain_note(session: Session) -> ChainNote:
    """How the records of alerts are found; a backup is taken of changed ones too, but it says so."""
    report = verify_chains(session)
    fault = report.fault
    said = f"{fault.alert}/{fault.seq}: {fault.text} / {fault.text_en}" if fault else ""
    return ChainNote(report.alerts, report.lines, report.digest, said)


@contextmanager
def _snapshot(db: Database) -> Iterator[Session]:
    """A session that sees one instant only: SQLite's always do, PostgreSQL is told to."""
    with db.read() as session:
        if not db.sqlite:
            connection = session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            connection.execute(text("SET TRANSACTION READ ONLY"))
            connection.execute(text("SET LOCAL statement_timeout = 0"))  # a big table takes longer than a request may
        yield session


def _manifest(db: Database, now: datetime, tables: dict[str, TableNote], chain: ChainNote) -> Manifest:
    kind = "sqlite" if db.sqlite else "postgresql"
    return Manifest(version("labour-watch"), head(), kind, now, chain, tables)
