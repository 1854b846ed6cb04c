"""结清: what became of each send is written down – delivered, tried again later, or given up and passed on."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, update
from sqlmodel import Session, col, select

from service import journal
from service.db import UtcDateTime
from service.network.tables import Contact, Officer
from service.notify.channels import Outcome, Result
from service.notify.message import clip, handed_over, plain
from service.notify.outbox import Address, Claimed, pass_on
from service.notify.proof import Attempt, Parcel, newest, seal
from service.notify.retire import retire
from service.notify.retry import RetryPolicy
from service.notify.tables import DeliveryAttempt, OutboxMessage

_MESSAGE = OutboxMessage.__table__  # type: ignore[attr-defined]
_ATTEMPT = DeliveryAttempt.__table__  # type: ignore[attr-defined]
_COMPLETE = (
    update(_ATTEMPT)
    .where(_ATTEMPT.c.message_id == bindparam("of"), _ATTEMPT.c.number == bindparam("attempt"))
    .values(
        finished_at=bindparam("at"),
        outcome=bindparam("result"),
        code=bindparam("answer"),
        detail=bindparam("text"),
        previous_hash=bindparam("before"),
        hash=bindparam("sealed"),
    )
)
# Locked in one order: two who settle attempts of one message at once would else hang both on the same one before.
_STANDING = (
    _MESSAGE.select()
    .with_only_columns(*(_MESSAGE.c[name] for name in ("id", "attempts", "state", "lease")))
    .where(_MESSAGE.c.id.in_(bindparam("ids", expanding=True)))
    .order_by(_MESSAGE.c.id)
    .with_for_update()
)
_CHAINED = (
    _ATTEMPT.select()
    .with_only_columns(*(_ATTEMPT.c[name] for name in ("message_id", "hash", "previous_hash")))
    .where(_ATTEMPT.c.message_id.in_(bindparam("ids", expanding=True)), _ATTEMPT.c.hash != "")
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
_ACCEPT = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id == bindparam("message"), _MESSAGE.c.lease == bindparam("held"), _MESSAGE.c.state == "sending")
    .values(
        state="accepted",
        lease=None,
        settled_at=bindparam("at"),
        remote_id=bindparam("remote"),
        receipt_by=bindparam("by", type_=UtcDateTime()),
    )
)


@dataclass(frozen=True)
class Sent:
    """One send that has ended."""

    claimed: Claimed
    result: Result


@dataclass(frozen=True)
class Settler:
    """Settles batches by one policy; `jitter` gives numbers in [0, 1). `receipt_within` names the channels whose
    gateway reports what became of a message, and how long that is waited for."""

    policy: RetryPolicy
    jitter: Callable[[], float]
    receipt_within: Mapping[str, timedelta] = field(default_factory=dict)

    def settle(self, session: Session, now: datetime, sent: Sequence[Sent]) -> int:
        """Complete every attempt and move on the rows that are still ours; how many of them have left the house."""
        if not sent:
            return 0
        standing = _standing(session, sent)
        _complete(session, now, sent, _tails(session, standing))
        by: dict[Outcome, list[Sent]] = defaultdict(list)
        for one in sent:
            by[one.result.outcome].append(one)
        failed = by[Outcome.TRY_AGAIN] + by[Outcome.GIVE_UP]
        self._not_delivered(session, now, _still_ours(standing, failed))
        taken = self._accept(session, now, by[Outcome.ACCEPTED])
        return taken + (_close(session, now, by[Outcome.DELIVERED]) if by[Outcome.DELIVERED] else 0)

    def _accept(self, session: Session, now: datetime, sent: Sequence[Sent]) -> int:
        """Those whose lease nobody has taken over, and that have not been reported on already; how many they are."""
        taken = 0
        for one in sent:
            within = self.receipt_within.get(one.claimed.channel)
            row = {
                "message": one.claimed.outgoing.message_id,
                "held": one.claimed.lease,
                "at": now,
                "remote": plain(one.result.remote_id, 200),
                "by": now + within if within else None,
            }
            taken += session.connection().execute(_ACCEPT, row).rowcount
        return taken

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
        give_up(session, now, given_up)

    def _next_attempt(
        self, message: OutboxMessage, result: Result, first_at: datetime, now: datetime
    ) -> datetime | None:
        if result.outcome is Outcome.GIVE_UP:
            return None
        return self.policy.next_attempt(
            message.attempts, first_at, now, result.retry_after, self.jitter(), len(message.fallbacks)
        )


def _standing(session: Session, sent: Sequence[Sent]) -> dict[str, Any]:
    """The messages' rows by id, locked until the commit."""
    ids = [one.claimed.outgoing.message_id for one in sent]
    return {row.id: row for row in session.connection().execute(_STANDING, {"ids": ids})}


def _tails(session: Session, standing: Mapping[str, Any]) -> dict[str, str]:
    """The newest seal of every message that was tried before."""
    again = [id_ for id_, row in standing.items() if row.attempts > 1]
    if not again:
        return {}
    links: dict[str, dict[str, str]] = defaultdict(dict)
    for id_, hash_, previous in session.connection().execute(_CHAINED, {"ids": again}):
        links[id_][hash_] = previous
    return {id_: newest(chain) for id_, chain in links.items()}


def _complete(session: Session, now: datetime, sent: Sequence[Sent], tails: dict[str, str]) -> None:
    rows = []
    for one in sent:
        result, outgoing = one.result, one.claimed.outgoing
        before = tails.get(outgoing.message_id, "")
        # What a receiver answers is not ours: PostgreSQL refuses a NUL, a terminal obeys an escape.
        answer, detail = plain(result.code, 60), plain(result.detail, 500)
        made = Attempt(outgoing.attempt, one.claimed.started_at, now, result.outcome.value, answer, detail)
        sealed = tails[outgoing.message_id] = seal(_parcel(one.claimed), made, before)
        rows.append(
            {
                "of": outgoing.message_id,
                "attempt": made.number,
                "at": now,
                "result": made.outcome,
                "answer": answer,
                "text": detail,
                "before": before,
                "sealed": sealed,
            }
        )
    session.connection().execute(_COMPLETE, rows)


def _parcel(claimed: Claimed) -> Parcel:
    out = claimed.outgoing
    return Parcel(out.message_id, claimed.channel, out.address, out.subject, out.body)


def _close(session: Session, now: datetime, delivered: Sequence[Sent]) -> int:
    """Those whose lease nobody has taken over; how many they are."""
    ids = [one.claimed.outgoing.message_id for one in delivered]
    leases = list({one.claimed.lease for one in delivered})
    return session.connection().execute(_CLOSE, {"ids": ids, "leases": leases, "at": now}).rowcount


def _still_ours(standing: Mapping[str, Any], sent: Sequence[Sent]) -> list[Sent]:
    """Those whose lease nobody has taken over."""
    rows = [(one, standing.get(one.claimed.outgoing.message_id)) for one in sent]
    return [one for one, row in rows if row and row.state == "sending" and row.lease == one.claimed.lease]


def _first_attempts(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    attempt = DeliveryAttempt
    query = (
        select(attempt.message_id, func.min(attempt.started_at).label("first_at"))
        .where(col(attempt.message_id).in_(ids))
        .group_by(col(attempt.message_id))
    )
    return {row.message_id: row.first_at for row in session.connection().execute(query)}


def give_up(session: Session, now: datetime, given_up: Sequence[tuple[OutboxMessage, Result]]) -> None:
    """Close these messages, whose rows the caller has locked, and pass each on to its next usable address; an address
    that is gone is disabled."""
    if not given_up:
        return
    retire(session, now, given_up)
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
