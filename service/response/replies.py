"""回复“1”签收: an answer by text message signs as the officer whose verified number it came from.

It signs the newest alert that was sent to that number and waits for a signature. A gateway that passes the same answer
on twice signs once.
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.alerting.tables import Alert
from service.errors import Conflict, NotFound
from service.network.tables import Contact
from service.notify.receipts import Kind, mark
from service.notify.tables import MessageReceipt, OutboxMessage
from service.response.desk import Office, on_desk
from service.response.handle import sign

SIGNS = "1"
_LEFT = frozenset({"sending", "accepted", "delivered", "given_up"})  # it may have arrived


@dataclass(frozen=True)
class Reply:
    """What came in; `id` is the gateway's own number of it."""

    channel: str
    sender: str
    text: str
    id: str


@dataclass(frozen=True)
class _Asked:
    """An alert that waits, and the message that asked this officer to sign it."""

    alert_id: int
    officer_id: str
    message_id: str


def take_reply(office: Office, now: datetime, reply: Reply) -> int | None:
    """The number of the alert that this answer signs, or has signed before; None when it signs nothing."""
    if _plain(reply.text) != SIGNS:
        return None
    said = f"{reply.channel} {reply.id}"
    with office.db.read() as session:
        contacts = _contacts(session, reply)
        before = _signed_before(session, contacts, said)
        asked = None if before else _newest_waiting(session, contacts)
    if before is not None or asked is None:
        return before
    try:
        with on_desk(office, asked.alert_id, asked.officer_id, now) as case:
            if _signed_before(case.session, contacts, said) is None and sign(case, by=reply.channel):
                mark(case.session, asked.message_id, Kind.ACKNOWLEDGED, now, said)
    except (NotFound, Conflict):  # moved to another county, or lifted, since the message was written
        return None
    return asked.alert_id


def _contacts(session: Session, reply: Reply) -> list[int]:
    """Verified numbers in use that are the sender's, however they are written."""
    query = select(Contact).where(
        Contact.channel == reply.channel, col(Contact.verified_at).is_not(None), col(Contact.disabled_at).is_(None)
    )
    number = _digits(reply.sender)
    return [row.id or 0 for row in session.exec(query) if number and _digits(row.address) == number]


def _newest_waiting(session: Session, contacts: list[int]) -> _Asked | None:
    query = (
        select(Alert.id, OutboxMessage.officer_id, OutboxMessage.id)
        .join(Alert, col(Alert.id) == col(OutboxMessage.alert_id))
        .where(
            col(OutboxMessage.contact_id).in_(contacts),
            col(OutboxMessage.state).in_(_LEFT),
            col(OutboxMessage.officer_id).is_not(None),
            col(Alert.acknowledged_at).is_(None),
            col(Alert.closed_at).is_(None),
        )
        .order_by(col(OutboxMessage.id).desc())
    )
    row = session.exec(query.limit(1)).first()
    return None if row is None else _Asked(row[0] or 0, row[1] or "", row[2])


def _signed_before(session: Session, contacts: list[int], said: str) -> int | None:
    """The alert that this very answer has signed."""
    query = (
        select(OutboxMessage.alert_id)
        .join(MessageReceipt, col(MessageReceipt.message_id) == col(OutboxMessage.id))
        .where(col(OutboxMessage.contact_id).in_(contacts))
        .where(MessageReceipt.kind == Kind.ACKNOWLEDGED, MessageReceipt.detail == said)
    )
    return session.exec(query.limit(1)).first()


def _plain(text: str) -> str:
    """Full-width figures as plain ones, without spaces and full stops around them."""
    return unicodedata.normalize("NFKC", text).strip(" \t\r\n.。!")


def _digits(number: str) -> str:
    """A telephone number as it is dialled within China."""
    return re.sub(r"\D", "", number).removeprefix("0086").removeprefix("86")[-20:]
