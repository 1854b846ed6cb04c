"""门禁: whose token or session it is and what it reaches. Every route goes through a gate or stands on the public list.

The API is for tokens, pages are for sessions; neither opens the other's doors.
"""

import secrets
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Annotated, NamedTuple

from fastapi import Depends, FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import FormData
from starlette.requests import Request

from service.db import Database
from service.errors import Forbidden, Unauthorised
from service.network.directory import TokenView, find_token, token_digest
from service.web import problems
from service.web.access.cookie import read_cookie
from service.web.access.form import read_form
from service.web.access.held import LoggedOut, Outdated, PasswordWanted, hold
from service.web.access.origin import same_place
from service.web.access.roles import REPORTING, STAFF, Role
from service.web.access.sessions import find_viewer
from service.web.access.signed import gateway
from service.web.access.viewer import Viewer
from service.web.context import context

REMEMBERED_FOR = 2.0  # seconds until a revoked token stops reading; writing stops at once
_MOST_REMEMBERED = 10_000
PUBLIC = frozenset(
    {"/healthz", "/readyz", "/metrics", "/openapi.json", "/static/{name}", "/language", "/login", "/l/{token}"}
)
FRESH = timedelta(minutes=10)  # how long a password that was typed vouches for who sits there


class TokenCache:
    """Tokens lately looked up, so that a page of requests costs one query."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: dict[str, tuple[float, TokenView]] = {}

    def find(self, digest: str) -> TokenView | None:
        """The token with this digest, None when it is unknown or revoked."""
        at = time.monotonic()
        known = self._known.get(digest)
        if known is not None and at < known[0]:
            return known[1]
        with self._db.read() as session:
            found = find_token(session, digest)
        if found is None:
            self._known.pop(digest, None)
            return None
        if len(self._known) >= _MOST_REMEMBERED:
            self._known.clear()
        self._known[digest] = (at + REMEMBERED_FOR, found)
        return found


async def reporter(request: Request) -> str:
    """A gate for writing: the digest of the bearer's token; the writer looks it up in the same transaction."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthorised(
            "token_missing", "缺少令牌，请带 Authorization: Bearer …", "there is no token; send Authorization: Bearer …"
        )
    return token_digest(token.strip())


def caller(request: Request, digest: Annotated[str, Depends(reporter)]) -> TokenView:
    """A gate for any token in force."""
    found = tokens_of(request).find(digest)
    if found is None:
        raise Unauthorised(
            "token_unknown",
            "令牌无效或已撤销，请向上级工会领取新令牌",
            "the token is unknown or revoked; ask for a new one",
        )
    return found


def reader(found: Annotated[TokenView, Depends(caller)]) -> TokenView:
    """A gate for scores, levels, alerts and the network: for an enterprise they do not exist."""
    if found.kind == "enterprise":
        raise problems.not_found()
    return found


def viewer(request: Request) -> Viewer:
    """A gate for pages: whoever is logged in. Nobody is led to the login page."""
    found = viewer_of(request)
    if found is None:
        raise LoggedOut()
    return found


def viewer_of(request: Request) -> Viewer | None:
    """Who is logged in, None when nobody is; asked once a request."""
    if not hasattr(request.state, "viewer"):
        value, parts = read_cookie(request), context(request)
        request.state.viewer = find_viewer(parts.db, value, parts.clock.now()) if value else None
    found = request.state.viewer
    assert found is None or isinstance(found, Viewer)
    return found


def allowed(*roles: Role) -> Callable[[Viewer], Viewer]:
    """A gate for pages of these roles; for the others they do not exist."""

    def gate(found: Annotated[Viewer, Depends(viewer)]) -> Viewer:
        if found.role not in roles:
            raise problems.not_found()
        return found

    return gate


staff = allowed(*STAFF)  # levels, scores and alerts
reporting = allowed(*REPORTING)  # figures


def fresh(request: Request, found: Annotated[Viewer, Depends(reporting)]) -> Viewer:
    """A gate for figures of the past: whoever sits there has typed the password within ten minutes."""
    if context(request).clock.now() - found.password_at > FRESH:
        raise PasswordWanted()
    return found


class Posted(NamedTuple):
    """A form that somebody sent from one of our pages."""

    viewer: Viewer
    form: FormData


def sent_by(request: Request) -> Viewer | None:
    """Who sent a form, asked in a thread."""
    return viewer_of(request)


async def posting(request: Request, found: Annotated[Viewer | None, Depends(sent_by)]) -> Posted:
    """A gate for forms: sent from our own page, by whoever is logged in, with the token of the session. What was typed
    into a form of an ended session is kept for after the login."""
    if not same_place(request):
        raise Forbidden(
            "foreign_form",
            "这份表单不是从本系统的页面发出的，请从本系统的页面重新填写",
            "this form was not sent from a page of this system; open the page here and send it again",
        )
    form = await read_form(request)
    if found is None:
        raise LoggedOut(hold(request, form))
    if not secrets.compare_digest(str(form.get("csrf", "")).encode(), found.csrf.encode()):
        raise Outdated(hold(request, form))
    return Posted(found, form)


def posted(*roles: Role) -> Callable[[Posted], Posted]:
    """A gate for forms of these roles, of all without any; for the others they do not exist."""

    def gate(sent: Annotated[Posted, Depends(posting)]) -> Posted:
        if roles and sent.viewer.role not in roles:
            raise problems.not_found()
        return sent

    return gate


GATES = frozenset({reporter, caller, reader, viewer, posting, gateway})


def tokens_of(request: Request) -> TokenCache:
    """The app's token cache, made on first use."""
    cache = getattr(request.app.state, "tokens", None)
    if cache is None:
        cache = request.app.state.tokens = TokenCache(context(request).db)
    assert isinstance(cache, TokenCache)
    return cache


def ungated(app: FastAPI, public: Iterable[str] = PUBLIC) -> list[str]:
    """Paths of `app` that neither a gate keeps nor the public list names."""
    allowed = set(public)
    routes = iter_route_contexts(app.routes)  # an included router is one entry of `app.routes`
    return [str(route.path) for route in routes if route.path not in allowed and not _gated(route)]


def _gated(route: RouteContext) -> bool:
    waiting = list(route.dependant.dependencies) if hasattr(route, "dependant") else []
    while waiting:
        dependency = waiting.pop()
        if dependency.call in GATES:
            return True
        waiting += dependency.dependencies
    return False
