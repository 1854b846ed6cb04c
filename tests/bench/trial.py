"""One trial: an instance as `init` made it, reports posted until each has its receipt, a blow, and what arrived."""

import os
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import orjson

from service.clock import SystemClock
from service.scoring.week import week_at
from tests.bench.arrivals import Book, Count
from tests.bench.town import reports, write_network, write_rules
from tests.conftest import make_postgres_database
from tests.crash import VARIABLE
from tests.real import Real

CHUNK = 500  # reports in a request
STALL_SECONDS = 90.0  # nothing arrives for so long: what is missing is lost
LEASE_SECONDS = 4.0
_SETTINGS = {  # of every trial
    "LABOUR_WATCH_RATE_LIMIT": "1000000/minute",
    "LABOUR_WATCH_LEASE_SECONDS": str(LEASE_SECONDS),
    "LABOUR_WATCH_SEND_TIMEOUT": "2",
}


@dataclass(frozen=True)
class Seed:
    """An instance that was made once and is copied for every trial; `server` is PostgreSQL's URL or None."""

    real: Real
    units: int
    token: str
    server: str | None

    @classmethod
    def make(cls, folder: Path, units: int, book: Book, server: str | None, second_rung: str = "4h") -> "Seed":
        """An instance with `units` units, whose second rung is due after `second_rung`."""
        folder.mkdir()
        real = Real(folder / "instance", make_postgres_database(server, "template0") if server else None)
        real.init(write_network(folder / "network.yaml", units, book.url), write_rules(folder / "rules", second_rung))
        return cls(real, units, real.token("city"), server)

    def copy(self, folder: Path) -> Real:
        """A fresh instance to knock about."""
        shutil.copytree(self.real.folder, folder, dirs_exist_ok=True)
        url = None
        if self.server and self.real.database_url:
            url = make_postgres_database(self.server, urlsplit(self.real.database_url).path[1:])
        return Real(folder, url, dict(_SETTINGS))


@dataclass
class Trial:
    """`blow` is called once when half of the alerts have arrived; processes that died are started again."""

    real: Real
    seed: Seed
    book: Book
    awaited: Sequence[str]  # reasons of the news that has to come, each once an alert
    blow: Callable[["Trial"], None] | None = None
    deaths: int = 0
    refused: int = 0  # requests that had no answer or 5xx and were sent again
    seconds: float = 0.0
    peak_mib: int = 0
    _posted: threading.Event = field(default_factory=threading.Event)
    _over: threading.Event = field(default_factory=threading.Event)

    @property
    def expected(self) -> int:
        """How many pieces of news have to arrive."""
        return self.seed.units * len(self.awaited)

    def run(self) -> Count:
        """Post, strike, wait, count."""
        self.book.mark()
        self.real.start()
        started = time.monotonic()
        poster = threading.Thread(target=self._post, daemon=True)
        poster.start()
        try:
            self._watch()
            self.seconds = time.monotonic() - started
        finally:
            self._over.set()
            self.real.kill()
            poster.join(timeout=30)
        return Count.of(self.book.arrivals(self.awaited), self.expected)

    def _watch(self) -> None:
        seen, since = 0, time.monotonic()
        while time.monotonic() - since < STALL_SECONDS:
            time.sleep(0.2)
            self._revive()
            self.peak_mib = max(self.peak_mib, *(_memory(process.pid) for process in self.real.processes), 0)
            arrivals = self.book.arrivals(self.awaited)
            if len(arrivals) > seen:
                seen, since = len(arrivals), time.monotonic()
            if self.blow and seen >= self.expected // 2:
                blow, self.blow = self.blow, None
                blow(self)
            count = Count.of(arrivals, self.expected)
            # Wait for leases to run out: a message that was on its way may come again.
            if count.lost <= 0 and self._posted.is_set() and time.monotonic() - since > LEASE_SECONDS + 3:
                return

    def _revive(self) -> None:
        """Start everything again when a process has gone off; without the bomb."""
        if any(process.poll() is not None for process in self.real.processes):
            self.deaths += 1
            self.real.settings.pop(VARIABLE, None)
            self.restart()

    def restart(self) -> None:
        """`kill -9` everything and start it again."""
        self.real.kill()
        self.real.start()

    def _post(self) -> None:
        week = week_at(SystemClock().now() - timedelta(days=1))
        for first in range(0, self.seed.units, CHUNK):
            body = reports(first, min(first + CHUNK, self.seed.units), week)
            while not self._over.is_set() and not self._accepted(body):
                self.refused += 1
                time.sleep(0.3)
        self._posted.set()

    def _accepted(self, body: bytes) -> bool:
        """Whether every line has its receipt."""
        headers = {"Authorization": f"Bearer {self.seed.token}", "Content-Type": "application/x-ndjson"}
        try:
            answer = httpx.post(f"{self.real.url}/api/v1/reports:bulk", content=body, headers=headers, timeout=60)
        except httpx.TransportError:
            return False
        if answer.status_code != 200:
            return False
        lines = [orjson.loads(line) for line in answer.content.splitlines()]
        wrong = [line for line in lines if line["status"] not in (200, 201, 503)]
        if wrong:
            raise AssertionError(wrong[0])
        return len(lines) == body.count(b"\n") and all(line["status"] < 300 for line in lines)


def kill_first(trial: Trial) -> None:
    """`kill -9` the first process; the others go on until it is back."""
    with suppress(ProcessLookupError):
        os.kill(trial.real.processes[-1].pid, signal.SIGKILL)


@contextmanager
def small_disk(folder: Path, mebibytes: int) -> Iterator[None]:
    """A file system of that size at `folder`; only root can."""
    folder.mkdir()
    if os.system(f"mount -t tmpfs -o size={mebibytes}m tmpfs {folder}"):
        raise PermissionError(folder)
    try:
        yield
    finally:
        os.system(f"umount -l {folder}")


def fill_disk(trial: Trial) -> None:
    """Leave no byte free for five seconds."""
    ballast = trial.real.folder.parent / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(4096))
    time.sleep(5)
    ballast.unlink()


def _memory(pid: int) -> int:
    """Resident MiB of a process, 0 when it has ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    found = [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")]
    return found[0] // 1024 if found else 0
