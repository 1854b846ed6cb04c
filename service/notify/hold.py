"""暂停发送: after a restore nothing leaves until a person says so – what waited then may have been sent long ago."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session, col, delete, select

from service import journal
from service.bell import Topic
from service.db import wake
from service.journal import Beat
from service.notify.tables import OutboxMessage

HOLD = "hold"  # the row that stops every deliverer


@dataclass(frozen=True)
class Held:
    """What a hold keeps back: `messages` that waited when it began, and `newer` ones written since."""

    since: datetime
    messages: int
    newer: int


def hold(session: Session, now: datetime, why: str) -> int:
    """Stop all sending, and mark what waits now as held; how many messages."""
    session.merge(Beat(name=HOLD, at=now, detail=why))
    waiting = col(OutboxMessage.state).in_(("pending", "sending"))
    return int(
        session.connection().execute(update(OutboxMessage).where(waiting).values(state="held", lease=None)).rowcount
    )


def on_hold(session: Session) -> bool:
    """Whether nothing may be sent now."""
    return session.exec(select(Beat.name).where(Beat.name == HOLD)).first() is not None


def held(session: Session) -> Held | None:
    """What is kept back; None when sending goes on."""
    row = session.exec(select(Beat).where(Beat.name == HOLD)).first()
    if row is None:
        return None
    return Held(row.at, _count(session, "held"), _count(session, "pending"))


def release(session: Session, now: datetime, *, discard: bool) -> Held | None:
    """Let messages leave again; with `discard` those that waited when the hold began are given up instead, which the
    journal says. What was kept back, or None when nothing was."""
    kept = held(session)
    if kept is None:
        return None
    values = {"state": "given_up", "settled_at": now} if discard else {"state": "pending"}
    session.connection().execute(update(OutboxMessage).where(col(OutboxMessage.state) == "held").values(**values))
    session.connection().execute(delete(Beat).where(col(Beat.name) == HOLD))
    if discard and kept.messages:
        journal.note(
            session,
            now,
            "discarded",
            "restore",
            f"恢复时未发的 {kept.messages} 条通知按运维人员的决定不再发送",
            f"{kept.messages} messages that waited in the backup are not sent, as the operator decided",
        )
    wake(session, Topic.DELIVER)
    return kept


def _count(session: Session, state: str) -> int:
    return session.exec(select(func.count()).select_from(OutboxMessage).where(OutboxMessage.state == state)).one()
