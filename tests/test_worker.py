"""The threads behind the service: a failing tick is one row, a jumped clock is one row, and work goes on."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, cast

import pytest
from sqlmodel import select

from service import worker as module
from service.alerting.sweep import Sweeper
from service.clock import FrozenClock
from service.db import Database
from service.journal import JournalEntry
from service.worker import JOBS, Job, Worker
from tests.builders import Town
from tests.real import eventually


class Idle:
    """Stands for what has nothing to do."""

    def run(self, stop: threading.Event) -> None:
        stop.wait()


class Sweeps:
    """Stands for what a job does; raises what it is told."""

    def __init__(self) -> None:
        self.done = 0
        self.trouble: Exception | None = None

    def sweep(self, _sweeper: object = None) -> None:
        self.done += 1
        if self.trouble is not None:
            raise self.trouble

    climb = sweep

    @property
    def job(self) -> Job:
        return Job("test", 1, self.sweep)


class Follower:
    """A leader that never leads."""

    def leading(self) -> bool:
        return False

    def stop(self) -> None:
        """Nothing to give away."""


def build(db: Database, clock: FrozenClock, sweeps: Any, leader: Any = None) -> Worker:
    idle = cast(Any, Idle())
    return Worker(db, clock, idle, idle, cast(Sweeper, sweeps), leader)


@pytest.fixture
def sweeps() -> Sweeps:
    return Sweeps()


def entries(db: Database) -> list[str]:
    with db.read() as session:
        return list(session.exec(select(JournalEntry.kind)))


def test_a_failing_tick_is_one_row_until_it_is_well_again(db: Database, clock: FrozenClock, sweeps: Sweeps) -> None:
    worker = build(db, clock, sweeps)
    for trouble in (None, OSError("disk"), OSError("disk"), None, OSError("disk"), ValueError("else")):
        sweeps.trouble = trouble
        worker.tick(sweeps.job)
    assert sweeps.done == 6
    assert entries(db) == ["tick_failed"] * 3


def test_who_does_not_lead_does_not_sweep(db: Database, clock: FrozenClock, sweeps: Sweeps) -> None:
    build(db, clock, sweeps, Follower()).tick(sweeps.job)
    assert sweeps.done == 0


@pytest.fixture
def started(db: Database, clock: FrozenClock, sweeps: Sweeps, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    monkeypatch.setattr(module, "WATCH_SECONDS", 0.05)
    monkeypatch.setattr(module, "JOBS", (sweeps.job,))
    worker = build(db, clock, sweeps)
    worker.start()
    yield worker
    worker.stop()


def test_it_ticks_and_notices_a_clock_that_was_set(
    started: Worker, db: Database, clock: FrozenClock, sweeps: Sweeps
) -> None:
    assert started.alive
    assert eventually(lambda: sweeps.done >= 1)
    clock.advance(timedelta(days=-1))
    assert eventually(lambda: entries(db) == ["clock_jumped"])
    done = sweeps.done
    assert eventually(lambda: sweeps.done > done)


def test_a_journal_that_cannot_be_written_stops_nothing(clock: FrozenClock, sweeps: Sweeps) -> None:
    worker = build(Database("sqlite://"), clock, sweeps)  # no tables at all
    sweeps.trouble = OSError("disk")
    worker.tick(sweeps.job)
    worker.tick(sweeps.job)
    assert sweeps.done == 2


def test_a_tick_does_what_is_due(db: Database, clock: FrozenClock) -> None:
    town = Town.found(db, clock)
    build(db, clock, town.sweeper).tick(next(job for job in JOBS if job.name == "sweep"))
    assert town.sweeper.sweep().opened == []  # the tick has opened the week
