"""How fast an address is written to: a burst, then one at a time, for all workers together."""

from collections import deque
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from service.clock import FrozenClock
from service.db import Database
from service.notify.channels import Pace
from service.notify.outbox import Share, claim
from service.notify.pace import _left
from tests.notify.letters import to
from tests.notify.rows import LEASE, SECOND, attempts, messages, put
from tests.notify.test_deliver import Scripted, deliver

PACE = Pace(3, 10 * SECOND)


def take(db: Database, now: datetime, free: int = 10) -> list[str]:
    """Addresses that may be written to now."""
    with db.write() as session:
        return sorted(one.outgoing.address for one in claim(session, now, {"test": Share(free, {}, PACE)}, LEASE))


def test_a_burst_leaves_at_once_and_the_rest_one_by_one(db: Database, clock: FrozenClock) -> None:
    for n in range(8):
        put(db, clock.now(), f"x/{n}", to("test", "group"))
    left = []
    for _ in range(6):
        left.append(len(take(db, clock.now())))
        clock.advance(10 * SECOND)
    assert left == [3, 1, 1, 1, 1, 1]


def test_what_waits_takes_no_place_and_costs_no_attempt(db: Database, clock: FrozenClock) -> None:
    ids = [put(db, clock.now(), f"x/{n}", to("test", "group")) for n in range(5)]
    put(db, clock.now() + SECOND, "y", to("test", "other"))
    assert take(db, clock.now() + SECOND, free=4) == ["group", "group", "group", "other"]
    assert [len(attempts(db, id_)) for id_ in ids] == [1, 1, 1, 0, 0]
    assert [row.state for row in messages(db)].count("pending") == 2


def test_two_workers_have_one_bucket(db: Database, clock: FrozenClock) -> None:
    for n in range(8):
        put(db, clock.now(), f"x/{n}", to("test", "group"))
    assert [len(take(db, clock.now(), free=2)) for _worker in range(3)] == [2, 1, 0]


def test_a_clock_that_was_set_back_stops_nobody(db: Database, clock: FrozenClock) -> None:
    for n in range(4):
        put(db, clock.now() - timedelta(days=2), f"x/{n}", to("test", "group"))
    assert len(take(db, clock.now(), free=3)) == 3
    assert len(take(db, clock.now() - timedelta(days=1))) == 1


def test_the_deliverer_keeps_to_the_pace_of_its_channel(db: Database, clock: FrozenClock) -> None:
    for n in range(6):
        put(db, clock.now(), f"x/{n}", to("test", "group"))
    channel = Scripted()
    channel.pace = PACE
    assert [deliver(db, clock, {"test": channel}), deliver(db, clock, {"test": channel})] == [3, 0]
    clock.advance(20 * SECOND)
    assert deliver(db, clock, {"test": channel}) == 2


@given(st.lists(st.integers(0, 30), min_size=1, max_size=60), st.integers(1, 6), st.integers(1, 9))
def test_no_minute_has_more_than_a_burst_and_what_flows_in(steps: list[int], burst: int, every: int) -> None:
    """The arithmetic of the row, without the database: at most burst + 60 / every sends in any minute."""
    pace = Pace(burst, timedelta(seconds=every))
    now = full_at = datetime(2026, 11, 18, tzinfo=UTC)
    sends: deque[datetime] = deque()
    for step in steps:
        now += timedelta(seconds=step)
        left = _left(pace, max(full_at, now), now)
        full_at = max(full_at, now) + left * pace.every
        sends.extend([now] * left)
        while sends and now - sends[0] >= timedelta(minutes=1):
            sends.popleft()
        assert len(sends) <= burst + 60 / every
