"""回执: how far a message is known to have come – what gateways report, and what its recipient did with it.

Queued, sending, accepted and delivered stand in the row of the message and its attempts; what somebody else tells us
afterwards is a receipt, each kind once a message: the first one counts.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col
from sqlmodel import select as select_model

from service.notify.channels import Outcome
from service.notify.message import plain
from service.notify.tables import DeliveryAttempt, MessageReceipt, OutboxMessage

LONGEST_DETAIL = 200
IN_SYSTEM = "系统内 / in the system"  # signed over the API or a page, which does not prove that the message arrived
_LEFT = ("sending", "accepted", "delivered")


class Kind(StrEnum):
    """What is known of a message after it has left the house."""

    DELIVERED = "delivered"  # 网关回执：已送达
    FAILED = "failed"  # 网关回执：未送达
    MISSING = "missing"  # 网关逾期未回执
    OPENED = "opened"  # 链接被打开；也可能是邮件网关预取
    ACKNOWLEDGED = "acknowledged"  # 收件人签收了所告知的预警；经何处签收见 detail


@dataclass(frozen=True)
class Step:
    """One thing that is known of a message: queued, sending, an outcome of an attempt, or a kind of receipt."""

    word: str
    at: datetime
    detail: str = ""


_RECEIPT = MessageReceipt.__table__  # type: ignore[attr-defined]
_INSERT = {
    name: dialect.insert(_RECEIPT)
    .on_conflict_do_nothing(index_elements=["message_id", "kind"])
    .returning(_RECEIPT.c.message_id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}


def mark(session: Session, message_id: str, kind: Kind, at: datetime, detail: str = "") -> bool:
    """Write down what is known of a message; False when it was known already, which changes nothing."""
    row = {"message_id": message_id, "kind": str(kind), "at": at, "detail": plain(detail, LONGEST_DETAIL)}
    return session.connection().execute(_INSERT[session.get_bind().dialect.name], row).first() is not None


def mark_signed(session: Session, alert_id: int, officer_id: str, at: datetime) -> int:
    """Write down on the newest news of an alert that left for an officer that it was signed in the system; how many
    messages that were, one an address."""
    query = select_model(OutboxMessage).where(
        OutboxMessage.alert_id == alert_id, OutboxMessage.officer_id == officer_id, col(OutboxMessage.state).in_(_LEFT)
    )
    left = session.exec(query.order_by(col(OutboxMessage.created_at).desc())).all()
    newest = [message.id for message in left if message.created_at == left[0].created_at]
    return sum(mark(session, id_, Kind.ACKNOWLEDGED, at, IN_SYSTEM) for id_ in newest)


def receipt(session: Session, message_id: str, kind: Kind) -> MessageReceipt | None:
    """The receipt of this kind, None when there is none."""
    query = select_model(MessageReceipt).where(MessageReceipt.message_id == message_id, MessageReceipt.kind == kind)
    return session.exec(query).first()


def steps(session: Session, message_ids: Collection[str]) -> dict[str, list[Step]]:
    """By message everything that is known of it, in the order of time; three queries for any number of messages."""
    found: dict[str, list[Step]] = {id_: [] for id_ in message_ids}
    queued = select(OutboxMessage.id, OutboxMessage.created_at).where(col(OutboxMessage.id).in_(message_ids))  # type: ignore[call-overload]
    for id_, at in session.connection().execute(queued):
        found[id_].append(Step("queued", at))
    attempts = select_model(DeliveryAttempt).where(col(DeliveryAttempt.message_id).in_(message_ids))
    for tried in session.exec(attempts.order_by(col(DeliveryAttempt.number))):
        found[tried.message_id].append(Step("sending", tried.started_at))
        if tried.finished_at is not None:
            outcome = Outcome(tried.outcome) if tried.outcome else ""
            found[tried.message_id].append(Step(str(outcome), tried.finished_at, tried.code))
    for row in session.exec(select_model(MessageReceipt).where(col(MessageReceipt.message_id).in_(message_ids))):
        found[row.message_id].append(Step(row.kind, row.at, row.detail))
    return {id_: sorted(known, key=lambda step: step.at) for id_, known in found.items()}
