"""态势: everything that a board shows of an area and a week, read once – pictures, tables and files are made of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import and_
from sqlmodel import Session, col, select

from service.alerting.tables import Score
from service.clock import SHANGHAI
from service.network.tables import Node
from service.reporting.tables import ReportingWeek
from service.rulebook.library import Shelf
from service.scoring.pack import Level
from service.scoring.week import week_at
from service.web.board import block, counties, ranking, tiles, waiting
from service.web.board.area import Area, Spot, find_area, find_spots, known_at, names_above
from service.web.board.asked import Asked, read_asked
from service.web.board.block import Block
from service.web.board.counties import Pace
from service.web.board.ranking import Ranked
from service.web.board.tiles import Tiles
from service.web.board.waiting import Waiting
from service.web.pages.i18n import Words

PAGE = 60  # units of a large area on a page of the heat map
_SERIOUS = (Level.ORANGE, Level.RED)


@dataclass(frozen=True)
class Board:
    """The figures of a board. `shown` are the units of the heat map beneath their `heads`, `next` the path that ends
    the page when there is another; `beneath` counts the serious units of each group of a large area."""

    asked: Asked
    area: Area
    known_at: datetime | None
    running: bool
    tiles: Tiles
    block: Block
    ranked: Sequence[Ranked]
    rising: Sequence[Spot]
    waiting: Sequence[Waiting]
    paces: Sequence[Pace]
    shown: Sequence[Spot]
    next: str
    counties: Mapping[str, str]
    beneath: Mapping[str, Mapping[Level, int]]


def usual_week(session: Session, now: datetime) -> str:
    """The week a board begins with: the newest that has closed, of which everything is known."""
    closed = select(ReportingWeek.week).where(col(ReportingWeek.closed_at).is_not(None))
    return session.exec(closed.order_by(col(ReportingWeek.week).desc()).limit(1)).first() or week_at(now)


def load(
    session: Session, shelf: Shelf, prefixes: tuple[str, ...], query: Mapping[str, str], now: datetime, said: Words
) -> Board:
    """The board that an address asks for within a viewer's `prefixes`; a constant number of queries. Raises
    FieldProblems for filters that cannot be, and NotFound for an area outside."""
    book = shelf.newest
    asked = read_asked(query, usual_week(session, now), week_at(now))
    area = find_area(session, prefixes, asked, book)
    closes = shelf.at(now).deadlines(asked.week).closes_at
    running = now < closes
    at = None if asked.known == "now" or running else evening_of(closes)
    best = ranking.candidates(session, area, asked.week, at)
    shown, following = _shown(session, area, asked, book.pack.kinds)
    wanted = {spot.id: spot for spot in (*area.roots, *area.groups, *(area.units or ()), *shown, *best)}
    scores = block.load(session, list(wanted.values()), asked.weeks, at)
    names = names_above(session, [spot.path for spot in (*best, *shown)])
    first = ranking.rank(session, shelf, scores, best, names, at, said)
    return Board(
        asked=asked,
        area=area,
        known_at=at,
        running=running,
        tiles=tiles.load(session, area, asked.week, at, now, running),
        block=scores,
        ranked=first,
        rising=_rising(scores, best),
        waiting=waiting.load(session, area, book, said),
        paces=counties.load(session, area, now),
        shown=shown,
        next=following,
        counties=names,
        beneath={} if area.units is not None else _beneath(session, area, asked.week, at),
    )


def evening_of(closes: datetime) -> datetime:
    """The end of the day on which a week closed: what was known then had been judged by then."""
    local = closes.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    return local + timedelta(days=1)


def _shown(session: Session, area: Area, asked: Asked, kinds: frozenset[str]) -> tuple[Sequence[Spot], str]:
    """The units of the heat map and where its next page begins; of a large area without a county none."""
    if area.units is not None:
        return area.units, ""
    if asked.county is None and not area.industry:
        return (), ""
    which = and_(area.nodes(), col(Node.path) > asked.after, col(Node.kind).in_(kinds))
    rows = find_spots(session, which, PAGE + 1)
    return rows[:PAGE], rows[PAGE - 1].path if len(rows) > PAGE else ""


def _rising(scores: Block, units: Sequence[Spot]) -> list[Spot]:
    """The units whose scores rose most over four weeks."""
    risen = [(scores.change(unit.id) or 0, unit) for unit in units]
    return [unit for change, unit in sorted(risen, key=lambda both: -both[0]) if change > 0][:3]


def _beneath(session: Session, area: Area, week: str, at: datetime | None) -> dict[str, dict[Level, int]]:
    """How many orange and red units each group has; only those are read."""
    query = select(Node.path, Score.level).join(Score, col(Score.node_id) == col(Node.id))
    serious = col(Score.level).in_([int(level) for level in _SERIOUS])
    counted: dict[str, dict[Level, int]] = {group.id: {} for group in area.groups}
    for path, level in session.exec(query.where(Score.week == week, serious, known_at(at), area.nodes())):
        group = next((counted[step] for step in path.split("/") if step in counted), None)
        if group is not None and path.split("/")[-2] not in counted:
            group[Level(level)] = group.get(Level(level), 0) + 1
    return counted
