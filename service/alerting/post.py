"""分发: turns news that waits into messages – one an officer, the most serious first, within the budget of his week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, text
from sqlmodel import Session, col, func, select

from service.alerting.claim import anything_due
from service.alerting.escalate import Duty
from service.alerting.load import (
    ISSUED,
    Held,
    Standing,
    Withdrawn,
    next_digest,
    order,
    over_budget,
    week_of,
    with_digest,
    withdrawn,
)
from service.alerting.record import record
from service.alerting.tables import Alert, Notice
from service.alerting.tell import settle
from service.bell import Topic
from service.clock import Clock
from service.db import Database, wake
from service.notify.bundle import Item, bundle
from service.notify.message import Letter
from service.notify.outbox import Address, enqueue
from service.rulebook.library import Library, Rulebook
from service.scoring.pack import Level

PATIENCE = timedelta(minutes=1)  # so long news waits for weeks that are being judged, whose news may belong together
OFFICERS = 200  # in one transaction
_ONE_AT_A_TIME = 0x6C77_0002  # PostgreSQL's advisory lock: two at once would each write an officer half a message


class Postman:
    """Sends what is due. May be called at any time by anybody."""

    def __init__(self, db: Database, clock: Clock, library: Library) -> None:
        self._db = db
        self._clock = clock
        self._library = library

    def send_due(self) -> int:
        """Write the messages that are due; how many. While weeks wait to be judged, young news waits too."""
        now = self._clock.now()
        with self._db.read() as session:
            due_at = session.exec(select(func.min(Notice.due_at)).where(Notice.state == "waiting")).one()
            if due_at is None or due_at > now or (now - due_at < PATIENCE and anything_due(session, now)):
                return 0
        sent = 0
        while count := self._send(now):
            sent += count
        return sent

    def _send(self, now: datetime) -> int:
        """Settle what is due for some officers; how many rows were settled or put off."""
        with self._db.write() as session:
            if not self._db.sqlite:
                session.connection().execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_AT_A_TIME})
            rows = _due(session, now)
            if rows:
                query = select(Alert).where(col(Alert.id).in_({row.alert_id for row in rows}))
                alerts = {a.id or 0: a for a in session.exec(query.order_by(col(Alert.id)).with_for_update())}
                _Round(session, now, self._library.shelf(session).newest, alerts).run(rows)
                wake(session, Topic.DELIVER)
        return len(rows)


@dataclass(frozen=True)
class _Round:
    """What is due for some officers, inside its transaction."""

    session: Session
    now: datetime
    book: Rulebook
    alerts: Mapping[int, Alert]

    def run(self, rows: Sequence[Notice]) -> None:
        """Withdraw what is no news any more, put off what is over the budget, and send the rest."""
        by_officer: dict[str | None, list[Notice]] = {}
        for row in rows:
            self.session.add(row)
            why = self._withdrawn(row)
            if why is not None:
                settle(row, self.now, why)
            else:
                by_officer.setdefault(row.officer_id, []).append(row)
        loads = loads_of(self.session, [who for who in by_officer if who], self.now)
        for who, of_officer in by_officer.items():
            self._send(self._within_budget(of_officer, loads.get(who or "", 0) if who else 0))
        self.session.flush()

    def _withdrawn(self, row: Notice) -> Withdrawn | None:
        alert = self.alerts[row.alert_id]
        return withdrawn(alert.state, alert.issued_at, alert.duty, row.issued_at, row.duty, asked=row.asks)

    def _within_budget(self, rows: Sequence[Notice], load: int) -> list[Notice]:
        """What is sent now: all of it with a digest, otherwise what there is room for."""
        policy, calendar = self.book.policy, self.book.calendar
        if policy.digest is None or policy.budget is None:
            return list(rows)
        over = over_budget(policy.budget, [_standing(row) for row in rows], load)
        for row in rows:
            if row.id in over:
                row.held = str(Held.BUDGET)
                if not with_digest(policy.digest, calendar, row.due_at):
                    row.due_at = next_digest(policy.digest, calendar, self.now)
                record(
                    self.session,
                    self.alerts[row.alert_id],
                    self.now,
                    "held_for_digest",
                    detail={"officer": row.officer_id or "operator", "until": row.due_at.isoformat()},
                )
        return [row for row in rows if row.due_at <= self.now]

    def _send(self, rows: Sequence[Notice]) -> None:
        """Orange and red alone, the others in one message."""
        mild = self.book.policy.digest.levels if self.book.policy.digest else frozenset(Level)
        ranked = sorted(rows, key=lambda row: order(_standing(row)))
        together = [row for row in ranked if Level(row.level) in mild]
        for row in ranked:
            if Level(row.level) not in mild or len(together) == 1:
                self._write([row], Letter(**row.letter), row.occasion, row.alert_id)
        if len(together) > 1:
            self._write(together, bundle([_item(row) for row in together]), f"together/{together[0].occasion}", None)

    def _write(self, rows: Sequence[Notice], letter: Letter, occasion: str, alert_id: int | None) -> None:
        newest = max(rows, key=lambda row: row.id or 0)  # its route is the freshest
        route = [Address(**address) for address in newest.route]
        message = enqueue(self.session, self.now, occasion, alert_id, letter, route)
        for row in rows:
            settle(row, self.now, message_id=message)


def loads_of(session: Session, officers: Sequence[str], now: datetime) -> dict[str, int]:
    """By officer what this ISO week asks of him: the alerts he was asked to see to this week, those of earlier weeks
    that still wait for his signature, and what he owns whose next action or update falls due before the week ends."""
    start, end = week_of(now)
    asked = (
        select(Notice.officer_id, func.count(func.distinct(Notice.alert_id)))
        .join(Alert, col(Alert.id) == col(Notice.alert_id))
        .where(
            col(Notice.officer_id).in_(officers), col(Notice.asks), Notice.state == "sent", Notice.held != Held.BUDGET
        )
        .where(
            (col(Notice.created_at) >= start)
            | (
                (col(Alert.duty) == str(Duty.SIGN))
                & (col(Alert.closed_at).is_(None))
                & (col(Alert.issued_at) == col(Notice.issued_at))
            )
        )
        .group_by(col(Notice.officer_id))
    )
    owed = (
        select(Alert.owner_id, func.count())
        .where(col(Alert.owner_id).in_(officers), col(Alert.closed_at).is_(None), col(Alert.issued_at) < start)
        .where(
            ((col(Alert.duty) == str(Duty.ACT)) & (col(Alert.act_by) < end))
            | ((col(Alert.duty) == str(Duty.UPDATE)) & (col(Alert.update_by) < end))
        )
        .group_by(col(Alert.owner_id))
    )
    found: dict[str, int] = {}
    for query in (asked, owed):
        for who, count in session.exec(query):
            found[who or ""] = found.get(who or "", 0) + count
    return found


def _due(session: Session, now: datetime) -> Sequence[Notice]:
    """Everything that is due for some officers."""
    due = (Notice.state == "waiting", col(Notice.due_at) <= now)
    officers = session.exec(select(Notice.officer_id).where(*due).distinct().limit(OFFICERS)).all()
    named = col(Notice.officer_id).in_([who for who in officers if who is not None])
    theirs = or_(named, col(Notice.officer_id).is_(None)) if None in officers else named
    return session.exec(select(Notice).where(*due, theirs).order_by(col(Notice.id)).with_for_update()).all()


def _standing(row: Notice) -> Standing:
    may_wait = row.asks and row.reason in {str(reason.value) for reason in ISSUED} and row.held != Held.BUDGET
    return Standing(row.id or 0, Level(row.level), row.people, row.due_by, may_wait)


def _item(row: Notice) -> Item:
    letter = row.letter
    return Item(row.alert_id, Level(row.level), letter["subject"], letter["payload"], row.held == Held.BUDGET)
