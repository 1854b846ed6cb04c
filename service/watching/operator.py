"""运维: who hears of the service's own trouble – the officer whom the settings name, through every contact at once."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from service import journal
from service.alerting.recipients import NOBODY
from service.journal import JournalEntry
from service.network.tables import Contact
from service.notify.outbox import Address, enqueue
from service.watching.letters import alarm

AGAIN = timedelta(days=1)  # what goes on is told anew after this long


def contacts_of(session: Session, operator: str) -> list[Contact]:
    """Every contact of the operator, disabled ones too, the preferred first; none without an operator."""
    query = select(Contact).where(Contact.officer_id == operator)
    return list(session.exec(query.order_by(col(Contact.position), col(Contact.id)))) if operator else []


def address_of(contact: Contact) -> Address:
    """Where messages to a contact go."""
    return Address(contact.officer_id, "", contact.channel, contact.address, contact.id)


def raise_alarm(
    session: Session,
    now: datetime,
    operator: str,
    key: str,
    words: tuple[str, str],
    *,
    but: Collection[int | None] = (),
) -> bool:
    """Put trouble on record and tell the operator, once a day; through all contacts but those with these ids, or on the
    console where there is none. Whether it was told now."""
    text, text_en = words
    known = select(JournalEntry.id).where(
        JournalEntry.kind == "alarm", JournalEntry.subject == key[:200], col(JournalEntry.at) > now - AGAIN
    )
    if session.exec(known.limit(1)).first() is not None:
        return False
    journal.note(session, now, "alarm", key[:200], text, text_en)
    usable = [c for c in contacts_of(session, operator) if c.disabled_at is None and c.id not in but]
    for address in [address_of(contact) for contact in usable] or [NOBODY]:
        occasion = f"alarm/{key[:150]}/{now:%Y%m%dT%H%M%S}/{address.contact_id or 'console'}"
        enqueue(session, now, occasion, None, alarm(key, text, text_en), [address])
    return True
