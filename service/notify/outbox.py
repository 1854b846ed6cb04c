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

from sqlalchemy import ColumnElement, bindparam, insert, literal, literal_column, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from service.bell import Topic
from service.clock import Clock, SystemClock
from service.db import UtcDateTime, new_id, wake
from service.notify.channels import Outgoing, Pace
from service.notify.message import Letter
from service.notify.pace import spend, tokens
from service.notify.tables import DeliveryAttempt, OutboxMessage

AT_ONCE = 100  # messages for unknown channels that are taken in one go
_MESSAGE = OutboxMessage.__table__  # type: ignore[attr-defined]
# Spelled out, not bound: the planner only uses the partial index when it sees the index's own condition.
_WAITING: ColumnElement[bool] = literal_column("state IN ('pending', 'sending')")
_ANY_DUE = (
    select(_MESSAGE.c.id, _MESSAGE.c.address)
    .where(_WAITING, _MESSAGE.c.available_at <= bindparam("now"))
    .order_by(_MESSAGE.c.available_at, _MESSAGE.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_DUE = _ANY_DUE.where(
    _MESSAGE.c.channel == bindparam("channel"),
    _MESSAGE.c.address.not_in(bindparam("full", expanding=True)),
    _MESSAGE.c.id.not_in(bindparam("chosen", expanding=True)),
)
_STRANGE = _ANY_DUE.where(_MESSAGE.c.channel.not_in(bindparam("known", expanding=True)))
_LEASE = (
    update(_MESSAGE)
    .where(_MESSAGE.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="sending",
        lease=bindparam("new_lease"),
        available_at=bindparam("until"),
        attempts=_MESSAGE.c.attempts + 1,
    )
    .returning(
        *(_MESSAGE.c[name] for name in ("id", "attempts", "channel", "address", "contact_id", "officer_id", "post")),
        *(_MESSAGE.c[name] for name in ("subject", "body", "payload", "created_at", "alert_id")),
    )
)
# Made once: putting the values into the statement costs more than sending it.
_INSERT = {
    name: dialect.insert(_MESSAGE).on_conflict_do_nothing(index_elements=["occasion"]).returning(_MESSAGE.c.id)
    for name, dialect in (("postgresql", postgresql), ("sqlite", sqlite))
}
_ATTEMPT = insert(DeliveryAttempt.__table__).from_select(  # type: ignore[attr-defined]
    ["message_id", "number", "started_at", "code", "detail"],
    select(
        _MESSAGE.c.id, _MESSAGE.c.attempts, bindparam("started_at", type_=UtcDateTime()), literal(""), literal("")
    ).where(_MESSAGE.c.id.in_(bindparam("ids", expanding=True))),
)


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
    lease: str
    channel: str
    contact_id: int | None
    started_at: datetime  # of the attempt
    created_at: datetime  # of the message
    alert_id: int | None


@dataclass(frozen=True)
class Share:
    """What may be claimed of one channel: `free` messages in all; for an address named in `room` no more than that, so
    that a receiver that is slow or failing does not take every place. `pace` holds for each address."""

    free: int
    room: Mapping[str, int]
    pace: Pace | None = None


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
    the message's id. The alert it belongs to is in the database. The same occasion again changes nothing. Raises
    ValueError for an empty route."""
    if not route:
        raise ValueError("a message needs an address")
    values = _row(now, occasion, alert_id, letter.subject, letter.body, letter.payload, route)
    if not _insert_new(session, values):
        query = select(_MESSAGE.c.id).where(_MESSAGE.c.occasion == occasion)
        return str(session.connection().execute(query).scalar_one())
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
    rows = session.connection().execute(_STRANGE, {"now": now, "known": list(known), "limit": AT_ONCE})
    return _lease(session, now, [row.id for row in rows], lease_seconds)


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
    return session.connection().execute(_INSERT[session.get_bind().dialect.name], values).first() is not None


def _choose(session: Session, now: datetime, channel: str, share: Share) -> list[str]:
    """Ids within the share. Addresses without room are left out of the query, so that what waits for them does not hide
    the rest; each round fills such an address or comes to the end."""
    chosen: dict[str, str] = {}
    room = dict(share.room)
    paced = False
    while len(chosen) < share.free:
        wanted = share.free - len(chosen)
        full = [address for address, left in room.items() if left <= 0]
        rows = session.connection().execute(
            _DUE, {"now": now, "channel": channel, "full": full, "chosen": list(chosen), "limit": wanted}
        )
        found = rows.all()
        if share.pace and found and not paced:  # asked only when there is something to send
            room, paced = _paced(session, now, channel, share.pace, room), True
        for id_, address in found:
            left = room.get(address, share.pace.burst if share.pace else share.free)
            if left > 0:
                chosen[id_] = address
                room[address] = left - 1
        if len(found) < wanted:
            break
    if share.pace and chosen:
        spend(session, now, channel, share.pace, Counter(chosen.values()))
    return list(chosen)


def _paced(session: Session, now: datetime, channel: str, pace: Pace, room: Mapping[str, int]) -> dict[str, int]:
    """The room of each address, no more than its pace leaves it."""
    left = tokens(session, now, channel, pace)
    return {address: min(room.get(address, pace.burst), left.get(address, pace.burst)) for address in {*room, *left}}


def _lease(session: Session, now: datetime, ids: Sequence[str], lease_seconds: float) -> list[Claimed]:
    if not ids:
        return []
    lease = new_id()
    until = now + timedelta(seconds=lease_seconds)
    rows = session.connection().execute(_LEASE, {"ids": ids, "new_lease": lease, "until": until}).all()
    session.connection().execute(_ATTEMPT, {"ids": ids, "started_at": now})
    return [_claimed(row, lease, now) for row in sorted(rows, key=lambda row: str(row.id))]


def _claimed(row: Any, lease: str, now: datetime) -> Claimed:
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
    return Claimed(outgoing, lease, row.channel, row.contact_id, now, row.created_at, row.alert_id)
