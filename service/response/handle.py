"""处置: what officers do with an alert – load, judge by the lifecycle, write one record, all under the alert's lock."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.alerting.record import record
from service.alerting.tables import Alert, Outcome
from service.db import Database
from service.errors import Conflict, NotFound
from service.response import lifecycle
from service.response.lifecycle import AlertState, Verdict


def acknowledge(db: Database, alert_id: int, officer_id: str, now: datetime) -> Alert:
    """签收: stop the ladder, on record who and when. Signing again changes nothing and shows the first signature.

    The caller has checked that the officer may see the alert. Raises NotFound, or Conflict when it is closed.
    """
    with db.write() as session:
        alert = _locked(session, alert_id)
        verdict = lifecycle.acknowledge(_state(alert))
        if verdict is Verdict.CLOSED:
            raise Conflict("alert_closed", f"预警 {alert_id} 已结束，无需签收", f"alert {alert_id} is over")
        if verdict is Verdict.PERMITTED:
            alert.state, alert.next_step_at = "acknowledged", None
            alert.acknowledged_at, alert.acknowledged_by, alert.owner_id = now, officer_id, officer_id
            record(session, alert, now, "acknowledged", officer_id=officer_id)
    return alert


def lift(db: Database, alert_id: int, officer_id: str, outcome: Outcome, now: datetime) -> Alert:
    """解除: end a signed alert with its outcome, on record. Raises NotFound, or Conflict when it cannot end."""
    with db.write() as session:
        alert = _locked(session, alert_id)
        verdict = lifecycle.lift(_state(alert))
        if verdict is Verdict.CLOSED:
            raise Conflict("alert_closed", f"预警 {alert_id} 已结束", f"alert {alert_id} is over")
        if verdict is Verdict.UNSIGNED:
            raise Conflict("alert_unsigned", f"预警 {alert_id} 尚未签收", f"alert {alert_id} has not been signed")
        alert.state, alert.closed_at, alert.outcome, alert.next_step_at = "lifted", now, outcome, None
        alert.duty = "none"
        record(session, alert, now, "lifted", officer_id=officer_id, detail={"outcome": outcome})
    return alert


def _locked(session: Session, alert_id: int) -> Alert:
    alert = session.exec(select(Alert).where(col(Alert.id) == alert_id).with_for_update()).first()
    if alert is None:
        raise NotFound("no_such_alert", f"没有预警 {alert_id}", f"no alert {alert_id}")
    return alert


def _state(alert: Alert) -> AlertState:
    return AlertState(closed=alert.closed_at is not None, signed=alert.acknowledged_at is not None)
