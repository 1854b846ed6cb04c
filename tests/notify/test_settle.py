"""Settling: every result has its consequence, and only for who still holds the lease."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from service.clock import FrozenClock
from service.db import Database
from service.notify.channels import Outcome, Result
from service.notify.outbox import Address, Claimed
from service.notify.retry import RetryPolicy
from service.notify.settle import Sent, Settler
from tests.notify.letters import LETTER, to
from tests.notify.rows import LEASE, SECOND, attempts, journal, message, messages, person, put, take

SETTLER = Settler(RetryPolicy(), lambda: 0.0)
DELIVERED = Result(Outcome.DELIVERED, "200")
GONE = Result(Outcome.GIVE_UP, "410", "gone")


def settle(db: Database, now: datetime, *results: tuple[Claimed, Result]) -> int:
    with db.write() as session:
        return SETTLER.settle(session, now, [Sent(claimed, result) for claimed, result in results])


@pytest.mark.parametrize(
    ("result", "state", "wait"),
    [
        (DELIVERED, "delivered", None),
        (Result(Outcome.TRY_AGAIN, "500"), "pending", SECOND),
        (Result(Outcome.TRY_AGAIN, "429", retry_after=30 * SECOND), "pending", 30 * SECOND),
        (GONE, "given_up", None),
    ],
)
def test_a_result_moves_the_row_on(
    db: Database, clock: FrozenClock, result: Result, state: str, wait: timedelta | None
) -> None:
    id_ = put(db, clock.now(), "x")
    (claimed,) = take(db, clock.now())
    assert settle(db, clock.now(), (claimed, result)) == (state == "delivered")
    row = message(db, id_)
    assert (row.state, row.lease) == (state, None)
    assert attempts(db, id_) == [(1, result.outcome.value, result.code)]
    if wait is None:
        assert row.settled_at == clock.now()
    else:
        assert row.available_at == clock.now() + wait
    assert take(db, clock.now()) == []


def test_a_batch_of_all_kinds_is_settled_in_one_go(db: Database, clock: FrozenClock) -> None:
    ids = [put(db, clock.now(), f"x/{n}") for n in range(3)]
    claimed = {one.outgoing.message_id: one for one in take(db, clock.now())}
    results = [DELIVERED, Result(Outcome.TRY_AGAIN, "timeout"), GONE]
    assert settle(db, clock.now(), *zip((claimed[id_] for id_ in ids), results, strict=True)) == 1
    assert [message(db, id_).state for id_ in ids] == ["delivered", "pending", "given_up"]


@pytest.mark.parametrize("result", [DELIVERED, Result(Outcome.TRY_AGAIN, "500"), GONE])
def test_a_settle_after_the_lease_was_lost_completes_its_attempt_only(
    db: Database, clock: FrozenClock, result: Result
) -> None:
    id_ = put(db, clock.now(), "x", to("test", "a"), to("test", "b"))
    (late,) = take(db, clock.now())
    clock.advance(timedelta(seconds=LEASE))
    (current,) = take(db, clock.now())
    assert settle(db, clock.now(), (late, result)) == 0
    assert (message(db, id_).state, message(db, id_).lease) == ("sending", current.lease)
    assert attempts(db, id_) == [(1, result.outcome.value, result.code), (2, None, "")]
    assert len(messages(db)) == 1


def test_a_settle_after_the_end_of_the_lease_counts_while_nobody_has_taken_it(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x")
    (claimed,) = take(db, clock.now())
    clock.advance(timedelta(seconds=10 * LEASE))
    assert settle(db, clock.now(), (claimed, DELIVERED)) == 1
    assert message(db, id_).state == "delivered"


def test_settling_twice_changes_nothing(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x", to("test", "a"), to("test", "b"))
    (claimed,) = take(db, clock.now())
    settle(db, clock.now(), (claimed, GONE))
    assert settle(db, clock.now() + SECOND, (claimed, GONE)) == 0
    assert message(db, id_).settled_at == clock.now()
    assert len(messages(db)) == 2


def test_given_up_at_the_officers_first_address_it_goes_to_the_next_unchanged(db: Database, clock: FrozenClock) -> None:
    put(db, clock.now(), "alert/17/1/li.na", to("test", "a"), to("test", "b"), to("email", "c"))
    (claimed,) = take(db, clock.now())
    settle(db, clock.now(), (claimed, GONE))
    old, new = messages(db)
    assert (new.address, new.state, new.body) == ("b", "pending", LETTER.body)
    assert [fallback["address"] for fallback in new.fallbacks] == ["c"]
    assert new.occasion == f"alert/17/1/li.na~{old.id}"
    assert journal(db) == []


def test_another_person_reads_whom_it_did_not_reach(db: Database, clock: FrozenClock) -> None:
    put(db, clock.now(), "x", person(db, "li"), person(db, "wang"))
    (claimed,) = take(db, clock.now())
    settle(db, clock.now(), (claimed, GONE))
    assert messages(db)[1].officer_id == "wang"
    assert "post.li" in messages(db)[1].body


def test_addresses_that_have_left_the_directory_or_are_disabled_are_passed_over(
    db: Database, clock: FrozenClock
) -> None:
    off, left = person(db, "off", disabled=True), Address("nobody", "p", "test", "nobody", 999)
    put(db, clock.now(), "x", person(db, "li"), off, left, person(db, "wang"))
    (claimed,) = take(db, clock.now())
    settle(db, clock.now(), (claimed, GONE))
    assert [row.address for row in messages(db)] == ["li", "wang"]


def test_when_the_last_address_is_given_up_a_person_finds_a_row(db: Database, clock: FrozenClock) -> None:
    put(db, clock.now(), "alert/17/1/li.na", to("test", "secret-address"))
    (claimed,) = take(db, clock.now())
    settle(db, clock.now(), (claimed, GONE))
    (entry,) = journal(db)
    assert (entry.kind, entry.subject) == ("undelivered", "alert/17/1/li.na")
    assert "未能送达" in entry.text
    assert "410" in entry.text_en
    assert "secret-address" not in f"{entry.text}{entry.text_en}{entry.detail}"


@pytest.mark.parametrize(
    ("fallback", "minutes", "state"), [(True, 9, "pending"), (True, 10, "given_up"), (False, 10, "pending")]
)
def test_with_somebody_behind_it_an_address_is_given_up_sooner(
    db: Database, clock: FrozenClock, fallback: bool, minutes: int, state: str
) -> None:
    id_ = put(db, clock.now(), "x", to("test", "a"), *([to("test", "b")] if fallback else []))
    clock.advance(timedelta(days=3))  # the service was down: what counts is the first attempt
    for wait in (timedelta(0), timedelta(minutes=minutes)):
        clock.advance(wait)
        claimed = [one for one in take(db, clock.now()) if one.outgoing.message_id == id_]
        settle(db, clock.now(), (claimed[0], Result(Outcome.TRY_AGAIN, "500")))
    assert message(db, id_).state == state


def test_what_a_receiver_answers_cannot_spoil_the_settle(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x")
    (claimed,) = take(db, clock.now())
    settle(db, clock.now(), (claimed, Result(Outcome.TRY_AGAIN, "5\x0000" * 99, "\x1b[31m\ud800" + "长" * 9999)))
    assert message(db, id_).state == "pending"


def test_a_row_that_somebody_settled_by_hand_is_left_alone(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x")
    (claimed,) = take(db, clock.now())
    with db.write() as session:
        session.connection().execute(
            update(type(message(db, id_))).values(state="given_up", lease=None, settled_at=clock.now())
        )
    assert settle(db, clock.now(), (claimed, DELIVERED)) == 0
    assert message(db, id_).state == "given_up"
