"""走访记录: what somebody else saw stands beside the own report, and both are heard – on both databases."""

import csv
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from service.alerting.tables import Score
from service.clock import FrozenClock
from service.commands.score import score
from service.db import Database
from service.network.exchange import export_nodes
from service.reporting.tables import Report
from service.scoring.pack import Level
from service.scoring.sources import SOURCES_DISAGREE
from service.shipped import shipped
from service.web.api.findings import shown_findings
from tests.builders import FINE, Town

W47 = "2026-W47"
UNPAID: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    town = Town.found(db, clock)
    town.sweep()
    return town


def aside(found: Score) -> dict[str, Any] | None:
    """The finding that the sources of a week disagree."""
    return next((finding for finding in found.findings if finding["rule"] == SOURCES_DISAGREE), None)


def test_a_visit_that_finds_what_the_report_denies_raises_the_alarm_and_names_both(town: Town) -> None:
    town.report("gear", W47)
    town.assess()
    assert town.alerts() == []
    town.report("gear", W47, source="observation", **UNPAID)
    town.assess()
    found = town.score("gear", W47)
    assert Level(town.alert("gear").level) is Level.ORANGE
    assert found.revisions[f"{W47}/own"] == found.revisions[f"{W47}/observation"] == 1
    said = aside(found)
    assert said is not None
    assert (said["state"], said["points"], said["trial"], said["value"]) == ("fired", 0.0, True, 2.0)
    assert "自报 0 天、走访 35 天" in said["reason"]
    assert SOURCES_DISAGREE not in town.alert("gear").rules
    with town.db.read() as session:
        stored = session.exec(select(Report).where(Report.node_id == "gear")).all()
    assert {report.source: report.values["wage.arrears_days"] for report in stored} == {"own": 0, "observation": 35}


def test_the_interface_calls_it_by_its_name(town: Town) -> None:
    town.report("gear", W47)
    town.report("gear", W47, source="observation", **UNPAID)
    town.assess()
    shown = shown_findings(town.score("gear", W47).findings, town.library.current())
    (said,) = [finding for finding in shown if finding["rule"] == SOURCES_DISAGREE]
    assert (said["name"], said["name_en"], said["trial"]) == ("来源不一致", "sources disagree", True)
    assert "observed 35 days" in said["reason_en"]


def test_once_the_report_is_corrected_they_agree_and_the_alarm_stays(town: Town) -> None:
    town.report("gear", W47)
    town.report("gear", W47, source="observation", **UNPAID)
    town.assess()
    town.report("gear", W47, revision=2, **UNPAID)
    town.assess()
    assert aside(town.score("gear", W47)) is None
    assert town.alert("gear").closed_at is None


def test_a_milder_visit_does_not_take_back_what_was_reported(town: Town) -> None:
    town.report("gear", W47, **UNPAID)
    town.assess()
    town.report("gear", W47, source="observation")
    town.assess()
    assert Level(town.score("gear", W47).level) is Level.ORANGE
    assert aside(town.score("gear", W47)) is not None


def test_a_node_that_is_visited_and_says_nothing_is_reminded_and_silent(town: Town) -> None:
    for node in ("gear", "paper", "qishan", "meixian"):
        town.report(node, W47)
    town.report("mill", W47, source="observation")
    town.assess()
    assert town.wait("2026-11-23T12:00").reminded == 1
    town.wait("2026-11-25T18:00")
    assert (town.score("gear", W47).reported, town.score("mill", W47).reported) == (True, False)


def test_the_file_scorer_given_the_same_observations_agrees_to_the_last_bit(town: Town, tmp_path: Path) -> None:
    own: list[tuple[str, dict[str, Any]]] = [("gear", {}), ("paper", UNPAID), ("qishan", {})]
    seen: list[tuple[str, dict[str, Any]]] = [("gear", UNPAID), ("mill", {"wage__arrears_days": 9}), ("paper", {})]
    for source, reports in (("own", own), ("observation", seen)):
        for node, values in reports:
            town.report(node, W47, source=source, **values)
        _write(tmp_path / f"{source}.csv", reports)
    town.wait("2026-11-25T18:00")
    with town.db.read() as session:
        (tmp_path / "nodes.csv").write_text(export_nodes(session), encoding="utf-8")
    out, said, seen_file = tmp_path / "scores.csv", tmp_path / "findings.csv", tmp_path / "observation.csv"
    score(shipped("rules"), tmp_path / "nodes.csv", tmp_path / "own.csv", out, None, said, seen_file)
    offline = {row["node"]: (float(row["score"]), row["level"], float(row["judged"])) for row in _rows(out)}
    fired = {(row["node"], row["rule"], float(row["points"])) for row in _rows(said) if row["state"] == "fired"}
    online = [found for found in town.scores() if found.superseded_at is None and found.week == W47]
    assert {f.node_id: (f.score, Level(f.level).word, f.judged) for f in online} == offline
    assert {
        (f.node_id, one["rule"], one["points"]) for f in online for one in f.findings if one["state"] == "fired"
    } == fired
    assert {node for node, rule, _ in fired if rule == SOURCES_DISAGREE} == {"gear", "paper"}


def _write(path: Path, reports: list[tuple[str, dict[str, Any]]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["node", "week", *FINE])
        for node, values in reports:
            told = FINE | {name.replace("__", "."): value for name, value in values.items()}
            writer.writerow([node, W47, *told.values()])


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))
