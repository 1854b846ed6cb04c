"""办理: the forms of an alert – each is a move of `response`, made by the officer who is logged in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlmodel import Session, col, select
from starlette.datastructures import FormData
from starlette.requests import Request

from service.alerting.tables import AlertEvent
from service.errors import Forbidden, Refusal, Stale
from service.response.act import act, reply
from service.response.calls import call
from service.response.desk import Office
from service.response.handle import acknowledge, archive, contain, note
from service.response.judge import judge
from service.response.lift import lift
from service.response.mute import approve_mute, end_mute, mute
from service.response.propose import Deciding, decide_proposal
from service.response.verify import verify
from service.web.access.viewer import Viewer
from service.web.api import alert_inputs as inputs
from service.web.api.alert_look import alert_in_scope
from service.web.api.alert_moves import Mover
from service.web.cases.typed import Body, body, text
from service.web.context import context

Plain = Literal["acknowledge", "call", "verify", "act", "contain", "lift", "level", "mute", "note", "archive"]
Verdict = Literal["approve", "refuse", "withdraw"]
Make = Callable[[Mover, Body], Any]


@dataclass(frozen=True)
class Attempt:
    """A move that somebody tried: what was typed, and what was refused (None: it was made)."""

    move: str
    form: FormData
    seen: int | None
    refusal: Refusal | None = None

    def typed(self, name: str) -> str:
        """What stood in a field."""
        return text(self.form, name)

    def several(self, name: str) -> list[str]:
        """What was ticked."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]


def _verified(who: Mover, said: Body) -> Any:
    findings, remark = inputs.verdicts(said)
    return who.make(verify, findings=findings, note=remark)


def _judged(who: Mover, said: Body) -> Any:
    level, reason = inputs.judgement(said)
    return who.make(judge, level=level, reason=reason)


PLAIN: Mapping[str, Make] = {
    "acknowledge": lambda who, said: who.make(acknowledge),
    "call": lambda who, said: who.make(call, made=inputs.phone_call(said)),
    "verify": _verified,
    "act": lambda who, said: who.make(act, done=inputs.done(said)),
    "contain": lambda who, said: who.make(contain, note=inputs.read(inputs.NoteBody, said).note),
    "lift": lambda who, said: who.make(lift, wish=inputs.wish(said)),
    "level": _judged,
    "mute": lambda who, said: who.make(mute, muting=inputs.muting(said)),
    "note": lambda who, said: who.make(note, text=inputs.read(inputs.SaidBody, said).note),
    "archive": lambda who, said: who.make(archive),
}


def replying(action_id: int) -> Make:
    """The reply to an action."""

    def make(who: Mover, said: Body) -> Any:
        answer, at = inputs.replied(said)
        return who.make(reply, action_id=action_id, text=answer, replied_at=at)

    return make


def deciding(kind: Literal["lift", "lower"], verdict: Verdict) -> Make:
    """The decision of a proposal."""
    said_as = {"approve": "agreed", "refuse": "refused", "withdraw": "withdrawn"}[verdict]

    def make(who: Mover, said: Body) -> Any:
        remark = inputs.read(inputs.NoteBody, said).note
        return who.make(decide_proposal, deciding=Deciding(kind, said_as, remark))

    return make


def muted(mute_id: int, verdict: Literal["approve", "end"]) -> Make:
    """The approval or the end of a mute."""

    def make(who: Mover, said: Body) -> Any:
        remark = inputs.read(inputs.NoteBody, said).note
        return (
            who.make(approve_mute, mute_id=mute_id)
            if verdict == "approve"
            else who.make(end_mute, mute_id=mute_id, note=remark)
        )

    return make


def attempt(request: Request, viewer: Viewer, form: FormData, alert_id: int, move: str, make: Make) -> Attempt:
    """Make a move of an alert in the viewer's scope; the same form sent twice is one move. Raises NotFound for what is
    not in it."""
    parts = context(request)
    with parts.db.read() as session:
        alert_in_scope(session, alert_id, viewer.token)
    if viewer.token.officer_id is None:
        raise Forbidden("officer_only", "只有责任人可以办理", "only an officer may do this")
    seen = _version(form)
    office = Office(parts.db, parts.library, parts.settings.base_url)
    who = Mover(parts, office, alert_id, viewer.token, parts.clock.now(), seen)
    try:
        make(who, body(move, form))
    except Stale as stale:
        with parts.db.read() as session:
            if _made_already(session, who, move, form):
                return Attempt(move, form, seen)
        return Attempt(move, form, seen, stale)
    except Refusal as refusal:
        if refusal.status == 404 and refusal.code == "not_found" and move not in ("reply", "mutes"):
            raise
        return Attempt(move, form, seen, refusal)
    return Attempt(move, form, seen)


def _version(form: FormData) -> int:
    """The version that the page showed; a form without one was not ours, and nothing has version -1."""
    written = text(form, "version")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else -1


# What a move writes on the record, and the field whose text it carries.
_LINES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "acknowledge": (("acknowledged",), ""),
    "call": (("called",), "note"),
    "verify": (("verified",), "note"),
    "act": (("acted",), "note"),
    "reply": (("replied",), "reply"),
    "contain": (("contained",), "note"),
    "lift": (("lift_proposed", "lifted"), "note"),
    "level": (("judged_up", "lower_proposed", "lowered"), "reason"),
    "mute": (("muted", "mute_asked"), "reason"),
    "note": (("noted",), "note"),
    "archive": (("archived",), ""),
}


def _made_already(session: Session, who: Mover, move: str, form: FormData) -> bool:
    """Whether the very next line after the version that was seen is this move by this officer: the form was sent
    twice."""
    lines, field = _LINES.get(move, ((), ""))
    query = select(AlertEvent).where(AlertEvent.alert_id == who.alert_id, col(AlertEvent.seq) == (who.seen or 0) + 1)
    line = session.exec(query).first()
    if line is None or line.reason not in lines or line.officer_id != who.officer_id:
        return False
    if field and (line.detail.get("why") or line.detail.get(field) or "") != text(form, field):
        return False
    said = body(move, form)
    return all(line.detail.get(name) == said[name] for name in ("kind", "findings", "outcome") if name in said)
