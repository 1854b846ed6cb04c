"""组装: builds the parts of one instance and the web application; the only place that knows them all."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from fastapi import FastAPI
from sqlmodel import col, select

from service.alerting.assess import Assessor
from service.alerting.sweep import Sweeper
from service.clock import Clock
from service.db import Database
from service.migrate import current, head
from service.network.sealing import Sealer
from service.network.tables import Contact
from service.notify.channels.wiring import channels
from service.notify.deliver import Deliverer
from service.notify.links import Links
from service.notify.retry import RetryPolicy
from service.reporting.intake import Intake, IntakeRules
from service.rulebook.library import Library
from service.settings import Settings
from service.watching.watcher import Watcher
from service.web.api import build_api
from service.web.context import Context
from service.web.health import add_health
from service.worker import Worker

if TYPE_CHECKING:
    from service.postgres import Chime

REPORTING_BACK = ("sms", "voice")  # channels whose platforms say later what became of a message


@dataclass
class Instance:
    """The parts of one instance, wired; nothing runs until it is started."""

    settings: Settings
    db: Database
    clock: Clock
    library: Library
    intake: Intake
    sealer: Sealer
    chime: Chime | None

    def assessor(self) -> Assessor:
        return Assessor(self.db, self.clock, self.library, self.settings.base_url)

    def sweeper(self) -> Sweeper:
        return Sweeper(self.db, self.clock, self.library, self.settings.base_url)

    def deliverer(self, console: TextIO | None = None) -> Deliverer:
        """What empties the outbox; `console` is where console messages go, standard output by default."""
        settings = self.settings
        return Deliverer(
            self.db,
            self.clock,
            channels(settings, self.clock, console),
            lease_seconds=settings.lease_seconds,
            send_timeout=settings.send_timeout,
            concurrency=settings.deliver_concurrency,
            policy=RetryPolicy(give_up_after=timedelta(hours=settings.retry_for_hours)),
            secret_of=self._secret_of,
            receipt_within=dict.fromkeys(REPORTING_BACK, self._receipt_within()),
            links=self._links(),
        )

    def worker(self) -> Worker:
        """The threads that assess, deliver and tick; on PostgreSQL one of several workers leads."""
        leader = None
        if not self.db.sqlite:
            from service.postgres import Leader

            leader = Leader(self.db.url)
        watcher = Watcher(self.db, self.clock, self.settings.operator, self.settings.heartbeat_url.get_secret_value())
        return Worker(self.db, self.clock, self.assessor(), self.deliverer(), self.sweeper(), leader, watcher)

    def listen(self) -> None:
        """Begin to hear the other processes (PostgreSQL)."""
        if self.chime is not None:
            self.chime.start()

    def close(self) -> None:
        if self.chime is not None:
            self.chime.stop()
        self.db.close()

    def _receipt_within(self) -> timedelta:
        """How long a platform's report is waited for; not at all where nothing would be believed."""
        told = bool(self.settings.receipt_secret.get_secret_value())
        return timedelta(seconds=self.settings.receipt_seconds if told else 0)

    def _links(self) -> Links | None:
        hours = self.settings.link_hours
        return Links(self.sealer, self.settings.base_url, timedelta(hours=hours)) if hours else None

    def _secret_of(self, contact_id: int) -> str | None:
        with self.db.read() as session:
            sealed = session.exec(select(Contact.secret).where(col(Contact.id) == contact_id)).first()
        return self.sealer.open(sealed) if sealed else None


def assemble(settings: Settings, db: Database, clock: Clock, sealer: Sealer) -> Instance:
    """Wire the parts of an instance whose tables and rules are in place."""
    chime = None
    if not db.sqlite:
        from service.postgres import Chime

        chime = Chime(db.url, db.bell)
    library = Library(db)

    known: dict[int, IntakeRules] = {}  # one object a version, so that its forms are made once

    def rules() -> IntakeRules:
        book = library.current()
        return known.setdefault(book.version, IntakeRules(book.dictionary, book.calendar, book.policy.reports))

    return Instance(settings, db, clock, library, Intake(db, clock, rules), sealer, chime)


def web(instance: Instance, worker: Worker | None) -> FastAPI:
    """The web application; with `worker`, everything in one process."""

    @asynccontextmanager
    async def running(_: FastAPI) -> AsyncIterator[None]:
        instance.intake.start()
        if worker is not None:
            worker.start()
        yield
        instance.intake.stop()
        if worker is not None:
            worker.stop()

    context = Context(
        instance.settings, instance.db, instance.clock, instance.intake, instance.library, instance.sealer
    )
    app = build_api(context, lifespan=running)
    checks = {"database": lambda: _schema(instance.db), "intake": lambda: _alive(instance.intake.alive)}
    if worker is not None:
        checks["worker"] = lambda: _alive(worker.alive)
    add_health(app, checks)
    return app


def _schema(db: Database) -> str:
    return "ok" if current(db) == head() else "other schema version"


def _alive(running: bool) -> str:
    return "ok" if running else "stopped"
