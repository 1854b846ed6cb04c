"""连接: kept HTTP/1.1 connections on uvicorn's C parser, a stack for each receiver.

Why not a client of httpx: its pool looks at every connection at every request and its parser is Python – ten times the
CPU of this with 64 in flight. What a webhook needs is small: POST, a status, one header, the beginning of a body.
"""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field

import httptools
import httpx

from service.notify.channels.guard import Guard

KEEP_SECONDS = 30.0
MOST_HEAD_BYTES = 65_536  # of an answer
EYEBALLS_SECONDS = 0.5  # an address that does not answer costs so long when there is another one
Origin = tuple[str, str, int]  # scheme, host, port


class BadAnswer(ConnectionError):
    """The receiver does not speak HTTP, or talks without end."""


@dataclass
class Answer:
    """What the receiver said: its status, headers (lower case) and the beginning of its body."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


class Connections:
    """At most `keep` idle connections in all; the one used last is used first. For one event loop. A connection goes to
    an address that `guard` has allowed, looked up once, so that a name cannot lead elsewhere after it was checked."""

    def __init__(self, keep: int, guard: Guard | None = None) -> None:
        self._keep = keep
        self._guard = guard or Guard()
        self._tls = ssl.create_default_context()  # the machine's own trust store: a closed intranet has its own CA
        self._idle: dict[Origin, list[_Connection]] = {}

    async def post(
        self, url: httpx.URL, headers: Mapping[str, str], body: bytes, read: int, method: str = "POST"
    ) -> Answer:
        """Send and read about `read` bytes of the answer; a redirect is an answer like any other. Raises OSError, and
        ValueError for a header with a line break."""
        origin = url.scheme, url.raw_host.decode(), url.port or (443 if url.scheme == "https" else 80)
        fields = {"Host": url.netloc.decode(), "Content-Length": str(len(body)), **headers}
        lines = [f"{method} {url.raw_path.decode()} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        if any("\r" in line or "\n" in line for line in lines):
            raise ValueError("a line break in a header")
        connection = self._take(origin) or await self._connect(origin)
        try:
            answer = await connection.ask("\r\n".join([*lines, "", ""]).encode() + body, read)
        except BaseException:
            connection.abort()
            raise
        if connection.reusable:
            self._put_back(origin, connection)
        else:
            connection.abort()
        return answer

    def close(self) -> None:
        """Close what is idle."""
        for origin in list(self._idle):
            while (connection := self._pop(origin, -1)) is not None:
                connection.abort()

    async def _connect(self, origin: Origin) -> "_Connection":
        _, host, port = origin
        *others, last = await self._guard.addresses(host, port)
        for address in others:
            try:
                async with asyncio.timeout(EYEBALLS_SECONDS):
                    return await self._connect_to(address, origin)
            except (TimeoutError, ConnectionError):
                continue
        return await self._connect_to(last, origin)

    async def _connect_to(self, address: str, origin: Origin) -> "_Connection":
        scheme, host, port = origin
        loop = asyncio.get_running_loop()
        _, connection = await loop.create_connection(
            lambda: _Connection(loop),
            address,
            port,
            ssl=self._tls if scheme == "https" else None,
            server_hostname=host if scheme == "https" else None,  # the certificate is that of the name
        )
        return connection

    def _take(self, origin: Origin) -> "_Connection | None":
        while (connection := self._pop(origin, -1)) is not None:
            if connection.fresh:
                return connection
            connection.abort()
        return None

    def _put_back(self, origin: Origin, connection: "_Connection") -> None:
        self._idle.setdefault(origin, []).append(connection)
        while sum(map(len, self._idle.values())) > self._keep:
            if (old := self._pop(next(iter(self._idle)), 0)) is not None:
                old.abort()

    def _pop(self, origin: Origin, position: int) -> "_Connection | None":
        stack = self._idle.get(origin)
        if stack is None:
            return None
        connection = stack.pop(position)
        if not stack:
            del self._idle[origin]
        return connection


class _Connection(asyncio.Protocol):
    """One question at a time; httptools calls the `on_…` methods."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._answered: asyncio.Future[Answer] | None = None
        self._used_at = loop.time()
        self._closed = False
        self.reusable = False

    @property
    def fresh(self) -> bool:
        """Whether the other side probably still listens."""
        return not self._closed and self._loop.time() - self._used_at < KEEP_SECONDS

    async def ask(self, request: bytes, read: int) -> Answer:
        """Send the request and wait for the answer, or for `read` bytes of its body."""
        self._read = read
        self._begin()
        self._answered = self._loop.create_future()
        self._transport.write(request)
        return await self._answered

    def abort(self) -> None:
        """At once: whatever was to be said has been said, and a TLS goodbye could hang."""
        self._transport.abort()

    def _begin(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._answer = Answer()
        self._head_bytes = 0
        self._head_complete = False
        self.reusable = False

    def _end(self, error: OSError | None = None) -> None:
        self._used_at = self._loop.time()
        if self._answered is None or self._answered.done():
            return
        if error is None:
            self._answered.set_result(self._answer)
        else:
            self._answered.set_exception(error)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._closed = True
        self.reusable = False
        # A body without a length ends with the connection; the status is what counts.
        self._end(None if self._answered and self._head_complete else ConnectionResetError("closed without an answer"))

    def data_received(self, data: bytes) -> None:
        if self._answered is None or self._answered.done():  # nobody asked
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._end(BadAnswer(type(error).__name__))
        if not self._head_complete:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES:
                self._end(BadAnswer("endless head"))

    def on_message_begin(self) -> None:
        if self._answered is None or self._answered.done():  # a second answer to one question
            self.reusable = False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._answer.headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._answer.status = self._parser.get_status_code()
        self._head_complete = self._answer.status >= 200

    def on_body(self, body: bytes) -> None:
        self._answer.body += body[: self._read - len(self._answer.body)]
        if len(self._answer.body) >= self._read:
            self._end()

    def on_message_complete(self) -> None:
        if not self._head_complete:  # 1xx: the real answer follows
            self._answer = Answer()
        elif self._answered is not None and not self._answered.done():
            self.reusable = self._parser.should_keep_alive()
            self._end()
