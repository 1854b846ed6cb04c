"""处置的输入: the bodies of an alert's moves as strict models, from which the OpenAPI document is made too."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from service.alerting.outcome import Outcome
from service.clock import calendar_day, shanghai
from service.errors import Invalid
from service.response.act import Done
from service.response.actions import FORMS, ActionKind
from service.response.calls import PhoneCall
from service.response.lifting import Wish
from service.response.mute import Muting
from service.response.verdicts import FindingVerdict
from service.scoring.pack import Level
from service.web.api.action_inputs import read_detail
from service.web.json_body import validated

B = TypeVar("B", bound=BaseModel)
Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)]
Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Instant = Annotated[
    str, Field(max_length=40, description="ISO 8601；无时区则为北京时间 / without an offset: Asia/Shanghai")
]


class Strict(BaseModel):
    """A body of which every field is known."""

    model_config = ConfigDict(extra="forbid", strict=True)


class NoteBody(Strict):
    """A move that needs nothing, and may have a note."""

    note: Note = ""


class SaidBody(Strict):
    """A note."""

    note: Said


class VerifyBody(Strict):
    """核实: a verdict on each finding; `other` stands for the sealed ones."""

    findings: dict[Annotated[str, Field(max_length=64)], Annotated[FindingVerdict, Field(strict=False)]] = Field(
        min_length=1, max_length=200, description="触发依据 → 结论 / finding → verdict"
    )
    note: Note = ""


class ActBody(Strict):
    """处置: one thing that was done; `detail` has the fields of its kind."""

    kind: Annotated[ActionKind, Field(strict=False)]
    done_at: Instant | None = None
    note: Note = ""
    detail: dict[str, Any] = Field(default_factory=dict)


class ReplyBody(Strict):
    """The other side's reply to an action."""

    reply: Said
    replied_at: Instant | None = None


class CallBody(Strict):
    """电话通知: whom the duty desk rang, when, and whether they answered; answered, they have signed."""

    officer: Annotated[str, Field(min_length=1, max_length=64)]
    called_at: Instant
    answered: bool
    note: Note = ""


class LiftBody(Strict):
    """解除: what became of it."""

    outcome: Literal["dispute", "no_dispute", "transferred", "dissolved", "false_alarm", "known"]
    disputed_on: Annotated[str, Field(max_length=10)] | None = Field(
        None, description="发生争议之日 / the day a dispute broke out"
    )
    note: Note = ""


class LevelBody(Strict):
    """研判定级: the level an officer judges right, and why."""

    level: Literal["blue", "yellow", "orange", "red"]
    reason: Said


class MuteBody(Strict):
    """暂缓提醒: until when, why, which findings (all), and what ends it before: `indicator op number`."""

    until: Instant
    reason: Said
    rules: list[Annotated[str, Field(max_length=64)]] | None = Field(None, min_length=1, max_length=200)
    wake_if: Annotated[str, Field(max_length=200)] = ""


def read(model: type[B], body: dict[str, Any]) -> B:
    """`body` as this model. Raises FieldProblems with every wrong field."""
    adapter: TypeAdapter[B] = TypeAdapter(model)
    return validated(adapter, body)


def verdicts(body: dict[str, Any]) -> tuple[dict[str, FindingVerdict], str]:
    """What is said about the findings, and the note."""
    sent = read(VerifyBody, body)
    return sent.findings, sent.note


def done(body: dict[str, Any]) -> Done:
    """The action that a body describes."""
    sent = read(ActBody, body)
    detail = read_detail(sent.kind, sent.detail)
    number = str(detail["number"]) if FORMS[sent.kind].numbered else None
    return Done(sent.kind, instant(sent.done_at, "/done_at"), sent.note, number, detail)


def replied(body: dict[str, Any]) -> tuple[str, datetime | None]:
    """A reply and when it came."""
    sent = read(ReplyBody, body)
    return sent.reply, instant(sent.replied_at, "/replied_at")


def phone_call(body: dict[str, Any]) -> PhoneCall:
    """The call that a body describes."""
    sent = read(CallBody, body)
    called_at = instant(sent.called_at, "/called_at")
    assert called_at is not None  # a call has a time
    return PhoneCall(sent.officer, called_at, sent.answered, sent.note)


def wish(body: dict[str, Any]) -> Wish:
    """How an alert is to be lifted."""
    sent = read(LiftBody, body)
    return Wish(Outcome(sent.outcome), _day(sent.disputed_on), sent.note)


def judgement(body: dict[str, Any]) -> tuple[Level, str]:
    """The level that is judged right, and the reason."""
    sent = read(LevelBody, body)
    return next(level for level in Level if level.word == sent.level), sent.reason


def muting(body: dict[str, Any]) -> Muting:
    """The mute that is asked for."""
    sent = read(MuteBody, body)
    until = instant(sent.until, "/until")
    assert until is not None  # a mute has an end
    return Muting(until, sent.reason, sent.rules, sent.wake_if)


def instant(text: str | None, pointer: str) -> datetime | None:
    """An instant that a person wrote. Raises Invalid with the place."""
    if text is None:
        return None
    try:
        return shanghai(text)
    except (ValueError, OverflowError) as error:
        name = pointer[1:]
        raise Invalid(
            "not_an_instant",
            f"{name} 应如 2026-11-18T09:30:00+08:00",
            f"{name} is written like 2026-11-18T09:30:00+08:00",
            pointer,
        ) from error


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return calendar_day(text)
    except ValueError as error:
        raise Invalid(
            "not_a_day", "disputed_on 应如 2026-11-18", "disputed_on is written like 2026-11-18", "/disputed_on"
        ) from error
