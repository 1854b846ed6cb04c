"""送达证明: the messages of an alert – to whom, how, how often it was tried and how far it is known to have come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, or_, select

from service.alerting.tables import Notice
from service.notify.masking import masked
from service.notify.tables import DeliveryAttempt, MessageReceipt, OutboxMessage

MOST = 200  # messages shown; the rest is in the evidence


@dataclass(frozen=True)
class Sent:
    """One message; the address is masked, attempts and receipts stand in their order."""

    message: OutboxMessage
    address: str
    attempts: Sequence[DeliveryAttempt]
    receipts: Sequence[MessageReceipt]

    @property
    def settled_at(self) -> datetime | None:
        """When it was delivered or given up."""
        return self.message.settled_at


def proof(session: Session, alert_id: int) -> list[Sent]:
    """The newest messages of an alert, those that told of several alerts too; three queries."""
    together = select(Notice.message_id).where(Notice.alert_id == alert_id, col(Notice.message_id).is_not(None))
    query = select(OutboxMessage).where(or_(OutboxMessage.alert_id == alert_id, col(OutboxMessage.id).in_(together)))
    messages = session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(MOST)).all()
    ids = [message.id for message in messages]
    tried: dict[str, list[DeliveryAttempt]] = {}
    attempts = select(DeliveryAttempt).where(col(DeliveryAttempt.message_id).in_(ids))
    for attempt in session.exec(attempts.order_by(col(DeliveryAttempt.number))):
        tried.setdefault(attempt.message_id, []).append(attempt)
    known: dict[str, list[MessageReceipt]] = {}
    receipts = select(MessageReceipt).where(col(MessageReceipt.message_id).in_(ids))
    for receipt in session.exec(receipts.order_by(col(MessageReceipt.at), col(MessageReceipt.kind))):
        known.setdefault(receipt.message_id, []).append(receipt)
    return [Sent(m, masked(m.channel, m.address), tried.get(m.id, ()), known.get(m.id, ())) for m in messages]


def people(sent: Sequence[Sent]) -> Mapping[str, None]:
    """The officers who were written to."""
    return dict.fromkeys(one.message.officer_id for one in sent if one.message.officer_id)
