"""The real service as processes of its own: what a bench measures, and what a journey kills."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from service.clock import SystemClock
from service.commands.instance import prepare
from service.db import Database
from service.network.directory import issue_token
from service.settings import Settings

PATIENCE = 90.0  # seconds until a service must be ready


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _clean() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("LABOUR_WATCH_")}


@dataclass
class Real:
    """An instance in a folder; on PostgreSQL `database_url` names it and `serve` becomes `web` and `worker`."""

    folder: Path
    database_url: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    workers: int = 1
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    port: int = 0
    program: str = "service"  # or what starts it, such as tests.crash

    @property
    def environment(self) -> dict[str, str]:
        """The variables of this instance."""
        own = {"LABOUR_WATCH_DIR": str(self.folder), "PYTHONUNBUFFERED": "1", **self.settings}
        if self.database_url:
            own["LABOUR_WATCH_DATABASE_URL"] = self.database_url.replace("postgresql+psycopg:", "postgresql:")
        return own

    @property
    def settings_url(self) -> str:
        """The SQLAlchemy URL of its database."""
        return self._settings.url()

    @property
    def _settings(self) -> Settings:
        return Settings(dir=self.folder, database_url=self.database_url)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def init(self, network: Path, rules: Path | None = None) -> None:
        """Make the instance, as `init` does."""
        prepare(self._settings, SystemClock().now(), rules, network)

    def token(self, node: str | None = None, *, officer: str | None = None) -> str:
        """Issue a token of a node or an officer, as `token issue` does."""
        database = Database(self.settings_url)
        with database.write() as session:
            token = issue_token(session, SystemClock().now(), node_id=node, officer_id=officer)
        database.close()
        return token

    def start(self) -> None:
        """Start the processes and wait until they are ready."""
        self.port = self.port or free_port()
        listen = ("--host", "127.0.0.1", "--port", str(self.port))
        commands: list[tuple[str, ...]] = [("serve", *listen)]
        if self.database_url:
            commands = [("web", *listen), *(("worker",) for _ in range(self.workers))]
        for number, arguments in enumerate(commands):
            with (self.folder / f"process-{number}.log").open("ab") as log:
                process = subprocess.Popen(
                    [sys.executable, "-m", self.program, *arguments],
                    env={**_clean(), **self.environment},
                    stdout=log,
                    stderr=log,
                )
            self.processes.append(process)
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/readyz").status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise TimeoutError(self.printed())

    def printed(self) -> str:
        """Everything that the processes wrote."""
        return "".join(path.read_text(encoding="utf-8") for path in sorted(self.folder.glob("process-*.log")))

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End every process, by default without warning."""
        for process in self.processes:
            process.send_signal(number)
        for process in self.processes:
            process.wait(timeout=30)
        self.processes.clear()


@contextmanager
def running(real: Real) -> Iterator[Real]:
    """The instance, started, and ended however the block ends."""
    try:
        real.start()
        yield real
    finally:
        real.kill()


def eventually(condition: Callable[[], bool], seconds: float = 20.0, every: float = 0.02) -> bool:
    """Whether `condition()` comes true in time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(every)
    return False
