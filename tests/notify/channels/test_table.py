"""The contract table: every channel against whatever the other side can do. `pytest -s` prints it."""

import asyncio
import shutil
import ssl
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from service.clock import FrozenClock, SystemClock
from service.db import Database
from service.notify.channels import Channel, Outcome, Outgoing, Result
from service.notify.channels.dingtalk import DingtalkChannel
from service.notify.channels.email import EmailChannel, MailServer
from service.notify.channels.feishu import FeishuChannel
from service.notify.channels.gateway import Gateway
from service.notify.channels.reading import Reading
from service.notify.channels.sms import SmsChannel
from service.notify.channels.voice import VoiceChannel
from service.notify.channels.webhook import WebhookChannel
from service.notify.channels.wecom import WecomChannel
from service.notify.deliver import Deliverer
from service.notify.message import compose
from tests.conftest import WEDNESDAY as NOW
from tests.fakes import Answer, HttpReceiver, SmtpReceiver
from tests.notify.channels.receivers import OK, Room, receivers
from tests.notify.letters import news, outgoing, to
from tests.notify.rows import put
from tests.notify.test_deliver import deliver

CLOCK = SystemClock()
LETTER = compose(news(theme="工资支付"))
D, A, T, G = Outcome.DELIVERED, Outcome.ACCEPTED, Outcome.TRY_AGAIN, Outcome.GIVE_UP
# What the other side does → (a webhook, a robot, a platform for telephones, code, seconds it asks for).
HTTP: dict[str, tuple[Outcome, Outcome, Outcome]] = {
    "200": (D, D, A),
    "200 with error code": (D, T, T),
    "200 with HTML": (D, T, T),
    "400": (G, G, G),
    "401": (G, G, G),
    "404": (G, G, G),
    "410": (G, G, G),
    "429, Retry-After 30": (T, T, T),
    "500": (T, T, T),
    "redirect to metadata": (G, G, G),
    "hang": (T, T, T),
    "cut line": (T, T, T),
    "body of 1 GB": (D, T, T),
    "expired certificate": (T, T, T),
}
GONE = {"404", "410"}  # of an address on the web
CODES = {"hang": "timeout", "cut line": "ConnectionResetError", "expired certificate": "certificate"}
CHANNELS = ("webhook", "wecom", "dingtalk", "feishu", "sms", "voice")


def make(name: str, url: str) -> tuple[Channel, Outgoing]:
    """A channel of this name and a message that goes to `url`."""
    message = outgoing(url, subject=LETTER.subject, body=LETTER.body, payload=LETTER.payload)
    match name:
        case "webhook":
            return WebhookChannel(CLOCK), message
        case "wecom":
            return WecomChannel(CLOCK), message
        case "dingtalk":
            return DingtalkChannel(CLOCK), outgoing(url, payload=LETTER.payload, secret="SEC1")
        case "feishu":
            return FeishuChannel(CLOCK), outgoing(url, payload=LETTER.payload, secret="SEC1")
    reading = Reading("code", frozenset({"0"}), text="msg", remote_id="data.id", taken=A)
    gateway = Gateway(url, reading, {"phone": "{phone}", "text": "{text}"}, {"text": "{text}"})
    kind = SmsChannel if name == "sms" else VoiceChannel
    return kind(gateway, CLOCK, "0917-3260000"), outgoing("139-0000-0000", payload=LETTER.payload)


async def send(name: str, channel: Channel, message: Outgoing, case: str) -> Result:
    """As the deliverer sends; only what hangs is not waited for long."""
    timeout = 0.3 if case == "hang" else 10.0
    deliverer = Deliverer(Database("sqlite://"), CLOCK, {name: channel}, send_timeout=timeout)
    try:
        return await deliverer._send(name, message, message.secret)
    finally:
        await channel.close()


def address(room: Room, case: str) -> str:
    """Where this happens."""
    if case == "expired certificate":
        return f"https://127.0.0.1:{room.tls}/200"
    return f"http://127.0.0.1:{room.plain}/{quote(case)}"


def show(name: str, results: dict[str, Result]) -> None:
    """One block of the table."""
    print(f"\n{name}")
    for case, result in results.items():
        after = f", not before {result.retry_after.total_seconds():g} s" if result.retry_after else ""
        gone = ", address disabled" if result.gone else ""
        print(f"  {case:24} {result.outcome.value:10} {result.code}{after}{gone}")


@pytest.fixture
def expired(expired_certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's side of TLS whose certificate everybody trusts, but for its date."""
    monkeypatch.setenv("SSL_CERT_FILE", str(expired_certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(expired_certificate)
    return context


@pytest.mark.parametrize("name", CHANNELS)
def test_every_channel_over_http_keeps_the_contract(name: str, expired: ssl.SSLContext) -> None:
    async def run() -> tuple[dict[str, Result], Room]:
        async with receivers(expired) as room:
            results = {case: await send(name, *make(name, address(room, case)), case) for case in HTTP}
        return results, room

    results, room = asyncio.run(run())
    show(name, results)
    column = 0 if name == "webhook" else 2 if name in {"sms", "voice"} else 1
    assert {case: result.outcome for case, result in results.items()} == {c: row[column] for c, row in HTTP.items()}
    assert room.requests == [case for case in HTTP if case != "expired certificate"]  # nothing was followed or repeated
    assert room.written < 50_000_000  # of a gigabyte, mostly what the sockets hold
    assert {case: results[case].code for case in CODES} == CODES
    assert results["429, Retry-After 30"].retry_after == timedelta(seconds=30)
    assert {case for case, result in results.items() if result.gone} == (set() if name in {"sms", "voice"} else GONE)
    assert "169.254.169.254" in results["redirect to metadata"].detail
    assert "expired" in results["expired certificate"].detail
    if column:
        assert [results[case].code for case in ("200 with error code", "200 with HTML")] == ["99999", "not_json"]
        assert "Bad Gateway" in results["200 with HTML"].detail
    assert results["200"].remote_id == ("gw-1" if column == 2 else "")


MAIL: dict[str, tuple[Outcome, str]] = {
    "250": (A, "250"),
    "451 recipient, later": (T, "451"),
    "550 no such mailbox": (G, "550"),
    "550 5.7.1 policy": (G, "550"),
    "551 try another": (G, "551"),
    "554 at the end of data": (G, "554"),
    "hang": (T, "timeout"),
    "cut line": (T, "SMTPServerDisconnected"),
    "line without end": (T, "SMTPResponseException"),
    "expired certificate": (T, "certificate"),
}
REFUSALS = {
    "later@x.cn": "451 later",
    "none@x.cn": "550 5.1.1 none",
    "policy@x.cn": "550 5.7.1 spam",
    "else@x.cn": "551 x",
}


def mail(case: str, port: int, strange: int) -> tuple[MailServer, Outgoing]:
    """A server of this behaviour and a mail to it."""
    to = {"451 recipient, later": "later@x.cn", "550 no such mailbox": "none@x.cn", "551 try another": "else@x.cn"}
    to["550 5.7.1 policy"] = "policy@x.cn"
    message = outgoing(to.get(case, "li.na@x.cn"), subject="REFUSE" if case.startswith("554") else "预警")
    own = case in {"hang", "cut line", "line without end"}
    tls = "none" if own else "starttls"
    trust = None if case == "expired certificate" else _trusting()
    return MailServer("127.0.0.1", strange if own else port, tls=tls, trust=trust), message  # type: ignore[arg-type]


def _trusting() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


def test_mail_keeps_the_contract(expired: ssl.SSLContext) -> None:
    async def run(port: int) -> dict[str, Result]:
        now = "hang"

        async def strange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            try:
                if now == "hang":
                    await reader.read()  # until the other side gives up
                if now == "cut line":
                    writer.write(b"220 mail.test\r\n")
                    await reader.readline()
                if now == "line without end":
                    for _ in range(20):
                        writer.write(b"2" * 8192)
                        await writer.drain()
            except ConnectionError:
                pass
            finally:
                writer.transport.abort()

        results = {}
        async with await asyncio.start_server(strange, "127.0.0.1", 0) as server:
            for case in MAIL:
                now = case
                server_of, message = mail(case, port, server.sockets[0].getsockname()[1])
                results[case] = await send("email", EmailChannel(server_of, CLOCK), message, case)
            server.close()
        return results

    with SmtpReceiver(REFUSALS, tls_context=expired, require_starttls=True) as server:
        results = asyncio.run(run(server.port))
    show("email", results)
    assert {case: (result.outcome, result.code) for case, result in results.items()} == MAIL
    assert {case for case, result in results.items() if result.gone} == {"550 no such mailbox", "551 try another"}
    assert "expired" in results["expired certificate"].detail
    assert len(server.mails) == 1


@pytest.mark.parametrize("name", CHANNELS)
def test_no_more_are_in_flight_than_the_channel_allows(name: str, sqlite_template: Path, tmp_path: Path) -> None:
    db, clock = Database(f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'labour-watch.db')}"), FrozenClock(NOW)
    with HttpReceiver(answer_with=lambda _received: Answer(delay=0.02, body=OK)) as receiver:
        channel, _ = make(name, receiver.url)
        for n in range(2 * channel.limit):  # each its own address, so that no pace holds them up
            put(db, NOW, f"x/{n}", to(name, f"1390000{n:04}" if name in {"sms", "voice"} else f"{receiver.url}?{n}"))
        assert deliver(db, clock, {name: channel}) == 2 * channel.limit
    db.close()
    assert 2 <= receiver.most_in_flight <= channel.limit
