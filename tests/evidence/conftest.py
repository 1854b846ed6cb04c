"""The story, once on each kind of database; tests read it, and tamper with it in transactions that are undone."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.clock import FrozenClock
from service.db import Database
from tests.conftest import WEDNESDAY, drop_postgres_database, make_postgres_database
from tests.evidence.story import Story


@pytest.fixture(scope="package", params=["sqlite", "postgresql"])
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("story") / "labour-watch.db"
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, path)
        database = Database(f"sqlite:///{path}")
        yield Story(database, FrozenClock(WEDNESDAY)).tell()
        database.close()
    else:
        server: str = request.getfixturevalue("postgres")
        uri = make_postgres_database(server)
        database = Database(uri.replace("postgresql:", "postgresql+psycopg:"))
        yield Story(database, FrozenClock(WEDNESDAY)).tell()
        database.close()
        drop_postgres_database(server, uri)
