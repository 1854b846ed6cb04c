"""更正的核实: which weeks were made to look better after an alert, and have not been verified since.

A figure that falls once the union has taken an interest may be a mended mistake or a wish; until an officer has
verified the alert again, such a week is not clean.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select

from service.alerting.tables import Alert, AlertEvent
from service.reporting.tables import Report
from service.scoring.build import number
from service.scoring.pack import Dictionary

VERIFIED = "verified"  # the reason of the line that a verification leaves on the record
Week = tuple[str, str]  # node and week


def unverified(session: Session, alerts: Iterable[Alert], dictionary: Dictionary) -> dict[Week, frozenset[str]]:
    """By node and week the indicators that a correction has bettered since the node's open alert, and since its last
    verification; one query when nothing was corrected, three otherwise."""
    open_ = {alert.node_id: alert for alert in alerts if alert.closed_at is None}
    corrected = _corrected(session, open_)
    if not corrected:
        return {}
    verified = _verified(session, [alert.id or 0 for alert in open_.values()])
    found: dict[Week, frozenset[str]] = {}
    for (node, week, _), revisions in _revisions(session, corrected).items():
        alert = open_[node]
        if revisions[-1].received_at > verified.get(alert.id or 0, alert.raised_at):
            lowered = bettered(revisions, alert.raised_at, dictionary)
            if lowered:
                found[node, week] = found.get((node, week), frozenset()) | lowered
    return found


def bettered(revisions: Sequence[Report], since: datetime, dictionary: Dictionary) -> frozenset[str]:
    """Ids of the indicators that the newest of `revisions` (oldest first) shows better than any that was known at or
    after `since`; a figure that is gone or has become not applicable looks better too."""
    last = max((i for i, revision in enumerate(revisions) if revision.received_at <= since), default=0)
    *earlier, newest = revisions[last:]
    return frozenset(
        id_
        for revision in earlier
        for id_ in revision.values
        if id_ in dictionary.indicators and _better(dictionary, id_, revision.values[id_], newest.values.get(id_))
    )


def _better(dictionary: Dictionary, id_: str, before: object, after: object) -> bool:
    indicator = dictionary.indicators[id_]
    old, new = number(indicator, before), number(indicator, after)
    if not isinstance(old, float):
        return False
    if not isinstance(new, float):
        return True
    return new < old if indicator.worse == "up" else new > old


def _corrected(session: Session, alerts: Mapping[str, Alert]) -> list[tuple[str, str, str]]:
    """Node, week and source of the reports corrected since the earliest of the alerts was raised."""
    if not alerts:
        return []
    earliest = min(alert.raised_at for alert in alerts.values())
    query = select(Report.node_id, Report.week, Report.source).distinct()
    rows = session.exec(
        query.where(col(Report.node_id).in_(alerts), col(Report.revision) > 1, col(Report.received_at) > earliest)
    )
    return [(node, week, source) for node, week, source in rows]


def _revisions(session: Session, reports: Collection[tuple[str, str, str]]) -> dict[tuple[str, str, str], list[Report]]:
    key = tuple_(col(Report.node_id), col(Report.week), col(Report.source))
    found: dict[tuple[str, str, str], list[Report]] = {}
    for row in session.exec(select(Report).where(key.in_(list(reports))).order_by(col(Report.revision))):
        found.setdefault((row.node_id, row.week, row.source), []).append(row)
    return found


def _verified(session: Session, alerts: Sequence[int]) -> dict[int, datetime]:
    """When each alert was last verified."""
    query = select(AlertEvent.alert_id, func.max(AlertEvent.at)).where(
        col(AlertEvent.alert_id).in_(alerts), AlertEvent.reason == VERIFIED
    )
    return dict(session.exec(query.group_by(col(AlertEvent.alert_id))).all())
