"""停用: an address that will never work again is not written to any more; its owner hears of it another way, and so
does the operator."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from service import journal
from service.network.tables import Contact
from service.notify.channels import Result
from service.notify.masking import masked
from service.notify.message import Letter, clip, plain
from service.notify.outbox import Address, enqueue
from service.notify.tables import OutboxMessage

OPERATOR = Address(officer_id=None, post="", channel="console", address="operator", contact_id=None)


def retire(session: Session, now: datetime, given_up: Sequence[tuple[OutboxMessage, Result]]) -> None:
    """Disable the contacts whose channel said that they are gone; each once, with a row in the journal."""
    reasons = {message.contact_id: result.gone for message, result in given_up if result.gone and message.contact_id}
    if not reasons:
        return
    query = select(Contact).where(col(Contact.id).in_(reasons), col(Contact.disabled_at).is_(None))
    for contact in session.exec(query.order_by(col(Contact.id)).with_for_update()).all():
        reason = plain(reasons[contact.id or 0], 200)
        contact.disabled_at, contact.disabled_reason = now, reason
        session.add(contact)
        session.flush()
        _tell(session, now, contact, reason)


def _tell(session: Session, now: datetime, contact: Contact, reason: str) -> None:
    address = f"{contact.channel} {masked(contact.channel, contact.address)}"
    journal.note(
        session,
        now,
        "contact_disabled",
        contact.officer_id,
        f"{contact.officer_id} 的联系方式 {address} 已停用（{reason}），请更正后以 verified: true 导入",
        f"the contact {address} of {contact.officer_id} is disabled ({reason}); correct it and import it as verified",
        contact=contact.id,
    )
    letter, occasion = _letter(now, contact, address, reason), f"contact/{contact.id}/disabled/{now.isoformat()}"
    others = _others(session, contact)
    if others:
        enqueue(session, now, f"{occasion}/owner", None, letter, others)
    enqueue(session, now, f"{occasion}/operator", None, letter, [OPERATOR])


def _others(session: Session, contact: Contact) -> list[Address]:
    """Where else its owner can be reached, the preferred address first."""
    query = select(Contact).where(col(Contact.officer_id) == contact.officer_id, col(Contact.disabled_at).is_(None))
    return [
        Address(other.officer_id, "", other.channel, other.address, other.id)
        for other in session.exec(query.order_by(col(Contact.position)))
    ]


def _letter(now: datetime, contact: Contact, address: str, reason: str) -> Letter:
    brief = f"{contact.officer_id} 的联系方式 {address} 已停用，请联系管理员更正"
    lines = [
        f"{contact.officer_id} 的联系方式 {address} 已停用，此后的通知改走其他途径。原因：{reason}",
        f"The contact {address} of {contact.officer_id} is disabled; messages go another way from now on.",
        "请管理员更正后重新导入 / an administrator corrects it and imports it again.",
    ]
    payload = {
        "specversion": "1.0",
        "type": "labour-watch.contact.disabled",
        "source": "labour-watch",
        "subject": f"officer/{contact.officer_id}",
        "time": now.isoformat(),
        "datacontenttype": "application/json",
        "data": {"officer": contact.officer_id, "channel": contact.channel, "reason": reason, "brief": brief},
    }
    return Letter(clip(f"【联系方式停用】{contact.officer_id} {address}", 120), "\n".join(lines), payload)
