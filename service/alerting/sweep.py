"""巡查: what the clock brings – weeks open and close, reports are reminded of, unsigned alerts climb.

Every step is its own transaction and may be run at any time, any number of times; what is due is in the rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.alerting.issue import Issuer
from service.alerting.remind import remind
from service.alerting.tables import Alert, Score
from service.bell import Topic
from service.clock import Clock
from service.db import Database, wake
from service.network.tables import Node
from service.reporting.expect import close_weeks, open_weeks
from service.reporting.intake import forget_receipts
from service.rulebook.library import Library

CLIMB_BATCH = 500
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

    def sweep(self) -> Sweep:
        """Do everything that is due now."""
        opened, closed = self._weeks()
        reminded = self._remind()
        climbed = self.climb()
        self._forget_receipts()
        self._db.checkpoint()
        return Sweep(opened, closed, reminded, climbed)

    def climb(self) -> int:
        """Take the due rungs of all alerts; how many climbed. The first look takes no lock."""
        with self._db.read() as session:
            if session.exec(_due(self._clock.now()).limit(1)).first() is None:
                return 0
        climbed = 0
        while count := self._climb():
            climbed += count
        return climbed

    def _weeks(self) -> tuple[list[str], list[str]]:
        with self._db.write() as session:
            now, book = self._clock.now(), self._library.shelf(session).newest
            opened = open_weeks(session, now, book.deadlines, book.dictionary)
            closed = close_weeks(session, now, book.deadlines, book.dictionary)
            if closed:
                wake(session, Topic.ASSESS)
        return opened, closed

    def _remind(self) -> int:
        with self._db.write() as session:
            count = remind(session, self._clock.now(), self._library.shelf(session).newest)
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
                    issuer.climb(nodes[alert.node_id], scores[alert.score_id], alert)
                wake(session, Topic.DELIVER)
        return len(alerts)

    def _forget_receipts(self) -> None:
        with self._db.write() as session:
            forget_receipts(session, self._clock.now())


def _due(now: datetime) -> SelectOfScalar[Alert]:
    """Unsigned alerts whose next rung is due, the longest overdue first."""
    return (
        select(Alert)
        .where(col(Alert.next_step_at) <= now, col(Alert.closed_at).is_(None), col(Alert.acknowledged_at).is_(None))
        .order_by(col(Alert.next_step_at))
    )


def _nodes(session: Session, alerts: Sequence[Alert]) -> dict[str, Node]:
    rows = session.exec(select(Node).where(col(Node.id).in_({alert.node_id for alert in alerts})))
    return {row.id: row for row in rows}


def _scores(session: Session, alerts: Sequence[Alert]) -> dict[str, Score]:
    rows = session.exec(select(Score).where(col(Score.id).in_({alert.score_id for alert in alerts})))
    return {row.id: row for row in rows}
