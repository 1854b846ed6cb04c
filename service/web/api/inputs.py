"""输入: the bodies of the API as strict models; also the source of their part of the OpenAPI document."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter

from service.clock import shanghai
from service.errors import Invalid
from service.reporting.submission import EventSubmission, ReportSubmission
from service.web.json_body import body_digest, idempotency_key, read_object, validated

MOST_PEOPLE = 100_000_000
Note = Annotated[str, Field(max_length=2000)]
NodeId = Annotated[str, Field(min_length=1, max_length=64)]


def _whole(value: Any) -> Any:
    """12.0 is a whole number; 12.5 and true are left for the strict check to refuse."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


class ReportBody(BaseModel):
    """A weekly report."""

    model_config = ConfigDict(extra="forbid", strict=True)

    week: str = Field(max_length=20, description="报告周 / ISO week, 2026-W47")
    values: dict[str, Any] = Field(description="指标 → 数值；null 为缺，na 为不适用 / figures by indicator")
    node: NodeId | None = Field(None, description="默认为令牌所属节点 / default: the token's node")
    note: Note = Field("", description="备注；不写姓名、证件号、手机号 / no names, no identity or mobile numbers")
    nil: bool = Field(False, description="零报告 / explicit zero report")
    confirm: list[Annotated[str, Field(max_length=200)]] = Field(
        default_factory=list, max_length=100, description="已核对的提示 / warnings that have been checked"
    )
    source: Literal["own", "observation"] = Field("own", description="observation 为走访记录 / a visit's record")


class EventBody(BaseModel):
    """An incident, reported at once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    event: Annotated[str, Field(max_length=64)] = Field(description="事件类别 / kind, event.stoppage")
    happened_at: Annotated[str, Field(max_length=40)] = Field(
        description="ISO 8601；无时区则为北京时间 / without an offset: Asia/Shanghai"
    )
    people: Annotated[Annotated[int, Field(ge=0, le=MOST_PEOPLE)] | None, BeforeValidator(_whole)] = Field(
        None, description="人数；未知为 null / how many; null: unknown"
    )
    note: Note = ""
    node: NodeId | None = None
    discreet: bool = Field(False, description="不通知本单位其他人员 / nobody else of the unit may learn of it")


_REPORT = TypeAdapter(ReportBody)
_EVENT = TypeAdapter(EventBody)


def report_submission(
    digest: str, body: dict[str, Any], key: str | None = None, if_match: int | None = None
) -> ReportSubmission:
    """The submission that a report's body stands for. Raises a Refusal."""
    if body.get("nil") is True:
        body = {"values": {}} | body
    sent = validated(_REPORT, body)
    return ReportSubmission(
        digest=digest,
        week=sent.week,
        values=sent.values,
        node=sent.node,
        nil=sent.nil,
        note=sent.note,
        confirm=tuple(sent.confirm),
        source=sent.source,
        key=idempotency_key(key),
        body_digest=body_digest("report", body) if key is not None else "",
        if_match=if_match,
    )


def bulk_line(digest: str, text: bytes) -> tuple[str | None, ReportSubmission]:
    """One line of a bulk post: a report's body with its own `key`. Raises a Refusal."""
    body = read_object(text)
    key = body.pop("key", None)
    if key is not None and not isinstance(key, str):
        raise Invalid("string_type", "key 应为文本", "key must be a text", "/key")
    return key, report_submission(digest, body, key)


def event_submission(digest: str, body: dict[str, Any], key: str | None = None) -> EventSubmission:
    """The submission that an event's body stands for. Raises a Refusal."""
    sent = validated(_EVENT, body)
    return EventSubmission(
        digest=digest,
        event=sent.event,
        happened_at=_instant(sent.happened_at),
        people=sent.people,
        note=sent.note,
        node=sent.node,
        key=idempotency_key(key),
        body_digest=body_digest("event", body) if key is not None else "",
        discreet=sent.discreet,
    )


def _instant(text: str) -> datetime:
    try:
        return shanghai(text)
    except (ValueError, OverflowError) as error:
        raise Invalid(
            "not_an_instant",
            "happened_at 应如 2026-11-18T09:30:00+08:00",
            "happened_at is written like 2026-11-18T09:30:00+08:00",
            "/happened_at",
        ) from error
