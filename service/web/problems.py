"""问题: every error of the API as RFC 9457 `application/problem+json`, Chinese first, with a pointer to the field."""

from collections.abc import Sequence
from typing import Any

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from service.errors import FieldProblem, FieldProblems, Malformed, NotFound, Refusal, Unavailable
from service.reporting.quality import pointer

MEDIA_TYPE = "application/problem+json"
_TITLES = {
    400: "无法读取 / Malformed",
    401: "令牌无效 / Unauthorised",
    403: "无权限 / Forbidden",
    404: "没有找到 / Not found",
    405: "方法不适用 / Method not allowed",
    409: "与已有内容冲突 / Conflict",
    412: "版本不符 / Precondition failed",
    413: "内容过大 / Too large",
    415: "格式不接受 / Unsupported media",
    422: "内容有误 / Invalid",
    429: "请求过于频繁 / Too many requests",
    500: "服务内部错误 / Internal error",
    501: "尚未提供 / Not yet",
    503: "暂时不可用 / Unavailable",
}
_WHOLE = {
    404: ("not_found", "没有这个地址或内容", "there is nothing here"),
    405: ("method_not_allowed", "这个地址不接受该方法", "this address does not take that method"),
}
# What Pydantic calls it, and how it is said to the person who has to mend it.
_FIELD_TEXTS = {
    "missing": ("缺少此项", "is missing"),
    "extra_forbidden": ("没有此项，请去掉", "is not a field; leave it out"),
    "string_type": ("应为文本", "must be a text"),
    "bool_type": ("应为 true 或 false", "must be true or false"),
    "dict_type": ("应为对象", "must be an object"),
    "list_type": ("应为列表", "must be a list"),
    "int_type": ("应为整数", "must be a whole number"),
    "int_parsing": ("应为整数", "must be a whole number"),
    "string_too_long": ("过长", "is too long"),
    "string_too_short": ("不能为空", "must not be empty"),
    "too_long": ("过多", "has too many entries"),
    "greater_than_equal": ("过小", "is too small"),
    "less_than_equal": ("过大", "is too large"),
    "enum": ("不是可用的值", "is not one of the values there are"),
    "literal_error": ("不是可用的值", "is not one of the values there are"),
}


def not_found() -> NotFound:
    """The one answer to whatever the token may not see; it never tells whether it exists."""
    return NotFound(*_WHOLE[404])


def as_dict(refusal: Refusal) -> dict[str, Any]:
    """The members of a refusal's problem object."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": _TITLES[refusal.status],
        "status": refusal.status,
        "code": refusal.code,
        "detail": refusal.text,
        "detail_en": refusal.text_en,
    }
    if refusal.pointer:
        body["pointer"] = refusal.pointer
    if isinstance(refusal, FieldProblems):
        body["errors"] = [
            {"code": p.code, "pointer": p.pointer, "detail": p.text, "detail_en": p.text_en} for p in refusal.problems
        ]
    return body


def response(refusal: Refusal) -> Response:
    """A refusal as the response it becomes."""
    headers = {}
    if refusal.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if refusal.status == 413:
        headers["Connection"] = "close"  # the rest of the body is not read
    if refusal.retry_after is not None:
        headers["Retry-After"] = str(refusal.retry_after)
    return Response(orjson.dumps(as_dict(refusal)), refusal.status, headers, MEDIA_TYPE)


def fields(errors: Sequence[Any], root: str = "") -> FieldProblems:
    """Pydantic's errors as our refusal; `root` is where the validated value stands in the body."""
    return FieldProblems([_field(error, root) for error in errors[:50]])


def _field(error: Any, root: str) -> FieldProblem:
    place = root + "".join(f"/{pointer(str(step))}" for step in error["loc"])
    text, text_en = _FIELD_TEXTS.get(error["type"], ("不符合要求", "does not fit"))
    name = str(error["loc"][-1])[:64] if error["loc"] else "内容 / the body"
    return FieldProblem(error["type"], place, f"{name} {text}", f"{name} {text_en}")


def handle_problems(app: FastAPI) -> None:
    """Have every error of `app` answered as problem+json."""
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(RequestValidationError, _not_validated)
    app.add_exception_handler(HTTPException, _http)
    for away in (OperationalError, InterfaceError, PoolTimeout):
        app.add_exception_handler(away, _database_away)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(Exception, _unexpected)


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return response(error)


async def _not_validated(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return response(fields(error.errors()))


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, text, text_en = _WHOLE.get(error.status_code, ("http_error", "请求不能处理", "the request cannot be handled"))
    refusal = Refusal(code, text, text_en)
    refusal.status = error.status_code if error.status_code in _TITLES else 400
    answer = response(refusal)
    answer.headers.update(error.headers or {})
    return answer


async def _database_away(_request: Request, error: Exception) -> Response:
    structlog.get_logger(__name__).error("database_away", error=type(error).__name__)
    text, text_en = "数据库暂时不可用，请稍后再试", "the database is away; try again in a moment"
    return response(Unavailable("unavailable", text, text_en, retry_after=5))


async def _gone(_request: Request, _error: Exception) -> Response:
    """Nobody reads this: the connection ended in the middle of the body."""
    return response(Malformed("cut_off", "请求体不完整，请重发", "the body ended half-way; send it again"))


async def _unexpected(_request: Request, error: Exception) -> Response:
    structlog.get_logger(__name__).error("unexpected_error", error=type(error).__name__)
    refusal = Refusal(
        "internal_error", "服务内部错误，已记录，请联系管理员", "an error of ours; tell the administrator"
    )
    refusal.status = 500
    return response(refusal)
