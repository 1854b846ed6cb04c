"""网关回执: what an SMS or telephone platform reports of a message it had accepted, and what follows from it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from service.errors import NotFound
from service.notify.channels import Outcome, Result
from service.notify.receipts import Kind, mark, receipt
from service.notify.settle import give_up
from service.notify.tables import MessageReceipt, OutboxMessage

OVERDUE_AT_ONCE = 100  # receipts that did not come, in one transaction
UNSETTLED = frozenset({"pending", "sending", "accepted", "given_up"})


@dataclass(frozen=True)
class Report:
    """A gateway's word about one message, by its own number of it or by ours."""

    channel: str
    number: str
    kind: Kind  # DELIVERED or FAILED
    detail: str = ""


def take_in(session: Session, now: datetime, report: Report) -> MessageReceipt:
    """Write down a gateway's report and act on it; the receipt, which is the same however often it is reported.
    Delivered counts even after the message was given up; failed sends it to its next address. Raises NotFound."""
    message = _message(session, report)
    if message is None:
        raise NotFound("unknown_message", "没有这条通知", "there is no such message")
    if mark(session, message.id, report.kind, now, report.detail):
        _follow(session, now, message, report)
    found = receipt(session, message.id, report.kind)
    assert found is not None  # it has just been written, or was there
    return found


def _message(session: Session, report: Report) -> OutboxMessage | None:
    """The newest, should a gateway count from the beginning again."""
    query = select(OutboxMessage).where(
        OutboxMessage.channel == report.channel,
        or_(col(OutboxMessage.remote_id) == report.number, col(OutboxMessage.id) == report.number),
    )
    return session.exec(query.order_by(col(OutboxMessage.id).desc()).limit(1).with_for_update()).first()


def _follow(session: Session, now: datetime, message: OutboxMessage, report: Report) -> None:
    if report.kind is Kind.DELIVERED and message.state in UNSETTLED:
        # Even while we wait for the gateway's answer to the send itself, or were about to send it again.
        message.state, message.lease, message.settled_at = "delivered", None, message.settled_at or now
        session.add(message)
    elif report.kind is Kind.FAILED and message.state in ("sending", "accepted"):
        give_up(session, now, [(message, Result(Outcome.GIVE_UP, "failed", report.detail))])


def overdue(session: Session, now: datetime) -> int:
    """Give up what a gateway accepted and has not reported on in time, so that the next address is tried; how many. A
    receipt that comes later still counts."""
    query = select(OutboxMessage).where(OutboxMessage.state == "accepted", col(OutboxMessage.receipt_by) <= now)
    late = session.exec(query.limit(OVERDUE_AT_ONCE).with_for_update(skip_locked=True)).all()
    for message in late:
        mark(session, message.id, Kind.MISSING, now, "网关逾期未回执 / the gateway has not reported in time")
    give_up(session, now, [(message, Result(Outcome.GIVE_UP, "no_receipt")) for message in late])
    return len(late)
