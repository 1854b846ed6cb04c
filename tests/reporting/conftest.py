"""The office, on each kind of database."""

from collections.abc import Iterator

import pytest

from service.clock import FrozenClock
from service.db import Database
from tests.reporting.office import Office


@pytest.fixture
def office(db: Database, clock: FrozenClock) -> Iterator[Office]:
    office = Office(db, clock)
    office.intake.start()
    yield office
    office.intake.stop()
