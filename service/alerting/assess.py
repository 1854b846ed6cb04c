"""研判: the spine – due weeks of claimed nodes become scores, decisions, alerts and messages in one transaction."""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select

from service import journal
from service.alerting.claim import Claim, anything_due, claim, settle
from service.alerting.corrections import unverified
from service.alerting.decide import Decision, Trigger, WeekView, clean_run, decide, trigger
from service.alerting.issue import Issuer
from service.alerting.mutes import active, holding
from service.alerting.neighbours import Kept
from service.alerting.post import Postman
from service.alerting.rescore import Judged, judge, read_batch
from service.alerting.ripples import reported_unjudged, shows_above, tell_above, tell_peers
from service.alerting.tables import Alert, Mute, Score
from service.alerting.views import alert_view, week_view
from service.bell import Topic
from service.clock import Clock
from service.db import Database, wake
from service.reporting.tables import Cause, Due
from service.rulebook.library import Library, Shelf
from service.scoring.pack import Level
from service.scoring.week import week_at

BATCH = 200
HOLD_AFTER_FAILURE = timedelta(minutes=5)
NONE: frozenset[str] = frozenset()
log = structlog.get_logger()


class Assessor:
    """Judges what is due. Any number may run on PostgreSQL; on SQLite they queue behind the one writer."""

    def __init__(self, db: Database, clock: Clock, library: Library, base_url: str) -> None:
        self._db = db
        self._clock = clock
        self._library = library
        self._base_url = base_url
        self._kept = Kept()
        self._postman = Postman(db, clock, library)

    def run(self, stop: threading.Event) -> None:
        """Assess whenever something is due, until `stop`; woken by the bell, and once a second in any case."""
        while not stop.is_set():
            try:
                self.assess_due()
            except SQLAlchemyError as error:
                log.error("assess_interrupted", error=type(error).__name__)
                stop.wait(1.0)
            self._db.bell.wait(Topic.ASSESS, 1.0)

    def assess_due(self) -> int:
        """Judge until nothing is due; how many nodes were judged."""
        total = 0
        while self._anything_due():
            total += self._batch()
        if total:  # what came up together is told together
            self._postman.send_due()
        return total

    def _anything_due(self) -> bool:
        """A look that takes no lock: there is nothing to do most of the time."""
        with self._db.read() as session:
            return anything_due(session, self._clock.now())

    def _batch(self) -> int:
        try:
            return self._assess(BATCH, None)
        except Exception as error:  # one node's trouble must not stop the others: they are tried one by one
            log.warning("assess_batch_failed", error=type(error).__name__)
            return self._one_by_one()

    def _one_by_one(self) -> int:
        with self._db.write() as session:
            nodes = [node.id for node in claim(session, self._clock.now(), BATCH).nodes]
        for node in nodes:
            try:
                self._assess(1, node)
            except Exception as error:
                self._hold(node, error)
        return len(nodes)

    def _hold(self, node: str, error: Exception) -> None:
        """Put a node that cannot be judged aside for a while, and say so where people look."""
        now = self._clock.now()
        log.error("assess_failed", node=node, error=repr(error))
        with self._db.write() as session:
            session.execute(update(Due).where(col(Due.node_id) == node).values(held_until=now + HOLD_AFTER_FAILURE))
            kind = type(error).__name__
            journal.note(session, now, "assess_failed", node, f"无法评分：{kind}", f"could not be assessed: {kind}")

    def _assess(self, limit: int, only: str | None) -> int:
        with self._db.write() as session:
            now = self._clock.now()
            claimed = claim(session, now, limit, only)
            if claimed.nodes:
                shelf = self._library.shelf(session)
                issuer = Issuer(session, now, shelf, self._base_url)
                _Assessment(session, now, claimed, shelf, issuer, self._kept).run()
                settle(session, claimed)
                wake(session, Topic.DELIVER)
        return len(claimed.nodes)


@dataclass
class _Assessment:
    """One batch inside its transaction."""

    session: Session
    now: datetime
    claimed: Claim
    shelf: Shelf
    issuer: Issuer
    kept: Kept

    def run(self) -> None:
        batch = read_batch(self.session, self.claimed, self.shelf, self.now)
        judged = judge(self.session, self.claimed, batch, self.shelf, self.now, self.kept)
        self._supersede(
            [
                batch.current[j.score.node_id, j.score.week]
                for j in judged
                if (j.score.node_id, j.score.week) in batch.current
            ]
        )
        nodes = {node.id: node for node in self.claimed.nodes}
        alerts, mutes = self._alerts(list(nodes)), active(self.session, nodes, self.now)
        self.issuer.prepare([nodes[j.score.node_id] for j in judged if j.score.level > Level.NORMAL])
        bettered = unverified(self.session, filter(None, alerts.values()), self.shelf.newest.dictionary)
        history = {key: week_view(score, bettered.get(key, NONE)) for key, score in batch.current.items()}
        changed, quietly = reported_unjudged(self.claimed, self.shelf), dict[str, set[str]]()
        for item in judged:
            node = nodes[item.score.node_id]
            key = (node.id, item.score.week)
            history[key] = week_view(item.score, bettered.get(key, NONE))
            cause = trigger(item.score.week, item.causes, batch.newest.get(node.id), week_at(self.now))
            alert = alerts.get(node.id)
            decision = self._decide(item, alert, cause, history, mutes.get(node.id, ()))
            item.score.decision = decision.reason
            self.session.add(item.score)
            alerts[node.id] = self.issuer.apply(node, item.score, decision, alert)
            if shows_above(item.score, batch.current.get(key)):
                told = quietly if item.causes == {Cause.PEER} else changed
                told.setdefault(node.id, set()).add(item.score.week)
        tell_above(self.session, self.shelf, self.claimed.nodes, changed, Cause.CHILD, self.now)
        tell_above(self.session, self.shelf, self.claimed.nodes, quietly, Cause.PEER, self.now)
        tell_peers(self.session, self.shelf, self.claimed, self.now)

    def _decide(
        self,
        item: Judged,
        alert: Alert | None,
        cause: Trigger,
        history: Mapping[tuple[str, str], WeekView],
        mutes: Sequence[Mute],
    ) -> Decision:
        view = alert_view(alert) if alert else None
        score = history[item.score.node_id, item.score.week]
        needed = self.shelf.newest.pack.clean_reports_to_lift
        run = 0
        if view and view.open:
            past = sorted(
                (w for (n, _), w in history.items() if n == item.score.node_id and w.week <= score.week),
                key=lambda w: w.week,
            )
            run = clean_run(view, past)
        return decide(
            view,
            score,
            cause,
            holding(self.session, mutes, score.week, self.shelf.newest.dictionary, self.now),
            self.now,
            run,
            needed[view.level] if view and view.open else 1,
        )

    def _supersede(self, old: Sequence[Score]) -> None:
        if old:
            ids = [score.id for score in old]
            self.session.execute(update(Score).where(col(Score.id).in_(ids)).values(superseded_at=self.now))

    def _alerts(self, nodes: Sequence[str]) -> dict[str, Alert | None]:
        """The open alert of each node, or else its last closed one."""
        rows = self.session.exec(
            select(Alert).where(col(Alert.node_id).in_(nodes)).order_by(col(Alert.id)).with_for_update()
        ).all()
        found: dict[str, Alert | None] = {row.node_id: row for row in rows}
        return found | {row.node_id: row for row in rows if row.closed_at is None}
