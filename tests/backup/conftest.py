"""A town with something in every corner, and empty places of each kind to restore it into."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from service.backup.rows import dump
from service.clock import FrozenClock
from service.db import Database
from service.settings import Settings
from service.tables import metadata
from tests.builders import Town
from tests.conftest import drop_postgres_database, make_postgres_database


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    """Two alerts, one of them waiting to be told, and what a database of its kind keeps in columns of every type."""
    town = Town.found(db, clock)
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.report("mill", "2026-W47", wage__arrears_days=9, wage__arrears_people=0.1 + 0.2)
    town.happen("gear", "2026-W47", "event.stoppage", 80)
    town.assess()
    town.sweep()
    return town


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """Where nothing is yet: a folder, or a database without tables."""
    folder = tmp_path / "new" / "instance"
    if request.param == "sqlite":
        yield Settings(dir=folder)
        return
    uri = request.getfixturevalue("postgres")
    made = make_postgres_database(uri, "template0")
    yield Settings(dir=folder, database_url=made)
    drop_postgres_database(uri, made)


def rows(database: Database) -> dict[str, list[Any]]:
    """Everything that is in a database, as the program reads it."""
    with database.read() as session:
        return {table.name: list(dump(session.connection(), table)) for table in metadata.sorted_tables}
