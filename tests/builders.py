"""A small town: a database with the cast and the shipped rules, and verbs of the field to make things happen in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from service.alerting.assess import Assessor
from service.alerting.sweep import Sweep, Sweeper
from service.alerting.tables import Alert, AlertEvent, Score
from service.clock import FrozenClock, shanghai
from service.db import Database, new_id
from service.network.exchange import import_network
from service.notify.tables import OutboxMessage
from service.reporting.tables import Cause, Due, Event, Report
from service.rulebook.folder import read_folder
from service.rulebook.library import Library, store
from service.shipped import shipped
from tests.cast import NETWORK

BASE_URL = "http://127.0.0.1:8000"
FINE = {"staff.headcount": 800, "wage.arrears_days": 0, "wage.arrears_people": 0}


@dataclass
class Town:
    """Verbs: `report`, `happen`, `assess`, `sweep`, `wait`; and what came of them."""

    db: Database
    clock: FrozenClock

    def __post_init__(self) -> None:
        self.library = Library(self.db)
        self.assessor = Assessor(self.db, self.clock, self.library, BASE_URL)
        self.sweeper = Sweeper(self.db, self.clock, self.library, BASE_URL)

    @classmethod
    def found(
        cls,
        db: Database,
        clock: FrozenClock,
        network: str = NETWORK,
        messages: Mapping[str, str] | None = None,
        **rules: str,
    ) -> "Town":
        """Import the cast and store the shipped rules, with files of it replaced by `rules` (name without .yaml) and
        templates by `messages`."""
        files = read_folder(shipped("rules")) | dict(messages or {})
        if "pack" in rules:
            files = {name: text for name, text in files.items() if not name.startswith("packs/")}
            files["packs/test.yaml"] = rules.pop("pack")
        files |= {f"{name}.yaml": text for name, text in rules.items()}
        with db.write() as session:
            store(session, files, "test", clock.now() - timedelta(days=400))
            import_network(session, network, "network.yaml", now=clock.now())
        return cls(db, clock)

    def report(self, node: str, week: str, revision: int = 1, source: str = "own", **values: Any) -> None:
        """Store a report as intake does: the report and what is due, in one transaction. Dots are written `__`."""
        cause = Cause.REPORT if revision == 1 else Cause.CORRECTION
        with self.db.write() as session:
            session.add(
                Report(
                    id=new_id(),
                    node_id=node,
                    week=week,
                    source=source,
                    revision=revision,
                    received_at=self.clock.now(),
                    state="received" if revision == 1 else "corrected",
                    values=FINE | {name.replace("__", "."): value for name, value in values.items()},
                    warnings=[],
                    confirmed=[],
                )
            )
            session.add(Due(node_id=node, week=week, cause=cause, created_at=self.clock.now()))

    def happen(self, node: str, week: str, event: str, people: int | None = None) -> None:
        """Store an incident of `week`."""
        with self.db.write() as session:
            session.add(
                Event(
                    id=new_id(),
                    node_id=node,
                    week=week,
                    event=event,
                    happened_at=self.clock.now(),
                    people=people,
                    received_at=self.clock.now(),
                )
            )
            session.add(Due(node_id=node, week=week, cause=Cause.EVENT, created_at=self.clock.now()))

    def assess(self) -> int:
        return self.assessor.assess_due()

    def sweep(self) -> Sweep:
        """Do what is due by the clock, and assess what that brings up."""
        done = self.sweeper.sweep()
        self.assess()
        return done

    def wait(self, until: str) -> Sweep:
        """Let the time come to `until` (Baoji) and sweep."""
        self.clock.set(shanghai(until))
        return self.sweep()

    def score(self, node: str, week: str, known_at: datetime | None = None) -> Score:
        """The current score of a node's week."""
        with self.db.read() as session:
            return session.exec(
                select(Score).where(Score.node_id == node, Score.week == week, col(Score.superseded_at).is_(None))
            ).one()

    def scores(self) -> list[Score]:
        with self.db.read() as session:
            return list(session.exec(select(Score).order_by(col(Score.id))))

    def alert(self, node: str) -> Alert:
        """The only alert of a node."""
        with self.db.read() as session:
            return session.exec(select(Alert).where(Alert.node_id == node)).one()

    def alerts(self) -> list[Alert]:
        with self.db.read() as session:
            return list(session.exec(select(Alert).order_by(col(Alert.id))))

    def record(self, node: str) -> list[str]:
        """The reasons on the record of the node's alert, in order."""
        with self.db.read() as session:
            events = session.exec(
                select(AlertEvent)
                .join(Alert)
                .where(Alert.node_id == node)
                .order_by(col(AlertEvent.alert_id), col(AlertEvent.seq))
            )
            return [event.reason for event in events]

    def letters(self) -> Sequence[OutboxMessage]:
        """Everything in the outbox but the city's daily letter, in the order it was written."""
        with self.db.read() as session:
            rows = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))
            return [row for row in rows if not row.occasion.startswith("city/")]

    def told(self) -> list[str]:
        """Who was written to, in order."""
        return [letter.officer_id or "operator" for letter in self.letters()]

    def due(self) -> int:
        with self.db.read() as session:
            return len(session.exec(select(Due)).all())
