"""The outbox: written once, claimed by one, free again when a lease ends."""

from datetime import UTC, datetime, timedelta

import pytest

from service.bell import Topic
from service.clock import FrozenClock, SystemClock
from service.db import Database
from service.notify.outbox import Share, claim, claim_strange, enqueue, lease_time
from tests.notify.letters import LETTER, to
from tests.notify.rows import LEASE, SECOND, attempts, message, messages, put, take


def test_the_same_occasion_again_changes_nothing(db: Database, clock: FrozenClock) -> None:
    first = put(db, clock.now(), "alert/17/1/li.na", to("test", "a"))
    rung: list[Topic] = []
    db.bell.forward = rung.append
    assert put(db, clock.now() + SECOND, "alert/17/1/li.na", to("test", "b")) == first
    assert [row.address for row in messages(db)] == ["a"]
    assert rung == []


def test_a_new_message_rings_after_the_commit_and_keeps_its_fallbacks(db: Database, clock: FrozenClock) -> None:
    rung: list[Topic] = []
    db.bell.forward = rung.append
    with db.write() as session:
        id_ = enqueue(session, clock.now(), "x", None, LETTER, [to("test", "a"), to("email", "b", "county.deputy")])
        assert rung == []
    assert rung == [Topic.DELIVER]
    row = message(db, id_)
    assert (row.state, row.channel, row.address, row.payload) == ("pending", "test", "a", LETTER.payload)
    assert [(f["channel"], f["post"]) for f in row.fallbacks] == [("email", "county.deputy")]


def test_a_message_without_an_address_is_refused(db: Database, clock: FrozenClock) -> None:
    with pytest.raises(ValueError, match="address"), db.write() as session:
        enqueue(session, clock.now(), "x", None, LETTER, [])


def test_the_oldest_are_claimed_first_and_not_more_than_asked(db: Database, clock: FrozenClock) -> None:
    ids = [put(db, clock.now() - n * SECOND, f"x/{n}") for n in range(5)]
    claimed = take(db, clock.now(), free=3)
    assert {one.outgoing.message_id for one in claimed} == {ids[4], ids[3], ids[2]}
    assert len({one.lease for one in claimed}) == 1


def test_nothing_is_claimed_before_its_time_or_from_another_channel(db: Database, clock: FrozenClock) -> None:
    put(db, clock.now() + SECOND, "later")
    put(db, clock.now(), "other", to("email", "a"))
    assert take(db, clock.now()) == []
    assert len(take(db, clock.now() + SECOND)) == 1


def test_an_attempt_is_on_record_before_the_send(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x")
    (claimed,) = take(db, clock.now())
    assert claimed.outgoing.attempt == 1
    assert attempts(db, id_) == [(1, None, "")]
    assert message(db, id_).state == "sending"


def test_an_ended_lease_goes_back_with_the_same_id_and_the_crash_can_be_seen(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x")
    (first,) = take(db, clock.now())
    assert take(db, clock.now() + timedelta(seconds=LEASE) - SECOND) == []
    (second,) = take(db, clock.now() + timedelta(seconds=LEASE))
    assert second.outgoing.message_id == first.outgoing.message_id == id_
    assert second.lease != first.lease
    assert attempts(db, id_) == [(1, None, ""), (2, None, "")]


def test_an_address_without_room_does_not_hide_what_waits_for_others(db: Database, clock: FrozenClock) -> None:
    for n in range(8):
        put(db, clock.now() + n * SECOND, f"slow/{n}", to("test", "slow"))
    for name in ("b", "c"):
        put(db, clock.now() + 20 * SECOND, name, to("test", name))
    later = clock.now() + 30 * SECOND
    claimed = take(db, later, free=4, room={"slow": 1})
    assert sorted(one.outgoing.address for one in claimed) == ["b", "c", "slow"]
    assert take(db, later, free=4, room={"slow": 0}) == []


def test_messages_for_channels_that_are_not_set_up_are_found(db: Database, clock: FrozenClock) -> None:
    id_ = put(db, clock.now(), "x", to("pigeon", "loft"))
    put(db, clock.now(), "y", to("test", "a"))
    with db.write() as session:
        (claimed,) = claim_strange(session, clock.now(), ["test", "email"], LEASE)
    assert claimed.outgoing.message_id == id_


def test_two_claims_at_the_same_moment_share_what_is_due(postgres_url: str, clock: FrozenClock) -> None:
    db = Database(postgres_url)  # on SQLite one claim waits for the other
    ids = {put(db, clock.now(), f"x/{n}") for n in range(6)}
    share = {"test": Share(4, {})}
    with db.write() as one, db.write() as other:
        first = claim(one, clock.now(), share, LEASE)
        second = claim(other, clock.now(), share, LEASE)
    taken = [claimed.outgoing.message_id for claimed in first + second]
    assert len(taken) == 6
    assert set(taken) == ids
    db.close()


def test_the_database_tells_the_time_of_leases_unless_the_clock_is_set_by_hand(db: Database) -> None:
    far = datetime(2040, 1, 1, tzinfo=UTC)
    with db.write() as session:
        assert lease_time(session, FrozenClock(far)) == far
        now = lease_time(session, SystemClock())
    assert abs(now - SystemClock().now()) < timedelta(seconds=5)
    assert now.tzinfo is not None
