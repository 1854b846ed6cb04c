"""How much is asked of each county officer: 45 simulated enterprises, 26 weeks, the shipped rules and policy.

    python -m tests.bench.load [WEEKS] [SEED]

The weeks go through the real intake, assessment, sweep and delivery; the officers are diligent: twice a day whoever was
asked signs, visits at once, and reports progress when an update falls due before the next look. Prints for each county
officer and week the new alerts he is asked to see to and the actions and updates he makes: mean, highest, goal.
"""

import io
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from service.alerting.tables import Alert, AlertEvent, Notice
from service.app import Instance, assemble
from service.clock import SHANGHAI, FrozenClock
from service.commands.context import connect, settings_of
from service.commands.instance import prepare, sealer_of
from service.commands.rehearse import Moment, Rehearsal
from service.errors import Refusal
from service.network.directory import issue_token
from service.network.tables import Node, Post, Tenure
from service.response.act import Done, act
from service.response.actions import ActionKind
from service.response.handle import acknowledge, contain, note
from service.scoring.pack import Level
from service.scoring.week import between, monday, step, week_at
from service.simulation.demo import demo_network, demo_nodes
from service.simulation.generate import simulate

FIRST = "2026-W10"
GOAL = {"new": 3, "updates": 10}
LOOKS = (time(8, 30), time(17))


class Diligent(Rehearsal):
    """A rehearsal whose officers do at once what is asked; lifting stays as it is in the demo."""

    def _settle(self) -> None:
        super()._settle()
        now = self._clock.now()
        for alert in self._open():
            try:
                self._see_to(alert, now)
            except Refusal:  # somebody else has to; the ladder will find him
                continue

    def run(self, weeks: Sequence[str], until: datetime, done: Callable[[], None]) -> None:
        """Live through all weeks as one stretch of time, so that no incident falls behind the clock; the officers look
        twice a day, and on Mondays lift what may be lifted."""
        days = [monday(weeks[0]) + timedelta(days=day) for day in range(7 * len(weeks) + 14)]
        looks = [Moment(datetime.combine(day, at, SHANGHAI), []) for day in days for at in LOOKS]
        lived = [moment for week in weeks for moment in self._moments(week)]
        for moment in sorted([*lived, *looks], key=lambda moment: moment.at):
            if self._clock.now() <= moment.at <= until:
                self._clock.set(moment.at)
                self._submit(moment.submissions)
                self._settle()
                if moment.at.weekday() == 0 and moment.at.time() == LOOKS[0]:
                    self._tend()
                    done()

    def _county_officer(self, alert: Alert) -> str:
        """He takes everything on his path that he may, so that the figure is not too low."""
        with self._instance.db.read() as session:
            officers = _officers(session)
        return next((who for who in self._people(alert) if who in officers), self._responsible(alert))

    def _see_to(self, alert: Alert, now: datetime) -> None:
        number, officer = alert.id or 0, alert.owner_id or self._county_officer(alert)
        if alert.duty == "sign" and alert.gathered_by is None:
            acknowledge(self._office, number, officer, now)
        elif alert.duty == "act":
            act(self._office, number, officer, now, done=Done(ActionKind.VISIT, note="走访"))
            contain(self._office, number, officer, now)
        elif alert.duty == "update" and alert.update_by and alert.update_by < _next_look(now):
            note(self._office, number, officer, now, text="续报")


def _next_look(now: datetime) -> datetime:
    day = now.astimezone(SHANGHAI).date()
    looks = [datetime.combine(day + timedelta(days=d), at, SHANGHAI) for d in (0, 1) for at in LOOKS]
    return next(look for look in looks if look > now)


def live(folder: Path, weeks: Sequence[str], seed: int) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    """New alerts and updates by county officer and week."""
    clock = FrozenClock(datetime.combine(monday(weeks[0]), time(8), SHANGHAI))
    settings = settings_of(folder).model_copy(update={"database_url": None})
    (folder / "network.yaml").write_text(demo_network(), encoding="utf-8")
    prepare(settings, clock.now(), None, folder / "network.yaml")
    instance = assemble(settings, connect(settings), clock, sealer_of(settings))
    try:
        simulation = simulate(demo_nodes(), instance.library.current().dictionary, weeks, seed)
        with instance.db.write() as session:
            nodes = session.exec(select(Node.id)).all()
            tokens = {id_: issue_token(session, clock.now(), node_id=id_, label="bench") for id_ in nodes}
        instance.intake.start()
        with instance.deliverer(io.StringIO()) as deliverer:
            until = datetime.combine(monday(step(weeks[-1], 2)), time(8), SHANGHAI)
            Diligent(instance, clock, deliverer, simulation, tokens).run(weeks, until, lambda: None)
        instance.intake.stop()
        return _counted(instance)
    finally:
        instance.close()


def _officers(session: Session) -> set[str]:
    held = select(Tenure.officer_id).join(Post).join(Node).where(Node.kind == "county", Post.role == "officer")
    return set(session.exec(held.where(Tenure.position == 0)))


def _counted(instance: Instance) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
    new: Counter[tuple[str, str]] = Counter()
    made: Counter[tuple[str, str]] = Counter()
    with instance.db.read() as session:
        officers = _officers(session)
        for who in officers:
            new[who, ""] = made[who, ""] = 0
        asked = select(Notice).where(col(Notice.officer_id).in_(officers), col(Notice.asks), Notice.state == "sent")
        for notice in session.exec(asked):
            if notice.reason in {"raised", "worsened", "reopened", "corrected"}:
                new[notice.officer_id or "", week_at(notice.created_at)] += 1
        moves = select(AlertEvent).where(col(AlertEvent.officer_id).in_(officers))
        for event in session.exec(moves.where(col(AlertEvent.reason).in_(["acted", "noted"]))):
            made[event.officer_id or "", week_at(event.at)] += 1
        levels = Counter(Level(level).word for level in session.exec(select(Alert.level)))
    print("alerts by level:", dict(levels))
    return new, made


def main(arguments: Sequence[str]) -> None:
    count, seed = (int(arguments[0]) if arguments else 26), (int(arguments[1]) if arguments[1:] else 1)
    weeks = between(FIRST, step(FIRST, count - 1))
    with tempfile.TemporaryDirectory() as folder:
        new, made = live(Path(folder), weeks, seed)
    print(f"{'officer':16}{'new mean':>10}{'max':>5}{'updates mean':>14}{'max':>5}   goal: < 3 and < 10 a week")
    worst = {"new": 0.0, "updates": 0.0}
    for who in sorted({who for who, _ in new}):
        figures = []
        for name, counts in (("new", new), ("updates", made)):
            by_week = [count_ for (whose, week), count_ in counts.items() if whose == who and week]
            mean = sum(by_week) / count
            worst[name] = max(worst[name], mean)
            figures += [mean, max(by_week, default=0)]
        print(f"{who:16}{figures[0]:10.2f}{figures[1]:5}{figures[2]:14.2f}{figures[3]:5}")
    for name, goal in GOAL.items():
        said = "reached" if worst[name] < goal else "MISSED"
        print(f"{name}: highest mean {worst[name]:.2f} a week, goal < {goal}: {said}")


if __name__ == "__main__":
    main(sys.argv[1:])
