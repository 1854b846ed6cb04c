"""The pages over a nation of 100,000 units with 2,000 open alerts, and over a town of 57 units: time, bytes, queries.

`./run bench pages [--times N] [--keep FOLDER]`. The service is the real one on SQLite, worker and all; each page is
asked for as the city's duty officer and as a county's, one after the other. Bytes are those on the wire with gzip,
`first` those of a browser's first visit with style, script and icon. Queries are counted in this process over the same
databases: a number that differs between town and nation is marked, because it grows with the rows.
"""

import argparse
import asyncio
import re
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx
from fastapi import FastAPI
from sqlmodel import col, select

from service.alerting.tables import Alert
from service.app import assemble, web
from service.clock import SystemClock
from service.commands.instance import sealer_of
from service.db import Database
from service.network.directory import within
from service.network.tables import Node
from service.settings import Settings
from tests.bench.nation import NATION, PEOPLE, TOWN, Size, found, log_in
from tests.bench.sweep import count_queries
from tests.real import Real, running

TIMES = 30
GOAL_MS, GOAL_BYTES, GOAL_REQUESTS = 200, 30_000, 5
PAGES = {
    "board": "/board",
    "board then": "/board?known=then",
    "inbox mine": "/alerts",
    "inbox area": "/alerts?tab=area",
    "inbox overdue": "/alerts?tab=overdue",
    "completeness": "/completeness",
    "units": "/units",
    "week": "/weeks/{week}",
    "one alert": "/alerts/{alert}",
}
_LINKED = re.compile(r'<(?:link|script|img)\b[^>]*?(?:href|src)="([^"]+)"')


@dataclass(frozen=True)
class Row:
    """What was measured of one page as one person; times in ms."""

    p50: float
    p95: float
    wire: int
    first: int
    requests: int


@dataclass
class Place:
    """An instance with the sessions of those who look and what they look at."""

    real: Real
    cookies: Mapping[str, str]
    paths: Mapping[str, Mapping[str, str]]

    @classmethod
    def make(cls, folder: Path, size: Size) -> "Place":
        """Build it, or use what an earlier run has left in `folder`."""
        if folder.exists():
            real = Real(folder, settings={"LABOUR_WATCH_RATE_LIMIT": "1000000/minute"})
        else:
            begin = time.perf_counter()
            real = found(folder, size)
            print(f"{size.units:,} units: {time.perf_counter() - begin:.0f} s to build", flush=True)
        return cls(
            real, {who: log_in(real, who) for who in PEOPLE}, {who: _paths(real, at) for who, at in PEOPLE.items()}
        )


def _paths(real: Real, node: str) -> dict[str, str]:
    """The addresses of the pages for somebody who stands at `node`."""
    db = Database(real.settings_url)
    with db.read() as session:
        path = session.get_one(Node, node).path
        query = select(Alert.id).join(Node, col(Node.id) == col(Alert.node_id)).where(within([path]))
        alert = session.exec(query.where(col(Alert.closed_at).is_(None)).order_by(col(Alert.level).desc())).first()
    db.close()
    return {name: page.format(alert=alert, week="{week}") for name, page in PAGES.items()}


def measure(place: Place, times: int) -> dict[tuple[str, str], Row]:
    """Ask the running service for every page as everybody."""
    rows = {}
    for who, paths in place.paths.items():
        cookies = {"labour-watch": place.cookies[who]}
        gzip = {"Accept-Encoding": "gzip"}
        with httpx.Client(base_url=place.real.url, cookies=cookies, headers=gzip, timeout=60) as client:
            week = client.get("/weeks").headers["location"].rsplit("/", 1)[1]
            for name, path in paths.items():
                rows[name, who] = _measure(client, path.format(week=week), times)
    return rows


def _measure(client: httpx.Client, path: str, times: int) -> Row:
    taken = []
    for _ in range(times):
        begin = time.perf_counter()
        answer = client.get(path)
        taken.append((time.perf_counter() - begin) * 1000)
        assert answer.status_code == 200, (path, answer.status_code, answer.text[:500])
    taken.sort()
    linked = sorted({urljoin(path, one) for one in _LINKED.findall(answer.text)})
    files = [client.get(one).num_bytes_downloaded for one in linked]
    wire = answer.num_bytes_downloaded
    return Row(taken[len(taken) // 2], taken[int(len(taken) * 0.95)], wire, wire + sum(files), 1 + len(files))


def queries(place: Place, who: str) -> dict[str, int]:
    """How many statements each page sends to the database, the second time it is asked for."""
    settings = Settings(dir=place.real.folder)
    db = Database(settings.url())
    app = web(assemble(settings, db, SystemClock(), sealer_of(settings)), None)
    counted = asyncio.run(_count(app, db, place, who))
    db.close()
    return counted


async def _count(app: FastAPI, db: Database, place: Place, who: str) -> dict[str, int]:
    counted = {}
    cookies = {"labour-watch": place.cookies[who]}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url=place.real.url, cookies=cookies
    ) as client:
        week = (await client.get("/weeks")).headers["location"].rsplit("/", 1)[1]
        for name, path in place.paths[who].items():
            await client.get(path.format(week=week))
            sent = count_queries(db)
            answer = await client.get(path.format(week=week))
            counted[name] = sent()
            assert answer.status_code == 200, (path, answer.status_code)
    return counted


def report(folder: Path, times: int) -> None:
    """Print both tables and what misses a goal."""
    places = {"nation": Place.make(folder / "nation", NATION), "town": Place.make(folder / "town", TOWN)}
    counts = {size: {who: queries(place, who) for who in PEOPLE} for size, place in places.items()}
    missed = []
    for size, place in places.items():
        with running(place.real):
            rows = measure(place, times)
        print(f"\n{size:16}{'p50 ms':>20}{'p95 ms':>20}{'wire B':>20}{'first B':>10}{'requests':>10}{'queries':>10}")
        for name in PAGES:
            mine = [rows[name, who] for who in PEOPLE]
            asked = [counts[size][who][name] for who in PEOPLE]
            print(f"{name:16}{_both(mine, 'p50')}{_both(mine, 'p95')}{_both(mine, 'wire')}", end="")
            print(f"{mine[0].first:10,}{mine[0].requests:10}{' / '.join(map(str, asked)):>10}", flush=True)
            missed += _missed(size, name, mine, [counts["town"][who][name] for who in PEOPLE], asked)
    print("\n" + ("\n".join(missed) or "every goal is reached"))


def _both(rows: list[Row], field: str) -> str:
    """City / county."""
    return f"{' / '.join(f'{getattr(row, field):,.0f}' for row in rows):>20}"


def _missed(size: str, name: str, rows: list[Row], town: list[int], nation: list[int]) -> list[str]:
    city, county = rows
    found = [f"{size} {name}: p95 {row.p95:.0f} ms" for row in rows if row.p95 > GOAL_MS]
    if county.p50 > city.p50 * 1.1 + 2:  # what the clock cannot tell apart is not slower
        found.append(f"{size} {name}: county slower, {county.p50:.0f} ms against {city.p50:.0f}")
    if town != nation:
        found.append(f"{size} {name}: {nation} queries, in the town {town}")
    if (size, name) == ("town", "board") and (city.first > GOAL_BYTES or city.requests > GOAL_REQUESTS):
        found.append(f"{size} {name}: {city.first:,} bytes in {city.requests} requests")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=TIMES)
    parser.add_argument("--keep", type=Path, help="build here and use it again")
    said = parser.parse_args()
    with ExitStack() as stack:
        folder = said.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lw-")))
        report(folder, said.times)


if __name__ == "__main__":
    main()
