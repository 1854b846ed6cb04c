"""What gateways report: once is enough, late still counts, and silence sends a message on."""

from datetime import datetime, timedelta

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.errors import NotFound
from service.notify.callbacks import Report, overdue, take_in
from service.notify.channels import Outcome, Result
from service.notify.receipts import Kind, steps
from service.notify.retry import RetryPolicy
from service.notify.settle import Sent, Settler
from tests.notify.letters import to
from tests.notify.rows import SECOND, journal, message, messages, put, take

WITHIN = timedelta(minutes=2)
SETTLER = Settler(RetryPolicy(), lambda: 0.0, {"test": WITHIN})
ACCEPTED = Result(Outcome.ACCEPTED, "OK", remote_id="gw-1")


def accept(db: Database, now: datetime, result: Result = ACCEPTED) -> str:
    """A message with a second address, which the gateway has accepted."""
    id_ = put(db, now, "alert/17/1/li.na", to("test", "a"), to("test", "b"))
    settle(db, now, result)
    return id_


def settle(db: Database, now: datetime, result: Result) -> int:
    (claimed,) = take(db, now)
    with db.write() as session:
        return SETTLER.settle(session, now, [Sent(claimed, result)])


def report(db: Database, now: datetime, kind: Kind, number: str = "gw-1") -> datetime:
    with db.write() as session:
        return take_in(session, now, Report("test", number, kind, "DELIVRD")).at


def late(db: Database, now: datetime) -> int:
    with db.write() as session:
        return overdue(session, now)


def words(db: Database, id_: str) -> list[str]:
    with db.read() as session:
        return [step.word for step in steps(session, [id_])[id_]]


def test_accepted_is_not_delivered_until_the_gateway_says_so(db: Database, clock: FrozenClock) -> None:
    id_ = accept(db, clock.now())
    row = message(db, id_)
    assert (row.state, row.remote_id, row.receipt_by) == ("accepted", "gw-1", clock.now() + WITHIN)
    assert take(db, clock.now()) == []
    clock.advance(SECOND)
    report(db, clock.now(), Kind.DELIVERED)
    assert message(db, id_).state == "delivered"
    assert words(db, id_) == ["queued", "sending", "accepted", "delivered"]
    assert late(db, clock.now() + 2 * WITHIN) == 0


def test_the_same_report_again_is_the_same_receipt(db: Database, clock: FrozenClock) -> None:
    id_ = accept(db, clock.now())
    first = report(db, clock.now(), Kind.FAILED)
    assert report(db, clock.now() + SECOND, Kind.FAILED, id_) == first
    assert [row.state for row in messages(db)] == ["given_up", "pending"]


def test_without_a_report_in_time_the_next_address_is_tried(db: Database, clock: FrozenClock) -> None:
    id_ = accept(db, clock.now())
    assert late(db, clock.now() + WITHIN - SECOND) == 0
    assert late(db, clock.now() + WITHIN) == 1
    assert late(db, clock.now() + WITHIN) == 0
    assert [(row.address, row.state) for row in messages(db)] == [("a", "given_up"), ("b", "pending")]
    assert words(db, id_)[-1] == "missing"
    report(db, clock.now() + 2 * WITHIN, Kind.DELIVERED)
    assert message(db, id_).state == "delivered"  # late, and true all the same


def test_a_gateway_without_reports_is_not_waited_for(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x")
    (claimed,) = take(db, clock.now())
    with db.write() as session:
        assert Settler(RetryPolicy(), lambda: 0.0).settle(session, clock.now(), [Sent(claimed, ACCEPTED)]) == 1
    assert (message(db, id_).state, message(db, id_).receipt_by) == ("accepted", None)
    assert late(db, clock.now() + timedelta(days=9)) == 0


def test_when_no_address_is_left_a_person_finds_a_row(db: Database, clock: FrozenClock) -> None:
    put(db, clock.now(), "x", to("test", "a"))
    settle(db, clock.now(), ACCEPTED)
    report(db, clock.now(), Kind.FAILED)
    assert [(entry.kind, entry.subject) for entry in journal(db)] == [("undelivered", "x")]


@pytest.mark.parametrize(("kind", "after"), [(Kind.DELIVERED, "delivered"), (Kind.FAILED, "given_up")])
def test_a_report_may_come_before_the_answer_to_the_send(
    db: Database, clock: FrozenClock, kind: Kind, after: str
) -> None:
    id_ = put(db, clock.now(), "x", to("test", "a"))
    (claimed,) = take(db, clock.now())
    report(db, clock.now(), kind, id_)
    with db.write() as session:
        assert SETTLER.settle(session, clock.now(), [Sent(claimed, ACCEPTED)]) == 0
    assert message(db, id_).state == after
    assert take(db, clock.now() + timedelta(days=1)) == []


def test_what_nobody_knows_is_refused(db: Database, clock: FrozenClock) -> None:
    accept(db, clock.now())
    for channel, number in [("test", "gw-2"), ("sms", "gw-1")]:
        with pytest.raises(NotFound), db.write() as session:
            take_in(session, clock.now(), Report(channel, number, Kind.DELIVERED))
