"""HTTP as servers really speak it: in pieces, in chunks, wrongly, over TLS."""

import asyncio
import ssl
from collections.abc import Sequence
from pathlib import Path

import httpx
import pytest

from service.notify.channels.connections import Answer, BadAnswer, Connections

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


class Served:
    """What a scripted server saw."""

    def __init__(self) -> None:
        self.connections = 0
        self.requests = 0


def ask(
    pieces: Sequence[bytes], times: int = 1, *, hang_up: bool = False, tls: ssl.SSLContext | None = None
) -> tuple[list[Answer], Served]:
    """Ask a server that answers every request with these pieces, one after the other."""
    served = Served()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.connections += 1
        try:
            while await reader.readuntil(b"body"):
                served.requests += 1
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.001)
                if hang_up:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()

    async def run() -> list[Answer]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
        port = server.sockets[0].getsockname()[1]
        url = httpx.URL(f"{'https' if tls else 'http'}://127.0.0.1:{port}/")
        connections = Connections(keep=2)
        try:
            async with asyncio.timeout(5):
                return [await connections.post(url, {}, b"body", 16) for _ in range(times)]
        finally:
            connections.close()
            server.close()
            await asyncio.sleep(0.02)

    return asyncio.run(run()), served


@pytest.mark.parametrize(
    ("pieces", "status", "body"),
    [
        ([OK], 200, b"ok"),
        ([OK[n : n + 1] for n in range(len(OK))], 200, b"ok"),
        ([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", b"0\r\n\r\n"], 200, b"ok"),
        ([b"HTTP/1.1 100 Continue\r\n\r\n", OK], 200, b"ok"),
        ([b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK], 200, b"ok"),
        ([b"HTTP/1.1 204 No Content\r\n\r\n"], 204, b""),
    ],
)
def test_an_answer_is_read_and_the_connection_kept(pieces: list[bytes], status: int, body: bytes) -> None:
    answers, served = ask(pieces, times=3)
    assert [(answer.status, answer.body) for answer in answers] == [(status, body)] * 3
    assert (served.connections, served.requests) == (1, 3)


@pytest.mark.parametrize(
    ("pieces", "hang_up", "body"),
    [
        ([b"HTTP/1.0 200 OK\r\n\r\nok"], True, b"ok"),  # the body ends with the connection
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nok"], True, b"ok"),  # the status is what counts
        ([b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"], False, b"ok"),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n" + b"x" * 50], False, b"x" * 16),
        ([OK + b"HTTP/1.1 500 X\r\n"], False, b"ok"),  # talks on unasked
    ],
)
def test_a_connection_in_doubt_is_not_used_again(pieces: list[bytes], hang_up: bool, body: bytes) -> None:
    answers, served = ask(pieces, times=2, hang_up=hang_up)
    assert [(answer.status, answer.body) for answer in answers] == [(200, body)] * 2
    assert served.connections == 2


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ([b"220 mail.example ESMTP\r\n"], BadAnswer),
        ([b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n"], BadAnswer),
        ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 70_000], BadAnswer),
        ([b"HTTP/1.1 200 OK\r\nContent-"], ConnectionResetError),
        ([b""], ConnectionResetError),
    ],
)
def test_what_is_no_answer_is_an_error(pieces: list[bytes], error: type[OSError]) -> None:
    with pytest.raises(error):
        ask(pieces, hang_up=True)


def test_the_trust_store_of_the_machine_decides_about_tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with pytest.raises(ssl.SSLCertVerificationError):
        ask([OK], tls=context)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    answers, served = ask([OK], times=2, tls=context)
    assert [answer.status for answer in answers] == [200, 200]
    assert served.connections == 1
