"""The running service and `score` without a database come to the same bits for closed weeks, in whatever order."""

import csv
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

WEEKS = between("2026-W21", "2026-W40")
Bits = dict[tuple[str, str], tuple[float, str, float, tuple[tuple[str, float], ...]]]


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    """Baoji's demo network; every simulated week has long been closed."""
    return Town.found(db, clock, demo_network())


def submissions(town: Town, simulation: Simulation) -> list[ReportSubmission | EventSubmission]:
    with town.db.write() as session:
        city = token_digest(issue_token(session, town.clock.now(), node_id="baoji"))
    reports = [ReportSubmission(city, r.week, r.values, node=r.node) for r in simulation.reports]
    events = [
        EventSubmission(city, e.event, shanghai(f"{e.day}T12:00"), e.people, node=e.node) for e in simulation.events
    ]
    return sorted([*reports, *events], key=_week)


def _week(submission: ReportSubmission | EventSubmission) -> str:
    if isinstance(submission, ReportSubmission):
        return submission.week
    return submission.happened_at.strftime("%G-W%V")


def offline(folder: Path) -> Bits:
    """What `score` says of the files in `folder`."""
    files = {name: folder / f"{name}.csv" for name in ("nodes", "reports", "events", "scores", "findings")}
    score(shipped("rules"), files["nodes"], files["reports"], files["scores"], files["events"], files["findings"])
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


@pytest.mark.parametrize("order", ["as the weeks come", "all mixed up"])
def test_the_service_and_the_file_scorer_agree_to_the_last_bit(town: Town, tmp_path: Path, order: str) -> None:
    nodes, book = demo_nodes(), town.library.current()
    simulation = simulate(nodes, book.dictionary, WEEKS, seed=3)
    write_files(tmp_path, nodes, simulation, book.dictionary, 3)
    waiting = submissions(town, simulation)
    if order == "all mixed up":
        Random(5).shuffle(waiting)
    intake = Intake(town.db, town.clock, lambda: IntakeRules(book.dictionary, book.calendar, book.policy.reports))
    intake.start()
    for start in range(0, len(waiting), 200):
        for answer in [intake.submit(submission) for submission in waiting[start : start + 200]]:
            answer.result(timeout=60)
        town.sweep()
    intake.stop()
    town.clock.set(town.clock.now().replace(hour=5))
    town.sweep()
    assert online(town) == offline(tmp_path)
