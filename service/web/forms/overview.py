"""填报入口: what a unit owes, or – for whoever reports for several – the units and how they stand this week."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import and_, func
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.network.directory import within
from service.network.tables import Node
from service.reporting.known import IntakeRules
from service.reporting.questions import first_looked_at
from service.reporting.tables import Expectation, Report, Source
from service.scoring.week import between, overlaps, step, sunday, week_at
from service.web.access.gates import reporting
from service.web.access.viewer import Viewer
from service.web.context import context
from service.web.forms.scope import alone, reporting_kinds, unit_of
from service.web.pages.render import address, page

router = APIRouter(include_in_schema=False)
UNITS_A_PAGE = 50


@dataclass(frozen=True)
class Standing:
    """How a unit stands with one week: `revision` 0 is not reported."""

    week: str
    revision: int
    due_at: datetime | None
    closes_at: datetime
    excused: bool
    begun_only: bool  # the week is not over yet

    @property
    def owed(self) -> bool:
        """Whether a report is expected and has not come."""
        return not self.revision and not self.excused and self.due_at is not None


@dataclass(frozen=True)
class UnitStanding:
    """One unit in the list of those one reports for."""

    id: str
    name: str
    revision: int
    owed: bool


@router.get("/report", name="report")
def get_report(
    request: Request,
    viewer: Annotated[Viewer, Depends(reporting)],
    node: Annotated[str | None, Query(max_length=64)] = None,
    every: Annotated[str, Query(alias="all", max_length=5)] = "",
    q: Annotated[str, Query(max_length=100)] = "",
    after: Annotated[str, Query(max_length=1000)] = "",
) -> Response:
    """Straight to the form where one week is owed; the weeks of a unit, or the units, where there is a choice."""
    if node is None and not alone(viewer):
        return _units(request, viewer, q, after)
    parts = context(request)
    now, rules = parts.clock.now(), parts.intake.rules()
    with parts.db.read() as session:
        unit = unit_of(session, viewer, node)
        weeks = standings(session, unit, rules, now)
    asked = pressing(weeks)
    query = {"node": node}
    if len(asked) == 1 and not every:
        return RedirectResponse(address(request, "report_form", query, week=asked[0].week), 303)
    return page(request, "forms/overview.html", viewer, unit=unit, weeks=weeks, asked=asked, several=not alone(viewer))


def standings(session: Session, node: Node, rules: IntakeRules, now: datetime) -> list[Standing]:
    """The running week and those of the last two months in which the unit was there, newest first."""
    current = week_at(now)
    first = first_looked_at(current)
    newest = (
        select(Report.week, func.max(Report.revision))
        .where(Report.node_id == node.id, Report.source == Source.OWN, col(Report.week).between(first, current))
        .group_by(col(Report.week))
    )
    told: dict[str, int] = dict(session.exec(newest).all())
    expected = select(Expectation).where(Expectation.node_id == node.id, col(Expectation.week).between(first, current))
    owed = {row.week: row for row in session.exec(expected)}
    known = [week for week in between(first, current) if week in owed or week in told or week == current]
    return [
        Standing(
            week=week,
            revision=told.get(week, 0),
            due_at=owed[week].due_at if week in owed else None,
            closes_at=owed[week].closes_at if week in owed else rules.closes_at(week),
            excused=week in owed and owed[week].state == "excused",
            begun_only=week == current,
        )
        for week in reversed(known)
        if overlaps(node.opened, node.closed, week)
    ]


def pressing(weeks: Sequence[Standing]) -> list[Standing]:
    """What is to be filled in now: weeks that are over and owed, else the running one."""
    over = [w for w in weeks if w.owed and not w.begun_only]
    return over or [w for w in weeks if w.begun_only and not w.revision and not w.excused]


def asked_week(now: datetime, rules: IntakeRules) -> str:
    """The week most units report now: the last one until it closes, then the running one."""
    current = week_at(now)
    last = step(current, -1)
    return last if rules.closes_at(last) > now else current


def _units(request: Request, viewer: Viewer, wanted: str, after: str) -> Response:
    parts = context(request)
    now, rules = parts.clock.now(), parts.intake.rules()
    week = asked_week(now, rules)
    with parts.db.read() as session:
        found = units(session, viewer, rules, week, wanted.strip(), after)
    more = found[UNITS_A_PAGE - 1][1] if len(found) > UNITS_A_PAGE else ""
    listed = [unit for unit, _ in found[:UNITS_A_PAGE]]
    return page(
        request, "forms/units.html", viewer, units=listed, week=week, q=wanted, after=after, more=more, several=True
    )


def units(
    session: Session, viewer: Viewer, rules: IntakeRules, week: str, wanted: str, after: str
) -> list[tuple[UnitStanding, str]]:
    """One more than a page of the units in reach that report, by path, with how they stand in `week`."""
    newest = (
        select(func.max(Report.revision))
        .where(Report.node_id == Node.id, Report.source == Source.OWN, Report.week == week)
        .correlate(Node)
        .scalar_subquery()
    )
    query = (
        select(Node, newest, Expectation.state)
        .join(Expectation, and_(col(Expectation.node_id) == Node.id, col(Expectation.week) == week), isouter=True)
        .where(within(viewer.prefixes), col(Node.kind).in_(reporting_kinds(rules.dictionary)))
        .where((col(Node.closed).is_(None)) | (col(Node.closed) > sunday(week)))
    )
    if wanted:
        query = query.where(col(Node.name).contains(wanted, autoescape=True) | (Node.id == wanted))
    query = query.where(col(Node.path) > after).order_by(col(Node.path)).limit(UNITS_A_PAGE + 1)
    return [
        (UnitStanding(node.id, node.name, revision or 0, state == "due" and not revision), node.path)
        for node, revision, state in session.exec(query)
    ]


@router.get("/report/alive", name="report_alive")
def alive(_: Annotated[Viewer, Depends(reporting)]) -> Response:
    """Somebody is typing: the session goes on."""
    return Response(status_code=204)
