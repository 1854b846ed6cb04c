"""恢复: an archive into an empty database, all of it or nothing, and what it had not sent yet is held."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, inspect, text, update
from sqlmodel import Session, col

from service.backup.archive import Archive, Manifest, Step
from service.backup.rows import digest, load
from service.backup.take import chain_note, columns
from service.db import Database
from service.errors import Failure, WrongUse
from service.migrate import head, upgrade_within
from service.notify.hold import hold
from service.settings import Settings
from service.tables import metadata
from service.web.access.tables import WebSession


@dataclass(frozen=True)
class Restored:
    """What was restored, and how many messages are held."""

    manifest: Manifest
    held: int


def restore(file: Path, settings: Settings, now: datetime, step: Step = lambda _table, _rows: None) -> Restored:
    """Put the archive into the empty database that the settings name. Every row is read back and compared, the records
    of alerts are verified; only then does it stand. Raises WrongUse when the database has something in it, Failure when
    the archive is cut or another program's – then the database is as it was."""
    with Archive(file, head(), columns()) as archive, _target(settings) as connection:
        _fill(connection, archive, step)
        _compare(connection, archive.manifest)
        with Session(bind=connection) as session:
            taken = archive.manifest.taken_at
            count = hold(session, now, f"备份取于 / backup of {taken.isoformat(timespec='minutes')}")
            # Whoever was logged out since the backup must not be logged in again by it.
            ended = update(WebSession).where(col(WebSession.revoked_at).is_(None)).values(revoked_at=now)
            session.connection().execute(ended)
            session.flush()
        return Restored(archive.manifest, count)


@contextmanager
def _target(settings: Settings) -> Iterator[Connection]:
    """One transaction over a database without tables. On SQLite it is a draft that takes its name at the end."""
    url = settings.url()
    if settings.database_url:
        with _transaction(url) as connection:
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            if inspect(connection).get_table_names():
                raise _not_empty("LABOUR_WATCH_DATABASE_URL")
            yield connection
        return
    final = settings.dir / "labour-watch.db"
    if final.exists():
        raise _not_empty(str(final))
    made = not settings.dir.exists()
    settings.dir.mkdir(parents=True, exist_ok=True)
    draft = final.with_name(f".restoring-{secrets.token_hex(4)}.db")
    try:
        with _transaction(f"sqlite:///{draft}") as connection:
            yield connection
        os.link(draft, final)
    except FileExistsError as error:
        raise _not_empty(str(final)) from error
    finally:
        for path in settings.dir.glob(f"{draft.name}*"):
            path.unlink()
        if made and not any(settings.dir.iterdir()):
            settings.dir.rmdir()


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    database = Database(url)
    try:
        with database.engine.connect().execution_options(write=True) as connection, connection.begin():
            yield connection
    finally:
        database.close()


def _not_empty(where: str) -> WrongUse:
    return WrongUse(
        f"{where} 里已有数据；请恢复到新的目录或空的数据库",
        f"{where} holds data: restore into a new folder or an empty database",
    )


def _fill(connection: Connection, archive: Archive, step: Step) -> None:
    upgrade_within(connection)
    with _references_at_the_end(connection):
        for table in metadata.sorted_tables:
            load(connection, table, archive.lines(table.name), step)


@contextmanager
def _references_at_the_end(connection: Connection) -> Iterator[None]:
    """A row may name one that comes after it, such as the alert that gathered it: references are checked when all rows
    are in. PostgreSQL can put off only what it is told to."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise _differs(broken[0])
        return
    _alter_references(connection, "DEFERRABLE INITIALLY DEFERRED")
    yield
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    _alter_references(connection, "NOT DEFERRABLE")


def _alter_references(connection: Connection, how: str) -> None:
    quote = connection.dialect.identifier_preparer.quote
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        for key in inspector.get_foreign_keys(table.name):
            name = quote(str(key["name"]))
            connection.execute(text(f"ALTER TABLE {quote(table.name)} ALTER CONSTRAINT {name} {how}"))


def _compare(connection: Connection, manifest: Manifest) -> None:
    """Read everything back: the same rows, and the records of alerts as the backup met them."""
    for table in metadata.sorted_tables:
        note = manifest.tables[table.name]
        if digest(connection, table) != (note.rows, note.sha256):
            raise _differs(table.name)
    with Session(bind=connection) as session:
        if chain_note(session) != manifest.chain:
            raise _differs("alert_event")


def _differs(table: str) -> Failure:
    return Failure(
        f"恢复后的表 {table} 与备份不一致，已撤销；请换一份备份",
        f"table {table} is not what the backup holds; nothing was restored",
    )
