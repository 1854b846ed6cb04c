"""Migrations and tables say the same on both databases."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from service import migrate, tables
from service.db import Database, new_id
from service.errors import Failure
from tests.conftest import database_uri

from .repository import ROOT

_SQLITE = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite_%'"
_POSTGRES = """
    SELECT 'index', indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'
    UNION ALL
    SELECT 'constraint', conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'
    UNION ALL
    SELECT 'column', table_name || '.' || column_name,
           concat_ws(' ', data_type, character_maximum_length, collation_name, is_nullable, column_default)
    FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'alembic_version'
"""


@pytest.fixture(params=["sqlite", "postgresql"])
def make_empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Makes databases without any table, of one kind a test."""
    made: list[Database] = []

    def make() -> Database:
        name = f"e_{new_id().replace('-', '')}"
        url = f"sqlite:///{tmp_path / name}.db"
        if request.param == "postgresql":
            uri = request.getfixturevalue("postgres")
            with psycopg.connect(uri, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            url = database_uri(uri, name).replace("postgresql:", "postgresql+psycopg:")
        made.append(Database(url))
        return made[-1]

    yield make
    for database in made:
        database.close()


def schema(engine: Engine) -> set[tuple[str, ...]]:
    """Every table, column, constraint and index as the database itself describes it; order, spacing, the quotation
    marks that SQLite leaves on a table that was made anew, and the line it adds a column on do not count."""
    with engine.connect() as connection:
        rows = connection.execute(text(_SQLITE if engine.dialect.name == "sqlite" else _POSTGRES)).all()
    parts = {(kind, name): (made or "").replace('"', "").replace(", ", "\n").split("\n") for kind, name, made in rows}
    return {(*key, *sorted(filter(None, (line.strip(" ,\t") for line in lines)))) for key, lines in parts.items()}


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory(str(ROOT / "alembic")).get_heads()) == 1


def test_migrations_make_the_tables_that_the_program_declares(make_empty: Callable[[], Database]) -> None:
    migrated, declared = make_empty(), make_empty()
    migrate.upgrade(migrated)
    tables.metadata.create_all(declared.engine)
    with migrated.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []
    assert schema(migrated.engine) == schema(declared.engine)


def test_a_second_upgrade_changes_nothing(make_empty: Callable[[], Database]) -> None:
    database = make_empty()
    assert migrate.current(database) is None
    migrate.upgrade(database)
    before = schema(database.engine)
    migrate.upgrade(database)
    assert (migrate.current(database), schema(database.engine)) == (migrate.head(), before)


def test_processes_that_upgrade_at_once_wait_for_each_other(make_empty: Callable[[], Database]) -> None:
    url = make_empty().engine.url.render_as_string(hide_password=False)
    program = "import sys; from service import db, migrate; migrate.upgrade(db.Database(sys.argv[1]))"
    started = [subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(timeout=60) for process in started] == [0, 0]


def test_a_failed_migration_leaves_nothing_behind(
    make_empty: Callable[[], Database], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "alembic"
    shutil.copytree(ROOT / "alembic", broken)
    first = broken / "versions" / "0001_first_schema.py"
    first.write_text(first.read_text() + '    op.execute("NOT SQL")\n')
    monkeypatch.setattr(migrate, "shipped", lambda _: broken)
    database = make_empty()
    with pytest.raises(DBAPIError, match="NOT SQL"):
        migrate.upgrade(database)
    assert (migrate.current(database), schema(database.engine)) == (None, set())


def test_a_database_of_a_newer_program_is_refused_with_the_cure(make_empty: Callable[[], Database]) -> None:
    database = make_empty()
    migrate.upgrade(database)
    with database.write() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Failure, match=r"9999.*更新的程序.*install a newer one"):
        migrate.upgrade(database)


def test_no_package_shadows_alembic() -> None:
    assert not (ROOT / "alembic" / "__init__.py").exists()
