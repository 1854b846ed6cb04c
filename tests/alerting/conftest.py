"""The small town, on each kind of database."""

import pytest

from service.clock import FrozenClock
from service.db import Database
from tests.builders import Town


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    """The cast under the shipped rules; it is 10:00 on Wednesday of week 2026-W47, and W46 closes at 18:00."""
    return Town.found(db, clock)
