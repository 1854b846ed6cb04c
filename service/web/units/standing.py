"""单位报送状态: the units somebody looks after with how they stand this week, page by page, in constant queries."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, func, true
from sqlmodel import Session, col, select

from service.alerting.nudge import midnight
from service.alerting.tables import Alert, Score
from service.network.directory import within
from service.network.tables import Node
from service.reporting.tables import Expectation, Nudge, Report, ReportingWeek, ReportReturn, Source
from service.scoring.week import step, week_at
from service.web.completeness import rates

PAGE = 40
LOOK_BACK = 8  # weeks that may be chosen, and in which the last level is looked for


class Reporting(StrEnum):
    """How a unit stands with a week."""

    REPORTED = "reported"  # 已报
    LATE = "late"  # 迟报
    MISSING = "missing"  # 未报
    RETURNED = "returned"  # 退回
    EXCUSED = "excused"  # 停工放假
    NOT_DUE = "not_due"  # 不要求


class Filter(StrEnum):
    """Which units are shown."""

    ALL = "all"
    MISSING = "missing"
    RETURNED = "returned"


@dataclass(frozen=True)
class Wish:
    """What is asked for."""

    week: str
    only: Filter = Filter.ALL
    words: str = ""
    after: str = ""  # the path of the last unit of the page before


@dataclass(frozen=True)
class Unit:
    """One unit; `revision` 0 is not reported, `level` None never judged, `nudged_at` today's reminder."""

    node: Node
    above: str
    state: Reporting
    revision: int
    received_at: datetime | None
    reason: str  # of a return
    due_at: datetime | None
    nudged_at: datetime | None
    level: int | None
    level_week: str
    alert: int | None


@dataclass(frozen=True)
class Units:
    """One page; `counts` are of all units in scope."""

    rows: Sequence[Unit]
    counts: dict[str, int]
    next: str
    week: ReportingWeek | None
    weeks: Sequence[str]


def current_week(session: Session, now: datetime) -> str:
    """The week that is being collected: the earliest one that has begun and is still open."""
    query = select(func.min(ReportingWeek.week)).where(col(ReportingWeek.closes_at) > now)
    return session.exec(query).one() or week_at(now)


def choosable(session: Session, now: datetime) -> list[str]:
    """The weeks that can be looked at, the newest first."""
    query = select(ReportingWeek.week).where(col(ReportingWeek.week) <= week_at(now))
    return list(session.exec(query.order_by(col(ReportingWeek.week).desc()).limit(LOOK_BACK)))


def units(session: Session, prefixes: Sequence[str], kinds: Iterable[str], wish: Wish, now: datetime) -> Units:
    """The units that are asked for, in the order of the tree."""
    mine = and_(within(prefixes), col(Node.kind).in_(list(kinds)))
    rows = session.exec(_query(mine, wish).limit(PAGE + 1)).all()
    shown = rows[:PAGE]
    return Units(
        rows=_rows(session, shown, wish.week, now),
        counts=_counts(session, prefixes, mine, wish.week),
        next=shown[-1][0].path if len(rows) > PAGE else "",
        week=session.get(ReportingWeek, wish.week),
        weeks=choosable(session, now),
    )


def _query(mine: ColumnElement[bool], wish: Wish):  # type: ignore[no-untyped-def]  # SQLModel's own type of a join
    owed = and_(col(Expectation.node_id) == col(Node.id), col(Expectation.week) == wish.week)
    query = select(Node, Expectation).join(Expectation, owed, isouter=True).where(mine, _alive(wish.week))
    if wish.words:
        query = query.where(func.lower(Node.name).contains(wish.words.casefold(), autoescape=True))
    if wish.only is Filter.MISSING:
        query = query.where(col(Expectation.state) == "due", ~_reported(wish.week))
    if wish.only is Filter.RETURNED:
        query = query.where(_returned(wish.week))
    if wish.after:
        query = query.where(col(Node.path) > wish.after)
    return query.order_by(col(Node.path))


def _alive(week: str) -> ColumnElement[bool]:
    """Units that still exist; those that have closed owe nothing."""
    return col(Node.closed).is_(None) if week else true()


def _reported(week: str) -> ColumnElement[bool]:
    own = select(Report.id).where(col(Report.node_id) == col(Node.id), Report.week == week, Report.source == "own")
    return own.exists()


def _returned(week: str) -> ColumnElement[bool]:
    """Whether the newest revision has been sent back."""
    newest = (
        select(func.max(Report.revision))
        .where(col(Report.node_id) == col(Node.id), Report.week == week, Report.source == "own")
        .correlate(Node)
        .scalar_subquery()
    )
    back = (
        select(ReportReturn.id)
        .join(Report, col(Report.id) == col(ReportReturn.report_id))
        .where(col(Report.node_id) == col(Node.id), Report.week == week, Report.source == "own")
        .where(col(Report.revision) == newest)
    )
    return back.exists()


def _counts(session: Session, prefixes: Sequence[str], mine: ColumnElement[bool], week: str) -> dict[str, int]:
    """How many owe a report for the week, how many have sent one, and how many were let off."""
    if known := rates.total(session, prefixes, week):
        return {"due": known.due, "reported": known.came, "missing": known.missing, "excused": known.excused}
    owed = (
        select(Expectation.state, func.count())
        .join(Node, col(Node.id) == col(Expectation.node_id))
        .where(mine, Expectation.week == week)
    )
    states = {state: int(count) for state, count in session.exec(owed.group_by(col(Expectation.state)))}
    came = (
        select(func.count())
        .select_from(Report)
        .join(Node, col(Node.id) == col(Report.node_id))
        .join(Expectation, and_(col(Expectation.node_id) == col(Node.id), col(Expectation.week) == week))
        .where(mine, Report.week == week, Report.source == str(Source.OWN), Report.revision == 1)
        .where(Expectation.state == "due")
    )
    due, reported = states.get("due", 0), int(session.exec(came).one())
    return {"due": due, "reported": reported, "missing": due - reported, "excused": states.get("excused", 0)}


def _rows(session: Session, found: Sequence[tuple[Node, Expectation | None]], week: str, now: datetime) -> list[Unit]:
    ids = [node.id for node, _ in found]
    newest, first = _reports(session, ids, week)
    back = {r.report_id: r for r in session.exec(select(ReportReturn).where(_of_reports(newest.values())))}
    nudges = select(Nudge.node_id, Nudge.at).where(col(Nudge.node_id).in_(ids), Nudge.week == week)
    nudged = dict(session.exec(nudges.where(col(Nudge.at) >= midnight(now))).all())
    levels = _levels(session, ids, week)
    alerts = select(Alert.node_id, Alert.id).where(col(Alert.node_id).in_(ids), col(Alert.closed_at).is_(None))
    alert_of = dict(session.exec(alerts).all())
    parents = {node.parent_id for node, _ in found if node.parent_id}
    names = dict(session.exec(select(Node.id, Node.name).where(col(Node.id).in_(parents))).all())
    rows = []
    for node, owed in found:
        report = newest.get(node.id)
        returned = back.get(report.id) if report else None
        level, level_week = levels.get(node.id, (None, ""))
        rows.append(
            Unit(
                node=node,
                above=names.get(node.parent_id or "", ""),
                state=_state(owed, report, first.get(node.id), returned),
                revision=report.revision if report else 0,
                received_at=report.received_at if report else None,
                reason=returned.reason if returned else "",
                due_at=owed.due_at if owed else None,
                nudged_at=nudged.get(node.id),
                level=level,
                level_week=level_week,
                alert=alert_of.get(node.id),
            )
        )
    return rows


def _of_reports(reports: Iterable[Report]) -> ColumnElement[bool]:
    return col(ReportReturn.report_id).in_([report.id for report in reports])


def _reports(session: Session, ids: Sequence[str], week: str) -> tuple[dict[str, Report], dict[str, Report]]:
    """By unit the newest revision of its own report, and the first."""
    query = select(Report).where(col(Report.node_id).in_(ids), Report.week == week, Report.source == str(Source.OWN))
    rows = session.exec(query.order_by(col(Report.revision))).all()
    return {row.node_id: row for row in rows}, {row.node_id: row for row in reversed(rows)}


def _levels(session: Session, ids: Sequence[str], week: str) -> dict[str, tuple[int, str]]:
    """By unit the level of the newest week judged up to `week`."""
    query = select(Score.node_id, Score.level, Score.week).where(
        col(Score.node_id).in_(ids), col(Score.superseded_at).is_(None), Score.week <= week
    )
    recent = query.where(Score.week > step(week, -LOOK_BACK)).order_by(col(Score.week))
    return {node: (level, of) for node, level, of in session.exec(recent)}


def _state(
    owed: Expectation | None, report: Report | None, first: Report | None, returned: ReportReturn | None
) -> Reporting:
    if report is not None and returned is not None:
        return Reporting.RETURNED
    if first is not None:
        return Reporting.LATE if first.state == "late" else Reporting.REPORTED
    if owed is None:
        return Reporting.NOT_DUE
    return Reporting.EXCUSED if owed.state == "excused" else Reporting.MISSING
