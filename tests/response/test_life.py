"""The life of alerts driven at random – officers, figures, clocks and crashes – and what must hold whatever happens."""

import shutil
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date, timedelta
from pathlib import Path
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import col, select

from service.alerting.chain import verify_chains
from service.alerting.outcome import Outcome
from service.alerting.tables import Alert, AlertEvent
from service.clock import FrozenClock
from service.db import Database, new_id
from service.errors import Refusal
from service.response.act import Done, act
from service.response.actions import ActionKind
from service.response.desk import Office
from service.response.handle import acknowledge, archive, contain, note
from service.response.judge import judge
from service.response.lifecycle import CLOSED_STATES, OPEN_STATES, Move, State, Who, leads, permit
from service.response.lift import lift
from service.response.lifting import Wish
from service.response.mute import Muting, mute
from service.response.propose import Deciding, decide_proposal
from service.response.verdicts import FindingVerdict
from service.response.verify import verify
from service.scoring.pack import Level
from service.scoring.week import step, week_at
from tests.builders import BASE_URL, Town
from tests.conftest import WEDNESDAY, make_postgres_database

OFFICERS = ("li.na", "li.na", "zheng.jun", "duty", "sun.wei", "zhao.min", "zhou.fang")
NODES = ("gear", "mill")
# What is drawn often is what brings an alert on.
TRIED = (
    *(Move.ACKNOWLEDGE, Move.VERIFY, Move.ACT, Move.CONTAIN, Move.LIFT) * 3,
    *(Move.LIFT, Move.LOWER, Move.JUDGE_UP, Move.MUTE, Move.NOTE, Move.ARCHIVE),
)
ENGINE = (Move.ISSUE, Move.EASE_OUT, Move.REOPEN, Move.ARCHIVE)


class Crash(Exception):
    """The process dies in the middle of a move."""


class Life(RuleBasedStateMachine):
    """Two enterprises, seven officers, one clock."""

    make_database: Callable[[], Database]

    @initialize()
    def found(self) -> None:
        self.db = type(self).make_database()
        self.clock = FrozenClock(WEDNESDAY)
        self.town = Town.found(self.db, self.clock)
        self.office = Office(self.db, self.town.library, BASE_URL)
        self.weeks = dict.fromkeys(NODES, week_at(WEDNESDAY))
        self.revisions: dict[tuple[str, str], int] = {}
        self.report("gear", 35, 60, again=False)

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()

    def alerts(self) -> dict[int, Alert]:
        with self.db.read() as session:
            return {alert.id or 0: alert for alert in session.exec(select(Alert).order_by(col(Alert.id)))}

    def engine(self, work: Callable[[], object]) -> None:
        """What figures and the clock bring goes by the table too."""
        before = self.alerts()
        work()
        for id_, after in self.alerts().items():
            if id_ in before and before[id_].state != after.state:
                source, to = State(before[id_].state), State(after.state)
                assert any(leads(move, source, to) for move in ENGINE), (source, to)

    @rule(
        node=st.sampled_from(NODES),
        days=st.sampled_from([0, 0, 3, 10, 35, 61]),
        people=st.sampled_from([0, 5, 60]),
        again=st.booleans(),
    )
    def report(self, node: str, days: int, people: int, again: bool) -> None:
        self.weeks[node] = week = step(self.weeks[node], int(not again and (node, self.weeks[node]) in self.revisions))
        self.revisions[node, week] = revision = self.revisions.get((node, week), 0) + 1
        self.town.report(node, week, revision=revision, wage__arrears_days=days, wage__arrears_people=people)
        self.engine(self.town.assess)

    @rule(hours=st.sampled_from([-2, 1, 5, 26, 200, 24 * 31, 24 * 61]))
    def wait(self, hours: int) -> None:
        self.clock.advance(timedelta(hours=hours))
        self.engine(self.town.sweeper.climb)
        self.engine(self.town.sweeper._keep_records)

    @precondition(lambda self: self.alerts())
    @rule(data=st.data(), crash=st.sampled_from([None, None, None, "record", "wind"]))
    def work(self, data: st.DataObject, crash: str | None) -> None:
        """A few moves of one alert, most of them such as its state permits; the last may die half-way."""
        number = data.draw(st.sampled_from(sorted(self.alerts())))
        count = data.draw(st.integers(1, 6))
        for turn in range(count):
            state = State(self.alerts()[number].state)
            fitting = [move for move in TRIED if permit(move, state)]
            move = data.draw(st.sampled_from(fitting if turn % 4 else TRIED))
            self.make(data, number, move, crash if turn == count - 1 else None)

    def make(self, data: st.DataObject, number: int, move: Move, crash: str | None) -> None:
        before, officer = self.alerts()[number], data.draw(st.sampled_from(OFFICERS))
        try:
            with patch(f"service.response.desk.{crash}", side_effect=Crash) if crash else nullcontext():
                self.moves(data)[move](number, officer)
        except Refusal:
            pass
        except Crash:
            assert self.alerts()[number] == before  # nothing of a move that died is left
        source, to = State(before.state), State(self.alerts()[number].state)
        if source is not to:
            assert leads(move, source, to)
            assert officer != "zhou.fang"
            row = permit(move, source)
            assert row is not None
            assert row.who is not Who.ENGINE

    def moves(self, data: st.DataObject) -> dict[Move, Callable[[int, str], object]]:
        """What each move does, with fields drawn at random."""
        office, now = self.office, self.clock.now()
        draw = data.draw
        wish = st.sampled_from(
            [
                Wish(Outcome.NO_DISPUTE, None, "已补发"),
                Wish(Outcome.DISPUTE, date(2026, 11, 17), ""),
                Wish(Outcome.FALSE_ALARM, None, ""),
                Wish(Outcome.KNOWN, None, ""),
            ]
        )
        level = st.sampled_from(list(Level)[1:])
        verdict = st.sampled_from([FindingVerdict.TRUE, FindingVerdict.FALSE])
        rules = self.alerts

        def said(number: int) -> dict[str, FindingVerdict]:
            return dict.fromkeys(rules()[number].rules, draw(verdict))

        def second(number: int, officer: str, kind: str) -> object:
            word = draw(st.sampled_from(["agreed", "refused", "withdrawn"]))
            return decide_proposal(office, number, officer, now, deciding=Deciding(kind, word))

        return {
            Move.ACKNOWLEDGE: lambda n, who: acknowledge(office, n, who, now),
            Move.VERIFY: lambda n, who: verify(office, n, who, now, findings=said(n)),
            Move.ACT: lambda n, who: act(office, n, who, now, done=Done(ActionKind.VISIT)),
            Move.CONTAIN: lambda n, who: contain(office, n, who, now),
            Move.LIFT: lambda n, who: (
                second(n, who, "lift") if draw(st.booleans()) else lift(office, n, who, now, wish=draw(wish))
            ),
            Move.LOWER: lambda n, who: second(n, who, "lower"),
            Move.JUDGE_UP: lambda n, who: judge(office, n, who, now, level=draw(level), reason="研判"),
            Move.MUTE: lambda n, who: mute(office, n, who, now, muting=Muting(now + timedelta(days=9), "等候")),
            Move.NOTE: lambda n, who: note(office, n, who, now, text="续报"),
            Move.ARCHIVE: lambda n, who: archive(office, n, who, now),
        }

    @invariant()
    def everybody_knows_who_owes_what_until_when(self) -> None:
        for alert in self.alerts().values() if hasattr(self, "db") else ():
            due = {"sign": alert.sign_by, "act": alert.act_by, "update": alert.update_by}.get(alert.duty)
            if State(alert.state) in OPEN_STATES:
                assert alert.closed_at is None
                assert due is not None
                assert (alert.owner_id is None) == (alert.state == State.RAISED) == (alert.duty == "sign")
                # Above the top of a blue ladder nobody else is told; the duty is still owed.
                assert alert.next_step_at is not None or alert.level == Level.BLUE
            else:
                assert State(alert.state) in CLOSED_STATES
                assert (alert.closed_at is None, alert.duty, alert.next_step_at) == (False, "none", None)
                assert alert.outcome is not None

    @invariant()
    def records_are_whole_and_high_levels_were_lifted_by_two(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read() as session:
            assert verify_chains(session).fault is None
            lifted = session.exec(select(AlertEvent).where(AlertEvent.reason == "lifted")).all()
        for event in lifted:
            if event.level >= Level.ORANGE:
                assert event.detail["proposed_by"] not in (None, event.officer_id)


def live(make_database: Callable[[], Database], examples: int, steps: int) -> None:
    life = type("Life", (Life,), {"make_database": staticmethod(make_database)})
    run_state_machine_as_test(
        life,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_on_sqlite(sqlite_template: Path, tmp_path: Path) -> None:
    def make() -> Database:
        path = tmp_path / f"{new_id()}.db"
        shutil.copy(sqlite_template, path)
        return Database(f"sqlite:///{path}")

    live(make, examples=10, steps=12)


def test_whatever_happens_on_postgresql(postgres: str) -> None:
    def make() -> Database:
        return Database(make_postgres_database(postgres).replace("postgresql:", "postgresql+psycopg:"))

    live(make, examples=3, steps=8)
