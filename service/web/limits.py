"""上限: how large a body may be and how often a token may ask; pure ASGI, which costs least."""

import hashlib
import math
from collections.abc import Collection

from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.clock import SystemClock
from service.errors import Refusal, TooLarge, TooMany, WrongMedia
from service.web import problems


class BodyLimit:
    """Refuses bodies over `limit` bytes (`bulk_limit` on `bulk_paths`), by what is declared and by what arrives,
    and bodies that come compressed: a small one may unpack to anything."""

    def __init__(self, app: ASGIApp, limit: int, bulk_limit: int, bulk_paths: Collection[str]) -> None:
        self.app = app
        self.limit = limit
        self.bulk_limit = bulk_limit
        self.bulk_paths = bulk_paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        limit = self.bulk_limit if path in self.bulk_paths else self.limit
        refusal = _declared(scope, limit)
        if refusal is not None:
            return await problems.response(refusal)(scope, receive, send)
        read = 0

        async def receive_counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > limit:
                raise _too_large(limit)
            return message

        return await self.app(scope, receive_counted, send)


def _declared(scope: Scope, limit: int) -> Refusal | None:
    """What the headers already give reason to refuse."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit() and (len(value) > 15 or int(value) > limit):
            return _too_large(limit)
        if name == b"content-encoding" and value.strip().lower() not in (b"", b"identity"):
            return WrongMedia("content_encoding", "请不要压缩请求体", "send the body uncompressed")
    return None


def _too_large(limit: int) -> TooLarge:
    size = f"{limit / (1 << 20):g} MiB"
    return TooLarge(
        "body_too_large",
        f"请求体超过 {size}，请分批或用 reports:bulk",
        f"the body is over {size}; split it or use reports:bulk",
    )


class RateLimit:
    """Counts requests by bearer token, in this process; requests without a token are left to the gates."""

    def __init__(self, app: ASGIApp, rate: str) -> None:
        self.app = app
        self.rate = parse(rate)
        self.clock = SystemClock()  # the one the limiter itself reads
        self.limiter = FixedWindowRateLimiter(MemoryStorage())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = _bearer(scope) if scope["type"] == "http" else None
        if token is not None and not self.limiter.hit(self.rate, token):
            return await problems.response(self._too_many(token))(scope, receive, send)
        return await self.app(scope, receive, send)

    def _too_many(self, token: str) -> TooMany:
        reset = self.limiter.get_window_stats(self.rate, token).reset_time
        wait = max(1, math.ceil(reset - self.clock.now().timestamp()))
        return TooMany(
            "rate_limited",
            f"请求过于频繁（上限 {self.rate}），请 {wait} 秒后再试",
            f"too many requests (at most {self.rate}); try again in {wait} seconds",
            retry_after=wait,
        )


def _bearer(scope: Scope) -> str | None:
    """The digest of the bearer's token: no token is kept, not even in memory."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return hashlib.sha256(value.partition(b" ")[2].strip()).hexdigest()
    return None
