"""应报: opens each week with what every node owes, closes it on time, and lists who has not reported yet."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from sqlalchemy import func, insert
from sqlmodel import Session, col, select

from service.network.tables import Node
from service.reporting.deadline import Deadlines
from service.reporting.tables import Cause, Due, Expectation, Report, ReportingWeek
from service.scoring.pack import Dictionary
from service.scoring.week import between, overlaps, week_at

Schedule = Callable[[str], Deadlines]
# History is judged week by week as it is posted; its newest week is taken as complete after this long without a post.
HISTORY_QUIET = timedelta(seconds=30)


def open_weeks(session: Session, now: datetime, schedule: Schedule, dictionary: Dictionary) -> list[str]:
    """Freeze what is expected up to the current week, once; a week that passed while nobody watched was owed too."""
    current = week_at(now)
    known: str | None = session.exec(select(func.max(ReportingWeek.week))).one()
    opened = [current] if known is None else between(known, current)[1:]
    for week in opened:
        _open(session, week, schedule(week), dictionary)
    return opened


def close_weeks(session: Session, now: datetime, schedule: Schedule, dictionary: Dictionary) -> list[str]:
    """Put every week whose time is over, and that was not closed yet, in hand for a last scoring; earliest first."""
    closed = []
    for row in session.exec(
        select(ReportingWeek)
        .where(col(ReportingWeek.closed_at).is_(None), col(ReportingWeek.closes_at) <= now)
        .order_by(col(ReportingWeek.week))
    ).all():
        row.closed_at = now
        _due_for_all(session, row.week, Cause.CLOSING, now)
        closed.append(row.week)
    return closed + _close_history(session, now, schedule, dictionary)


def _close_history(session: Session, now: datetime, schedule: Schedule, dictionary: Dictionary) -> list[str]:
    """Weeks that were over before the service knew of them and that somebody reported: silent nodes are scored for
    them too, but nobody is alarmed. A week nobody reported stays unknown, so that one wrong year costs one week."""
    known = set(session.exec(select(ReportingWeek.week)).all())
    reported = _reported_weeks(session)
    missing = [week for week in reported if week not in known]
    if missing and missing[-1] == reported[-1] and not _quiet(session, now):
        missing.pop()
    closed = []
    for week in missing:
        deadline = schedule(week)
        if deadline.closes_at > now:
            continue
        _open(session, week, deadline, dictionary).closed_at = now
        _due_for_all(session, week, Cause.HISTORY, now)
        closed.append(week)
    return closed


def _reported_weeks(session: Session) -> list[str]:
    """All weeks with a report, in order; hops from week to week in the index and does not read the reports."""
    first = select(func.min(Report.week).label("week"))
    weeks = first.cte("weeks", recursive=True)
    later = select(func.min(Report.week)).where(col(Report.week) > weeks.c.week).scalar_subquery()
    weeks = weeks.union_all(select(later).where(weeks.c.week.is_not(None)))
    return [week for (week,) in session.connection().execute(select(weeks.c.week)) if week is not None]


def _quiet(session: Session, now: datetime) -> bool:
    last: datetime | None = session.exec(select(func.max(Report.received_at))).one()
    return last is None or last <= now - HISTORY_QUIET


def _open(session: Session, week: str, deadline: Deadlines, dictionary: Dictionary) -> ReportingWeek:
    row = ReportingWeek(week=week, due_at=deadline.due_at, closes_at=deadline.closes_at)
    session.add(row)
    session.flush()
    reporting = {kind for indicator in dictionary.indicators.values() for kind in indicator.applies_to}
    owed = [
        {"node_id": node, "week": week, "due_at": deadline.due_at, "closes_at": deadline.closes_at, "state": "due"}
        for node, kind in _alive(session, week)
        if kind in reporting
    ]
    if owed:
        session.execute(insert(Expectation), owed)
    return row


def _due_for_all(session: Session, week: str, cause: Cause, now: datetime) -> None:
    rows = [{"node_id": n, "week": week, "cause": cause, "created_at": now} for n, _ in _alive(session, week)]
    if rows:
        session.execute(insert(Due), rows)


def _alive(session: Session, week: str) -> Iterable[tuple[str, str]]:
    nodes = session.exec(select(Node).order_by(col(Node.id)))
    return [(node.id, node.kind) for node in nodes if overlaps(node.opened, node.closed, week)]


def unreported(session: Session, week: str) -> list[Expectation]:
    """What is still owed for `week` and nobody has been reminded of, in order of the nodes; whoever had something to
    say by an observation or an event still owes the own report."""
    told = select(Report.node_id).where(Report.week == week, Report.source == "own")
    return list(
        session.exec(
            select(Expectation)
            .where(Expectation.week == week, Expectation.state == "due", col(Expectation.reminded_at).is_(None))
            .where(col(Expectation.node_id).not_in(told))
            .order_by(col(Expectation.node_id))
        )
    )
