"""连接: kept HTTP/1.1 connections, a stack for each receiver.

httpx's own pool looks at every connection at every request – 4 ms of CPU a call with 64 in flight, 0.5 ms this way.
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpcore
import httpx

KEEP_SECONDS = 30.0
Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True)
class Answer:
    """What the receiver said: its status, headers (lower case) and the beginning of its body."""

    status: int
    headers: dict[bytes, bytes]
    text: str


class Connections:
    """At most `keep` idle connections in all; the one used last is used first. For one event loop."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._tls = ssl.create_default_context()  # the machine's own trust store: a closed intranet has its own CA
        self._idle: dict[str, list[httpcore.AsyncHTTPConnection]] = {}

    async def post(self, url: httpx.URL, headers: Headers, body: bytes, read: int) -> Answer:
        """POST and read at most `read` bytes of the answer; redirects are answers like any other."""
        target = httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path)
        fixed = [(b"Host", url.netloc), (b"Content-Length", str(len(body)).encode())]
        async with self._connection(target.origin) as connection:
            response = await connection.handle_async_request(
                httpcore.Request("POST", target, headers=[*fixed, *headers], content=body)
            )
            try:
                text = await _beginning(response, read)
            finally:
                await response.aclose()
        return Answer(response.status, {k.lower(): v for k, v in response.headers}, text)

    @asynccontextmanager
    async def _connection(self, origin: httpcore.Origin) -> AsyncIterator[httpcore.AsyncHTTPConnection]:
        connection = await self._take(origin)
        try:
            yield connection
        except BaseException:
            await connection.aclose()
            raise
        if connection.is_available():
            await self._put_back(origin, connection)

    async def _take(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        while (connection := self._pop(str(origin), -1)) is not None:
            if not connection.has_expired():
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(origin, ssl_context=self._tls, keepalive_expiry=KEEP_SECONDS)

    async def _put_back(self, origin: httpcore.Origin, connection: httpcore.AsyncHTTPConnection) -> None:
        self._idle.setdefault(str(origin), []).append(connection)
        while sum(map(len, self._idle.values())) > self._keep:
            if (old := self._pop(next(iter(self._idle)), 0)) is not None:
                await old.aclose()

    def _pop(self, origin: str, position: int) -> httpcore.AsyncHTTPConnection | None:
        stack = self._idle.get(origin)
        if stack is None:
            return None
        connection = stack.pop(position)
        if not stack:
            del self._idle[origin]
        return connection

    async def close(self) -> None:
        """Close what is idle."""
        for origin in list(self._idle):
            while (connection := self._pop(origin, -1)) is not None:
                await connection.aclose()


async def _beginning(response: httpcore.Response, read: int) -> str:
    chunks, size = [], 0
    async for chunk in response.aiter_stream():
        chunks.append(chunk)
        size += len(chunk)
        if size >= read:
            break
    return b"".join(chunks)[:read].decode(errors="replace")
