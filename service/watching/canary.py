"""每周测试通知: once a week a message to the operator through every channel; one that does not arrive is an alarm."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlmodel import Session, col, select

from service.clock import SHANGHAI
from service.journal import Beat
from service.network.tables import Contact
from service.notify.hold import on_hold
from service.notify.outbox import enqueue
from service.notify.tables import OutboxMessage
from service.scoring.week import monday, week_at
from service.watching.letters import canary
from service.watching.operator import address_of, contacts_of, raise_alarm

AT = time(9)  # on Monday, Asia/Shanghai
PATIENCE = timedelta(hours=1)  # so long a message may be on its way
ARRIVED = ("accepted", "delivered")


@dataclass(frozen=True)
class Failed:
    """A contact that the message of this week did not reach, and why."""

    contact: Contact
    why: str


def run_canary(session: Session, now: datetime, operator: str) -> int:
    """Send what is due this week, put down what arrived, raise an alarm about what did not; how many failed. Any number
    of runs in a week send one message a contact. On hold nothing leaves, so nothing is expected either."""
    week = week_at(now)
    if on_hold(session) or now < datetime.combine(monday(week), AT, SHANGHAI):
        return 0
    contacts = contacts_of(session, operator)
    for contact in contacts:
        if contact.disabled_at is None:
            enqueue(session, now, _occasion(week, contact), None, canary(week, contact.channel), [address_of(contact)])
    failed = list(_look(session, now, week, contacts))
    for one in failed:
        channel = one.contact.channel
        words = (
            f"{week} 的渠道自检失败：{channel}（{one.why}），预警可能也发不出去",
            f"the test message of {week} through {channel} failed ({one.why}); alerts may not arrive either",
        )
        key = f"canary/{week}/{one.contact.id}"
        raise_alarm(session, now, operator, key, words, but={f.contact.id for f in failed})
    return len(failed)


def _look(session: Session, now: datetime, week: str, contacts: list[Contact]) -> Iterator[Failed]:
    """Who did not get it; who did is a beat of the channel."""
    occasions = [_occasion(week, contact) for contact in contacts]
    found = session.exec(select(OutboxMessage).where(col(OutboxMessage.occasion).in_(occasions)))
    sent = {message.contact_id: message for message in found}
    for contact in contacts:
        message = sent.get(contact.id)
        if message is not None and message.state in ARRIVED:
            session.merge(Beat(name=f"canary/{contact.channel}", at=message.settled_at or now, detail=week))
        elif message is not None and message.state == "given_up":
            yield Failed(contact, "given_up")
        elif contact.disabled_at is not None:
            yield Failed(contact, "disabled")
        elif message is not None and now - message.created_at > PATIENCE:
            yield Failed(contact, message.state)


def _occasion(week: str, contact: Contact) -> str:
    return f"canary/{week}/{contact.id}"
