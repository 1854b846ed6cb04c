"""报送统计: how many owed a report of a week, reported in time, late or not at all, by parent – counted by the clock.

A page over a nation adds up a row a parent and week instead of looking at every unit; what changed since the last
count is counted again within seconds.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, delete, func, insert
from sqlalchemy import select as rows_of
from sqlmodel import Session, col, select

from service.network.tables import Node
from service.reporting.tables import Expectation, Report, ReportingTally, ReportingWeek, Source

OVERLAP = timedelta(minutes=1)  # a report may be committed this long after it was received
KEPT = 60  # weeks that are counted again when something comes for them late
COUNTS = ("due", "in_time", "late", "missing", "excused", "reminded")


def count_weeks(session: Session, now: datetime) -> list[str]:
    """Count the weeks again that are new or in which reports have come since they were counted; which ones."""
    weeks = stale_weeks(session)
    for week in weeks:
        count_week(session, week, now)
    return weeks


def stale_weeks(session: Session) -> list[str]:
    """The weeks whose counts may be out of date, in order; a look that takes no lock."""
    newest = select(ReportingWeek.week).order_by(col(ReportingWeek.week).desc()).limit(KEPT)
    known = set(session.exec(newest))
    counted = set(session.exec(select(ReportingTally.week).distinct()))
    last: datetime | None = session.exec(select(func.max(ReportingTally.counted_at))).one()
    if last is None:
        return sorted(known)
    came = select(Report.week).where(col(Report.received_at) >= last - OVERLAP, Report.revision == 1).distinct()
    return sorted(known & (set(session.exec(came)) | (known - counted)))


def count_week(session: Session, week: str, now: datetime) -> None:
    """Count one week from its expectations and the first own report of each."""
    session.execute(delete(ReportingTally).where(col(ReportingTally.week) == week))
    rows = session.execute(_counting(week)).mappings().all()
    if rows:
        session.execute(insert(ReportingTally), [{"week": week, "counted_at": now, **row} for row in rows])


def _counting(week: str) -> Select[Any]:
    owed = col(Expectation.state) == "due"
    came = col(Report.received_at)
    home = case(
        (col(Node.kind).in_(("county", "township")), col(Node.id)), else_=func.coalesce(Node.parent_id, Node.id)
    )

    def many(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)

    first = and_(
        col(Report.node_id) == col(Expectation.node_id),
        col(Report.week) == col(Expectation.week),
        col(Report.source) == str(Source.OWN),
        col(Report.revision) == 1,
    )
    counts = {
        "due": many(owed),
        "in_time": many(and_(owed, came <= col(Expectation.due_at))),
        "late": many(and_(owed, came > col(Expectation.due_at))),
        "missing": many(and_(owed, came.is_(None))),
        "excused": many(col(Expectation.state) == "excused"),
        "reminded": many(col(Expectation.reminded_at).is_not(None)),
    }
    return (
        rows_of(home.label("home_id"), *(counts[name].label(name) for name in COUNTS))
        .join(Node, col(Node.id) == col(Expectation.node_id))
        .join(Report, first, isouter=True)
        .where(col(Expectation.week) == week)
        .group_by(home)
    )
