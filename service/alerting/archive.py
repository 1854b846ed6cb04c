"""自动归档: what has been lifted for so long that it cannot be reopened any more is put away by the clock."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.alerting.decide import REOPEN_WITHIN
from service.alerting.record import record
from service.alerting.tables import Alert

MOST = 500  # at once; the rest an hour later


def archive_lifted(session: Session, now: datetime) -> int:
    """Archive alerts lifted longer ago than they can be reopened; how many."""
    query = select(Alert).where(Alert.state == "lifted", col(Alert.closed_at) <= now - REOPEN_WITHIN)
    rows = session.exec(query.order_by(col(Alert.id)).limit(MOST).with_for_update(skip_locked=True)).all()
    for alert in rows:
        alert.state = "archived"
        record(session, alert, now, "archived")
    return len(rows)
