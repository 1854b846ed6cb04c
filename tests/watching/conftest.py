"""A town whose operator has two ways to be reached, and a watcher over it."""

from datetime import timedelta

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.journal import Beat
from service.watching.watcher import Watcher
from tests.builders import Town
from tests.cast import NETWORK

OPERATOR = (
    "  - {id: ops, name: 运维, contacts: [{channel: console, address: ops}, {channel: email, address: ops@x.cn}]}\n"
)


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    """The cast with an operator, swept a moment ago: all is well."""
    town = Town.found(db, clock, NETWORK.replace("officers:\n", f"officers:\n{OPERATOR}"))
    town.sweep()
    beat(town)
    return town


@pytest.fixture
def watcher(town: Town) -> Watcher:
    return Watcher(town.db, town.clock, "ops", "")


def beat(town: Town, name: str = "sweep", ago: timedelta = timedelta()) -> None:
    """What the worker writes after a sweep."""
    with town.db.write() as session:
        session.merge(Beat(name=name, at=town.clock.now() - ago, took_ms=7, detail="host:1"))
