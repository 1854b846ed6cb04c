"""巡查: what the clock brings – weeks open and close, reports are reminded of, alerts climb while something is owed.

Every step is its own transaction and may be run at any time, any number of times; what is due is in the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.alerting.archive import archive_lifted
from service.alerting.chain import EVERY as CHECKPOINT_EVERY
from service.alerting.chain import checkpoint_chains
from service.alerting.city import tell_city
from service.alerting.gather import orphans
from service.alerting.issue import Issuer
from service.alerting.post import Postman
from service.alerting.remind import remind
from service.alerting.set_back import bring_back
from service.alerting.tables import Alert, Score
from service.bell import Topic
from service.clock import Clock
from service.db import Database, wake
from service.network.tables import Node
from service.reporting.expect import close_weeks, open_weeks
from service.reporting.intake import forget_receipts
from service.reporting.tally import count_weeks, stale_weeks
from service.rulebook.library import Library
from service.scoring.pack import Level

CLIMB_BATCH = 100  # in one transaction: on SQLite reports wait for it
log = structlog.get_logger()


@dataclass(frozen=True)
class Sweep:
    """What one sweep did."""

    opened: Sequence[str] = ()
    closed: Sequence[str] = ()
    reminded: int = 0
    climbed: int = 0


class Sweeper:
    """Does what is due by the clock."""

    def __init__(self, db: Database, clock: Clock, library: Library, base_url: str) -> None:
        self._db = db
        self._clock = clock
        self._library = library
        self._base_url = base_url
        self._postman = Postman(db, clock, library)
        self._told_city: datetime | None = None  # likewise
        self._kept_at: datetime | None = None  # saves a look; what is due is in the rows

    def sweep(self) -> Sweep:
        """Do everything that is due now."""
        bring_back(self._db, self._clock.now())
        opened, closed = self._weeks()
        reminded = self._remind()
        self._count()
        self._release()
        climbed = self.climb()
        self._forget_receipts()
        self._keep_records()
        self._db.checkpoint()
        return Sweep(opened, closed, reminded, climbed)

    def climb(self) -> int:
        """Take the due rungs of all alerts, and send what has been waiting; how many climbed. The first look takes no
        lock."""
        with self._db.read() as session:
            due = session.exec(_due(self._clock.now()).limit(1)).first() is not None
        climbed = 0
        while due and (count := self._climb()):
            climbed += count
        self._postman.send_due()
        return climbed

    def _weeks(self) -> tuple[list[str], list[str]]:
        with self._db.write() as session:
            now, book = self._clock.now(), self._library.shelf(session).newest
            opened = open_weeks(session, now, book.deadlines, book.dictionary)
            closed = close_weeks(session, now, book.deadlines, book.dictionary)
            if closed:
                wake(session, Topic.ASSESS)
        return opened, closed

    def _count(self) -> None:
        with self._db.read() as session:
            if not stale_weeks(session):
                return
        with self._db.write() as session:
            count_weeks(session, self._clock.now())

    def _remind(self) -> int:
        with self._db.write() as session:
            count = remind(session, self._clock.now(), self._library.shelf(session).newest)
            self._told_city = tell_city(
                session, self._clock.now(), self._library.shelf(session).newest, self._told_city
            )
            if count:
                wake(session, Topic.DELIVER)
        return count

    def _climb(self) -> int:
        """Take the due rungs of some alerts; how many climbed."""
        with self._db.write() as session:
            now = self._clock.now()
            alerts = session.exec(_due(now).limit(CLIMB_BATCH).with_for_update(skip_locked=True)).all()
            if alerts:
                nodes = _nodes(session, alerts)
                scores = _scores(session, alerts)
                issuer = Issuer(session, now, self._library.shelf(session), self._base_url)
                issuer.prepare(list(nodes.values()))
                for alert in alerts:
                    issuer.climb(nodes[alert.node_id], scores[alert.id or 0], alert)
                wake(session, Topic.DELIVER)
        return len(alerts)

    def _release(self) -> None:
        """Let alerts go on by themselves whose gatherer has ended."""
        with self._db.read() as session:
            if session.exec(orphans().limit(1)).first() is None:
                return
        with self._db.write() as session:
            alerts = session.exec(orphans().limit(CLIMB_BATCH).with_for_update(skip_locked=True)).all()
            nodes, scores = _nodes(session, alerts), _scores(session, alerts)
            issuer = Issuer(session, self._clock.now(), self._library.shelf(session), self._base_url)
            issuer.prepare(list(nodes.values()))
            for alert in alerts:
                issuer.release(nodes[alert.node_id], scores[alert.id or 0][0], alert)

    def _keep_records(self) -> None:
        """Once an hour: put away what is long over, and take a checkpoint of the records."""
        now = self._clock.now()
        if self._kept_at is not None and abs(now - self._kept_at) < CHECKPOINT_EVERY:
            return
        with self._db.write() as session:
            archive_lifted(session, now)
            checkpoint_chains(session, now)
        self._kept_at = now

    def _forget_receipts(self) -> None:
        with self._db.write() as session:
            forget_receipts(session, self._clock.now())


def _due(now: datetime) -> SelectOfScalar[Alert]:
    """Open alerts whose next step is due, the longest overdue first."""
    return (
        select(Alert)
        .where(col(Alert.next_step_at) <= now, col(Alert.closed_at).is_(None))
        .order_by(col(Alert.next_step_at))
    )


def _nodes(session: Session, alerts: Sequence[Alert]) -> dict[str, Node]:
    rows = session.exec(select(Node).where(col(Node.id).in_({alert.node_id for alert in alerts})))
    return {row.id: row for row in rows}


def _scores(session: Session, alerts: Sequence[Alert]) -> dict[int, list[Score]]:
    """By number of the alert: the score that raised it, and for a red one those of its node that hold now – an incident
    may have come after it was raised."""
    raising = {s.id: s for s in session.exec(select(Score).where(col(Score.id).in_({a.score_id for a in alerts})))}
    red = {alert.node_id for alert in alerts if alert.level == Level.RED}
    query = select(Score).where(col(Score.node_id).in_(red), col(Score.superseded_at).is_(None))
    first = min((alert.first_week for alert in alerts), default="")
    current: dict[str, list[Score]] = {}
    for score in session.exec(query.where(col(Score.week) >= first)) if red else ():
        current.setdefault(score.node_id, []).append(score)
    return {
        alert.id or 0: [
            raising[alert.score_id],
            *(score for score in current.get(alert.node_id, ()) if score.week >= alert.first_week),
        ]
        for alert in alerts
    }
