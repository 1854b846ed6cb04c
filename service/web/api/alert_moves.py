"""处置的接口: every move of an alert's life, with an officer's token; each answers with the alert as it stands then."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal, TypeVar

from fastapi import APIRouter, Depends
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from service.errors import Forbidden, Unauthorised
from service.network.directory import TokenView, find_token
from service.response.act import act, reply
from service.response.calls import call
from service.response.desk import Office
from service.response.handle import acknowledge, archive, contain, note
from service.response.judge import judge
from service.response.lift import lift
from service.response.mute import approve_mute, end_mute, mute
from service.response.propose import Deciding, decide_proposal
from service.response.verify import verify
from service.web.access.gates import reporter
from service.web.api import alert_inputs as inputs
from service.web.api.alert_look import alert_in_scope, look_at
from service.web.api.answers import json_response, moved
from service.web.context import Context, context
from service.web.json_body import if_match, read_object

T = TypeVar("T")
router = APIRouter(prefix="/api/v1/alerts/{alert_id}", tags=["alerts"])


@dataclass(frozen=True)
class Mover:
    """An officer who moves one alert that exists and lies in the officer's scope."""

    parts: Context
    office: Office
    alert_id: int
    token: TokenView  # an officer's
    now: datetime
    seen: int | None  # the version named by If-Match

    @property
    def officer_id(self) -> str:
        """Who moves it."""
        return self.token.officer_id or ""

    def make(self, move: Callable[..., T], **said: Any) -> T:
        """Make a move, a use case of `response`, and say what it takes."""
        return move(self.office, self.alert_id, self.officer_id, self.now, if_match=self.seen, **said)

    def shown(self, status: int = 200) -> Response:
        """The alert as it stands now."""
        body = look_at(self.parts, self.alert_id, self.token)
        return json_response(body, status, {"ETag": f'"{body["version"]}"'})


def mover(request: Request, alert_id: int, digest: Annotated[str, Depends(reporter)]) -> Mover:
    """A gate for moves: asked of the database each time, so that a revoked token stops at once. Out of scope is 404, a
    token that is no officer's 403."""
    parts = context(request)
    with parts.db.read() as session:
        token = find_token(session, digest)
        if token is None:
            raise Unauthorised("token_unknown", "令牌无效或已撤销，请向上级工会领取新令牌", "the token is not in force")
        alert_in_scope(session, alert_id, token)
    if token.officer_id is None:
        raise Forbidden(
            "officer_only",
            "请使用责任人令牌签收或处置",
            "only an officer's token may do this; issue one with --officer",
        )
    seen = if_match(request.headers.get("if-match"))
    office = Office(parts.db, parts.library, parts.settings.base_url)
    return Mover(parts, office, alert_id, token, parts.clock.now(), seen)


async def sent(request: Request) -> dict[str, Any]:
    """The JSON object in the body; an empty body is an empty object."""
    raw = await request.body()
    return read_object(raw) if raw.strip() else {}


Who = Annotated[Mover, Depends(mover)]
Sent = Annotated[dict[str, Any], Depends(sent)]


def _post(
    path: str, body: type[BaseModel], summary: str
) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    return router.post(path, summary=summary, **moved(body))


@_post("/acknowledge", inputs.NoteBody, "签收 / acknowledge")
def post_acknowledge(who: Who, body: Sent) -> Response:
    """Sign an alert: you own it now, and it climbs no further for signing. Signing twice shows the first signature."""
    who.make(acknowledge, note=inputs.read(inputs.NoteBody, body).note)
    return who.shown()


@_post("/call", inputs.CallBody, "电话通知、代签收 / record a phone call")
def post_call(who: Who, body: Sent) -> Response:
    """Record a call of the duty desk; answered, whoever was called has signed."""
    who.make(call, made=inputs.phone_call(body))
    return who.shown()


@_post("/verify", inputs.VerifyBody, "核实 / verify")
def post_verify(who: Who, body: Sent) -> Response:
    """Say of each finding whether it is true; `open_findings` are those that are left."""
    findings, text = inputs.verdicts(body)
    who.make(verify, findings=findings, note=text)
    return who.shown()


@_post("/act", inputs.ActBody, "处置 / act")
def post_act(who: Who, body: Sent) -> Response:
    """Record what was done."""
    who.make(act, done=inputs.done(body))
    return who.shown()


@_post("/actions/{action_id}/reply", inputs.ReplyBody, "登记答复 / record a reply")
def post_reply(who: Who, action_id: int, body: Sent) -> Response:
    """Record the other side's reply to an action; the same again is the same."""
    text, at = inputs.replied(body)
    who.make(reply, action_id=action_id, text=text, replied_at=at)
    return who.shown()


@_post("/contain", inputs.NoteBody, "稳控 / contain")
def post_contain(who: Who, body: Sent) -> Response:
    """Say that the situation is calm."""
    text = inputs.read(inputs.NoteBody, body).note
    who.make(contain, note=text)
    return who.shown()


@_post("/lift", inputs.LiftBody, "解除 / lift")
def post_lift(who: Who, body: Sent) -> Response:
    """Lift an alert with its outcome; 202 where it waits for a second person, who agrees by sending the same."""
    alert = who.make(lift, wish=inputs.wish(body))
    return who.shown(200 if alert.closed_at else 202)


@_post("/level", inputs.LevelBody, "研判定级 / judge the level")
def post_level(who: Who, body: Sent) -> Response:
    """Set the level by your own judgement: higher at once, lower (202) with a second person, who sends the same."""
    level, reason = inputs.judgement(body)
    alert = who.make(judge, level=level, reason=reason)
    return who.shown(200 if alert.level == level else 202)


@_post("/{proposed}/{verdict}", inputs.NoteBody, "同意、退回、撤回提议 / decide a proposal")
def post_decision(
    who: Who, proposed: Literal["lift", "level"], verdict: Literal["approve", "refuse", "withdraw"], body: Sent
) -> Response:
    """Decide the open proposal to lift the alert or to lower its level."""
    text = inputs.read(inputs.NoteBody, body).note
    kind = "lift" if proposed == "lift" else "lower"
    said = {"approve": "agreed", "refuse": "refused", "withdraw": "withdrawn"}[verdict]
    who.make(decide_proposal, deciding=Deciding(kind, said, text))
    return who.shown()


@_post("/mute", inputs.MuteBody, "暂缓提醒 / mute")
def post_mute(who: Who, body: Sent) -> Response:
    """Mute findings until an instant or a condition; of red (202) it waits for somebody one level up."""
    _, row = who.make(mute, muting=inputs.muting(body))
    return who.shown(202 if row.pending else 200)


@_post("/mutes/{mute_id}/approve", inputs.NoteBody, "批准暂缓 / approve a mute")
def post_approve_mute(who: Who, mute_id: int, body: Sent) -> Response:
    """Approve a mute of a red alert, one level above whoever asked."""
    text = inputs.read(inputs.NoteBody, body).note
    who.make(approve_mute, mute_id=mute_id, note=text)
    return who.shown()


@_post("/mutes/{mute_id}/end", inputs.NoteBody, "终止或不批准暂缓 / end or refuse a mute")
def post_end_mute(who: Who, mute_id: int, body: Sent) -> Response:
    """End a mute before its time, or refuse one that was asked for."""
    text = inputs.read(inputs.NoteBody, body).note
    who.make(end_mute, mute_id=mute_id, note=text)
    return who.shown()


@_post("/note", inputs.SaidBody, "备注 / note")
def post_note(who: Who, body: Sent) -> Response:
    """Put on record how things stand; this is an update."""
    text = inputs.read(inputs.SaidBody, body).note
    who.make(note, text=text)
    return who.shown()


@_post("/archive", inputs.NoteBody, "归档 / archive")
def post_archive(who: Who, body: Sent) -> Response:
    """Put a lifted alert away."""
    who.make(archive, note=inputs.read(inputs.NoteBody, body).note)
    return who.shown()
