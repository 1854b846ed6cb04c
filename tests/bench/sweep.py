"""The sweep over 100,000 open alerts: none of them due, a thousand, and all of them at once.

`python -m tests.bench.sweep [--alerts N] [--due 0,1000,all] [--databases sqlite,postgresql]`. Each sweep is a process
of its own, whose peak memory is told; at the end the pure decisions, in microseconds.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, insert

from service import tables
from service.alerting.escalate import ClockView, Origin, clocks, running
from service.alerting.sweep import Sweeper
from service.alerting.tables import Alert, AlertEvent, Score
from service.clock import FrozenClock, shanghai
from service.db import Database, new_id
from service.network.exchange import import_network
from service.network.tables import Node
from service.rulebook.folder import read_folder
from service.rulebook.library import Library, Rulebook, store
from service.scoring.pack import Level
from service.shipped import shipped
from tests.bench.postgres import postgres_database
from tests.builders import BASE_URL
from tests.cast import NETWORK

NOW = shanghai("2026-11-19T10:00")  # a Thursday: no week closes, nobody is reminded of reports
WEEK = "2026-W47"
_TABLES: tuple[Any, ...] = (Node, Score, Alert, AlertEvent)


def fill(db: Database, alerts: int) -> None:
    """The cast, and `alerts` enterprises of 岐山县, each with an open orange alert whose first rung has been told."""
    with db.write() as session:
        store(session, read_folder(shipped("rules")), "bench", NOW - timedelta(days=400))
        import_network(session, NETWORK, "network.yaml", now=NOW)
    add(db, 0, alerts)


def add(db: Database, first: int, alerts: int) -> None:
    """That many more enterprises with an open alert, numbered from `first` on."""
    book = Library(db).current()
    with db.write() as session:
        connection = session.connection()
        for start in range(first, first + alerts, 5_000):
            rows = [_rows(number, book) for number in range(start, min(start + 5_000, first + alerts))]
            for model, values in zip(_TABLES, zip(*rows, strict=True), strict=True):
                connection.execute(insert(model), list(values))


def _rows(number: int, book: Rulebook) -> tuple[dict[str, Any], ...]:
    node, score, issued = f"e{number:06}", new_id(), NOW - timedelta(hours=1)
    orange = int(Level.ORANGE)
    path, name = f"baoji/qishan/{node}/", f"企业{number}"
    return (
        {"id": node, "parent_id": "qishan", "path": path, "depth": 2, "kind": "enterprise", "name": name, "key": False},
        _score(score, node, book),
        _alert(number + 1, node, score),
        {"alert_id": number + 1, "seq": 1, "at": issued, "reason": "first_risk", "level": orange, "detail": {}}
        | {"hash": ""},
    )


def _score(id_: str, node: str, book: Rulebook) -> dict[str, Any]:
    finding = {"rule": "W01", "state": "fired", "points": 25.0, "floor": int(Level.ORANGE), "value": 35.0}
    return {
        "id": id_,
        "node_id": node,
        "week": WEEK,
        "score": 25.0,
        "level": int(Level.ORANGE),
        "judged": 1.0,
        "reported": True,
        "closed": False,
        "findings": [finding | {"threshold": 31.0, "reason": "", "reason_en": "", "trial": False}],
        "rule_version": book.version,
        "pack_digest": book.digest,
        "revisions": {f"{WEEK}/own": 1},
        "computed_at": NOW - timedelta(hours=1),
        "decision": "first_risk",
    }


def _alert(id_: int, node: str, score: str) -> dict[str, Any]:
    issued = NOW - timedelta(hours=1)
    return {
        "id": id_,
        "node_id": node,
        "level": int(Level.ORANGE),
        "state": "raised",
        "theme": "wages",
        "rules": ["W01"],
        "first_week": WEEK,
        "last_week": WEEK,
        "score_id": score,
        "raised_at": issued,
        "issued_at": issued,
        "sign_by": issued + timedelta(hours=4),
        "duty": "sign",
        "step": 1,
        "next_step_at": issued + timedelta(hours=2),
        "last_seq": 1,
        "pinned_seq": 1,
        "head": "",
    }


def make_due(db: Database, count: int | None) -> None:
    """Let the next step of the first `count` alerts (None: all) be due, of the others not."""
    later, due = NOW + timedelta(hours=1), NOW - timedelta(minutes=1)
    with db.write() as session:
        connection = session.connection()
        connection.execute(Alert.__table__.update().values(next_step_at=later, step=1))  # type: ignore[attr-defined]
        wanted = Alert.__table__.update().values(  # type: ignore[attr-defined]
            next_step_at=due, issued_at=due - timedelta(hours=2)
        )
        connection.execute(wanted if count is None else wanted.where(Alert.__table__.c.id <= count))  # type: ignore[attr-defined]


def measure(url: str) -> dict[str, float]:
    """Sweep once; seconds, CPU seconds, megabytes at the peak, alerts that climbed, queries."""
    db = Database(url)
    sweeper = Sweeper(db, FrozenClock(NOW), Library(db), BASE_URL)
    asked = count_queries(db)
    begin, cpu = time.perf_counter(), time.process_time()
    done = sweeper.sweep()
    found = {"seconds": time.perf_counter() - begin, "cpu": time.process_time() - cpu, "climbed": done.climbed}
    db.close()
    return found | {"queries": asked(), "mb": _peak()}


def _peak() -> float:
    """Megabytes at the peak of this process; `ru_maxrss` would count those of the one that started it too."""
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def count_queries(db: Database) -> Callable[[], int]:
    """How many statements the database is sent from now on."""
    sent = [0]

    def count(*_: object) -> None:
        sent[0] += 1

    event.listen(db.engine, "before_cursor_execute", count)
    return lambda: sent[0]


def microseconds() -> dict[str, float]:
    """What one pure decision takes: the clocks after a move, a step on the wall clock, a step on the working one."""
    from tests.alerting.test_escalate import CALENDAR, POLICY

    orange = ClockView(Level.ORANGE, "wages", "acknowledged", NOW, acknowledged_at=NOW)
    yellow = replace(orange, level=Level.YELLOW)
    found = {}
    for name, view in (("wall", orange), ("working", yellow)):
        stored = clocks(POLICY, CALENDAR, view, NOW)
        steps = running(POLICY, CALENDAR, replace(view, stored=stored), Origin.SCORE)
        due = stored.next_step_at or NOW
        found[f"clocks {name}"] = _each(lambda v=view: clocks(POLICY, CALENDAR, v, NOW))  # type: ignore[misc]
        found[f"tell {name}"] = _each(lambda s=steps, d=due: s.tell(0, d, d + timedelta(days=1)))  # type: ignore[misc]
    return found


def _each(work: Callable[[], object], times: int = 1_000, rounds: int = 15) -> float:
    """The quickest of some rounds: what others do on the machine is no part of it."""
    found = []
    for _ in range(rounds):
        begin = time.process_time()
        for _ in range(times):
            work()
        found.append((time.process_time() - begin) / times * 1e6)
    return min(found)


def main(alerts: int, dues: list[str], databases: list[str]) -> None:
    """Print the table."""
    for kind in databases:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            uri = stack.enter_context(postgres_database()) if kind == "postgresql" else f"sqlite:///{folder}/bench.db"
            url = uri.replace("postgresql:", "postgresql+psycopg:")
            db = Database(url)
            tables.metadata.create_all(db.engine)
            fill(db, alerts)
            make_due(db, 0)
            Sweeper(db, FrozenClock(NOW), Library(db), BASE_URL).sweep()  # opens the week
            for due in dues:
                make_due(db, None if due == "all" else int(due))
                db.checkpoint()
                out = subprocess.run(
                    [sys.executable, "-m", "tests.bench.sweep", "--one", url],
                    check=True,
                    capture_output=True,
                    text=True,
                )
                m = json.loads(out.stdout)
                print(
                    f"{kind:>10}  {alerts:,} open, {due:>5} due: {m['seconds']:7.2f} s ({m['cpu']:.2f} s CPU)  "
                    f"{m['mb']:4.0f} MB  {m['climbed']:>7,} climbed  {m['queries']:>8,} queries",
                    flush=True,
                )
            db.close()
    for name, each in microseconds().items():
        print(f"{name:>16}  {each:6.1f} µs")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--alerts", type=int, default=100_000)
    parser.add_argument("--due", default="0,1000,all")
    parser.add_argument("--databases", default="sqlite,postgresql")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    said = parser.parse_args()
    if said.one:
        print(json.dumps(measure(said.one)))
    else:
        main(said.alerts, said.due.split(","), said.databases.split(","))
