"""What every channel owes: one of three results for whatever the other side does, and never a surprise."""

import asyncio
import io
import selectors
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest
from aiosmtplib import SMTPException

from service.clock import SystemClock
from service.notify.channels import Channel, Outcome, Outgoing, Result
from service.notify.channels.console import ConsoleChannel
from service.notify.channels.email import EmailChannel, MailServer
from service.notify.channels.webhook import WebhookChannel
from tests.fakes import Answer, HttpReceiver, SmtpReceiver
from tests.notify.letters import outgoing

CLOCK = SystemClock()
DELIVERED, ACCEPTED, TRY_AGAIN, GIVE_UP = Outcome.DELIVERED, Outcome.ACCEPTED, Outcome.TRY_AGAIN, Outcome.GIVE_UP


def send(channel: Channel, *messages: Outgoing) -> list[Result]:
    """Send one after the other in one loop, as the deliverer does."""

    async def run() -> list[Result]:
        try:
            return [await channel.send(message) for message in messages]
        finally:
            await channel.close()
            await _sockets_closed()

    return asyncio.run(run())


async def _sockets_closed() -> None:
    """The deliverer's loop lives on; this one ends, and TLS says goodbye in the background."""
    selector: selectors.BaseSelector = asyncio.get_running_loop()._selector  # type: ignore[attr-defined]
    async with asyncio.timeout(5):
        while len(selector.get_map()) > 1:
            await asyncio.sleep(0.001)


@pytest.mark.parametrize(
    ("answer", "outcome", "code", "seconds"),
    [
        (200, DELIVERED, "200", None),
        (204, DELIVERED, "204", None),
        (301, GIVE_UP, "301", None),
        (400, GIVE_UP, "400", None),
        (401, GIVE_UP, "401", None),
        (404, GIVE_UP, "404", None),
        (410, GIVE_UP, "410", None),
        (408, TRY_AGAIN, "408", None),
        (429, TRY_AGAIN, "429", None),
        (500, TRY_AGAIN, "500", None),
        (503, TRY_AGAIN, "503", None),
        (Answer(429, (("Retry-After", "30"),)), TRY_AGAIN, "429", 30),
        (Answer(503, (("retry-after", "soon"),)), TRY_AGAIN, "503", None),
        (Answer(503, (("Retry-After", "Wed, 21 Oct 2015 07:28:00 GMT"),)), TRY_AGAIN, "503", 0),
        (Answer(503, (("Retry-After", "9" * 400),)), TRY_AGAIN, "503", 10**8),
    ],
)
def test_a_webhook_answers(answer: int | Answer, outcome: Outcome, code: str, seconds: int | None) -> None:
    with HttpReceiver(answer) as receiver:
        (result,) = send(WebhookChannel(CLOCK), outgoing(receiver.url))
    assert (result.outcome, result.code) == (outcome, code)
    assert (result.retry_after.total_seconds() if result.retry_after is not None else None) == seconds


@pytest.mark.parametrize(
    ("recipient", "subject", "outcome", "code"),
    [
        ("li.na@example.org", "中文主题", ACCEPTED, "250"),
        ("li.na@例子.中国", "中文主题", ACCEPTED, "250"),
        ("李娜@example.org", "中文主题", GIVE_UP, "bad_address"),
        ("busy@example.org", "中文主题", TRY_AGAIN, "451"),
        ("gone@example.org", "中文主题", GIVE_UP, "550"),
        ("li.na@example.org", "REFUSE", GIVE_UP, "554"),
        ("no address", "中文主题", GIVE_UP, "bad_address"),
        ("a@example.org\r\nBcc: all@example.org", "中文主题", GIVE_UP, "bad_address"),
        ("", "中文主题", GIVE_UP, "bad_address"),
    ],
)
def test_a_mail_server_answers(recipient: str, subject: str, outcome: Outcome, code: str) -> None:
    refuse = {"busy@example.org": "451 4.3.0 later", "gone@example.org": "550 5.1.1 gone"}
    with SmtpReceiver(refuse) as server:
        channel = EmailChannel(MailServer("127.0.0.1", server.port), CLOCK)
        (result,) = send(channel, outgoing(recipient, subject=subject))
    assert (result.outcome, result.code) == (outcome, code)


def test_the_console_prints_the_whole_message() -> None:
    stream = io.StringIO()
    message = outgoing("-", post="county.officer", officer_id="li.na")
    (result,) = send(ConsoleChannel(stream), message)
    assert result.outcome is DELIVERED
    for text in (message.message_id, "county.officer", "li.na", message.subject, *message.body.splitlines()):
        assert text in stream.getvalue()


def test_the_console_follows_a_replaced_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    send(ConsoleChannel(), outgoing("-"))
    assert "岐山县" in capsys.readouterr().out


@pytest.mark.parametrize("address", ["", "hook", "ftp://example.org/", "http://", "file:///etc/passwd"])
def test_what_is_no_web_address_is_given_up(address: str) -> None:
    (result,) = send(WebhookChannel(CLOCK), outgoing(address))
    assert (result.outcome, result.code) == (GIVE_UP, "bad_address")


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.mark.parametrize(
    ("make", "address"),
    [
        (lambda port: WebhookChannel(CLOCK), "http://127.0.0.1:{port}/"),
        (lambda port: WebhookChannel(CLOCK), "https://127.0.0.1:{port}/"),
        (lambda port: EmailChannel(MailServer("127.0.0.1", port), CLOCK, timeout=0.3), "li.na@example.org"),
        (lambda port: EmailChannel(MailServer("127.0.0.1", port, tls="tls"), CLOCK, timeout=0.3), "li.na@example.org"),
    ],
)
@pytest.mark.parametrize("there", ["nobody", "something else"])
def test_a_dead_or_foreign_server_is_an_exception_which_means_try_again(
    make: Callable[[int], Channel], address: str, there: str
) -> None:
    with HttpReceiver(Answer(close=True)) if there == "something else" else nullcontext() as receiver:
        port = receiver.port if receiver else unused_port()
        with pytest.raises((OSError, SMTPException)):
            send(make(port), outgoing(address.format(port=port)))


@pytest.mark.parametrize("kind", ["webhook", "email"])
def test_one_connection_is_kept_for_what_follows(kind: str) -> None:
    server: AbstractContextManager[Any] = HttpReceiver() if kind == "webhook" else SmtpReceiver()
    with server as receiver:
        if kind == "webhook":
            results = send(WebhookChannel(CLOCK), *[outgoing(receiver.url)] * 5)
        else:
            channel = EmailChannel(MailServer("127.0.0.1", receiver.port), CLOCK)
            results = send(channel, *[outgoing("li.na@example.org")] * 5)
    assert [result.outcome for result in results] == [DELIVERED if kind == "webhook" else ACCEPTED] * 5
    assert receiver.connections == 1
