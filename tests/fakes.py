"""Real receivers for tests: an HTTP server and an SMTP server on this machine that answer as they are told."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as email_policy
from types import TracebackType
from typing import Any, Self

import httptools
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass(frozen=True)
class Answer:
    """What a receiver does with a request; `hang` never answers, `close` cuts the connection instead."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b"ok"
    delay: float = 0.0
    hang: bool = False
    close: bool = False


@dataclass(frozen=True)
class Received:
    """One request as it came over the wire; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Served:
    """A server in a thread with its own loop, on a port of its own; use as a context manager."""

    port: int

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._transports: set[asyncio.Transport] = set()

    def _protocol(self) -> asyncio.BaseProtocol:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        self._server = self._call(self._listen())
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self._call(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
        self._loop.close()

    async def _listen(self) -> asyncio.Server:
        return await self._loop.create_server(self._protocol, "127.0.0.1", 0)

    async def _end(self) -> None:
        assert self._server is not None
        self._server.close()
        for transport in list(self._transports):
            transport.abort()
        await asyncio.sleep(0)
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=10)


class HttpReceiver(_Served):
    """Records every request; `answers` are given in order, then `answer_with` (200 to everything) decides."""

    def __init__(self, *answers: Answer | int, answer_with: Callable[[Received], Answer] | None = None) -> None:
        super().__init__()
        self.answers = deque(Answer(answer) if isinstance(answer, int) else answer for answer in answers)
        self.answer_with = answer_with or (lambda _received: Answer())
        self.requests: list[Received] = []
        self.in_flight = 0
        self.most_in_flight = 0
        self.connections = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def _protocol(self) -> asyncio.BaseProtocol:
        return _Http(self)

    def _next(self, received: Received) -> Answer:
        self.requests.append(received)
        return self.answers.popleft() if self.answers else self.answer_with(received)


class _Http(asyncio.Protocol):
    """One connection; httptools calls the `on_…` methods."""

    def __init__(self, receiver: HttpReceiver) -> None:
        self._receiver = receiver
        self._parser = httptools.HttpRequestParser(self)
        self._open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._receiver._transports.add(transport)
        self._receiver.connections += 1

    def connection_lost(self, exc: Exception | None) -> None:
        self._receiver._transports.discard(self._transport)
        self._finish()

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_message_begin(self) -> None:
        self._url, self._body = b"", b""
        self._headers: dict[str, str] = {}

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode().lower()] = value.decode()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        receiver = self._receiver
        receiver.in_flight += 1
        receiver.most_in_flight = max(receiver.most_in_flight, receiver.in_flight)
        self._open = True
        method = self._parser.get_method().decode()
        answer = receiver._next(Received(method, self._url.decode(), self._headers, self._body))
        if answer.hang:
            return
        if answer.delay:
            receiver._loop.call_later(answer.delay, self._reply, answer)
        else:
            self._reply(answer)

    def _reply(self, answer: Answer) -> None:
        if self._transport.is_closing():
            return
        self._finish()
        if answer.close:
            self._transport.abort()
            return
        headers = [("content-length", str(len(answer.body))), *answer.headers]
        lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers), "", ""]
        self._transport.write("\r\n".join(lines).encode() + answer.body)

    def _finish(self) -> None:
        self._receiver.in_flight -= self._open
        self._open = False


@dataclass
class _Post:
    """The handler of aiosmtpd: `refuse` maps a recipient to the line it is refused with."""

    refuse: dict[str, str]
    mails: list[EmailMessage] = field(default_factory=list)
    connections: int = 0

    async def handle_EHLO(
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=email_policy)
        assert isinstance(mail, EmailMessage)
        if any(marker in (mail["Subject"] or "") for marker in ("REFUSE",)):
            return "554 5.6.0 not wanted"
        self.mails.append(mail)
        return "250 2.0.0 taken"


class SmtpReceiver(_Served):
    """A real SMTP server: `mails` are what it took, `refuse` maps a recipient to a refusal such as "550 gone"; options
    go to aiosmtpd (`tls_context`, `require_starttls`, `authenticator` …)."""

    def __init__(self, refuse: dict[str, str] | None = None, **options: Any) -> None:
        super().__init__()
        self._post = _Post(refuse or {})
        self._options = options

    @property
    def mails(self) -> list[EmailMessage]:
        return self._post.mails

    @property
    def connections(self) -> int:
        return self._post.connections

    def _protocol(self) -> asyncio.BaseProtocol:
        options = {"hostname": "mail.test", "enable_SMTPUTF8": True, "loop": self._loop, **self._options}
        return _Smtp(self._transports, self._post, **options)


class _Smtp(SMTP):
    """One connection, known to the server so that it can end it."""

    def __init__(self, transports: set[asyncio.Transport], *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._known = transports

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._known.add(transport)
        super().connection_made(transport)
