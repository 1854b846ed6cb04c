"""态势页: GET /board, and behind every picture its table and its CSV at /board/<part>."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.rulebook.library import Rulebook
from service.scoring.pack import Level
from service.scoring.week import step
from service.web.access.gates import staff
from service.web.access.viewer import Viewer
from service.web.board import board, pictures
from service.web.board.area import Spot, themes_of
from service.web.board.board import Board
from service.web.board.sheet import as_csv
from service.web.board.sheets import SHEETS
from service.web.board.words import INDUSTRIES, THEMES
from service.web.charts.bar import bar
from service.web.charts.lines import spark
from service.web.charts.shapes import DEGREES, WORDS
from service.web.context import context
from service.web.pages.i18n import Words
from service.web.pages.render import address, file_response, page, words_of

router = APIRouter(include_in_schema=False)
Staff = Annotated[Viewer, Depends(staff)]
_CHOICE_OF_WEEKS = 53


@router.get("/board", name="board")
def show_board(request: Request, viewer: Staff) -> Response:
    """The situation of an area and a week."""
    found, book = _load(request, viewer)
    said = words_of(request, viewer)
    reach = partial(_reach, request, found)
    rows = pictures.heat_rows(found, reach)
    return page(
        request,
        "board/board.html",
        viewer,
        board=found,
        network=pictures.network_picture(found, said, reach),
        heat=pictures.heat_picture(found, rows, said) if rows else None,
        trends=pictures.trends(found, _limits(book, said), said),
        spark=spark,
        bar=bar,
        degrees=DEGREES,
        level_names=WORDS,
        reach=reach,
        choices=_choices(found, book, said),
        part=lambda name: address(request, f"/board/{name}", found.asked.query(after="")),
        here=lambda **changes: address(request, "/board", found.asked.query(**changes)),
    )


def show_sheet(request: Request, viewer: Staff, format: str = "html") -> Response:  # noqa: A002  # the word of addresses
    """The figures behind one picture, as a table or as CSV."""
    found, _ = _load(request, viewer)
    said = words_of(request, viewer)
    part = request.url.path.rsplit("/", 1)[1]
    sheet = SHEETS[part][1](found, context(request).clock.now(), said)
    if format == "csv":
        return file_response(request, as_csv(sheet), "text/csv; charset=utf-8", f"{part}-{found.asked.week}.csv")
    query = found.asked.query()
    return page(
        request,
        "board/sheet.html",
        viewer,
        board=found,
        sheet=sheet,
        csv=address(request, f"/board/{part}", query | {"format": "csv"}),
        back=address(request, "/board", query),
    )


for _part in SHEETS:
    router.add_api_route(f"/board/{_part}", show_sheet, name=f"board_{_part}")


def _load(request: Request, viewer: Viewer) -> tuple[Board, Rulebook]:
    parts = context(request)
    said = words_of(request, viewer)
    with parts.db.read() as session:
        shelf = parts.library.shelf(session)
        found = board.load(session, shelf, viewer.prefixes, request.query_params, parts.clock.now(), said)
    return found, shelf.newest


def _reach(request: Request, found: Board, spot: Spot) -> str:
    """A county leads to its own board, a unit to its alerts."""
    if spot.kind in ("county", "township", "city"):
        return address(request, "/board", found.asked.query(county=spot.id, after=""))
    return address(request, "/alerts", {"node": spot.id, "tab": "area"})


def _limits(book: Rulebook, said: Words) -> list[tuple[float, str]]:
    """The scores from which the levels count."""
    return [(book.pack.levels[level], said(WORDS[level])) for level in Level if level in book.pack.levels]


def _choices(found: Board, book: Rulebook, said: Words) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer: values and their words."""
    newest = max(found.asked.week, step(found.asked.week, 0))
    return {
        "county": [(spot.id, spot.name) for spot in found.area.choices],
        "industry": [(one, said(INDUSTRIES[one]) if one in INDUSTRIES else one) for one in found.area.industries],
        "theme": [(one, said(THEMES[one]) if one in THEMES else one) for one in themes_of(book)],
        "week": [(week, week) for week in (step(newest, -back) for back in range(_CHOICE_OF_WEEKS))],
    }
