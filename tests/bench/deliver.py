"""Delivery: 10,000 messages to a receiver on this machine, then the same with `kill -9` half-way.

`python -m tests.bench.deliver [--messages N] [--databases sqlite,postgresql]`. The deliverer and the receiver are
processes of their own; CPU is that of the delivering process.
"""

import argparse
import json
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from service import tables
from service.clock import SystemClock
from service.db import Database
from service.notify.channels.webhook import WebhookChannel
from service.notify.deliver import Deliverer
from service.notify.message import compose
from service.notify.outbox import enqueue
from tests.bench.postgres import postgres_database
from tests.fakes import Answer, HttpReceiver, Received
from tests.notify.letters import SECRET, news, to

CONCURRENCY = 64
LEASE_SECONDS = 2.0  # short, so that the restart does not wait long for what the killed one held
PATIENCE = 180.0


@dataclass(frozen=True)
class Speed:
    """One undisturbed run."""

    seconds: float
    cpu_seconds: float


@dataclass(frozen=True)
class Crash:
    """One run with a `kill -9`: messages that never came, that came more than once, that were in flight then."""

    lost: int
    doubled: int
    foreign: int  # arrivals under an id that was never written
    in_flight: int


def receive(arrivals: Path) -> None:
    """The receiver's process: says its address, then writes the id of every request into `arrivals`."""
    with arrivals.open("a", buffering=1) as out:

        def note(received: Received) -> Answer:
            out.write(f"{received.headers['webhook-id']}\n")
            return Answer()

        with HttpReceiver(answer_with=note) as receiver:
            print(receiver.url, flush=True)
            sys.stdin.read()


def deliver(url: str) -> None:
    """The deliverer's process: passes until nothing waits, then says what it took."""
    db = Database(url)
    clock = SystemClock()
    channels = {"webhook": WebhookChannel(clock, CONCURRENCY)}
    deliverer = Deliverer(
        db,
        clock,
        channels,
        LEASE_SECONDS,
        CONCURRENCY,
        secret_of=lambda _contact: SECRET,
        send_timeout=LEASE_SECONDS / 2,
    )
    before, started = _cpu(), time.perf_counter()
    with deliverer:
        while _count(db, "state IN ('pending', 'sending')"):
            if not deliverer.deliver_due():
                time.sleep(0.1)
    print(json.dumps({"seconds": time.perf_counter() - started, "cpu_seconds": _cpu() - before}))
    db.close()


def speed(url: str, count: int, folder: Path) -> Speed:
    """Deliver `count` messages undisturbed."""
    with _receiver(folder / "speed") as (address, _arrivals):
        _fill(url, count, address)
        return Speed(**json.loads(_finish(_start("deliver", url))))


def crash(url: str, count: int, folder: Path) -> Crash:
    """Kill the deliverer when half has arrived, start another one, and see what arrived."""
    db = Database(url)
    with _receiver(folder / "crash") as (address, arrivals):
        ids = _fill(url, count, address)
        victim = _start("deliver", url)
        _wait_for(lambda: len(_arrived(arrivals)) >= count // 2)
        victim.send_signal(signal.SIGKILL)
        victim.communicate()
        in_flight = _count(db, "state = 'sending'")
        _finish(_start("deliver", url))
        arrived = Counter(_arrived(arrivals))
    db.close()
    doubled = sum(times - 1 for times in arrived.values())
    return Crash(len(ids - set(arrived)), doubled, len(set(arrived) - ids), in_flight)


def _fill(url: str, count: int, address: str) -> set[str]:
    """Write `count` alerts into an empty outbox; their ids."""
    db, clock = Database(url), SystemClock()
    letter = compose(news())
    ids: set[str] = set()
    with db.write() as session:
        session.connection().execute(text("DELETE FROM delivery_attempt"))
        session.connection().execute(text("DELETE FROM outbox_message"))
        for n in range(count):
            ids.add(enqueue(session, clock.now(), f"bench/{n}", None, letter, [to("webhook", address)]))
    db.close()
    return ids


def _count(db: Database, where: str) -> int:
    with db.read() as session:
        found: int = (
            session.connection().execute(text(f"SELECT count(*) FROM outbox_message WHERE {where}")).scalar_one()
        )
        return found


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _arrived(arrivals: Path) -> list[str]:
    return [line for line in arrivals.read_text().split("\n")[:-1] if line]


def _start(part: str, argument: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "tests.bench.deliver", "--part", part, argument]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _finish(process: "subprocess.Popen[str]") -> str:
    try:
        out, _ = process.communicate(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    if process.returncode:
        raise RuntimeError(f"exit {process.returncode}")
    return out


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError
        time.sleep(0.02)


@contextmanager
def _receiver(arrivals: Path) -> Iterator[tuple[str, Path]]:
    arrivals.touch()
    process = _start("receive", str(arrivals))
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip(), arrivals
    finally:
        process.communicate(timeout=30)


@contextmanager
def databases(names: Sequence[str], folder: Path) -> Iterator[dict[str, str]]:
    """URL by name, each with all tables; PostgreSQL is a real one that ends with the block."""
    with ExitStack() as stack:
        urls: dict[str, str] = {}
        if "sqlite" in names:
            urls["sqlite"] = f"sqlite:///{folder / 'labour-watch.db'}"
        if "postgresql" in names:
            uri = stack.enter_context(postgres_database())
            urls["postgresql"] = uri.replace("postgresql:", "postgresql+psycopg:")
        for url in urls.values():
            db = Database(url)
            tables.metadata.create_all(db.engine)
            db.close()
        yield urls


def report(count: int, names: Sequence[str]) -> None:
    """Run both and print the table."""
    print(
        f"{count} messages, {CONCURRENCY} in flight at most; figures after the bar: `kill -9` half-way, then a restart"
    )
    print("database    seconds  a second  ms CPU each | lost  doubled  in flight then")
    with tempfile.TemporaryDirectory(prefix="lw-") as name, databases(names, Path(name)) as urls:
        for label, url in urls.items():
            folder = Path(tempfile.mkdtemp(dir=name))
            fast = speed(url, count, folder)
            hard = crash(url, count, folder)
            print(
                f"{label:10}{fast.seconds:9.1f}{count / fast.seconds:10.0f}{fast.cpu_seconds / count * 1000:13.2f} |"
                f"{hard.lost:5}{hard.doubled:9}{hard.in_flight:16}"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--part", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    match arguments.part:
        case ["receive", arrivals]:
            receive(Path(arrivals))
        case ["deliver", url]:
            deliver(url)
        case _:
            report(arguments.messages, arguments.databases.split(","))


if __name__ == "__main__":
    main()
