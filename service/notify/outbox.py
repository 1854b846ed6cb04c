"""发件箱: rows that are claimed with a lease, sent, and settled – in this order, so that a crash repeats a message with
the same id and never loses one.

A row may be claimed when it is `pending` and its time has come, or when it is `sending` and its lease has ended. Only
who holds the lease settles the row; a settle that comes too late completes its attempt and leaves the row alone.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, insert, literal_column, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from service.bell import Topic
from service.clock import Clock, SystemClock
from service.db import new_id, wake
from service.notify.channels import Outgoing
from service.notify.message import Letter
from service.notify.tables import DeliveryAttempt, OutboxMessage

STRANGE = 100  # messages for unknown channels that are taken at once
# Spelled out, not bound: the planner only uses the partial index when it sees the index's own condition.
WAITING: ColumnElement[bool] = literal_column("state IN ('pending', 'sending')")


@dataclass(frozen=True)
class Address:
    """Where a message may go: one contact of one officer, who answers for `post`."""

    officer_id: str | None
    post: str
    channel: str
    address: str
    contact_id: int | None


@dataclass(frozen=True)
class Claimed:
    """A message under our lease, with what settling it needs."""

    outgoing: Outgoing
    attempt_id: str
    lease: str
    channel: str
    contact_id: int | None


@dataclass(frozen=True)
class Share:
    """What may be claimed of one channel: `free` messages, at most `per_address` for one address with those `busy`
    (address → in flight) counted, so that a slow receiver does not take every place."""

    free: int
    per_address: int
    busy: Mapping[str, int]


def lease_time(session: Session, clock: Clock) -> datetime:
    """The time leases are compared with: on PostgreSQL the database's, since the machines of several workers differ –
    unless the clock is set by hand, as in tests and the demo: then that clock rules alone."""
    if isinstance(clock, SystemClock) and session.get_bind().dialect.name == "postgresql":
        at: datetime = session.connection().execute(text("SELECT clock_timestamp()")).scalar_one()
        return at
    return clock.now()


def enqueue(
    session: Session, now: datetime, occasion: str, alert_id: int | None, letter: Letter, route: Sequence[Address]
) -> str:
    """Put `letter` into the outbox for the first address of `route`, the others to be tried when that one is given up;
    the message's id. The same occasion again changes nothing. Raises ValueError for an empty route."""
    if not route:
        raise ValueError("a message needs an address")
    session.flush()  # the alert it belongs to may still be on its way to the database
    values = _row(now, occasion, alert_id, letter.subject, letter.body, letter.payload, route)
    if not _insert_new(session, values):
        query = select(OutboxMessage.id).where(OutboxMessage.occasion == occasion)
        return session.exec(query).one()
    wake(session, Topic.DELIVER)
    return str(values["id"])


def pass_on(session: Session, now: datetime, given_up: OutboxMessage, body: str, route: Sequence[Address]) -> None:
    """Write the message anew for the next addresses, under an occasion of its own that follows from the old one."""
    occasion = f"{given_up.occasion.partition('~')[0]}~{given_up.id}"
    values = _row(now, occasion, given_up.alert_id, given_up.subject, body, given_up.payload, route)
    _insert_new(session, values)
    wake(session, Topic.DELIVER)


def claim(session: Session, now: datetime, shares: Mapping[str, Share], lease_seconds: float) -> list[Claimed]:
    """Take what is due, oldest first, under one new lease; the attempts are written before anything is sent."""
    chosen = [id_ for channel, share in shares.items() for id_ in _choose(session, now, channel, share)]
    return _lease(session, now, chosen, lease_seconds)


def claim_strange(session: Session, now: datetime, known: Collection[str], lease_seconds: float) -> list[Claimed]:
    """Take what is due for channels that are not set up here: it is given up instead of waiting for ever."""
    due = _due(now).where(col(OutboxMessage.channel).not_in(known)).limit(STRANGE)
    return _lease(session, now, [row.id for row in session.connection().execute(due)], lease_seconds)


def _row(
    now: datetime,
    occasion: str,
    alert_id: int | None,
    subject: str,
    body: str,
    payload: Mapping[str, Any],
    route: Sequence[Address],
) -> dict[str, Any]:
    return {
        **asdict(route[0]),
        "id": new_id(),
        "occasion": occasion,
        "alert_id": alert_id,
        "subject": subject,
        "body": body,
        "payload": payload,
        "fallbacks": [asdict(address) for address in route[1:]],
        "created_at": now,
        "available_at": now,
        "state": "pending",
        "attempts": 0,
    }


def _insert_new(session: Session, values: Mapping[str, Any]) -> bool:
    dialect = session.get_bind().dialect.name
    insert_into = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = insert_into(OutboxMessage).values(values).on_conflict_do_nothing(index_elements=["occasion"])
    return session.connection().execute(statement).rowcount == 1


def _due(now: datetime) -> Any:
    message = OutboxMessage
    return (
        select(message.id, message.address)
        .where(WAITING, col(message.available_at) <= now)
        .order_by(col(message.available_at), col(message.id))
        .with_for_update(skip_locked=True)
    )


def _choose(session: Session, now: datetime, channel: str, share: Share) -> list[str]:
    """Ids within the share. Addresses that are full are left out of the query, so what waits for a slow receiver is
    not read again and again; each round fills at least one address or comes to the end."""
    chosen: list[str] = []
    taken = Counter(share.busy)
    while len(chosen) < share.free:
        full = [address for address, count in taken.items() if count >= share.per_address]
        wanted = share.free - len(chosen)
        query = _due(now).where(col(OutboxMessage.channel) == channel, col(OutboxMessage.address).not_in(full))
        rows = session.connection().execute(query.where(col(OutboxMessage.id).not_in(chosen)).limit(wanted)).all()
        for id_, address in rows:
            if taken[address] < share.per_address:
                taken[address] += 1
                chosen.append(id_)
        if len(rows) < wanted:
            break
    return chosen


def _lease(session: Session, now: datetime, ids: Sequence[str], lease_seconds: float) -> list[Claimed]:
    if not ids:
        return []
    message, lease = OutboxMessage, new_id()
    statement = (
        update(message)
        .where(col(message.id).in_(ids))
        .values(
            state="sending",
            lease=lease,
            available_at=now + timedelta(seconds=lease_seconds),
            attempts=col(message.attempts) + 1,
        )
        .returning(*message.__table__.c)  # type: ignore[attr-defined]
    )
    rows = sorted(session.connection().execute(statement).all(), key=lambda row: row.id)
    claimed = [_claimed(row, lease) for row in rows]
    session.connection().execute(
        insert(DeliveryAttempt),
        [
            {
                "id": one.attempt_id,
                "message_id": one.outgoing.message_id,
                "number": one.outgoing.attempt,
                "started_at": now,
                "code": "",
                "detail": "",
            }
            for one in claimed
        ],
    )
    return claimed


def _claimed(row: Any, lease: str) -> Claimed:
    outgoing = Outgoing(
        message_id=row.id,
        attempt=row.attempts,
        address=row.address,
        subject=row.subject,
        body=row.body,
        payload=row.payload,
        officer_id=row.officer_id,
        post=row.post,
    )
    return Claimed(outgoing, new_id(), lease, row.channel, row.contact_id)
