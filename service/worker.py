"""后台: the threads that assess, deliver and tick; what is due is in the rows, so any of them may die at any time."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from service import journal
from service.alerting.assess import Assessor
from service.alerting.sweep import Sweeper
from service.clock import Clock, Drift
from service.db import Database
from service.notify.deliver import Deliverer
from service.watching.watcher import Watcher

if TYPE_CHECKING:
    from service.postgres import Leader  # needs the extra `postgres`


@dataclass(frozen=True)
class Job:
    """Something the clock wakes; what is due is in the rows."""

    name: str
    seconds: int
    work: Callable[[Worker], object]


JOBS = (
    Job("climb", 1, lambda worker: worker.sweeper.climb()),  # every second also tells who leads
    Job("sweep", 10, lambda worker: worker.sweeper.sweep()),
    Job("watch", 60, lambda worker: worker.watch()),
)
BEAT_SECONDS = 10.0  # a job that runs more often is put down as well so often only
WATCH_SECONDS = 5.0
CLOCK_TOLERANCE = timedelta(seconds=30)  # design.md §6
PROCESS = f"{socket.gethostname()}:{os.getpid()}"
log = structlog.get_logger()


class Worker:
    """Runs beside the web server on SQLite, or as processes of its own on PostgreSQL, where one of them leads."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        assessor: Assessor,
        deliverer: Deliverer,
        sweeper: Sweeper,
        leader: Leader | None,
        watcher: Watcher | None = None,
    ) -> None:
        self._db = db
        self._clock = clock
        self.sweeper: Sweeper = sweeper
        self._watcher = watcher
        self._beats: dict[str, float] = {}
        self._leader = leader
        self._stop = threading.Event()
        self._drift = Drift(clock)
        self._failing: dict[str, str] = {}
        self._threads = [
            threading.Thread(target=run, args=(self._stop,), name=name, daemon=True)
            for name, run in (("assess", assessor.run), ("deliver", deliverer.run), ("watchdog", self._watch))
        ]
        self._scheduler = BackgroundScheduler(timezone=UTC)

    def start(self) -> None:
        for thread in self._threads:
            thread.start()
        self._schedule()
        self._scheduler.start()

    def stop(self) -> None:
        """End after the work in hand; what is left is still due at the next start."""
        self._stop.set()
        self._scheduler.shutdown(wait=True)
        for thread in self._threads:
            thread.join(timeout=15)
        if self._leader is not None:
            self._leader.stop()

    @property
    def alive(self) -> bool:
        """Whether every thread is still running."""
        return all(thread.is_alive() for thread in self._threads)

    def tick(self, job: Job) -> None:
        """Do one job if this process leads; a tick too many or too few changes nothing."""
        try:
            if self._leader is None or self._leader.leading():
                started = time.monotonic()
                job.work(self)
                self._beat(job, started)
            self._failing.pop(job.name, None)
        except Exception as error:  # the next tick comes soon; one row says what is wrong until it is right again
            log.error("tick_failed", job=job.name, error=repr(error))
            kind = type(error).__name__
            if kind != self._failing.get(job.name):
                self._note("tick_failed", "定时任务失败", "a tick failed", f"{job.name}: {kind}")
            self._failing[job.name] = kind

    def watch(self) -> None:
        """Have the watcher look, who needs to know whether every thread runs."""
        if self._watcher is not None:
            self._watcher.watch(alive=self.alive)

    def _beat(self, job: Job, started: float) -> None:
        """Put down that a job ended well, how long it took, and who did it."""
        ended = time.monotonic()
        if ended - self._beats.get(job.name, -BEAT_SECONDS) < BEAT_SECONDS:
            return
        took = max(1, round((ended - started) * 1000))
        with self._db.write() as session:
            session.merge(journal.Beat(name=job.name, at=self._clock.now(), took_ms=took, detail=PROCESS))
        self._beats[job.name] = ended

    def _schedule(self) -> None:
        for job in JOBS:
            self._scheduler.add_job(
                self.tick,
                "interval",
                args=(job,),
                seconds=job.seconds,
                id=job.name,
                replace_existing=True,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )

    def _watch(self, stop: threading.Event) -> None:
        """APScheduler plans by the wall clock: set back by a day it would sleep for a day, so it plans anew."""
        while not stop.wait(WATCH_SECONDS):
            jump = self._drift.check(CLOCK_TOLERANCE)
            if jump is not None:
                log.warning("clock_jumped", seconds=jump.total_seconds())
                self._schedule()
                self._note("clock_jumped", "系统时钟被调整", "the clock was set", f"{jump.total_seconds():.0f} s")

    def _note(self, kind: str, text: str, text_en: str, what: str) -> None:
        try:
            with self._db.write() as session:
                journal.note(session, self._clock.now(), kind, what, f"{text}：{what}", f"{text_en}: {what}")
        except SQLAlchemyError as error:
            log.error("journal_unreachable", about=kind, error=type(error).__name__)
