"""Intake and assess with two web and two worker processes on PostgreSQL, beside one of each.

`python -m tests.bench.replicas [--alerts N]`. Every report raises an alert at an officer of its own. Told: how long
until all had their receipts, until all alerts had arrived, and what was lost or doubled.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx

from service.clock import SystemClock
from service.scoring.week import week_at
from tests.bench.arrivals import Book, Count, receiving
from tests.bench.postgres import postgres_database
from tests.bench.town import reports
from tests.bench.trial import Seed
from tests.real import Real, eventually, running

CHUNK = 250  # reports in a request
PATIENCE = 300.0
RAISED = ("raised",)


@dataclass(frozen=True)
class Run:
    """How long it took, in seconds, and what came of it."""

    posted: float
    arrived: float
    count: Count


def run(seed: Seed, book: Book, folder: Path, replicas: int) -> Run:
    """Post everything to `replicas` webs side by side, with as many workers."""
    first = seed.copy(folder)
    first.settings.pop("LABOUR_WATCH_LEASE_SECONDS")
    first.settings.pop("LABOUR_WATCH_SEND_TIMEOUT")
    others = [Real(folder, first.database_url, first.settings) for _ in range(replicas - 1)]
    book.mark()
    with ExitStack() as stack:
        reals = [stack.enter_context(running(real)) for real in (first, *others)]
        started = time.monotonic()
        _post(reals, seed)
        posted = time.monotonic() - started
        eventually(lambda: Count.of(book.arrivals(RAISED), seed.units).lost == 0, PATIENCE, every=0.1)
        arrived = time.monotonic() - started
        time.sleep(1)  # what is doubled would come now
    return Run(posted, arrived, Count.of(book.arrivals(RAISED), seed.units))


def _post(reals: Sequence[Real], seed: Seed) -> None:
    week = week_at(SystemClock().now())
    starts = range(0, seed.units, CHUNK)

    def post(first: int) -> None:
        real = reals[first // CHUNK % len(reals)]
        body = reports(first, min(first + CHUNK, seed.units), week)
        answer = httpx.post(
            f"{real.url}/api/v1/reports:bulk",
            content=body,
            headers={"Authorization": f"Bearer {seed.token}"},
            timeout=PATIENCE,
        )
        answer.raise_for_status()
        if answer.text.count('"status":201') != body.count(b"\n"):
            raise AssertionError(answer.text[:300])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(post, starts))


def report(alerts: int) -> None:
    """Print the table."""
    print(
        f"{'web + worker':14}{'reports':>9}{'receipts s':>12}{'arrived s':>11}{'lost':>6}{'doubled':>9}{'renamed':>9}"
    )
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lw-")))
        book, server = stack.enter_context(receiving(folder / "book")), stack.enter_context(postgres_database())
        seed = Seed.make(folder / "seed", alerts, book, server)
        for replicas in (1, 2):
            done = run(seed, book, folder / f"run-{replicas}", replicas)
            count = done.count
            print(
                f"{f'{replicas} + {replicas}':14}{alerts:9}{done.posted:12.1f}{done.arrived:11.1f}"
                f"{count.lost:6}{count.doubled:9}{count.renamed:9}",
                flush=True,
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alerts", type=int, default=10_000)
    report(parser.parse_args().alerts)


if __name__ == "__main__":
    main()
