"""联系方式核验: a code is sent to a contact and told back by its officer; then it is known to reach them.

Kept is a keyed digest of the code. It is good for half an hour and five tries; a minute later another one may be sent.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service.errors import Conflict
from service.network.sealing import Sealer
from service.network.tables import Contact
from service.notify.message import Letter
from service.notify.outbox import Address, enqueue
from service.notify.tables import ContactCode

GOOD_FOR = timedelta(minutes=30)
EVERY = timedelta(minutes=1)
MOST_TRIES = 5
_PURPOSE = "contact code"


def send_code(session: Session, now: datetime, sealer: Sealer, contact: Contact) -> str:
    """Send a new code to a stored contact, which makes the one before worthless; the message's id. Raises Conflict when
    one was sent just now."""
    assert contact.id is not None
    row = session.get(ContactCode, contact.id) or ContactCode(
        contact_id=contact.id, digest="", sent_at=now - EVERY, expires_at=now
    )
    if now - row.sent_at < EVERY:
        raise Conflict("just_sent", "刚发过验证码，请一分钟后再发", "a code was sent just now; wait a minute")
    code = f"{secrets.randbelow(10**6):06d}"
    row.digest, row.sent_at, row.expires_at, row.tries = _digest(sealer, contact.id, code), now, now + GOOD_FOR, 0
    session.add(row)
    session.flush()
    address = Address(contact.officer_id, "", contact.channel, contact.address, contact.id)
    return enqueue(session, now, f"contact/{contact.id}/{now.isoformat()}", None, _letter(code), [address])


def confirm(
    session: Session, now: datetime, sealer: Sealer, officer_id: str, code: str, contact_id: int | None = None
) -> Contact | None:
    """The contact of this officer that the code was sent to, verified from now on; None when no code fits, which counts
    as a try of each that waits. With `contact_id` only that contact is asked about."""
    query = select(Contact, ContactCode).join(ContactCode).where(Contact.officer_id == officer_id)
    if contact_id is not None:
        query = query.where(Contact.id == contact_id)
    waiting = session.exec(query.order_by(col(Contact.id)).with_for_update()).all()
    for contact, row in waiting:
        if now >= row.expires_at or row.tries >= MOST_TRIES:
            continue
        if hmac.compare_digest(row.digest, _digest(sealer, row.contact_id, code.strip())):
            contact.verified_at = now
            session.add(contact)
            session.delete(row)
            return contact
        row.tries += 1
        session.add(row)
    return None


def _digest(sealer: Sealer, contact_id: int, code: str) -> str:
    return sealer.sign(_PURPOSE, f"{contact_id}|{code}").hex()


def _letter(code: str) -> Letter:
    minutes = int(GOOD_FOR.total_seconds() // 60)
    text = f"联系方式验证码 {code}，{minutes} 分钟内有效 / contact code {code}, good for {minutes} minutes"
    payload = {
        "specversion": "1.0",
        "type": "labour-watch.contact.code",
        "source": "labour-watch",
        "subject": "contact",
        "datacontenttype": "application/json",
        "data": {"brief": text},
    }
    return Letter("【联系方式核验】/ contact code", text, payload)
