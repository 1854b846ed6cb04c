"""Whenever a deliverer dies, nothing is lost: sent at least once, settled once, always under the same id."""

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from service.clock import FrozenClock
from service.db import Database
from service.notify.channels import Outcome, Result
from service.notify.outbox import Claimed
from service.notify.retry import RetryPolicy
from service.notify.settle import Sent, Settler
from tests.conftest import WEDNESDAY
from tests.notify.rows import LEASE, SECOND, attempts, messages, put, take

SETTLER = Settler(RetryPolicy(), lambda: 0.0)
WORKERS = 2
STEPS = st.lists(
    st.tuples(
        st.integers(0, WORKERS - 1), st.sampled_from(["claim", "send", "settle", "settle broken", "die", "lease ends"])
    ),
    max_size=25,
)


class World:
    """Messages, workers that may die at any moment, and what has really been sent."""

    def __init__(self, db: Database, count: int) -> None:
        self.db = db
        self.clock = FrozenClock(WEDNESDAY)
        self.ids = [put(db, self.clock.now(), f"x/{n}") for n in range(count)]
        self.claimed: list[list[Claimed]] = [[] for _ in range(WORKERS)]
        self.unsettled: list[list[Sent]] = [[] for _ in range(WORKERS)]
        self.sent: Counter[str] = Counter()
        self.settled: dict[str, datetime] = {}

    def act(self, worker: int, step: str) -> None:
        match step:
            case "claim":
                self.claimed[worker] += take(self.db, self.clock.now(), free=2)
            case "send":
                for one in self.claimed[worker]:
                    self.sent[one.outgoing.message_id] += 1
                    self.unsettled[worker].append(Sent(one, Result(Outcome.DELIVERED)))
                self.claimed[worker] = []
            case "settle":
                with self.db.write() as session:
                    SETTLER.settle(session, self.clock.now(), self.unsettled[worker])
                self.unsettled[worker] = []
            case "settle broken":
                self._settle_broken(worker)
            case "die":
                self.claimed[worker], self.unsettled[worker] = [], []
            case "lease ends":
                self.clock.advance(timedelta(seconds=LEASE) + SECOND)
        self._watch()

    def _settle_broken(self, worker: int) -> None:
        """The process dies before the commit."""
        try:
            with self.db.write() as session:
                SETTLER.settle(session, self.clock.now(), self.unsettled[worker])
                raise ConnectionResetError
        except ConnectionResetError:
            self.act(worker, "die")

    def _watch(self) -> None:
        for row in messages(self.db):
            if row.settled_at is not None:
                assert self.settled.setdefault(row.id, row.settled_at) == row.settled_at, "settled twice"
                assert self.sent[row.id], "settled without having been sent"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(1, 4), STEPS)
def test_at_any_crash_point_a_message_is_sent_and_settled_once(
    db: Database, count: int, steps: list[tuple[int, str]]
) -> None:
    with db.write() as session:
        session.connection().execute(text("DELETE FROM delivery_attempt"))
        session.connection().execute(text("DELETE FROM outbox_message"))
    world = World(db, count)
    for worker, step in steps:
        world.act(worker, step)
    for _ in range(2):  # whoever is left finishes the work
        world.act(0, "lease ends")
        for _ in range(count):
            for step in ("claim", "send", "settle"):
                world.act(0, step)
    assert {row.id: row.state for row in messages(db)} == dict.fromkeys(world.ids, "delivered")
    assert set(world.settled) == set(world.sent) == set(world.ids)
    for id_ in world.ids:
        tries = attempts(db, id_)
        assert [number for number, _, _ in tries] == list(range(1, len(tries) + 1))
        assert world.sent[id_] <= len(tries)
        assert any(outcome == "delivered" for _, outcome, _ in tries)
