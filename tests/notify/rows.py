"""What is in the outbox, as the tests ask it."""

from datetime import UTC, datetime, timedelta

from sqlmodel import col, select

from service.db import Database
from service.journal import JournalEntry
from service.network.tables import Contact, Officer
from service.notify.outbox import Address, Claimed, Share, claim, enqueue
from service.notify.tables import DeliveryAttempt, OutboxMessage
from tests.notify.letters import LETTER, to

SECOND = timedelta(seconds=1)
LEASE = 60.0


def put(db: Database, now: datetime, occasion: str, *route: Address) -> str:
    """Enqueue the letter; the message's id."""
    with db.write() as session:
        return enqueue(session, now, occasion, None, LETTER, route or (to("test", "a"),))


def person(db: Database, name: str, channel: str = "test", address: str = "", disabled: bool = False) -> Address:
    """An officer of the directory with one contact."""
    address = address or name
    with db.write() as session:
        session.add(Officer(id=name, name=name))
        session.flush()
        contact = Contact(officer_id=name, position=0, channel=channel, address=address)
        contact.disabled_at = datetime(2026, 1, 1, tzinfo=UTC) if disabled else None
        session.add(contact)
        session.flush()
        return Address(name, f"post.{name}", channel, address, contact.id)


def take(db: Database, now: datetime, free: int = 10, room: dict[str, int] | None = None) -> list[Claimed]:
    """Claim from the channel `test`."""
    with db.write() as session:
        return claim(session, now, {"test": Share(free, room or {})}, LEASE)


def message(db: Database, id_: str) -> OutboxMessage:
    with db.read() as session:
        return session.exec(select(OutboxMessage).where(OutboxMessage.id == id_)).one()


def messages(db: Database) -> list[OutboxMessage]:
    """All, in the order they were written."""
    with db.read() as session:
        return list(session.exec(select(OutboxMessage).order_by(OutboxMessage.id)))


def attempts(db: Database, id_: str) -> list[tuple[int, str | None, str]]:
    """Number, outcome and code of each."""
    query = select(DeliveryAttempt).where(DeliveryAttempt.message_id == id_).order_by(col(DeliveryAttempt.number))
    with db.read() as session:
        return [(row.number, row.outcome, row.code) for row in session.exec(query)]


def journal(db: Database) -> list[JournalEntry]:
    with db.read() as session:
        return list(session.exec(select(JournalEntry)))
