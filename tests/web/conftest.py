"""The desk, on each kind of database."""

from collections.abc import Iterator

import pytest

from service.clock import FrozenClock
from service.db import Database
from tests.reporting.office import Office
from tests.web.desk import Desk, open_desk


@pytest.fixture
def desk(db: Database, clock: FrozenClock) -> Iterator[Desk]:
    with open_desk(Office(db, clock)) as desk:
        yield desk
