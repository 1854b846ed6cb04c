"""数据库: one engine, two dialects, `read` and `write`; only `write` commits."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import orjson
import uuid_utils
from sqlalchemy import DateTime, Engine, create_engine, event
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.types import TypeDecorator
from sqlmodel import Session, SQLModel

from service.bell import Bell, Topic

# Every constraint has a name, so that a later migration can alter it on SQLite too.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, stored in UTC; SQLite drops zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def new_id() -> str:
    """A UUIDv7: unique without asking the database, sorting by the time it was made."""
    return str(uuid_utils.uuid7())


class Database:
    """The instance's database. On SQLite all writes of the process queue behind one lock and begin at once
    (`BEGIN IMMEDIATE`), so that none fails half-way for the lock; on PostgreSQL they run side by side."""

    def __init__(self, url: str, bell: Bell | None = None) -> None:
        self.engine = _engine(url)
        self.url = self.engine.url.render_as_string(hide_password=False)
        self.sqlite = self.engine.dialect.name == "sqlite"
        self.bell = bell or Bell()
        self._writing = threading.Lock()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session over one consistent snapshot (SQLite) that is never committed."""
        with Session(self.engine) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that commits when the block ends and then rings what `wake` asked for; an exception rolls back."""
        with (
            self._writing if self.sqlite else nullcontext(),
            self.engine.connect().execution_options(write=True) as connection,
            Session(bind=connection, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session
        for topic in session.info.get("wake", ()):
            self.bell.ring(topic)

    def checkpoint(self) -> None:
        """Fold SQLite's write-ahead log into the file, so that no commit has to stop for it; nothing on PostgreSQL."""
        if self.sqlite:
            connection = self.engine.raw_connection()
            try:
                connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            finally:
                connection.close()

    def close(self) -> None:
        self.engine.dispose()


def wake(session: Session, topic: Topic) -> None:
    """Ring `topic` once this session's transaction has been committed."""
    session.info.setdefault("wake", set()).add(topic)


# A server that hangs must become an error that somebody sees, not a thread that waits for ever.
_PATIENCE = {
    "connect_timeout": 5,
    "tcp_user_timeout": 15_000,
    "options": "-c statement_timeout=60s -c lock_timeout=30s",
}


def _dumps(value: Any) -> str:
    return orjson.dumps(value).decode()


def _engine(url: str) -> Engine:
    # Parameters hold figures and addresses: they have no place in the text of an error.
    options: dict[str, Any] = {"json_serializer": _dumps, "json_deserializer": orjson.loads, "hide_parameters": True}
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=10, connect_args=_PATIENCE, **options)
    engine = create_engine(url, connect_args={"check_same_thread": False}, **options)
    event.listen(engine, "connect", _sqlite_connect)
    event.listen(engine, "begin", _sqlite_begin)
    return engine


# The sweep folds the log every ten seconds; the limit of 20,000 pages is for the case that it does not.
_PRAGMAS: tuple[str, ...] = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=30000",
    "wal_autocheckpoint=20000",
)


def _sqlite_connect(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _sqlite_begin(connection: Connection) -> None:
    write = connection.get_execution_options().get("write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
