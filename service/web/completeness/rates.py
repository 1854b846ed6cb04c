"""报送率: the counts of an area by county and week, added up from the clock's tallies; two queries."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from service.network.directory import inside, within
from service.network.tables import Node
from service.reporting.tables import ReportingTally
from service.reporting.tally import COUNTS
from service.web.board.area import Spot, find_spots

LARGE = 2_000  # nodes; counting those of a larger area would take longer than anybody waits


@dataclass(frozen=True)
class Counts:
    """Of one week: reports owed, come in time, late, missing; units excused (停工放假); units the clock reminded."""

    due: int = 0
    in_time: int = 0
    late: int = 0
    missing: int = 0
    excused: int = 0
    reminded: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    @property
    def came(self) -> int:
        """Reports that came at all: each owed report counts once, so never more than were owed."""
        return self.in_time + self.late

    @property
    def rate(self) -> float | None:
        """Reports that came by those owed, in percent; None when none was owed."""
        return 100 * self.came / self.due if self.due else None

    @property
    def in_time_rate(self) -> float | None:
        """The same of those that came in time."""
        return 100 * self.in_time / self.due if self.due else None


@dataclass(frozen=True)
class Group:
    """A county – or what stands beneath the viewer's own node – with its counts by week."""

    spot: Spot
    weeks: Mapping[str, Counts]

    def of(self, week: str) -> Counts:
        """The counts of a week, zeros where nothing was owed."""
        return self.weeks.get(week, Counts())


@dataclass(frozen=True)
class Rates:
    """An area's counts: its groups in the order of the tree, their sums by week, and when they were counted."""

    groups: Sequence[Group]
    total: Mapping[str, Counts]
    counted_at: datetime | None


def load(session: Session, prefixes: Sequence[str], weeks: Sequence[str]) -> Rates:
    """The counts within `prefixes` in `weeks`."""
    columns: list[Any] = [Node.path, ReportingTally.week, ReportingTally.counted_at]
    columns += [getattr(ReportingTally, name) for name in COUNTS]
    query = select(*columns).join(Node, col(Node.id) == col(ReportingTally.home_id))
    rows = session.execute(query.where(inside(prefixes), col(ReportingTally.week).in_(weeks))).all()
    counted = [(heading(row[0], prefixes), row[1], Counts(*row[3:])) for row in rows]
    spots = find_spots(session, col(Node.id).in_({group for group, _, _ in counted}), len(counted) + 1)
    by_group = _summed((group, week, counts) for group, week, counts in counted)
    groups = [Group(spot, by_group[spot.id]) for spot in spots]
    total = _summed(("", week, counts) for _, week, counts in counted).get("", {})
    return Rates(groups, total, max((row[2] for row in rows), default=None))


def total(session: Session, prefixes: Sequence[str], week: str) -> Counts | None:
    """The counts of a large area in one week; None for one that is small enough to be counted to this very moment, and
    for a week that the clock has not counted. Two queries."""
    first = select(col(Node.id)).where(within(prefixes)).limit(LARGE + 1).subquery()
    if session.execute(select(func.count()).select_from(first)).scalar_one() <= LARGE:
        return None
    sums = [func.sum(getattr(ReportingTally, name)) for name in COUNTS]
    query = select(*sums).join(Node, col(Node.id) == col(ReportingTally.home_id))
    row = session.execute(query.where(inside(prefixes), col(ReportingTally.week) == week)).one()
    return None if row[0] is None else Counts(*map(int, row))


def heading(path: str, prefixes: Sequence[str]) -> str:
    """The id of the group that a parent's figures stand under: the node beneath the viewer's top that it lies in, or
    the top itself; with several tops each of them is a group."""
    top = min((p for p in prefixes if path.startswith(p)), key=len)
    steps = path[len(top) :].split("/")
    several = sum(not any(p != q and p.startswith(q) for q in prefixes) for p in prefixes) > 1
    return top.rstrip("/").split("/")[-1] if several or not steps[0] else steps[0]


def _summed(rows: Iterable[tuple[str, str, Counts]]) -> dict[str, dict[str, Counts]]:
    found: dict[str, dict[str, Counts]] = {}
    for group, week, counts in rows:
        weeks = found.setdefault(group, {})
        weeks[week] = weeks.get(week, Counts()) + counts
    return found
