"""处置措施的记录: what was done about an alert, and what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from service.alerting.tables import Alert
from service.clock import SHANGHAI
from service.errors import Invalid
from service.response import refusals
from service.response.actions import FORMS, ActionKind, may_take, numbered, reply_by
from service.response.desk import Case, Office, on_desk
from service.response.lifecycle import Move, State, permit
from service.response.tables import Action


@dataclass(frozen=True)
class Done:
    """What somebody did; `detail` is what belongs to the kind, made of what JSON knows."""

    kind: ActionKind
    done_at: datetime | None = None  # None: just now
    note: str = ""
    number: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)


def act(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, done: Done, if_match: int | None = None
) -> tuple[Alert, Action]:
    """Put an action on record; the same again, at the same instant, is the same action.

    Raises NotFound, Stale, Forbidden, Invalid, or Conflict (also for a letter's number that is taken).
    """
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.ACT)
        if not may_take(done.kind, case.kinds):
            raise refusals.from_kind(FORMS[done.kind].from_kind)
        action = _action(case, done)
        known = _known(case, action)
        if known is not None:
            return case.alert, known
        _store(case, action)
        row = permit(Move.ACT, case.state)
        if row is not None and row.to:
            case.alert.state = str(State.HANDLING)
        said: dict[str, Any] = {"kind": str(done.kind), "action": action.id, "number": done.number, "note": done.note}
        case.note("acted", done_at=action.done_at.isoformat(), detail=dict(done.detail), **said)
    return case.alert, action


def reply(
    office: Office,
    alert_id: int,
    officer_id: str,
    now: datetime,
    *,
    action_id: int,
    text: str,
    replied_at: datetime | None = None,
    if_match: int | None = None,
) -> tuple[Alert, Action]:
    """Put the other side's reply to an action on record, also after the alert has ended. The same reply again is the
    same answer. Raises NotFound, Stale, Invalid, or Conflict for a second, different reply."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.REPLY)
        query = select(Action).where(Action.id == action_id, Action.alert_id == alert_id)
        action = case.session.exec(query).first()
        if action is None:
            raise refusals.no_such_action(action_id)
        if action.replied_at is not None:
            if action.reply == text and replied_at in (None, action.replied_at):
                return case.alert, action
            raise refusals.replied(action_id)
        action.reply, action.replied_at = text, _past(replied_at or now, now, "/replied_at")
        case.session.add(action)
        case.note("replied", action=action_id, reply=text, replied_at=action.replied_at.isoformat())
    return case.alert, action


def _action(case: Case, done: Done) -> Action:
    done_at = _past(done.done_at or case.now, case.now, "/done_at")
    year = done_at.astimezone(SHANGHAI).year
    return Action(
        alert_id=case.id,
        kind=str(done.kind),
        officer_id=case.officer_id,
        at=case.now,
        done_at=done_at,
        note=done.note,
        detail=dict(done.detail),
        number=numbered(done.number, year) if done.number else None,
        reply_by=reply_by(done.kind, done_at, case.book.calendar),
    )


def _past(at: datetime, now: datetime, pointer: str) -> datetime:
    if at > now:
        raise Invalid("future", "时间在未来，请核对", "the instant lies in the future", pointer)
    return at


def _known(case: Case, action: Action) -> Action | None:
    """The action that says the same, if there is one."""
    query = select(Action).where(
        Action.alert_id == action.alert_id,
        Action.kind == action.kind,
        Action.officer_id == action.officer_id,
        Action.done_at == action.done_at,
        Action.note == action.note,
        col(Action.number).is_not_distinct_from(action.number),
    )
    return next((row for row in case.session.exec(query) if row.detail == action.detail), None)


def _store(case: Case, action: Action) -> None:
    taken = select(Action.id).where(Action.kind == action.kind, Action.number == action.number)
    if action.number is not None and case.session.exec(taken).first() is not None:
        raise refusals.number_taken(action.number)
    case.session.add(action)
    try:
        case.session.flush()
    except IntegrityError as error:  # somebody gave out the same number at the same moment
        raise refusals.number_taken(action.number or "") from error
