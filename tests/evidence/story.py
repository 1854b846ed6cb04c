"""A story for the auditor: an alert that was told, not signed in time, told again, signed, verified and acted upon."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import text
from sqlmodel import Session, col, select

from service.alerting.tables import Alert
from service.clock import FrozenClock
from service.db import Database
from service.evidence.assemble import Asked, assemble
from service.evidence.dossier import Dossier, Language
from service.network.tables import Node
from service.notify.channels import Outcome, Outgoing, Result
from service.notify.deliver import Deliverer
from service.response.act import Done, act
from service.response.actions import ActionKind
from service.response.desk import Office
from service.response.handle import acknowledge
from service.response.verdicts import FindingVerdict
from service.response.verify import verify
from tests.builders import BASE_URL, Town
from tests.cast import NETWORK

MINUTE = timedelta(minutes=1)
SCRIPT = "<script>alert(1)</script>"
# Somebody's name is code, somebody's address is private.
PEOPLE = NETWORK.replace("name: 王强", f'name: "王强{SCRIPT}"').replace(
    "{channel: console, address: li.na}", "{channel: console, address: 'li.na@union.example'}"
)


class Scripted:
    """A channel that answers what it was told to, then delivers."""

    limit, signed, pace = 4, False, None

    def __init__(self, results: Sequence[Result]) -> None:
        self.results = list(results)

    async def send(self, outgoing: Outgoing) -> Result:
        return self.results.pop(0) if self.results else Result(Outcome.DELIVERED, "200")

    async def close(self) -> None:
        """Nothing is open."""


class Story:
    """`town` with one alert, number 1, of the gear works."""

    def __init__(self, db: Database, clock: FrozenClock) -> None:
        self.town = Town.found(db, clock, PEOPLE)
        self.office = Office(db, self.town.library, BASE_URL)

    @property
    def clock(self) -> FrozenClock:
        return self.town.clock

    def tell(self) -> "Story":
        """From the report to the visit."""
        values: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60, "voice__complaints": 7}
        self.town.report("gear", "2026-W47", **values)
        self.town.assess()
        self.deliver(Result(Outcome.TRY_AGAIN, "503", "busy"))
        self.clock.advance(10 * MINUTE)
        self.deliver()
        self.clock.advance(timedelta(hours=4))
        self.town.sweep()
        self.deliver()
        acknowledge(self.office, 1, "li.na", self.clock.now())
        self.clock.advance(30 * MINUTE)
        found = dict.fromkeys(self.alert.rules, FindingVerdict.TRUE)
        verify(self.office, 1, "li.na", self.clock.now(), findings=found, note="工资表属实")
        done = Done(ActionKind.VISIT, note=f"到厂{SCRIPT}\x1b[31m", detail={"supervisors": 2})
        act(self.office, 1, "li.na", self.clock.now(), done=done)
        return self

    @property
    def alert(self) -> Alert:
        with self.town.db.read() as session:
            return session.exec(select(Alert).where(Alert.id == 1)).one()

    def deliver(self, *results: Result) -> None:
        """Send what is due, the first sends with these results."""
        with Deliverer(self.town.db, self.clock, {"console": Scripted(results)}, jitter=lambda: 0.0) as deliverer:
            deliverer.deliver_due()

    def dossier(self, language: Language = "zh", *changes: str, show_sealed: bool = False) -> Dossier:
        """The evidence of the alert, made now, as it would be after these `changes` of the database."""
        with Session(self.town.db.engine) as session:
            for statement in changes:
                session.connection().execute(text(statement))
            query = select(Alert, Node).join(Node, col(Node.id) == col(Alert.node_id)).where(Alert.id == 1)
            alert, node = session.exec(query).one()
            asked = Asked(language, show_sealed, self.clock.now())
            return assemble(session, self.town.library.shelf(session), alert, node, asked)
