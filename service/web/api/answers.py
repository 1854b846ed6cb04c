"""回答: the JSON of answers – how a stored row looks to whoever may see it – and their part of the OpenAPI document."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response

from service.reporting.submission import instant
from service.reporting.tables import Event, Report
from service.web.api.inputs import EventBody, ReportBody


class Warned(BaseModel):
    """One thing to check."""

    code: str
    indicator: str
    text: str
    text_en: str


class ReportReceipt(BaseModel):
    """The receipt of a report."""

    id: str
    node: str
    week: str
    revision: int
    received_at: str
    state: str
    warnings: list[Warned]


class EventReceipt(BaseModel):
    """The receipt of an event."""

    id: str
    node: str
    week: str
    event: str
    happened_at: str
    people: int | None
    received_at: str
    warnings: list[Warned]


class Problem(BaseModel):
    """A refusal, RFC 9457."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    detail_en: str
    pointer: str = ""
    errors: list[dict[str, str]] = []


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A JSON response."""
    return Response(orjson.dumps(body), status, headers, "application/json")


def report_item(report: Report, sealed: Iterable[str]) -> dict[str, Any]:
    """A stored report; of the `sealed` figures only their number is told."""
    hidden = report.values.keys() & set(sealed)
    return {
        "id": report.id,
        "node": report.node_id,
        "week": report.week,
        "source": report.source,
        "revision": report.revision,
        "received_at": instant(report.received_at),
        "state": report.state,
        "values": {id_: value for id_, value in report.values.items() if id_ not in hidden},
        "sealed": len(hidden),
        "nil": report.nil,
        "note": report.note,
        "warnings": [warning for warning in report.warnings if warning["indicator"] not in sealed],
        "confirmed": [code for code in report.confirmed if code.partition(":")[2] not in sealed],
    }


def event_item(event: Event) -> dict[str, Any]:
    """A stored event."""
    return {
        "id": event.id,
        "node": event.node_id,
        "week": event.week,
        "event": event.event,
        "happened_at": instant(event.happened_at),
        "people": event.people,
        "note": event.note,
        "received_at": instant(event.received_at),
        "discreet": event.discreet,
    }


_PROBLEM = {"model": Problem, "content": {"application/problem+json": {}}}
_WRITE_PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {**_PROBLEM, "description": text}
    for status, text in {
        400: "无法读取 / cannot be read",
        401: "令牌无效 / no valid token",
        403: "不在令牌范围内 / outside the token's scope",
        409: "已报过，或 Idempotency-Key 已用 / reported already, or key used",
        412: "If-Match 不是最新版本 / stale revision",
        413: "请求体过大 / body too large",
        422: "内容有误 / a field is wrong",
        429: "过于频繁 / too many requests",
        503: "暂时不可用 / try again",
    }.items()
}
_MOVE_PROBLEMS: dict[int | str, dict[str, Any]] = {
    **{status: _WRITE_PROBLEMS[status] for status in (400, 401, 413, 422, 429, 503)},
    403: {
        **_PROBLEM,
        "description": "须责任人令牌，或由另一岗位、另一人作出 / an officer's token, or another post or person",
    },
    404: {**_PROBLEM, "description": "没有，或不在范围内 / not there, or out of scope"},
    409: {**_PROBLEM, "description": "目前不能这样做 / cannot be done as it stands"},
    412: {**_PROBLEM, "description": "If-Match 不是最新版本 / stale version"},
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    "description": "同键同内容重发得同一回执 / the same key and body give the same receipt",
}
_IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "schema": {"type": "string"},
    "description": "更正时为最新版本号 / to correct: the newest revision",
}


def written(receipt: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that stores something."""
    return {
        200: {"model": receipt, "description": "已存在的同一回执 / the same receipt again"},
        201: {"model": receipt, "description": "回执 / receipt"},
        **_WRITE_PROBLEMS,
    }


def described(body: type[ReportBody] | type[EventBody]) -> dict[str, Any]:
    """The OpenAPI part of a body that is read by hand, because that costs half of what FastAPI's own way does."""
    schema = body.model_json_schema()
    parameters = [_KEY, _IF_MATCH] if body is ReportBody else [_KEY]
    content = {"application/json": {"schema": schema}}
    return {"parameters": parameters, "requestBody": {"required": True, "content": content}}


def moved(body: type[BaseModel]) -> dict[str, Any]:
    """What FastAPI is told of a move of an alert; its body, which may be left out where nothing is needed, is read by
    hand."""
    seen = {**_IF_MATCH, "description": "所见的版本号 / the version that was seen"}
    schema = body.model_json_schema()
    content = {"application/json": {"schema": schema}}
    extra = {"parameters": [seen], "requestBody": {"required": "required" in schema, "content": content}}
    texts = {200: "处置后的预警 / the alert afterwards", 202: "待第二人同意 / waits for a second person"}
    return {
        "responses": {**{code: {"description": text} for code, text in texts.items()}, **_MOVE_PROBLEMS},
        "openapi_extra": extra,
    }


def described_callback(body: type[BaseModel]) -> dict[str, Any]:
    """What FastAPI is told of a gateway's callback, whose body is read by hand once its signature is right."""
    parameters = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "description": text}
        for name, text in {
            "X-Timestamp": "签名时刻，1970 年起的秒数 / when it was signed, seconds since 1970",
            "X-Signature": "HMAC-SHA256(密钥, 时刻 + “.” + 请求体)，十六进制 / over timestamp, dot and body, in hex",
        }.items()
    ]
    content = {"application/json": {"schema": body.model_json_schema()}}
    problems = {
        **{status: _WRITE_PROBLEMS[status] for status in (400, 413, 422, 503)},
        401: {**_PROBLEM, "description": "签名不符 / the signature is wrong"},
        404: {**_PROBLEM, "description": "没有这条通知 / there is no such message"},
    }
    return {
        "responses": {200: {"description": "已记下 / written down"}, **problems},
        "openapi_extra": {"parameters": parameters, "requestBody": {"required": True, "content": content}},
    }


def described_confirmation(body: type[BaseModel] | None = None) -> dict[str, Any]:
    """What FastAPI is told of the verification of a contact: with `body`, whose code is told back, without it, sent."""
    problems = {
        **{status: _WRITE_PROBLEMS[status] for status in (400, 401, 413, 422, 429, 503)},
        404: {**_PROBLEM, "description": "没有此联系方式，或不是本人的 / there is none, or it is somebody else's"},
        409: {**_PROBLEM, "description": "一分钟内已发过 / one was sent within a minute"},
    }
    if body is None:
        return {"responses": {202: {"description": "将发往该联系方式 / on its way to the contact"}, **problems}}
    content = {"application/json": {"schema": body.model_json_schema()}}
    return {
        "responses": {200: {"description": "已核验 / verified"}, **problems},
        "openapi_extra": {"requestBody": {"required": True, "content": content}},
    }


def bulk_described() -> dict[str, Any]:
    """The OpenAPI part of a bulk body."""
    schema = ReportBody.model_json_schema()
    schema["properties"]["key"] = {**_KEY["schema"], "description": _KEY["description"]}  # type: ignore[dict-item]
    return {"requestBody": {"required": True, "content": {"application/x-ndjson": {"schema": schema}}}}
