"""Durable intake beside what it costs without a database, and beside one ORM transaction a request.

    python -m tests.bench.intake [REQUESTS]

Each version runs as a process of its own behind uvicorn with httptools; this process sends reports of distinct nodes
and weeks over 64 kept connections. All three share the route, the limits, the reading and the checking of a report:

    bare   answers at once and stores nothing
    orm    looks up, checks and stores in one SQLModel transaction a request, on FastAPI's threads
    ours   one writer that commits what has queued up

The three take turns, so that what else the machine does is spread over all of them.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from sqlmodel import col, func, select

from service import tables
from service.clock import SystemClock
from service.db import Database
from service.network.directory import issue_token
from service.network.exchange import import_network
from service.reporting.tables import Due, Report
from service.rulebook.folder import read_folder
from service.rulebook.library import store
from service.scoring.week import step, week_at
from service.shipped import shipped
from tests.bench.postgres import postgres_database
from tests.real import free_port

REQUESTS = 12_000
CONNECTIONS = 64
ENTERPRISES = 500
ROUNDS = 6
SHARES = {"bare": 1.0, "ours": 1.0, "orm": 1 / 6}  # the slow version gets fewer requests


@dataclass
class Load:
    """What is sent, and how long each answer took."""

    port: int
    pid: int
    requests: list[bytes]
    taken: list[float] = field(default_factory=list)
    seconds: float = 0.0
    processor: float = 0.0

    def turn(self, number: int) -> None:
        """Send one round's share."""
        size = len(self.requests) // ROUNDS
        start, before = time.perf_counter(), cpu(self.pid)
        asyncio.run(self._send(self.requests[number * size : (number + 1) * size]))
        self.seconds += time.perf_counter() - start
        self.processor += cpu(self.pid) - before

    @property
    def rate(self) -> float:
        """Requests a second."""
        return len(self.taken) / self.seconds

    async def _send(self, requests: Sequence[bytes]) -> None:
        waiting = iter(requests)
        async with asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._connection(waiting))

    async def _connection(self, waiting: Iterator[bytes]) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for request in waiting:
            start = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r")[0])
            body = await reader.readexactly(length)
            self.taken.append(time.perf_counter() - start)
            if not head.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(body.decode())
        writer.close()

    def percentile(self, share: float) -> float:
        """Milliseconds within which this share was answered."""
        return sorted(self.taken)[int((len(self.taken) - 1) * share)] * 1000


@dataclass(frozen=True)
class Town:
    """A prepared database and a token for each enterprise."""

    url: str
    tokens: list[str]

    def requests(self, count: int) -> list[bytes]:
        """Reports of all enterprises, week after week, as bytes on the wire."""
        newest = week_at(SystemClock().now())
        weeks = [step(newest, -n) for n in range(count // len(self.tokens) + 1, 0, -1)]
        pairs = [(week, token) for week in weeks for token in self.tokens]
        return [_request(token, week, number) for number, (week, token) in enumerate(pairs[:count])]


def _request(token: str, week: str, number: int) -> bytes:
    values = {
        "staff.headcount": 300 + number % 5,
        "wage.arrears_days": number % 4,
        "wage.arrears_people": number % 7,
        "wage.arrears_amount": 1200.5 * (number % 3),
        "insurance.arrears_months": 0,
        "jobs.cut_people": number % 2,
        "hours.overtime_month": 32.5,
        "voice.complaints": number % 3,
        "voice.petition_people": 0,
        "operations.halt_days": 0,
        "restructuring.stage": 0,
    }
    body = json.dumps({"week": week, "values": values, "note": "本周正常"}, ensure_ascii=False).encode()
    head = (
        "POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {number}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def prepare(url: str) -> Town:
    """Tables, rules, a county of enterprises and their tokens."""
    db = Database(url)
    tables.metadata.create_all(db.engine)
    now = SystemClock().now()
    rows = ["node,parent,kind,name", "county,,county,测试县"]
    rows += [f"n{i},county,enterprise,企业{i}" for i in range(ENTERPRISES)]
    with db.write() as session:
        store(session, read_folder(shipped("rules")), "bench", now)
        import_network(session, "\n".join(rows) + "\n", "nodes.csv", now=now)
    with db.write() as session:
        tokens = [issue_token(session, now, node_id=f"n{i}") for i in range(ENTERPRISES)]
    db.close()
    return Town(url, tokens)


@contextmanager
def serving(version: str, url: str) -> Iterator[tuple[int, int]]:
    """One version, as a process of its own; gives its port and process id."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.bench.intake_versions", version, str(port), url])
    try:
        for _ in range(300):
            try:
                if httpx.get(f"http://127.0.0.1:{port}/openapi.json").status_code == 200:
                    break
            except httpx.TransportError:
                time.sleep(0.05)
        yield port, process.pid
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)


def cpu(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


def stored(url: str) -> tuple[int, int]:
    """How many reports and reasons to assess the database holds."""
    db = Database(url)
    with db.read() as session:
        found = [session.exec(select(func.count(col(table.id)))).one() for table in (Report, Due)]
    db.close()
    return found[0], found[1]


def bench(name: str, urls: Sequence[str], count: int) -> None:
    """Measure the three versions on one kind of database, `ours` and `orm` on a fresh one each."""
    ours, orm = (prepare(url) for url in urls)
    loads = {}
    with ExitStack() as stack:
        for version, town in (("bare", ours), ("ours", ours), ("orm", orm)):
            port, pid = stack.enter_context(serving(version, town.url))
            loads[version] = Load(port, pid, town.requests(int(count * SHARES[version])))
        for number in range(ROUNDS):
            for load in loads.values():
                load.turn(number)
    for version, load in loads.items():
        row = f"{len(load.taken):8}{load.rate:10.0f}{load.percentile(0.5):10.1f}{load.percentile(0.99):10.1f}"
        print(f"{name:12}{version:8}{row}{load.processor / len(load.taken) * 1e6:10.0f}")
    rates = {version: load.rate for version, load in loads.items()}
    assert stored(ours.url) == (len(loads["ours"].taken),) * 2, "an answered report is not there"
    bare_ratio, orm_ratio = rates["ours"] / rates["bare"], rates["ours"] / rates["orm"]
    print(f"{name:12}ours/bare {bare_ratio:.2f} (goal 0.4)   ours/orm {orm_ratio:.1f} (goal 4)")


def main(arguments: Sequence[str]) -> None:
    count = int(arguments[0]) if arguments else REQUESTS
    print(f"{'database':12}{'version':8}{'requests':>8}{'req/s':>10}{'p50 ms':>10}{'p99 ms':>10}{'CPU µs':>10}")
    with tempfile.TemporaryDirectory() as folder:
        bench("SQLite", [f"sqlite:///{Path(folder) / name}.db" for name in ("ours", "orm")], count)
    with postgres_database() as ours, postgres_database() as orm:
        bench("PostgreSQL", [ours, orm], count)


if __name__ == "__main__":
    main(sys.argv[1:])
