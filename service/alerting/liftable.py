"""可以解除: looks again whether the clean weeks of an alert are complete, after what was doubtful has been verified."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.alerting.corrections import unverified
from service.alerting.decide import Reason, clean_run
from service.alerting.record import record
from service.alerting.tables import Alert, Score
from service.alerting.views import alert_view, week_view
from service.rulebook.library import Shelf
from service.scoring.pack import Level


def look_again(session: Session, alert: Alert, shelf: Shelf, now: datetime) -> bool:
    """Mark an open alert as liftable if its clean weeks are complete now; whether it was marked. The caller holds the
    alert's lock."""
    if alert.closed_at is not None or alert.liftable_at is not None:
        return False
    query = select(Score).where(Score.node_id == alert.node_id, col(Score.superseded_at).is_(None))
    since = query.where(col(Score.week) > alert.first_week, col(Score.week) <= alert.last_week)
    scores = session.exec(since.order_by(col(Score.week))).all()
    book = shelf.newest
    bettered = unverified(session, [alert], book.dictionary)
    weeks = [week_view(score, bettered.get((score.node_id, score.week), frozenset())) for score in scores]
    if clean_run(alert_view(alert), weeks) < book.pack.clean_reports_to_lift[Level(alert.level)]:
        return False
    alert.liftable_at = now
    record(session, alert, now, Reason.LIFTABLE, score=scores[-1] if scores else None)
    return True
