"""Receivers that do to a send whatever a receiver can do to it; what they do is in the path that is asked for."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

OK = b'{"errcode": 0, "code": 0, "data": {"id": "gw-1"}}'
REFUSED = b'{"errcode": 99999, "code": 99999, "errmsg": "no", "msg": "no"}'
HTML = b"<html><body>502 Bad Gateway</body></html>"
ANSWERS: Mapping[str, tuple[int, tuple[str, ...], bytes]] = {
    "200": (200, (), OK),
    "200 with error code": (200, (), REFUSED),
    "200 with HTML": (200, ("Content-Type: text/html",), HTML),
    "400": (400, (), b"bad"),
    "401": (401, (), b"who are you"),
    "404": (404, (), b"nobody here"),
    "410": (410, (), b"gone"),
    "429, Retry-After 30": (429, ("Retry-After: 30",), b"slow down"),
    "500": (500, (), b"sorry"),
    "redirect to metadata": (302, ("Location: http://169.254.169.254/latest/meta-data/",), b""),
}
HUGE = 10**9


class Room:
    """What happened at the receivers: requests seen, bytes written of the huge body."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.written = 0
        self.plain = 0
        self.tls = 0


@asynccontextmanager
async def receivers(expired: ssl.SSLContext) -> AsyncIterator[Room]:
    """One receiver in the clear, one with a certificate that has expired; in the loop of the sender."""
    room = Room()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await _answer(room, reader, writer, head.decode())
        except (asyncio.IncompleteReadError, ConnectionError, TimeoutError):
            pass
        finally:
            writer.transport.abort()

    clear = await asyncio.start_server(serve, "127.0.0.1", 0)
    sealed = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=expired)
    room.plain, room.tls = (server.sockets[0].getsockname()[1] for server in (clear, sealed))
    try:
        yield room
    finally:
        clear.close()
        sealed.close()
        await asyncio.sleep(0.02)


async def _answer(room: Room, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: str) -> None:
    lines = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:] if line)
    await reader.readexactly(int(lines.get("content-length", "0")))
    case = head.split(" ")[1].split("?")[0].strip("/").replace("%20", " ").replace("%2C", ",")
    room.requests.append(case)
    match case:
        case "hang":
            await reader.read()  # until the other side gives up
        case "cut line":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
            writer.transport.abort()
        case "body of 1 GB":
            await _flood(room, writer)
        case _:
            status, headers, body = ANSWERS[case]
            fields = (f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", "")
            writer.write("\r\n".join(fields).encode() + body)
    await writer.drain()


async def _flood(room: Room, writer: asyncio.StreamWriter) -> None:
    """A gigabyte, if anybody takes it."""
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n".encode())
    while room.written < HUGE:
        writer.write(b"x" * 65_536)
        room.written += 65_536
        await writer.drain()
