"""未报单位: who has not reported a week, for how many weeks in a row, and how often somebody reminded; page by page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import exists, func, literal_column
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.network.directory import inside, within
from service.network.tables import Node
from service.reporting.tables import Expectation, Nudge, Report, Source
from service.scoring.week import between, step
from service.web.board.area import Spot, names_above

PAGE = 50
LOOK_BACK = 26  # weeks
State = Literal["due", "excused"]


@dataclass(frozen=True)
class Silent:
    """One unit: `streak` weeks in a row without a report up to this one (停工放假 neither counts nor ends it), `more`
    when it is longer than was looked; `last` the week of the newest report; how often it was reminded of this week."""

    unit: Spot
    county: str
    due_at: datetime
    excused: str
    streak: int
    more: bool
    last: str
    reminded_at: datetime | None
    nudges: int


@dataclass(frozen=True)
class Page:
    """Units in the order of the tree and the path that ends the page when there is another."""

    rows: Sequence[Silent]
    next: str


def load(session: Session, prefixes: Sequence[str], week: str, after: str, state: State = "due") -> Page:
    """The units within `prefixes` that owe the report of `week` (`state` due), or were excused from it, in six
    queries."""
    nodes = session.exec(_units(prefixes, week, after, state).limit(PAGE + 1)).all()
    shown = nodes[:PAGE]
    frozen = select(Expectation).where(col(Expectation.node_id).in_([node.id for node in shown]))
    owed = {one.node_id: one for one in session.exec(frozen.where(Expectation.week == week))}
    rows = _rows(session, [(node, owed[node.id]) for node in shown], week)
    return Page(rows, nodes[PAGE - 1].path if len(nodes) > PAGE else "")


def _units(prefixes: Sequence[str], week: str, after: str, state: State) -> SelectOfScalar[Node]:
    """Units in their order: those that owe are gone through until the page is full, of those that were excused there
    are few, and they are looked for where they stand."""
    own = exists().where(
        col(Report.node_id) == col(Node.id), col(Report.week) == week, col(Report.source) == str(Source.OWN)
    )
    query = select(Node).where(~own)
    if state == "excused":
        excused = col(Expectation.state) == literal_column("'excused'")  # a parameter would not meet their index
        ids = select(Expectation.node_id).where(col(Expectation.week) == week, excused)
        return query.where(col(Node.id).in_(ids), inside(prefixes), col(Node.path) + "" > after).order_by(
            col(Node.path) + ""
        )
    owed = exists().where(
        col(Expectation.node_id) == col(Node.id), col(Expectation.week) == week, col(Expectation.state) == state
    )
    return query.where(within(prefixes), col(Node.path) > after, owed).order_by(col(Node.path))


def _rows(session: Session, shown: Sequence[tuple[Node, Expectation]], week: str) -> list[Silent]:
    ids = [node.id for node, _ in shown]
    weeks = between(step(week, 1 - LOOK_BACK), week)
    states, reported = _history(session, ids, weeks)
    nudges = _nudges(session, ids, week)
    counties = names_above(session, [node.path for node, _ in shown])
    return [
        Silent(
            unit=Spot(node.id, node.name, node.path, node.kind, node.parent_id),
            county=counties[node.path],
            due_at=owed.due_at,
            excused=owed.excused_reason,
            streak=run(weeks, states.get(node.id, {}), reported.get(node.id, set())),
            more=not reported.get(node.id) and weeks[0] in states.get(node.id, {}),
            last=max(reported.get(node.id, {""})),
            reminded_at=owed.reminded_at,
            nudges=nudges.get(node.id, 0),
        )
        for node, owed in shown
    ]


def run(weeks: Sequence[str], states: Mapping[str, str], reported: Iterable[str]) -> int:
    """How many weeks in a row up to the last of `weeks` were owed and not reported; excused ones are passed over."""
    came, count = set(reported), 0
    for week in reversed(weeks):
        if week in came or week not in states:
            break
        count += states[week] == "due"
    return count


def _history(
    session: Session, ids: Sequence[str], weeks: Sequence[str]
) -> tuple[dict[str, dict[str, str]], dict[str, set[str]]]:
    """By unit: what was expected by week, and the weeks of its own reports."""
    states: dict[str, dict[str, str]] = {}
    expected = select(Expectation.node_id, Expectation.week, Expectation.state)
    for node, week, state in session.exec(
        expected.where(col(Expectation.node_id).in_(ids), col(Expectation.week).between(weeks[0], weeks[-1]))
    ):
        states.setdefault(node, {})[week] = state
    reported: dict[str, set[str]] = {}
    own = select(Report.node_id, Report.week).where(col(Report.node_id).in_(ids), Report.source == str(Source.OWN))
    for node, week in session.exec(own.where(col(Report.week).between(weeks[0], weeks[-1])).distinct()):
        reported.setdefault(node, set()).add(week)
    return states, reported


def _nudges(session: Session, ids: Sequence[str], week: str) -> dict[str, int]:
    query = select(Nudge.node_id, func.count()).where(col(Nudge.node_id).in_(ids), Nudge.week == week)
    return dict(session.exec(query.group_by(col(Nudge.node_id))).all())
