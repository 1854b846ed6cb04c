"""The two dialects behave alike: instants come back aware, a failed write leaves nothing, bells ring after commits."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlmodel import select

from service.bell import Topic
from service.clock import FrozenClock
from service.db import Database, wake
from service.journal import JournalEntry, note


def test_an_instant_comes_back_as_the_same_instant_in_utc(db: Database) -> None:
    at = datetime(2026, 11, 18, 10, 0, tzinfo=timezone(timedelta(hours=8)))
    with db.write() as session:
        note(session, at, "test", "x", "文", "text")
    with db.read() as session:
        found = session.exec(select(JournalEntry)).one()
    assert found.at == at
    assert found.at.utcoffset() == timedelta(0)


def test_a_failed_write_leaves_nothing(db: Database, clock: FrozenClock) -> None:
    def fail() -> None:
        with db.write() as session:
            note(session, clock.now(), "test", "x", "文", "text")
            session.flush()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with db.read() as session:
        assert session.exec(select(JournalEntry)).all() == []


def test_the_bell_rings_after_the_commit_and_not_before(db: Database, clock: FrozenClock) -> None:
    rung: list[Topic] = []
    db.bell.forward = rung.append
    with db.write() as session:
        note(session, clock.now(), "test", "x", "文", "text")
        wake(session, Topic.ASSESS)
        assert rung == []
    assert rung == [Topic.ASSESS]
