"""结清: what became of each send is written down – delivered, tried again later, or given up and passed on."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from service import journal
from service.network.tables import Contact, Officer
from service.notify.channels import Outcome, Result
from service.notify.message import clip, handed_over, plain
from service.notify.outbox import Address, Claimed, pass_on
from service.notify.retry import RetryPolicy
from service.notify.tables import DeliveryAttempt, OutboxMessage

_MESSAGE = OutboxMessage.__table__  # type: ignore[attr-defined]
_ATTEMPT = DeliveryAttempt.__table__  # type: ignore[attr-defined]
_COMPLETE = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.message_id.in_(bindparam("ids", expanding=True)), _ATTEMPT.c.number == bindparam("attempt"))
    .values(
        finished_at=bindparam("at"), outcome=bindparam("result"), code=bindparam("answer"), detail=bindparam("text")
    )
)
_CLOSE = (
    update(_MESSAGE)
    .where(
        _MESSAGE.c.id.in_(bindparam("ids", expanding=True)),
        _MESSAGE.c.lease.in_(bindparam("leases", expanding=True)),
        _MESSAGE.c.state == "sending",
    )
    .values(state="delivered", lease=None, settled_at=bindparam("at"))
)


@dataclass(frozen=True)
class Sent:
    """One send that has ended."""

    claimed: Claimed
    result: Result


@dataclass(frozen=True)
class Settler:
    """Settles batches by one policy; `jitter` gives numbers in [0, 1)."""

    policy: RetryPolicy
    jitter: Callable[[], float]

    def settle(self, session: Session, now: datetime, sent: Sequence[Sent]) -> int:
        """Complete every attempt and move on the rows that are still ours; how many of them are now delivered."""
        if not sent:
            return 0
        _complete(session, now, sent)
        delivered = [one for one in sent if one.result.outcome is Outcome.DELIVERED]
        failed = [one for one in sent if one.result.outcome is not Outcome.DELIVERED]
        self._not_delivered(session, now, _still_ours(session, failed) if failed else [])
        return _close(session, now, delivered) if delivered else 0

    def _not_delivered(self, session: Session, now: datetime, sent: Sequence[Sent]) -> None:
        if not sent:
            return
        ids = [one.claimed.outgoing.message_id for one in sent]
        messages = {m.id: m for m in session.exec(select(OutboxMessage).where(col(OutboxMessage.id).in_(ids)))}
        first = _first_attempts(session, ids)
        given_up: list[tuple[OutboxMessage, Result]] = []
        for one in sent:
            message = messages[one.claimed.outgoing.message_id]
            again = self._next_attempt(message, one.result, first[message.id], now)
            if again is None:
                given_up.append((message, one.result))
            else:
                message.state, message.lease, message.available_at = "pending", None, again
        _give_up(session, now, given_up)

    def _next_attempt(
        self, message: OutboxMessage, result: Result, first_at: datetime, now: datetime
    ) -> datetime | None:
        if result.outcome is Outcome.GIVE_UP:
            return None
        return self.policy.next_attempt(
            message.attempts, first_at, now, result.retry_after, self.jitter(), len(message.fallbacks)
        )


def _complete(session: Session, now: datetime, sent: Sequence[Sent]) -> None:
    """Most of a batch ends alike, so the rows are updated by what they have in common."""
    alike: dict[tuple[int, str, str, str], list[str]] = defaultdict(list)
    for one in sent:
        result, outgoing = one.result, one.claimed.outgoing
        # What a receiver answers is not ours: PostgreSQL refuses a NUL, a terminal obeys an escape.
        answer, detail = plain(result.code, 60), plain(result.detail, 500)
        alike[outgoing.attempt, result.outcome.value, answer, detail].append(outgoing.message_id)
    for (attempt, outcome, answer, detail), ids in alike.items():
        row = {"ids": ids, "attempt": attempt, "at": now, "result": outcome, "answer": answer, "text": detail}
        session.connection().execute(_COMPLETE, row)


def _close(session: Session, now: datetime, delivered: Sequence[Sent]) -> int:
    """Those whose lease nobody has taken over; how many they are."""
    ids = [one.claimed.outgoing.message_id for one in delivered]
    leases = list({one.claimed.lease for one in delivered})
    return session.connection().execute(_CLOSE, {"ids": ids, "leases": leases, "at": now}).rowcount


def _still_ours(session: Session, sent: Sequence[Sent]) -> list[Sent]:
    """Those whose lease nobody has taken over; their rows are locked until the commit."""
    ids = sorted(one.claimed.outgoing.message_id for one in sent)
    query = (
        select(OutboxMessage.id, OutboxMessage.lease)
        .where(col(OutboxMessage.id).in_(ids), OutboxMessage.state == "sending")
        .order_by(col(OutboxMessage.id))
        .with_for_update()
    )
    leases = {row.id: row.lease for row in session.connection().execute(query)}
    return [one for one in sent if leases.get(one.claimed.outgoing.message_id) == one.claimed.lease]


def _first_attempts(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    attempt = DeliveryAttempt
    query = (
        select(attempt.message_id, func.min(attempt.started_at).label("first_at"))
        .where(col(attempt.message_id).in_(ids))
        .group_by(col(attempt.message_id))
    )
    return {row.message_id: row.first_at for row in session.connection().execute(query)}


def _give_up(session: Session, now: datetime, given_up: Sequence[tuple[OutboxMessage, Result]]) -> None:
    routes = {message.id: [Address(**address) for address in message.fallbacks] for message, _ in given_up}
    usable = _usable(session, [address for route in routes.values() for address in route])
    for message, result in given_up:
        message.state, message.lease, message.settled_at = "given_up", None, now
        route = [address for address in routes[message.id] if address in usable]
        if not route:
            _note_undelivered(session, now, message, result)
            continue
        same_person = route[0].officer_id == message.officer_id
        pass_on(session, now, message, message.body if same_person else handed_over(message.body, message.post), route)


def _usable(session: Session, addresses: Sequence[Address]) -> set[Address]:
    """Without those whose contact or officer has left the directory, or is disabled, since the message was written."""
    if not addresses:
        return set()
    contacts = select(Contact.id).where(
        col(Contact.id).in_({address.contact_id for address in addresses}), col(Contact.disabled_at).is_(None)
    )
    officers = select(Officer.id).where(col(Officer.id).in_({address.officer_id for address in addresses}))
    known = {None, *session.exec(contacts), *session.exec(officers)}
    return {address for address in addresses if {address.contact_id, address.officer_id} <= known}


def _note_undelivered(session: Session, now: datetime, message: OutboxMessage, result: Result) -> None:
    """The last address is given up: a row that a person sees."""
    code = plain(result.code, 60)
    journal.note(
        session,
        now,
        "undelivered",
        clip(message.occasion, 200),
        f"通知 {message.occasion} 的所有地址均未能送达（最后：{message.channel} {code}），请电话通知 {message.post}",
        f"{message.occasion} reached none of its addresses (last: {message.channel} {code}), phone {message.post}",
        message=message.id,
        alert=message.alert_id,
    )
