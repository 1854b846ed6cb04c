"""我的单位页: the list with its week, and three small forms – remind, send back, put a visit on record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.alerting.nudge import nudge
from service.errors import Invalid, Refusal
from service.network.directory import within
from service.network.tables import Node
from service.reporting.send_back import send_back
from service.scoring.week import monday, week_at
from service.web import problems
from service.web.access.gates import Posted, allowed, posted
from service.web.access.roles import Role
from service.web.access.viewer import Viewer
from service.web.cases.typed import text
from service.web.cases.wanted import words_of as searched
from service.web.context import context
from service.web.forms.entry import Entry, entry_of, question_token
from service.web.forms.fields import THEMES, told, unit_of
from service.web.forms.keys import new_key
from service.web.forms.submit import Outcome
from service.web.pages.i18n import mark
from service.web.pages.render import address, page, words_of
from service.web.units.standing import Filter, Reporting, Units, Wish, choosable, current_week, units
from service.web.units.visit import Visit, read_visit, store_visit

router = APIRouter(include_in_schema=False)
LOOKERS = (Role.ORGANISER, Role.OFFICER)
Looker = Annotated[Viewer, Depends(allowed(*LOOKERS))]
Doer = Annotated[Posted, Depends(posted(*LOOKERS))]
STATES: Mapping[Reporting, str] = {
    Reporting.REPORTED: mark("已报"),
    Reporting.LATE: mark("迟报"),
    Reporting.MISSING: mark("未报"),
    Reporting.RETURNED: mark("已退回"),
    Reporting.EXCUSED: mark("停工放假"),
    Reporting.NOT_DUE: mark("不要求"),
}


@dataclass(frozen=True)
class Told:
    """What came of a form: `kind` of the notice, or the error of a send-back with what was typed."""

    kind: str = ""
    what: str = ""
    unit: str = ""
    officer: str = ""
    post: str = ""
    node: str = ""
    reason: str = ""
    refusal: Refusal | None = field(default=None)


@router.get("/units", name="units")
def list_units(
    request: Request,
    viewer: Looker,
    week: Annotated[str, Query(max_length=20)] = "",
    only: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=240)] = "",
    after: Annotated[str, Query(max_length=1000, pattern=r"^[^\x00-\x1f]*$")] = "",
) -> Response:
    """The units of the area with this week's state."""
    return _list(request, viewer, week, only, q, after, Told())


def _list(
    request: Request, viewer: Viewer, week: str, only: str, q: str, after: str, came: Told, status: int = 200
) -> Response:
    parts, now = context(request), context(request).clock.now()
    with parts.db.read() as session:
        kinds = _kinds(request)
        chosen, unknown = _week(session, week, now)
        wish = Wish(chosen, next((f for f in Filter if f == only), Filter.ALL), searched(q), after)
        found: Units = units(session, viewer.prefixes, kinds, wish, now)
        return page(
            request,
            "units/list.html",
            viewer,
            status=status,
            found=found,
            wish=wish,
            unknown=unknown,
            states=STATES,
            came=came,
            query={"week": week, "only": only, "q": wish.words},
        )


@router.post("/units/{node}/nudge", name="nudge")
def post_nudge(request: Request, node: str, sent: Doer) -> Response:
    """Remind a unit, once a day, and say who was told."""
    parts, now = context(request), context(request).clock.now()
    week = text(sent.form, "week")
    with parts.db.write() as session:
        unit = _unit(session, sent.viewer, node)
        book = parts.library.shelf(session).newest
        token = sent.viewer.token
        answer = nudge(session, now, book, unit, _known(week), token.id, token.officer_id)
    came = Told("nudge", str(answer.outcome), unit.name, answer.officer, answer.post, unit.id)
    return _list(request, sent.viewer, week, *_place(sent), came)


@router.post("/units/{node}/return", name="send_back")
def post_return(request: Request, node: str, sent: Doer) -> Response:
    """Send a report back with a reason that the unit will read."""
    parts, now = context(request), context(request).clock.now()
    week, reason = text(sent.form, "week"), text(sent.form, "reason")
    revision = text(sent.form, "revision")
    number = int(revision) if revision.isascii() and revision.isdigit() and len(revision) < 10 else -1
    try:
        with parts.db.write() as session:
            unit = _unit(session, sent.viewer, node)
            send_back(session, now, unit.id, _known(week), number, sent.viewer.token.id, reason)
    except Refusal as refusal:
        if refusal.code == "not_found":
            raise
        came = Told("return", refusal.code, node=node, reason=reason, refusal=refusal)
        return _list(request, sent.viewer, week, *_place(sent), came, refusal.status)
    return _list(request, sent.viewer, week, *_place(sent), Told("return", "done", unit.name, node=unit.id))


@router.get("/units/{node}/visit", name="visit")
def show_visit(request: Request, node: str, viewer: Looker) -> Response:
    """The form of a visit."""
    visit = _visit(request, viewer, node)
    return _show_visit(request, viewer, visit, Entry({}, visit.note, new_key(), visit.revision), Outcome(status=200))


@router.post("/units/{node}/visit", name="visit_send")
def post_visit(request: Request, node: str, sent: Doer) -> Response:
    """Put a visit on record as an observation."""
    visit = _visit(request, sent.viewer, node)
    entry = entry_of((name, value) for name, value in sent.form.multi_items() if isinstance(value, str))
    outcome = store_visit(context(request).intake, sent.viewer, visit, entry)
    if outcome.stored is None:
        return _show_visit(request, sent.viewer, visit, entry, outcome)
    return RedirectResponse(address(request, "visited", node=visit.node.id), 303)


@router.get("/units/{node}/visited", name="visited")
def show_visited(request: Request, node: str, viewer: Looker) -> Response:
    """What is on record of this week's visits."""
    visit, said = _visit(request, viewer, node), words_of(request, viewer)
    known = visit.form.indicators
    figures = [
        (said.either(known[id_].name, known[id_].name_en), told(known[id_], value, said))
        for id_, value in visit.values.items()
        if id_ in known and not known[id_].sealed
    ]
    return page(request, "units/visited.html", viewer, visit=visit, figures=figures)


def _show_visit(request: Request, viewer: Viewer, visit: Visit, entry: Entry, outcome: Outcome) -> Response:
    said = words_of(request, viewer)
    return page(
        request,
        "units/visit.html",
        viewer,
        status=outcome.status,
        visit=visit,
        entry=entry,
        outcome=outcome,
        units={i.id: unit_of(i, said) for i in visit.asked},
        earlier={i.id: told(i, visit.values[i.id], said) for i in visit.asked if i.id in visit.values},
        themes=THEMES,
        asked=[question_token(doubt["code"], doubt["indicator"], entry) for doubt in outcome.doubts],
    )


def _visit(request: Request, viewer: Viewer, node: str) -> Visit:
    parts = context(request)
    with parts.db.read() as session:
        unit = _unit(session, viewer, node)
        return read_visit(session, parts.library.shelf(session).newest, unit, week_at(parts.clock.now()))


def _unit(session: Session, viewer: Viewer, node: str) -> Node:
    """A unit that reports, in the viewer's scope; the same 404 for all others."""
    found = session.exec(select(Node).where(Node.id == node, within(viewer.prefixes))).first()
    if found is None or found.kind not in ("enterprise", "county", "township"):
        raise problems.not_found()
    return found


def _kinds(request: Request) -> list[str]:
    dictionary = context(request).intake.rules().dictionary
    return sorted({kind for indicator in dictionary.indicators.values() for kind in indicator.applies_to})


def _week(session: Session, asked: str, now: datetime) -> tuple[str, str]:
    """The week to show, and the one that was asked for where nobody knows it."""
    if asked and asked in choosable(session, now):
        return asked, ""
    return current_week(session, now), asked


def _known(week: str) -> str:
    """A week of the calendar. Raises Invalid."""
    try:
        monday(week)
    except ValueError as error:
        raise Invalid("bad_week", "没有这一周", "there is no such week", "/week") from error
    return week


def _place(sent: Posted) -> tuple[str, str, str]:
    """Which part of the list the form stood in."""
    return text(sent.form, "only"), text(sent.form, "q"), text(sent.form, "after")
