"""真实输入: public layoff notices of 44 US states as nodes.csv, reports.csv and network.yaml.

    python -m tests.data.warn OUT_DIR [--now 2026-11-22] [--webhook URL --secret S] [--email ADDRESS]

The data and where they come from: README.md beside this file.
"""

import argparse
import csv
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from ruamel.yaml import YAML

from service.scoring.week import between, week_of

HERE = Path(__file__).parent
SOURCE = HERE / "warn_weekly_by_state.csv"
RULES = HERE / "warn-rules"
ROOT = "us"
OPENED = "2015-01-01"
COLUMNS = ("county.warn_notices", "county.warn_workers")
LAST_DAY = date(2026, 11, 22)


@dataclass(frozen=True)
class Panel:
    """Notices and workers by state and week, without gaps; `dropped` rows lay after now."""

    states: tuple[str, ...]
    weeks: tuple[str, ...]
    figures: dict[tuple[str, str], tuple[int, int]]
    dropped: int


def notice_week(sunday: date) -> str:
    """The ISO week of the Wednesday inside the notice week, which begins on a Sunday."""
    return week_of(sunday + timedelta(days=3))


def read_panel(now: date, source: Path = SOURCE) -> Panel:
    """The panel as it was known on `now`; weeks after the week of `now` are dropped and counted."""
    figures: dict[tuple[str, str], tuple[int, int]] = {}
    dropped = 0
    with source.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = row["state"], notice_week(date.fromisoformat(row["notice_date"]))
            if key[1] > week_of(now):
                dropped += 1
                continue
            notices, workers = figures.get(key, (0, 0))
            figures[key] = notices + int(row["notices"]), workers + round(float(row["workers"]))
    states = tuple(sorted({state for state, _ in figures}))
    weeks = sorted({week for _, week in figures})
    return Panel(states, tuple(between(weeks[0], weeks[-1])), figures, dropped)


def node_rows(panel: Panel) -> list[dict[str, str]]:
    """One root and every state as a county below it."""
    root = {"node": ROOT, "kind": "city", "name": "美国（公开裁员通知）"}
    states = ({"node": s, "parent": ROOT, "kind": "county", "name": s, "opened": OPENED} for s in panel.states)
    return [root, *states]


def report_rows(panel: Panel) -> Iterable[Sequence[object]]:
    """One report a state and week, in the order of weeks; a week without a notice is a zero."""
    for week in panel.weeks:
        for state in panel.states:
            yield state, week, *panel.figures.get((state, week), (0, 0))


def network(panel: Panel, webhook: str | None, secret: str | None, email: str | None) -> dict[str, object]:
    """The nodes with a duty desk at the root, reached by webhook, and a leader who gets a copy by e-mail; without an
    address, by console."""
    signing = {"secret": secret} if secret else {}
    hook = (
        {"channel": "webhook", "address": webhook} | signing if webhook else {"channel": "console", "address": "duty"}
    )
    mail = {"channel": "email", "address": email} if email else {"channel": "console", "address": "leader"}
    return {
        "nodes": node_rows(panel),
        "officers": [
            {"id": "duty", "name": "值班员", "contacts": [hook]},
            {"id": "leader", "name": "分管领导", "contacts": [mail]},
        ],
        "posts": [
            {"node": ROOT, "role": "duty", "holder": "duty"},
            {"node": ROOT, "role": "leader", "holder": "leader"},
        ],
    }


def write(folder: Path, panel: Panel, webhook: str | None, secret: str | None, email: str | None) -> None:
    """Write nodes.csv, reports.csv and network.yaml into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "nodes.csv").open("w", encoding="utf-8", newline="") as file:
        columns = ("node", "parent", "kind", "name", "industry", "headcount", "key", "opened", "closed")
        nodes = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        nodes.writeheader()
        nodes.writerows(node_rows(panel))
    with (folder / "reports.csv").open("w", encoding="utf-8", newline="") as file:
        reports = csv.writer(file, lineterminator="\n")
        reports.writerow(("node", "week", *COLUMNS))
        reports.writerows(report_rows(panel))
    with (folder / "network.yaml").open("w", encoding="utf-8") as file:
        YAML().dump(network(panel, webhook, secret, email), file)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.data.warn", description=__doc__.splitlines()[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--now", type=date.fromisoformat, default=LAST_DAY)
    parser.add_argument("--webhook")
    parser.add_argument("--secret")
    parser.add_argument("--email")
    options = parser.parse_args(arguments)
    panel = read_panel(options.now)
    write(options.out, panel, options.webhook, options.secret, options.email)
    print(f"{panel.dropped} rows after {options.now} dropped", file=sys.stderr)
    print(
        f"{len(panel.states)} states, {len(panel.weeks)} weeks, {panel.weeks[0]} to {panel.weeks[-1]}", file=sys.stderr
    )


if __name__ == "__main__":
    main()
