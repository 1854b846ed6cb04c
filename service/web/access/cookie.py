"""会话凭证: the cookie of a session – not for scripts, not for other sites, only over https where there is."""

from starlette.requests import Request
from starlette.responses import Response

from service.web.access.origin import root_of, secure

_NAME = "labour-watch"


def read_cookie(request: Request) -> str | None:
    """The value of the session's cookie, None where there is none."""
    value = request.cookies.get(_name(request), "")
    return value if 20 <= len(value) <= 100 else None


def set_cookie(response: Response, request: Request, value: str) -> None:
    """Give the browser its session; it forgets it when it is closed."""
    response.set_cookie(
        _name(request), value, path=root_of(request) or "/", secure=secure(request), httponly=True, samesite="lax"
    )


def drop_cookie(response: Response, request: Request) -> None:
    """Have the browser forget its session."""
    response.delete_cookie(
        _name(request), path=root_of(request) or "/", secure=secure(request), httponly=True, samesite="lax"
    )


def _name(request: Request) -> str:
    """`__Host-` where its terms can be kept: https, and the whole host is ours."""
    return f"__Host-{_NAME}" if secure(request) and not root_of(request) else _NAME
