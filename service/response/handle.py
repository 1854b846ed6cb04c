"""处置: the plain moves of an alert – sign, contain, note, archive – each under its lock, one line on its record."""

from datetime import datetime
from typing import Any

from service.alerting.tables import Alert
from service.notify.receipts import mark_signed
from service.response.desk import Case, Office, on_desk
from service.response.lifecycle import Move, State


def acknowledge(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, note: str = "", if_match: int | None = None
) -> Alert:
    """签收: whoever signs owns the alert from now on, and the newest message about it says so. Signing again changes
    nothing and shows the first signature.

    Raises NotFound, Stale, or Conflict when the alert is closed.
    """
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        if sign(case, **_said(note)):
            mark_signed(case.session, case.id, officer_id, now)
    return case.alert


def sign(case: Case, **detail: Any) -> bool:
    """Sign an alert that lies on the desk; False when somebody has already. Raises Conflict when it is closed."""
    if not case.begin(Move.ACKNOWLEDGE):
        return False
    alert = case.alert
    alert.state, alert.owner_id = str(State.ACKNOWLEDGED), case.officer_id
    alert.acknowledged_at, alert.acknowledged_by = case.now, case.officer_id
    case.note("acknowledged", says=False, **detail)
    return True


def contain(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, note: str = "", if_match: int | None = None
) -> Alert:
    """稳控: the situation is calm; from now on it is watched. Raises NotFound, Stale, or Conflict."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        if case.begin(Move.CONTAIN):
            case.alert.state, case.alert.contained_at = str(State.CONTAINED), now
            case.note("contained", note=note)
    return case.alert


def note(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, text: str, if_match: int | None = None
) -> Alert:
    """备注: put on record how things stand; this is an update. Raises NotFound or Stale."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.NOTE)
        case.note("noted", note=text)
    return case.alert


def archive(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, note: str = "", if_match: int | None = None
) -> Alert:
    """归档: put a lifted alert away. Raises NotFound, Stale, or Conflict when it is open."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        if case.begin(Move.ARCHIVE):
            case.alert.state = str(State.ARCHIVED)
            case.note("archived", says=False, **_said(note))
    return case.alert


def _said(note: str) -> dict[str, str]:
    """What goes on record of a note that need not be written."""
    return {"note": note} if note else {}
