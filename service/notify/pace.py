"""节奏: how fast an address is written to, whoever sends – kept in rows, so that it holds for all workers together.
What is too much now stays in the outbox and takes nobody's place.

A row is a token bucket in one instant: `full_at` is when the bucket of an address will be full again. A send puts that
off by one `every`.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from service.notify.channels import Pace
from service.notify.tables import SendPace

_PACE = SendPace.__table__  # type: ignore[attr-defined]
_USED = select(_PACE.c.address, _PACE.c.full_at).where(
    _PACE.c.channel == bindparam("channel"), _PACE.c.full_at > bindparam("now")
)
_UPSERT = {}
for _name, _dialect in (("postgresql", postgresql), ("sqlite", sqlite)):
    _insert = _dialect.insert(_PACE)
    _UPSERT[_name] = _insert.on_conflict_do_update(
        index_elements=["channel", "address"], set_={"full_at": _insert.excluded.full_at}
    )
_ONE_AT_A_TIME = select(func.pg_advisory_xact_lock(func.hashtext(bindparam("key"))))


def tokens(session: Session, now: datetime, channel: str, pace: Pace) -> dict[str, int]:
    """How many messages each address that was written to lately may get now; any other may get `pace.burst`. Until the
    end of the transaction no other worker decides about this channel."""
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_ONE_AT_A_TIME, {"key": f"labour-watch pace {channel}"})
    rows = session.connection().execute(_USED, {"channel": channel, "now": now})
    return {row.address: _left(pace, row.full_at, now) for row in rows}


def spend(session: Session, now: datetime, channel: str, pace: Pace, sends: Mapping[str, int]) -> None:
    """Take the tokens for so many sends to each address."""
    rows = session.connection().execute(_USED, {"channel": channel, "now": now})
    used = {row.address: row.full_at for row in rows if _left(pace, row.full_at, now) < pace.burst}
    values = [
        {"channel": channel, "address": address, "full_at": used.get(address, now) + count * pace.every}
        for address, count in sends.items()
    ]
    session.connection().execute(_UPSERT[session.get_bind().dialect.name], values)


def _left(pace: Pace, full_at: datetime, now: datetime) -> int:
    """Tokens in the bucket. One that would need longer than from empty to full is of a clock that was set back."""
    missing = (full_at - now) / pace.every
    return pace.burst if missing > pace.burst else max(0, int(pace.burst - missing))
