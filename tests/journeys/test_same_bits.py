"""The running service and `score` without a database come to the same bits for closed weeks, in whatever order."""

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlmodel import col, select

from service.alerting.tables import Score
from service.clock import FrozenClock, shanghai
from service.commands.score import score
from service.db import Database
from service.network.directory import issue_token, token_digest
from service.reporting.intake import Intake, IntakeRules
from service.reporting.submission import EventSubmission, ReportSubmission
from service.scoring.pack import Level
from service.scoring.week import between
from service.shipped import shipped
from service.simulation.demo import demo_network, demo_nodes
from service.simulation.files import write_files
from service.simulation.generate import Simulation, simulate
from tests.builders import Town

WEEKS = between("2026-W26", "2026-W37")
CORRECTED = 37  # every so-manieth report is wrong at first
AROUND = """\
rules:
  - {id: X1, name: 高于同行, kind: peers, of: voice.complaints, group_by: industry, min_group: 2, weeks: 4,
     at_least: {1: 1, 2: 3}}
  - {id: X2, name: 高于邻居, kind: peers, of: wage.arrears_days, per: staff.headcount, group_by: parent, min_group: 1,
     above: {0: 1, 1: 5}, for_weeks: 2, since: 2026-W28, until: 2026-W36}
  - {id: X3, name: 镇街, applies_to: [township], kind: children, count_at: blue, at_least: {1: 12}, level: {3: orange}}
  - {id: X4, name: 县区, applies_to: [county, city], kind: children, count_at: blue, per: children, min_count: 1,
     at_least: {0.1: 12, 0.5: 30}, for_weeks: 2}
  - {id: X5, name: 未报, applies_to: [township, county, city], kind: children, of: subtree, count_at: silent,
     at_least: {1: 3, 5: 10}, since: 2026-W30}
  - {id: X6, name: 投诉突增, kind: unusual, of: voice.complaints, method: ears_c2, min_sigma: 0.5, points: 7}
  - {id: X7, name: 雷同, kind: unchanged, at_least: {2: 4}}
"""
Bits = dict[tuple[str, str], tuple[float, str, float, tuple[tuple[str, float], ...]]]


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    """Baoji's demo network; every simulated week has long been closed."""
    return Town.found(db, clock, demo_network(), None, **{"packs/zz-around": AROUND})


def submissions(town: Town, simulation: Simulation) -> list[ReportSubmission | EventSubmission]:
    with town.db.write() as session:
        city = token_digest(issue_token(session, town.clock.now(), node_id="baoji"))
    reports = [ReportSubmission(city, r.week, r.values, node=r.node) for r in simulation.reports]
    events = [
        EventSubmission(city, e.event, shanghai(f"{e.day}T12:00"), e.people, node=e.node) for e in simulation.events
    ]
    return sorted([*reports, *events], key=_week)


def wrong(submission: ReportSubmission | EventSubmission, place: int) -> ReportSubmission | EventSubmission:
    """What is sent in the first place: some reports with other figures than they should have."""
    if place % CORRECTED or not isinstance(submission, ReportSubmission):
        return submission
    changed = {"voice.complaints": 9, "wage.arrears_days": 40} if "wage.arrears_days" in submission.values else {}
    return replace(submission, values={**submission.values, **changed})


def right(submission: ReportSubmission | EventSubmission) -> ReportSubmission | EventSubmission:
    """The correction of what was sent at first; an event comes twice and counts once."""
    return replace(submission, if_match=1) if isinstance(submission, ReportSubmission) else submission


def _week(submission: ReportSubmission | EventSubmission) -> str:
    if isinstance(submission, ReportSubmission):
        return submission.week
    return submission.happened_at.strftime("%G-W%V")


def offline(folder: Path) -> Bits:
    """What `score` says of the files in `folder`."""
    files = {name: folder / f"{name}.csv" for name in ("nodes", "reports", "events", "scores", "findings")}
    rules = Path(shutil.copytree(shipped("rules"), folder / "rules"))
    (rules / "packs" / "zz-around.yaml").write_text(AROUND, "utf-8")
    score(rules, files["nodes"], files["reports"], files["scores"], files["events"], files["findings"])
    points: dict[tuple[str, str], list[tuple[str, float]]] = {}
    for row in _rows(files["findings"]):
        if row["state"] == "fired":
            points.setdefault((row["node"], row["week"]), []).append((row["rule"], float(row["points"])))
    return {
        (row["node"], row["week"]): (
            float(row["score"]),
            row["level"],
            float(row["judged"]),
            tuple(points.get((row["node"], row["week"]), ())),
        )
        for row in _rows(files["scores"])
    }


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def online(town: Town) -> Bits:
    """What the service has in its rows."""
    with town.db.read() as session:
        rows = session.exec(select(Score).where(col(Score.superseded_at).is_(None), col(Score.week) <= WEEKS[-1])).all()
    return {
        (row.node_id, row.week): (
            row.score,
            Level(row.level).word,
            row.judged,
            tuple((f["rule"], f["points"]) for f in row.findings if f["state"] == "fired"),
        )
        for row in rows
    }


def settle(town: Town, at_once: int, waiting: list[ReportSubmission | EventSubmission]) -> None:
    """Submit some at a time, and let everything that is due be done after each time."""
    book = town.library.current()
    intake = Intake(town.db, town.clock, lambda: IntakeRules(book.dictionary, book.calendar, book.policy.reports))
    intake.start()
    for start in range(0, len(waiting), at_once):
        for answer in [intake.submit(submission) for submission in waiting[start : start + at_once]]:
            answer.result(timeout=60)
        town.sweep()
    intake.stop()


@pytest.mark.parametrize(("order", "at_once"), [("as the weeks come", 100), ("all mixed up", 500)])
def test_the_service_and_the_file_scorer_agree_to_the_last_bit(
    town: Town, tmp_path: Path, order: str, at_once: int
) -> None:
    nodes, book = demo_nodes(), town.library.current()
    simulation = simulate(nodes, book.dictionary, WEEKS, seed=3)
    write_files(tmp_path, nodes, simulation, book.dictionary, 3)
    waiting = submissions(town, simulation)
    late = Random(7).sample(range(len(waiting)), 40)
    first = [submission for place, submission in enumerate(waiting) if place not in late]
    if order == "all mixed up":
        Random(5).shuffle(first)
    settle(town, at_once, [wrong(submission, place) for place, submission in enumerate(first)])
    town.clock.set(town.clock.now().replace(hour=5))
    town.sweep()
    # Every week is closed by now; what comes late and what is corrected changes others too.
    settle(town, at_once, [waiting[place] for place in late] + [right(one) for one in first[::CORRECTED]])
    assert online(town) == offline(tmp_path)
