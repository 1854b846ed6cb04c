"""周报要情页: GET /weeks/{week}, made to be printed on one sheet."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.access.gates import staff
from service.web.access.viewer import Viewer
from service.web.board.board import usual_week
from service.web.bulletin import week as weeks
from service.web.charts.shapes import WORDS
from service.web.context import context
from service.web.pages.render import address, page, words_of

router = APIRouter(include_in_schema=False)
Staff = Annotated[Viewer, Depends(staff)]


@router.get("/weeks", name="weeks")
def newest(request: Request, viewer: Staff) -> Response:
    """The page of the newest week that has closed."""
    parts = context(request)
    with parts.db.read() as session:
        week = usual_week(session, parts.clock.now())
    return RedirectResponse(address(request, "week", week=week), 303)


@router.get("/weeks/{week}", name="week")
def show_week(request: Request, viewer: Staff, week: str, county: str = "") -> Response:
    """What leaders should know of a week."""
    parts = context(request)
    asked = {"week": week, "county": county}
    said = words_of(request, viewer)
    with parts.db.read() as session:
        shelf = parts.library.shelf(session)
        found = weeks.load(session, shelf, viewer.prefixes, asked, parts.clock.now(), said)
    return page(request, "bulletin/week.html", viewer, bulletin=found, level_names=WORDS)
