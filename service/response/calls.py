"""电话通知 / 代签收: the duty desk rings somebody up and puts on record who, when, and whether they answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from service.alerting.tables import Alert, AlertEvent
from service.errors import Invalid
from service.response import refusals
from service.response.desk import Case, Office, on_desk
from service.response.lifecycle import Move, State

DESK = "city.duty"  # where the path has no desk of its own, whoever stands above it on the path
LINE = "called"


@dataclass(frozen=True)
class PhoneCall:
    """One call: whom the desk rang, when, and what came of it."""

    officer: str
    called_at: datetime
    answered: bool
    note: str = ""


def call(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, made: PhoneCall, if_match: int | None = None
) -> Alert:
    """Put a call on record. Answered, it counts as the signature of whoever was called, from the moment of the call;
    unanswered, the ladder goes on. The same call again changes nothing.

    Raises NotFound, Stale, Forbidden when the recorder is at no duty desk, Invalid for a person off the path or an
    impossible time, Conflict when the alert is closed.
    """
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.CALL)
        if not at_desk(case):
            raise refusals.not_entitled(DESK)
        if not _recorded(case, made):
            _check(case, made)
            _record(case, made)
    return case.alert


def at_desk(case: Case) -> bool:
    """Whether the officer is at a duty desk on the path."""
    desks = {post.code for post in case.posts if post.code.endswith(".duty")} or {DESK}
    return any(case.holds(code) for code in desks)


def _check(case: Case, made: PhoneCall) -> None:
    people = {officer.id for post in case.posts if post.kind != "enterprise" for officer in post.officers}
    if made.officer not in people:
        raise Invalid(
            "not_on_path",
            f"责任人 {made.officer} 不在此预警的责任路径上",
            f"officer {made.officer} holds no post on the path of this alert",
            "/officer",
        )
    if not case.alert.issued_at <= made.called_at <= case.now:
        raise Invalid(
            "impossible_time",
            "通话时间应在本级预警发布之后、现在之前",
            "the call must lie between the issue of the present level and now",
            "/called_at",
        )


def _recorded(case: Case, made: PhoneCall) -> bool:
    """Whether this very call is on the record already."""
    query = select(AlertEvent).where(AlertEvent.alert_id == case.id, AlertEvent.reason == LINE)
    known = case.session.exec(query.order_by(col(AlertEvent.seq))).all()
    said = _said(made)
    return any(all(event.detail.get(key) == value for key, value in said.items()) for event in known)


def _record(case: Case, made: PhoneCall) -> None:
    signs = made.answered and case.state is State.RAISED
    if signs:
        case.alert.state, case.alert.owner_id = str(State.ACKNOWLEDGED), made.officer
        case.alert.acknowledged_at, case.alert.acknowledged_by = made.called_at, made.officer
    case.note(LINE, says=False, **_said(made), signed=signs, recorded_by=case.officer_id, note=made.note)


def _said(made: PhoneCall) -> dict[str, str | bool]:
    return {"called": made.officer, "called_at": made.called_at.isoformat(), "answered": made.answered}
