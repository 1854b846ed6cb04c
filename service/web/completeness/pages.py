"""报送情况页: GET /completeness with its tables as CSV, and the small form that excuses a unit for a week."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import Response

from service.errors import Refusal
from service.network.directory import within
from service.network.tables import Node
from service.reporting.excuse import excuse, expect_again
from service.scoring.week import between, step, week_at
from service.web import problems
from service.web.access.gates import Posted, posted, staff
from service.web.access.roles import Role
from service.web.access.viewer import Viewer
from service.web.board.area import Spot, find_counties
from service.web.board.asked import Asked, read_asked
from service.web.board.sheet import Sheet, as_csv
from service.web.cases.typed import text
from service.web.completeness import rates, silent
from service.web.completeness.rates import Rates
from service.web.context import context
from service.web.pages.i18n import Words
from service.web.pages.render import address, file_response, page, words_of
from service.web.units.standing import current_week

router = APIRouter(include_in_schema=False)
WEEKS = 12
_CHOICE_OF_WEEKS = 53
DOERS = (Role.ORGANISER, Role.OFFICER)
Staff = Annotated[Viewer, Depends(staff)]
Doer = Annotated[Posted, Depends(posted(*DOERS))]


@dataclass(frozen=True)
class Told:
    """What came of a form about `node`."""

    done: str = ""
    node: str = ""
    typed: str = ""
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Found:
    """What a page shows."""

    asked: Asked
    weeks: Sequence[str]
    rates: Rates
    missing: silent.Page
    excused: silent.Page
    choices: Sequence[Spot]


@router.get("/completeness", name="completeness")
def show_completeness(request: Request, viewer: Staff, format: str = "html") -> Response:  # noqa: A002  # an address's word
    """Who reported a week, by county, and the weeks before it."""
    if format == "csv":
        found = _load(request, viewer)
        sheet = _sheet(found, words_of(request, viewer))
        name = f"completeness-{found.asked.week}.csv"
        return file_response(request, as_csv(sheet), "text/csv; charset=utf-8", name)
    return _show(request, viewer, Told())


@router.post("/completeness/{node}/excuse", name="excuse")
def post_excuse(request: Request, node: str, sent: Doer) -> Response:
    """Put on record that a unit stood still in a week."""
    reason = text(sent.form, "reason")

    def do(session: Session, week: str) -> None:
        token = sent.viewer.token.id
        excuse(session, context(request).clock.now(), node, week, token, reason)

    return _do(request, sent, node, do, "excused", reason)


@router.post("/completeness/{node}/expect", name="expect_again")
def post_expect(request: Request, node: str, sent: Doer) -> Response:
    """Take that back."""

    def do(session: Session, week: str) -> None:
        expect_again(session, context(request).clock.now(), node, week)

    return _do(request, sent, node, do, "expected", "")


def _do(
    request: Request, sent: Posted, node: str, do: Callable[[Session, str], None], done: str, typed: str
) -> Response:
    """Do it to a unit within the sender's scope, and show the list again."""
    parts = context(request)
    try:
        with parts.db.write() as session:
            unit = session.exec(select(Node.name).where(Node.id == node, within(sent.viewer.prefixes))).first()
            if unit is None:
                raise problems.not_found()
            do(session, _asked(request, session).week)
    except Refusal as refusal:
        if unit is None:
            raise
        return _show(request, sent.viewer, Told(node=node, typed=typed, refusal=refusal), refusal.status)
    return _show(request, sent.viewer, Told(done, unit))


def _show(request: Request, viewer: Viewer, came: Told, status: int = 200) -> Response:
    found = _load(request, viewer)
    asked = found.asked
    newest = week_at(context(request).clock.now())
    return page(
        request,
        "completeness/completeness.html",
        viewer,
        status=status,
        found=found,
        came=came,
        may_excuse=viewer.role in DOERS,
        all_weeks=[step(newest, -back) for back in range(_CHOICE_OF_WEEKS)],
        here=lambda **changes: address(request, "/completeness", _query(asked, **changes)),
        doing=lambda name, node: address(request, name, _query(asked), node=node),
    )


def _query(asked: Asked, **changes: str | None) -> dict[str, str | None]:
    return {"week": asked.week, "county": asked.county, "after": asked.after or None, **changes}


def _asked(request: Request, session: Session) -> Asked:
    now = context(request).clock.now()
    return read_asked(request.query_params, current_week(session, now), week_at(now))


def _load(request: Request, viewer: Viewer) -> Found:
    with context(request).db.read() as session:
        asked = _asked(request, session)
        prefixes = viewer.prefixes
        choices = find_counties(session, prefixes)
        if asked.county is not None:
            chosen = session.exec(select(Node.path).where(within(prefixes), Node.id == asked.county)).first()
            if chosen is None:
                raise problems.not_found()
            prefixes = (chosen,)
        weeks = between(step(asked.week, 1 - WEEKS), asked.week)
        return Found(
            asked=asked,
            weeks=weeks,
            rates=rates.load(session, prefixes, weeks),
            missing=silent.load(session, prefixes, asked.week, asked.after),
            excused=silent.load(session, prefixes, asked.week, "", "excused"),
            choices=choices if len(choices) > 1 else (),
        )


def _sheet(found: Found, said: Words) -> Sheet:
    names = ("应报", "按时", "迟报", "未报", "停工放假", "报送率（%）", "按时率（%）", "系统提醒")
    columns = [said("县区"), *(said(name) for name in names), *found.weeks[:-1]]
    rows = []
    for group in found.rates.groups:
        one = group.of(found.asked.week)
        counts = (one.due, one.in_time, one.late, one.missing, one.excused, one.rate, one.in_time_rate, one.reminded)
        rows.append([group.spot.name, *counts, *(group.of(week).rate for week in found.weeks[:-1])])
    return Sheet(said("报送情况"), columns, rows)
