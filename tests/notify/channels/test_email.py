"""Mails as a real server receives them."""

import asyncio
import ssl
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult

from service.clock import FrozenClock, SystemClock
from service.notify.channels import Outcome
from service.notify.channels.email import EmailChannel, MailServer
from tests.fakes import SmtpReceiver
from tests.notify.channels.test_contract import send
from tests.notify.letters import LETTER, outgoing

CLOCK = SystemClock()


def test_a_mail_has_a_chinese_subject_and_the_message_id(clock: FrozenClock) -> None:
    message = outgoing("li.na@example.org")
    with SmtpReceiver() as server:
        send(EmailChannel(MailServer("127.0.0.1", server.port, sender="warn@union.example"), clock), message)
    (mail,) = server.mails
    assert mail["Subject"] == LETTER.subject
    assert mail["Message-ID"] == f"<{message.message_id}@union.example>"
    assert mail["To"] == "li.na@example.org"
    assert mail["From"].addresses[0].addr_spec == "warn@union.example"
    assert mail["Date"] == "Wed, 18 Nov 2026 10:00:00 +0800"
    assert mail.get_content().splitlines() == LETTER.body.splitlines()


def test_a_refused_mail_does_not_spoil_the_connection() -> None:
    with SmtpReceiver({"gone@example.org": "550 gone"}) as server:
        channel = EmailChannel(MailServer("127.0.0.1", server.port), CLOCK)
        results = send(channel, outgoing("gone@example.org"), outgoing("li.na@example.org"))
    assert [result.outcome for result in results] == [Outcome.GIVE_UP, Outcome.ACCEPTED]
    assert server.connections == 1


def test_a_connection_the_server_has_closed_costs_no_attempt() -> None:
    async def run(server: SmtpReceiver) -> list[Outcome]:
        channel = EmailChannel(MailServer("127.0.0.1", server.port), CLOCK)
        outcomes = [(await channel.send(outgoing("li.na@example.org"))).outcome]
        await asyncio.sleep(1.0)
        outcomes.append((await channel.send(outgoing("li.na@example.org"))).outcome)
        await channel.close()
        return outcomes

    with SmtpReceiver(timeout=0.6) as server:
        assert asyncio.run(run(server)) == [Outcome.ACCEPTED] * 2
    assert server.connections == 2


@pytest.mark.parametrize(("password", "delivered"), [("right", True), ("wrong", False)])
def test_starttls_and_login(certificate: Path, password: str, delivered: bool) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def check(_server: object, _session: object, _envelope: object, _mechanism: str, data: object) -> AuthResult:
        return AuthResult(success=getattr(data, "password", b"") == b"right", handled=False)

    with SmtpReceiver(tls_context=context, require_starttls=True, authenticator=check, auth_required=True) as server:
        trust = ssl.create_default_context(cafile=str(certificate))
        mail = MailServer("127.0.0.1", server.port, "user", password, tls="starttls", trust=trust)
        if delivered:
            (result,) = send(EmailChannel(mail, CLOCK), outgoing("li.na@example.org"))
            assert result.outcome is Outcome.ACCEPTED
        else:
            with pytest.raises(Exception, match="535"):  # our own mistake, so it is tried again
                send(EmailChannel(mail, CLOCK), outgoing("li.na@example.org"))
    assert len(server.mails) == delivered


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for() -> None:
    with SmtpReceiver() as server:
        mail = MailServer("127.0.0.1", server.port, tls="starttls")
        with pytest.raises(Exception, match="STARTTLS"):
            send(EmailChannel(mail, CLOCK), outgoing("li.na@example.org"))
    assert server.mails == []


def test_the_password_is_not_in_the_representation() -> None:
    assert "hunter2" not in repr(MailServer("mail.example", password="hunter2"))
