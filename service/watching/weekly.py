"""每周该做的事: what the clock should have done by now – weeks opened, closed and judged – and did not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.clock import SHANGHAI
from service.reporting.tables import Cause, Due, ReportingWeek
from service.scoring.week import monday, week_at

GRACE = timedelta(hours=1)


@dataclass(frozen=True)
class Missed:
    """A run that did not happen; `key` is the same as long as it is the same run."""

    key: str
    text: str
    text_en: str


def missed_runs(session: Session, now: datetime) -> Iterator[Missed]:
    """Everything that is more than an hour late."""
    week = week_at(now)
    opened = select(ReportingWeek.week).where(ReportingWeek.week == week)
    if now > datetime.combine(monday(week), time(), SHANGHAI) + GRACE and session.exec(opened).first() is None:
        yield Missed(f"week_not_opened/{week}", f"报告周 {week} 没有按时开启", f"week {week} was not opened in time")
    late = select(ReportingWeek.week).where(
        col(ReportingWeek.closed_at).is_(None), col(ReportingWeek.closes_at) < now - GRACE
    )
    for closing in session.exec(late.order_by(ReportingWeek.week)):
        yield Missed(
            f"week_not_closed/{closing}", f"报告周 {closing} 没有按时关闭", f"week {closing} was not closed in time"
        )
    unjudged = (
        select(Due.week, func.count())
        .where(Due.cause == Cause.CLOSING, col(Due.created_at) < now - GRACE)
        .group_by(Due.week)
        .order_by(Due.week)
    )
    for closed, nodes in session.exec(unjudged):
        yield Missed(
            f"week_not_judged/{closed}",
            f"报告周 {closed} 关闭后还有 {nodes} 个节点没有评分",
            f"week {closed} was closed and {nodes} nodes are not judged yet",
        )
