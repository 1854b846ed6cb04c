"""周报要情: what one page says of a week, from the board and the reporting counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.alerting.tables import Alert
from service.clock import SHANGHAI
from service.network.tables import Node
from service.rulebook.library import Shelf
from service.scoring.pack import Level
from service.scoring.week import monday
from service.web.board import board, waiting
from service.web.board.board import Board
from service.web.board.ranking import Ranked
from service.web.board.waiting import Waiting
from service.web.completeness import rates
from service.web.completeness.rates import Rates
from service.web.pages.i18n import Words

MOST_UNITS = 8
MOST_ALERTS = 8


@dataclass(frozen=True)
class Bulletin:
    """`serious` are the units of the week above normal, `waiting` the open alerts as they are now; `issued` and
    `closed` count the alerts of the week."""

    board: Board
    rates: Rates
    serious: Sequence[Ranked]
    waiting: Sequence[Waiting]
    issued: Mapping[Level, int]
    closed: int


def load(
    session: Session, shelf: Shelf, prefixes: tuple[str, ...], query: Mapping[str, str], now: datetime, said: Words
) -> Bulletin:
    """The page of a week within a viewer's `prefixes`. Raises FieldProblems and NotFound as a board does."""
    found = board.load(session, shelf, prefixes, query, now, said)
    area, week = found.area, found.asked.week
    return Bulletin(
        board=found,
        rates=rates.load(session, area.prefixes, [week]),
        serious=[one for one in found.ranked if one.level > Level.NORMAL][:MOST_UNITS],
        waiting=waiting.load(session, area, shelf.newest, said, MOST_ALERTS),
        issued=_issued(session, found, *span(week)),
        closed=_closed(session, found, *span(week)),
    )


def span(week: str) -> tuple[datetime, datetime]:
    """A week as instants, half-open, in Baoji's time."""
    start = datetime.combine(monday(week), time(), SHANGHAI)
    return start, start + timedelta(days=7)


def _issued(session: Session, found: Board, start: datetime, end: datetime) -> dict[Level, int]:
    query = select(Alert.level, func.count()).join(Node, col(Node.id) == col(Alert.node_id))
    query = query.where(col(Alert.raised_at) >= start, col(Alert.raised_at) < end, found.area.alerted())
    return {Level(level): count for level, count in session.exec(query.group_by(col(Alert.level)))}


def _closed(session: Session, found: Board, start: datetime, end: datetime) -> int:
    query = select(func.count(col(Alert.id))).join(Node, col(Node.id) == col(Alert.node_id))
    return int(
        session.exec(query.where(col(Alert.closed_at) >= start, col(Alert.closed_at) < end, found.area.alerted())).one()
    )
