"""The chain of attempts: whatever is changed, left out or added breaks it; crashes and late ends do not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.notify.channels import Outcome, Result
from service.notify.proof import Attempt, Parcel, Sealed, flaw, newest, seal
from service.notify.retry import RetryPolicy
from service.notify.settle import Sent, Settler
from service.notify.tables import DeliveryAttempt
from tests.notify.rows import LEASE, put, take

AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
PARCEL = Parcel("m", "sms", "13800000000", "预警", "请签收\udc80")  # total for any stored text


def chain(*numbers: int) -> list[Sealed]:
    """Attempts that ended in this order."""
    links: list[Sealed] = []
    for number in numbers:
        attempt = Attempt(number, AT, AT + timedelta(seconds=number), "try_again", "503", "")
        before = links[-1].hash if links else ""
        links.append(Sealed(attempt, before, seal(PARCEL, attempt, before)))
    return links


BROKEN_OFF = Sealed(Attempt(2, AT, None, None, "", ""), "", "")
UNSEALED = Sealed(Attempt(1, AT, AT, "delivered", "200", ""), "", "")


@pytest.mark.parametrize(
    ("attempts", "made"),
    [
        ([], 0),
        (chain(1), 1),
        (chain(1, 2, 3), 3),
        (chain(2, 1), 2),  # the first one ended after the second had overtaken it
        ([*chain(1, 3), BROKEN_OFF], 3),
        ([UNSEALED], 1),  # from before the chain
    ],
)
def test_what_was_written_is_whole(attempts: list[Sealed], made: int) -> None:
    assert flaw(PARCEL, attempts, made) is None


@pytest.mark.parametrize(
    ("attempts", "made", "said"),
    [
        (chain(1, 2)[1:], 2, "attempt 1 was deleted"),
        (chain(1, 2)[:1], 2, "attempt 2 was deleted"),
        (chain(1, 2), 1, "an attempt was added afterwards"),
        ([replace(chain(1)[0], hash="0" * 64)], 1, "attempt 1, or the message itself, was changed"),
        ([*chain(1), BROKEN_OFF, chain(1, 2, 3)[2]], 3, "the chain of attempts is broken"),
        ([*chain(1), *chain(2)], 2, "the chain of attempts is broken"),
    ],
)
def test_what_was_tampered_with_is_named(attempts: list[Sealed], made: int, said: str) -> None:
    found = flaw(PARCEL, attempts, made)
    assert found is not None
    assert found[1] == said


def test_a_change_of_the_message_breaks_its_attempts() -> None:
    assert flaw(replace(PARCEL, body="不必签收"), chain(1), 1) is not None


def test_a_seal_that_is_taken_off_after_the_chain_began_is_missed() -> None:
    assert flaw(PARCEL, [UNSEALED], 1, since=AT + timedelta(seconds=1)) is None
    assert flaw(PARCEL, [UNSEALED], 1, since=AT) is not None


def test_the_end_of_a_chain() -> None:
    assert newest({}) == ""
    assert newest({"a": "", "b": "a", "c": "b"}) == "c"
    assert newest({"a": "b", "b": "a"}) == "b"  # broken: some end


def test_attempts_are_chained_as_they_end(db: Database, clock: FrozenClock) -> None:
    put(db, clock.now(), "x")
    (late,) = take(db, clock.now())
    clock.advance(timedelta(seconds=LEASE))
    (current,) = take(db, clock.now())
    settler = Settler(RetryPolicy(), lambda: 0.0)
    for claimed in (current, late):
        with db.write() as session:
            settler.settle(session, clock.now(), [Sent(claimed, Result(Outcome.TRY_AGAIN, "500"))])
    with db.read() as session:
        first, second = (session.get_one(DeliveryAttempt, (late.outgoing.message_id, number)) for number in (1, 2))
    assert (second.previous_hash, first.previous_hash) == ("", second.hash)
    assert len({first.hash, second.hash, ""}) == 3
