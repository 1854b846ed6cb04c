"""电子邮件: one plain-text mail in UTF-8 over a kept SMTP connection; `Message-ID` is the message id."""

import re
import ssl
from dataclasses import dataclass, field, replace
from email.errors import HeaderParseError, MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTP, SMTPException, SMTPNotSupported, SMTPRecipientsRefused, SMTPResponseException

from service.clock import SHANGHAI, Clock
from service.notify.channels import Outcome, Outgoing, Result

DETAIL_CHARACTERS = 200
NO_MAILBOX = frozenset({550, 551, 553})
_OTHER_REASON = re.compile(r"5\.[^1]\.")  # RFC 3463: x.1.x is about the address
_NO_ADDRESS = "邮件地址无效 / not a mail address"
Tls = Literal["none", "starttls", "tls"]


@dataclass(frozen=True)
class MailServer:
    """The server that takes our mail and how we present ourselves; `trust` None is the machine's trust store."""

    host: str
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = "labour-watch@localhost"
    tls: Tls = "none"
    trust: ssl.SSLContext | None = field(default=None, repr=False)


class EmailChannel:
    """Sends over at most `limit` connections, kept for the next mail. 250 is accepted: the mailbox may still be far.
    5xx to a mail gives up; 4xx, and everything that goes wrong before the mail (connecting, TLS, login), tries again:
    that is not the recipient's fault."""

    signed = False
    pace = None

    def __init__(self, server: MailServer, clock: Clock, limit: int = 4, timeout: float = 10.0) -> None:
        self.limit = limit
        self._server = server
        self._clock = clock
        self._timeout = timeout
        self._idle: list[SMTP] = []

    async def send(self, outgoing: Outgoing) -> Result:
        """Send one mail to one address."""
        try:
            mail = self._write(outgoing)
        except (ValueError, MessageError, HeaderParseError, IndexError):
            return Result(Outcome.GIVE_UP, "bad_address", _NO_ADDRESS, gone=_NO_ADDRESS)
        try:
            client = await self._connection()
        except (SMTPException, OSError) as error:
            failure = _certificate(error)
            if failure is None:
                raise
            return failure
        try:
            _, answer = await client.send_message(mail)
        except SMTPRecipientsRefused as refused:
            self._idle.append(client)
            return _recipient_refused(refused.recipients[0])
        except SMTPResponseException as refused:
            client.close()
            return _refusal(refused)
        except SMTPNotSupported as error:
            client.close()
            return Result(Outcome.GIVE_UP, "not_supported", str(error)[:DETAIL_CHARACTERS])
        except BaseException:
            client.close()
            raise
        self._idle.append(client)
        return Result(Outcome.ACCEPTED, "250", answer[:DETAIL_CHARACTERS])

    async def close(self) -> None:
        """Say goodbye on every kept connection."""
        while self._idle:
            client = self._idle.pop()
            try:
                await client.quit(timeout=1.0)
            except SMTPException:
                client.close()

    def _write(self, outgoing: Outgoing) -> EmailMessage:
        mail = EmailMessage(policy=SMTP_POLICY)
        mail["From"] = Address("劳动关系预警", addr_spec=self._server.sender)
        mail["To"] = Address(addr_spec=outgoing.address)
        mail["Subject"] = outgoing.subject
        mail["Date"] = format_datetime(self._clock.now().astimezone(SHANGHAI))
        mail["Message-ID"] = f"<{outgoing.message_id}@{self._domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(outgoing.body, cte="base64")
        return mail

    @property
    def _domain(self) -> str:
        return self._server.sender.rpartition("@")[2] or "localhost"

    async def _connection(self) -> SMTP:
        while self._idle:
            client = self._idle.pop()
            try:
                await client.noop()  # a server closes what has been idle for long; that must not cost the mail a try
                return client
            except SMTPException:
                client.close()
        return await self._connect()

    async def _connect(self) -> SMTP:
        server = self._server
        client = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            username=server.user or None,
            password=server.password or None,
            local_hostname=self._domain,
            timeout=self._timeout,
            use_tls=server.tls == "tls",
            start_tls=server.tls == "starttls",
            tls_context=server.trust,
        )
        try:
            await client.connect()
        except BaseException:
            client.close()
            raise
        return client


def _certificate(error: BaseException | None) -> Result | None:
    """A certificate that was refused, wherever in the chain of errors it stands: its reason holds no secret."""
    while error is not None and not isinstance(error, ssl.SSLCertVerificationError):
        error = error.__cause__ or error.__context__
    if error is None:
        return None
    return Result(Outcome.TRY_AGAIN, "certificate", f"证书无效 / certificate: {error.verify_message}")


def _recipient_refused(refused: SMTPResponseException) -> Result:
    """A mailbox that does not exist is gone; one that is refused for another reason (5.7.1: policy) is not."""
    unknown = refused.code in NO_MAILBOX and not _OTHER_REASON.match(refused.message)
    return replace(_refusal(refused), gone=f"邮箱不存在 / no such mailbox ({refused.code})" if unknown else "")


def _refusal(refused: SMTPResponseException) -> Result:
    outcome = Outcome.GIVE_UP if refused.code >= 500 else Outcome.TRY_AGAIN
    return Result(outcome, str(refused.code), refused.message[:DETAIL_CHARACTERS])
