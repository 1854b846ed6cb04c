"""门禁: whose token it is and what it reaches. Every route goes through a gate or stands on the public list."""

import time
from collections.abc import Iterable
from typing import Annotated

from fastapi import Depends, FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.requests import Request

from service.db import Database
from service.errors import Unauthorised
from service.network.directory import TokenView, find_token, token_digest
from service.web import problems
from service.web.context import context

REMEMBERED_FOR = 2.0  # seconds until a revoked token stops reading; writing stops at once
_MOST_REMEMBERED = 10_000
PUBLIC = frozenset({"/healthz", "/readyz", "/metrics", "/openapi.json"})


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


GATES = frozenset({reporter, caller, reader})


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
