"""数字: units by level this week and last, the reporting rate, and the alerts that wait; few rows are read for each."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, exists, func
from sqlmodel import Session, col, select

from service.alerting.tables import Alert, Score
from service.network.tables import Node
from service.reporting.tables import Expectation
from service.scoring.pack import Level
from service.scoring.week import step
from service.web.board.area import Area, known_at
from service.web.cases.inbox import due_at
from service.web.completeness import rates

_SHOWN = [level for level in Level if level > Level.NORMAL]


@dataclass(frozen=True)
class Tiles:
    """The figures at the head of a board. `expected` and `missing` are of the week's reports, `running` while the week
    is not closed; `open` and `overdue` are of alerts as they are now."""

    levels: Mapping[Level, int]
    before: Mapping[Level, int]
    expected: int
    missing: int
    running: bool
    open: int
    overdue: int

    @property
    def rate(self) -> float | None:
        """Reports that came by those that were due, in percent; None when none was due."""
        return None if not self.expected else 100 * (self.expected - self.missing) / self.expected

    @property
    def calm(self) -> int:
        """Units that owed a report and are at no level: an upper bound while reports are still coming."""
        return max(0, self.expected - sum(self.levels.values()))


def load(session: Session, area: Area, week: str, at: datetime | None, now: datetime, running: bool) -> Tiles:
    """The figures of an area and a week; at most seven queries, which read few calm units of a large one."""
    counts = None if area.industry else rates.total(session, area.prefixes, week)
    expected = counts.due if counts else _expected(session, area, week)
    if counts and at is None:
        missing = counts.missing
    else:
        missing = expected - _came(session, area, week) if running else _silent(session, area, week, at)
    waiting, overdue = _alerts(session, area, now)
    return Tiles(
        _levels(session, area, week, at),
        _levels(session, area, step(week, -1), at),
        expected,
        min(max(missing, 0), expected),
        running,
        waiting,
        overdue,
    )


def _levels(session: Session, area: Area, week: str, at: datetime | None) -> dict[Level, int]:
    query = select(Score.level, func.count()).where(
        Score.week == week, col(Score.level).in_([int(level) for level in _SHOWN]), known_at(at), area.scores()
    )
    found = dict(session.exec(query.group_by(col(Score.level))).all())
    return {level: int(found.get(level, 0)) for level in _SHOWN}


def _expected(session: Session, area: Area, week: str) -> int:
    owed = exists().where(
        col(Expectation.node_id) == col(Node.id), col(Expectation.week) == week, col(Expectation.state) == "due"
    )
    if area.whole:
        every = select(func.count()).where(Expectation.week == week, Expectation.state == "due")
        return int(session.exec(every).one())
    return int(session.exec(select(func.count()).select_from(Node).where(area.nodes(), owed)).one())


def _silent(session: Session, area: Area, week: str, at: datetime | None) -> int:
    """How many owed a report of the closed week and are known without one."""
    owed = exists().where(
        col(Expectation.node_id) == col(Score.node_id), col(Expectation.week) == week, col(Expectation.state) == "due"
    )
    query = select(func.count(col(Score.id))).where(
        Score.week == week, col(Score.reported).is_(False), known_at(at), owed, area.everyone()
    )
    return int(session.exec(query).one())


def _came(session: Session, area: Area, week: str) -> int:
    """How many reports of the running week have been judged."""
    query = select(func.count()).where(
        Score.week == week, col(Score.reported).is_(True), known_at(None), area.everyone()
    )
    return int(session.exec(query).one())


def _alerts(session: Session, area: Area, now: datetime) -> tuple[int, int]:
    late = func.coalesce(func.sum(case((due_at() < now, 1), else_=0)), 0)
    query = select(func.count(col(Alert.id)), late).join(Node, col(Node.id) == col(Alert.node_id))
    waiting, overdue = session.exec(query.where(col(Alert.closed_at).is_(None), area.alerted())).one()
    return int(waiting), int(overdue)
