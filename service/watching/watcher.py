"""值守: every minute – alarms about missed runs, the weekly test message, the hourly audit – and then, only if all is
well, the heartbeat that an outside monitor waits for. Its silence is the alarm when nothing here can raise one.
"""

import httpx
import structlog

from service import journal
from service.clock import Clock
from service.db import Database
from service.journal import Beat
from service.watching.audit import audit, audit_due, put_down
from service.watching.canary import run_canary
from service.watching.figures import collect
from service.watching.operator import raise_alarm
from service.watching.vital import Ailment, ailments
from service.watching.weekly import missed_runs

HEARTBEAT = "heartbeat"
TIMEOUT = 10.0  # seconds
log = structlog.get_logger()


class Watcher:
    """Watches one instance; whoever leads calls `watch` once a minute. `heartbeat_url` may be empty: then nothing is
    called. It is a secret: whoever knows it can pretend that all is well."""

    def __init__(self, db: Database, clock: Clock, operator: str, heartbeat_url: str) -> None:
        self._db = db
        self._clock = clock
        self._operator = operator
        self._url = heartbeat_url
        self._withheld: tuple[Ailment, ...] = ()
        self._failing = ""

    def watch(self, *, alive: bool) -> tuple[Ailment, ...]:
        """Do all of it; the reasons why the heart did not beat. Raises what the database raises: no beat then."""
        self._tell()
        self._audit()
        with self._db.read() as session:
            health = collect(session, self._clock.now())
        found = ailments(health, self._clock.now(), alive=alive)
        if found and found != self._withheld:
            log.warning("heartbeat_withheld", reasons=[str(ailment) for ailment in found])
        self._withheld = found
        if not found and self._url:
            self._beat()
        return found

    def _tell(self) -> None:
        with self._db.write() as session:
            now = self._clock.now()
            for missed in missed_runs(session, now):
                raise_alarm(session, now, self._operator, missed.key, (missed.text, missed.text_en))
            run_canary(session, now, self._operator)

    def _audit(self) -> None:
        now = self._clock.now()
        with self._db.read() as session:
            if not audit_due(session, now):
                return
            findings = audit(session, now)
        with self._db.write() as session:
            put_down(session, now, findings)

    def _beat(self) -> None:
        """Call the monitor; that it cannot be reached is one entry until it can."""
        try:
            trouble = _refused(httpx.get(self._url, timeout=TIMEOUT))
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:  # its text may hold the address
            trouble = type(error).__name__
        with self._db.write() as session:
            now = self._clock.now()
            if not trouble:
                session.merge(Beat(name=HEARTBEAT, at=now))
            elif trouble != self._failing:
                log.warning("heartbeat_failed", error=trouble)
                text, text_en = f"心跳没有送到监控（{trouble}）", f"the monitor did not take the heartbeat ({trouble})"
                journal.note(session, now, "heartbeat_failed", trouble, text, text_en)
        self._failing = trouble


def _refused(answer: httpx.Response) -> str:
    return "" if answer.is_success else f"http_{answer.status_code}"
