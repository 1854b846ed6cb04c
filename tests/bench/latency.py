"""POST → webhook received: how long until the officer has the alert, when the service is idle.

    python -m tests.bench.latency [COUNT]

Runs `serve` as a process of its own on SQLite, then `web` and `worker` on PostgreSQL; one report after the other, each
of another enterprise, each raising an alert. Prints p50 and p99 of the time from sending the report to the webhook's
arrival, and the memory of the idle service.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import httpx

from service.clock import SystemClock
from service.scoring.week import week_at
from tests.bench.postgres import postgres_database
from tests.fakes import HttpReceiver
from tests.real import Real, eventually, running

COUNT = 200
WARM = 20
SECRET = "whsec_" + "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def network(enterprises: int, receiver: str) -> str:
    """One city whose duty desk and county officer are a webhook, and this many enterprises."""
    nodes = ["{node: city, kind: city, name: 测试市}", "{node: county, parent: city, kind: county, name: 测试县}"]
    nodes += [f"{{node: n{i}, parent: county, kind: enterprise, name: 企业{i}}}" for i in range(enterprises)]
    contact = f"{{channel: webhook, address: '{receiver}', secret: {SECRET}}}"
    return "\n".join(
        [
            "nodes:",
            *(f"  - {node}" for node in nodes),
            "officers:",
            f"  - {{id: officer, name: 责任人, contacts: [{contact}]}}",
            "posts:",
            "  - {node: county, role: officer, holder: officer}",
            "  - {node: city, role: duty, holder: officer}",
            "",
        ]
    )


def measure(real: Real, receiver: HttpReceiver, token: str, count: int) -> list[float]:
    """Seconds from sending each report to the arrival of its alert."""
    week = week_at(SystemClock().now())
    values = {"staff.headcount": 100, "wage.arrears_days": 35, "wage.arrears_people": 20}
    taken = []
    with httpx.Client(base_url=real.url, headers={"Authorization": f"Bearer {token}"}) as client:
        for number in range(count):
            start = time.perf_counter()
            answer = client.post("/api/v1/reports", json={"node": f"n{number}", "week": week, "values": values})
            assert answer.status_code == 201, answer.text
            assert eventually(partial(_arrived, receiver, number + 1), every=0.001), real.printed()
            taken.append(time.perf_counter() - start)
            time.sleep(0.05)  # idle again
    return sorted(taken[WARM:])


def _arrived(receiver: HttpReceiver, count: int) -> bool:
    return len(receiver.requests) >= count


def memory(real: Real) -> int:
    """Resident memory of the service's processes in MiB."""
    pages = [Path(f"/proc/{process.pid}/status").read_text() for process in real.processes]
    lines = [line for text in pages for line in text.splitlines() if line.startswith("VmRSS")]
    return sum(int(line.split()[1]) for line in lines) // 1024


def bench(name: str, database_url: str | None, count: int) -> None:
    """Measure one kind of database and print its row."""
    with tempfile.TemporaryDirectory() as folder, HttpReceiver() as receiver:
        real = Real(Path(folder) / "i", database_url, {"LABOUR_WATCH_RATE_LIMIT": "100000/minute"})
        file = Path(folder) / "network.yaml"
        file.write_text(network(count, receiver.url), encoding="utf-8")
        real.init(file)
        token = real.token("city")
        with running(real):
            idle = memory(real)
            taken = measure(real, receiver, token, count)
    p50, p99 = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
    print(f"{name:12} {len(taken):6} {p50 * 1000:9.1f} {p99 * 1000:9.1f} {taken[-1] * 1000:9.1f} {idle:9}")


def main(arguments: Sequence[str]) -> None:
    count = int(arguments[0]) if arguments else COUNT
    print(f"{'database':12} {'alerts':>6} {'p50 ms':>9} {'p99 ms':>9} {'max ms':>9} {'idle MiB':>9}")
    bench("SQLite", None, count + WARM)
    with postgres_database() as url:
        bench("PostgreSQL", url, count + WARM)


if __name__ == "__main__":
    main(sys.argv[1:])
