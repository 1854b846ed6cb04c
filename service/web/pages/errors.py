"""出错的页面: what goes wrong on a page is told as a page, in the reader's language; the API keeps problem+json."""

from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from service.web import problems
from service.web.pages.headers import EVERYWHERE
from service.web.pages.i18n import mark
from service.web.pages.render import page, route_path

Handler = Callable[[Request, Any], Awaitable[Response]]
_MACHINES = ("/api/", "/healthz", "/readyz", "/metrics", "/openapi.json")
_TITLES = {
    400: mark("没有读懂"),
    401: mark("请先登录"),
    403: mark("没有权限"),
    404: mark("没有找到"),
    405: mark("不能这样做"),
    409: mark("与已有内容冲突"),
    412: mark("内容已被他人更新"),
    413: mark("内容过大"),
    415: mark("格式不接受"),
    422: mark("内容有误"),
    429: mark("操作过于频繁"),
    500: mark("服务出错"),
    501: mark("尚未提供"),
    503: mark("暂时不可用"),
}


def for_people(request: Request) -> bool:
    """Whether a page is wanted: not of an address for machines, and not with a token."""
    return not route_path(request).startswith(_MACHINES) and "authorization" not in request.headers


def add_error_pages(app: FastAPI) -> None:
    """Have the errors of pages answered as pages; call it after the handlers of problem+json are in place."""
    for kind, handler in list(app.exception_handlers.items()):
        app.add_exception_handler(kind, _as_page(handler))


def _as_page(handler: Any) -> Any:
    async def answer(request: Request, error: Exception) -> Response:
        if isinstance(error, HTTPException) and error.status_code < 400:  # a gate that sends elsewhere
            return Response(status_code=error.status_code, headers=error.headers)
        answered: Response = await handler(request, error)
        if for_people(request) and answered.headers.get("content-type") == problems.MEDIA_TYPE:
            answered = error_page(request, orjson.loads(bytes(answered.body)), dict(answered.headers))
        for name, value in EVERYWHERE.items():  # a failure of ours is answered outside of the middleware
            answered.headers.setdefault(name, value)
        return answered

    return answer


def error_page(request: Request, problem: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    """A problem object as a page; what is there to be seen without logging in is all that is on it."""
    status = problem["status"]
    kept = {name: value for name, value in (headers or {}).items() if name in ("retry-after", "allow", "connection")}
    viewer = getattr(request.state, "viewer", None)
    title = _TITLES.get(status, _TITLES[400])
    answer = page(request, "error.html", viewer, status, problem=problem, title=title)
    answer.headers.update(kept)
    return answer
