"""自检数字: how things stand, read from the rows, so that every process tells the same; for /metrics and the pages."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import func, or_
from sqlalchemy import select as columns_of
from sqlmodel import Session, col, select

from service.alerting.tables import Alert
from service.journal import Beat, JournalEntry
from service.notify.hold import Held, held
from service.notify.tables import DeliveryAttempt, OutboxMessage
from service.reporting.tables import Due
from service.scoring.pack import Level
from service.watching.weekly import Missed, missed_runs

WAITING = ("pending", "sending")
LATE = timedelta(minutes=10)  # so long a message that is due, or a week to be judged, may be left lying
AUDIT_BEAT = "audit"
SWEEP_BEAT = "sweep"


@dataclass(frozen=True)
class Queue:
    """What waits: how many, and since when the oldest."""

    count: int
    oldest_at: datetime | None

    def age(self, now: datetime) -> float:
        """Seconds since the oldest began to wait; 0 where nothing does."""
        return 0.0 if self.oldest_at is None else max(0.0, (now - self.oldest_at).total_seconds())


@dataclass(frozen=True)
class Health:
    """How things stand at one instant. `late` are messages and weeks whose time has long come; `sends` counts the
    sends of the last hour by channel and outcome, one under way as `open`; `audit` is what the last audit found."""

    open_alerts: Mapping[Level, int]
    unsigned: int
    overdue: int  # of them past their time
    due: Queue
    due_late: int
    outbox: Mapping[str, Queue]  # by state: pending, sending, held
    outbox_late: int
    sends: Mapping[tuple[str, str], int]
    beats: Mapping[str, Beat]
    missed: tuple[Missed, ...]
    audit: Mapping[str, int]
    journal_entries: int
    hold: Held | None

    def beat_age(self, name: str, now: datetime) -> timedelta | None:
        """How long ago a job last ended well; None for one that never did."""
        beat = self.beats.get(name)
        return None if beat is None else max(timedelta(), now - beat.at)


def collect(session: Session, now: datetime) -> Health:
    """Read everything; a constant number of queries, each over an index or a small table."""
    beats = {beat.name: beat for beat in session.exec(select(Beat))}
    unsigned = _count_open(session, col(Alert.acknowledged_at).is_(None))
    overdue = _count_open(session, col(Alert.acknowledged_at).is_(None), col(Alert.sign_by) < now)
    levels = columns_of(col(Alert.level), func.count()).where(col(Alert.closed_at).is_(None)).group_by(col(Alert.level))
    found = {Level(level): count for level, count in session.execute(levels)}
    return Health(
        open_alerts={level: found.get(level, 0) for level in Level if level},
        unsigned=unsigned,
        overdue=overdue,
        due=Queue(*session.execute(columns_of(func.count(col(Due.id)), func.min(Due.created_at))).one()),
        due_late=_due_late(session, now),
        outbox=_outbox(session),
        outbox_late=late_messages(session, now),
        sends=_sends(session, now),
        beats=beats,
        missed=tuple(missed_runs(session, now)),
        audit=orjson.loads(beats[AUDIT_BEAT].detail) if AUDIT_BEAT in beats else {},
        journal_entries=session.exec(select(func.count(col(JournalEntry.id)))).one(),
        hold=held(session),
    )


def late_messages(session: Session, now: datetime) -> int:
    """Messages that nobody took although they were due, and sends whose lease ended and that nobody took over."""
    waiting = col(OutboxMessage.state).in_(WAITING)
    query = select(func.count()).select_from(OutboxMessage).where(waiting, col(OutboxMessage.available_at) < now - LATE)
    return session.exec(query).one()


def _due_late(session: Session, now: datetime) -> int:
    free = or_(col(Due.held_until).is_(None), col(Due.held_until) < now - LATE)
    return session.exec(select(func.count()).select_from(Due).where(col(Due.created_at) < now - LATE, free)).one()


def _count_open(session: Session, *conditions: object) -> int:
    query = select(func.count()).select_from(Alert).where(col(Alert.closed_at).is_(None), *conditions)  # type: ignore[arg-type]
    return session.exec(query).one()


def _outbox(session: Session) -> dict[str, Queue]:
    columns = col(OutboxMessage.state), func.count(), func.min(OutboxMessage.created_at)
    found: dict[str, Queue] = dict.fromkeys((*WAITING, "held"), Queue(0, None))
    # Two queries, since each has an index of its own that holds no more than these rows.
    for states in (WAITING, ("held",)):
        query = columns_of(*columns).where(col(OutboxMessage.state).in_(states)).group_by(col(OutboxMessage.state))
        found |= {state: Queue(count, oldest) for state, count, oldest in session.execute(query)}
    return found


def _sends(session: Session, now: datetime) -> dict[tuple[str, str], int]:
    outcome = func.coalesce(col(DeliveryAttempt.outcome), "open")
    query = (
        columns_of(col(OutboxMessage.channel), outcome, func.count())
        .join(OutboxMessage, col(OutboxMessage.id) == col(DeliveryAttempt.message_id))
        .where(col(DeliveryAttempt.started_at) > now - timedelta(hours=1))
        .group_by(col(OutboxMessage.channel), outcome)
        .order_by(col(OutboxMessage.channel), outcome)
    )
    return {(channel, what): count for channel, what, count in session.execute(query)}
