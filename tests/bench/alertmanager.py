"""The same work beside Debian's prometheus-alertmanager: 10,000 alerts, each its own recipient.

`python -m tests.bench.alertmanager [--alerts N]`. Alertmanager gets the alerts over its API, each a group of its own
without group_wait; ours lie in the outbox as assess leaves them. CPU is that of the delivering process. Killed:
`kill -9` when half has arrived, then a restart, without anybody sending anything again – and for Alertmanager also with
all alerts sent once more, as Prometheus does. Slow: every answer takes 0.2 s.
"""

import argparse
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.bench.arrivals import Arrival, Book, Count, receiving
from tests.bench.deliver import CONCURRENCY, Speed, crash, databases, speed
from tests.real import eventually, free_port

PROGRAM = "prometheus-alertmanager"
SLOW_SECONDS = 0.2
STALL_SECONDS = 15.0
_CONFIG = """\
route: {{receiver: hook, group_by: ['...'], group_wait: 0s, group_interval: 1h, repeat_interval: 24h}}
receivers: [{{name: hook, webhook_configs: [{{url: '{url}', send_resolved: false}}]}}]
"""


@dataclass
class Alertmanager:
    """One of its processes on 127.0.0.1, with its state in `folder`."""

    folder: Path
    hook: str
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it on the state that is there."""
        self.port = self.port or free_port()
        self.folder.mkdir(exist_ok=True)
        config = self.folder / "alertmanager.yml"
        config.write_text(_CONFIG.format(url=self.hook))
        address = f"--web.listen-address=127.0.0.1:{self.port}"
        options = [f"--config.file={config}", f"--storage.path={self.folder}", address, "--cluster.listen-address="]
        self.process = subprocess.Popen([PROGRAM, "--log.level=error", *options], stderr=subprocess.DEVNULL)
        if not eventually(self._ready, 20):
            raise TimeoutError(PROGRAM)

    def _ready(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/-/ready").status_code == 200
        except httpx.TransportError:
            return False

    def send(self, alerts: int) -> None:
        """Give it that many alerts, 500 a request."""
        with httpx.Client(timeout=60) as client:
            for first in range(0, alerts, 500):
                numbers = range(first, min(first + 500, alerts))
                labels = [{"labels": {"alertname": "arrears", "n": str(n)}} for n in numbers]
                client.post(f"http://127.0.0.1:{self.port}/api/v2/alerts", json=labels).raise_for_status()

    @property
    def cpu_seconds(self) -> float:
        """What it has used so far."""
        assert self.process is not None
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / 100  # clock ticks

    def kill(self) -> None:
        """`kill -9`."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def theirs(alerts: int, book: Book, folder: Path) -> tuple[list[str], Speed]:
    """Lines of the table for Alertmanager, and its undisturbed run."""
    with _running(Alertmanager(folder / "speed", book.url)) as one:
        seconds = _until_all_arrived(one, alerts, book)
        fast = Speed(seconds, one.cpu_seconds)
    lines = [f"undisturbed: {seconds:.1f} s, {fast.cpu_seconds / alerts * 1000:.2f} ms CPU each"]
    for again in (False, True):
        count = _killed(Alertmanager(folder / f"crash-{again}", book.url), alerts, book, again)
        how = "all sent again" if again else "nothing sent again"
        lines.append(f"kill -9 half-way, {how}: lost {count.lost}, sent twice {count.doubled}")
    book.slow(SLOW_SECONDS)
    with _running(Alertmanager(folder / "slow", book.url)) as one:
        _until_all_arrived(one, alerts // 5, book)
    book.slow(0)
    most = Count.of(_news(book), alerts // 5).most_in_flight
    return [*lines, f"slow receiver, {alerts // 5} alerts: {most} calls open at once"], fast


def _killed(victim: Alertmanager, alerts: int, book: Book, again: bool) -> Count:
    book.mark()
    with _running(victim):
        victim.send(alerts)
        eventually(lambda: len(_news(book)) >= alerts // 2, 60)
        victim.kill()
        victim.start()
        if again:
            victim.send(alerts)
        _settle(book)
        return Count.of(_news(book), alerts)


def _until_all_arrived(one: Alertmanager, alerts: int, book: Book) -> float:
    book.mark()
    started = time.monotonic()
    one.send(alerts)
    eventually(lambda: len(_news(book)) >= alerts, 120)
    return time.monotonic() - started


def _settle(book: Book) -> None:
    """Until nothing has come for a while."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < STALL_SECONDS:
        if len(_news(book)) > seen:
            seen, since = len(_news(book)), time.monotonic()
        time.sleep(0.2)


def _news(book: Book) -> list[Arrival]:
    return book.arrivals(("alertmanager",))


@contextmanager
def _running(one: Alertmanager) -> Iterator[Alertmanager]:
    try:
        one.start()
        yield one
    finally:
        one.kill()


def report(alerts: int) -> None:
    """Print both, and the ratio."""
    print(f"{alerts} alerts, each its own recipient")
    with tempfile.TemporaryDirectory(prefix="lw-") as name:
        folder = Path(name)
        with receiving(folder / "book") as book:
            lines, measure = theirs(alerts, book, folder)
            for line in lines:
                print(f"  alertmanager  {line}", flush=True)
        with databases(("sqlite", "postgresql"), folder) as urls:
            for label, url in urls.items():
                fast, hard = (
                    speed(url, alerts, _made(folder / f"fast-{label}")),
                    crash(url, alerts, _made(folder / label)),
                )
                cpu = fast.cpu_seconds / alerts * 1000
                print(f"  ours, {label:10}  undisturbed: {fast.seconds:.1f} s, {cpu:.2f} ms CPU each")
                ratio = fast.seconds / measure.seconds, fast.cpu_seconds / measure.cpu_seconds
                print(f"  ours, {label:10}  times Alertmanager: {ratio[0]:.1f} in time, {ratio[1]:.1f} in CPU")
                told = f"lost {hard.lost}, sent twice with the same id {hard.doubled} of {hard.in_flight} in flight"
                print(f"  ours, {label:10}  kill -9 half-way, nothing sent again: {told}")
        print(f"  ours              calls open at once: {CONCURRENCY} at most, whatever the receiver does")


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    if shutil.which(PROGRAM) is None:
        raise SystemExit(f"没有 {PROGRAM}，请先安装 / there is no {PROGRAM}: apt-get install {PROGRAM}")
    report(parser.parse_args().alerts)


if __name__ == "__main__":
    main()
