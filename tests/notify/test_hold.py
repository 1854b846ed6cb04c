"""While a restored instance is on hold nothing leaves, old or new; a person decides what becomes of the old."""

from datetime import timedelta

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.notify.channels.webhook import WebhookChannel
from service.notify.deliver import Deliverer
from service.notify.hold import Held, held, hold, release
from tests.fakes import HttpReceiver
from tests.notify.letters import to
from tests.notify.rows import journal, message, put, take


def begin(db: Database, clock: FrozenClock) -> int:
    with db.write() as session:
        return hold(session, clock.now(), "test")


def end(db: Database, clock: FrozenClock, *, discard: bool) -> Held | None:
    with db.write() as session:
        return release(session, clock.now(), discard=discard)


@pytest.mark.parametrize(("discard", "old"), [(False, "delivered"), (True, "given_up")])
def test_nothing_leaves_until_it_is_released(db: Database, clock: FrozenClock, discard: bool, old: str) -> None:
    with HttpReceiver() as receiver:
        waiting = put(db, clock.now(), "waiting", to("webhook", receiver.url))
        assert begin(db, clock) == 1
        newer = put(db, clock.now(), "newer", to("webhook", receiver.url))
        clock.advance(timedelta(minutes=5))
        with Deliverer(db, clock, {"webhook": WebhookChannel(clock, 4)}) as deliverer:
            assert deliverer.deliver_due() == 0
            assert receiver.requests == []
            assert [message(db, id_).state for id_ in (waiting, newer)] == ["held", "pending"]
            assert end(db, clock, discard=discard) == Held(clock.now() - timedelta(minutes=5), 1, 1)
            deliverer.deliver_due()
        assert [message(db, id_).state for id_ in (waiting, newer)] == [old, "delivered"]
        sent = [request.headers["webhook-id"] for request in receiver.requests]
        assert sorted(sent) == sorted([newer] if discard else [waiting, newer])  # the same ids as before
    assert [entry.kind for entry in journal(db)] == (["discarded"] if discard else [])


def test_what_was_on_its_way_is_held_too(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "sent perhaps")
    take(db, clock.now())
    assert begin(db, clock) == 1
    assert (message(db, id_).state, message(db, id_).lease) == ("held", None)


def test_without_a_hold_there_is_nothing_to_release(db: Database, clock: FrozenClock) -> None:
    put(db, clock.now(), "waiting")
    assert end(db, clock, discard=True) is None
    with db.read() as session:
        assert held(session) is None
    assert journal(db) == []
