"""Scores of whole packs: how rules add up to a level, who gets a row, what happens at the edges."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from service.rulebook.folder import read_folder
from service.scoring.build import build_panel
from service.scoring.pack import Level, State
from service.scoring.panel import PanelEvent, PanelNode, PanelReport
from service.scoring.parse import parse_rules
from service.scoring.score import score_panel
from service.scoring.week import between

PACK, DICTIONARY = parse_rules(read_folder(Path(__file__).parents[1] / "data" / "first-rules"))
WEEKS = between("2026-W17", "2026-W20")
FIRM, COUNTY = PanelNode("firm", "enterprise", headcount=100), PanelNode("county", "county")


@pytest.mark.parametrize(
    ("people", "score", "level"),
    [(4.0, 0.0, Level.NORMAL), (5.0, 10.0, Level.YELLOW), (6.0, 20.0, Level.ORANGE), (10.0, 40.0, Level.RED)],
)
def test_the_level_is_the_higher_of_score_and_floor(people: float, score: float, level: Level) -> None:
    report = PanelReport("firm", "2026-W17", {"voice.petition_people": people})
    found = score_panel(PACK, build_panel([FIRM], WEEKS[:1], [report], [], DICTIONARY)).of(0, 0)
    assert (found.score, found.level) == (score, level)


def test_the_score_ends_at_a_hundred_while_findings_add_up_to_more() -> None:
    events = [PanelEvent("firm", "2026-W17", kind, 50.0) for kind in DICTIONARY.events]
    found = score_panel(PACK, build_panel([FIRM], WEEKS[:1], [], events, DICTIONARY)).of(0, 0)
    assert (found.score, found.level) == (100.0, Level.RED)
    assert sum(finding.points for finding in found.findings) == 167.0


def test_judged_is_the_share_of_attainable_points_that_could_be_judged() -> None:
    values = {"voice.petition_people": 0.0}
    report = PanelReport("firm", "2026-W17", values)
    pack = replace(PACK, rules=tuple(rule for rule in PACK.rules if rule.id in ("V02", "H01", "S01")))
    panel = build_panel(
        [FIRM], WEEKS[:1], [report, PanelReport("firm", "2026-W17", {"hours.overtime_month": "na"})], [], DICTIONARY
    )
    found = score_panel(pack, panel).of(0, 0)
    assert {f.rule: f.state for f in found.findings} == {"S01": State.UNKNOWN, "H01": State.OUT, "V02": State.SILENT}
    assert found.judged == 40 / 60


def test_a_trial_rule_counts_in_nothing() -> None:
    rules = tuple(replace(rule, trial=rule.id == "E01") for rule in PACK.rules if rule.id in ("E01", "E04"))
    panel = build_panel([FIRM], WEEKS[:1], [], [PanelEvent("firm", "2026-W17", "event.stoppage", 5.0)], DICTIONARY)
    found = score_panel(replace(PACK, rules=rules), panel).of(0, 0)
    assert (found.score, found.level, found.judged) == (0.0, Level.NORMAL, 1.0)
    assert next((f.state, f.points, f.would) for f in found.findings) == (State.FIRED, 0.0, 40.0)


def test_rows_are_of_open_nodes_whose_kind_has_rules() -> None:
    nodes = [replace(FIRM, opened=date(2026, 5, 4)), COUNTY, PanelNode("town", "township")]
    scores = score_panel(PACK, build_panel(nodes, WEEKS, [], [], DICTIONARY))
    assert scores.rows.tolist() == [[False, False, True, True], [True] * 4, [False] * 4]
    assert [finding.rule for finding in scores.of(1, 0).findings] == ["Q03"]
    assert scores.of(2, 0).findings == ()


def test_silence_of_an_open_week_is_unknown_even_when_a_report_came() -> None:
    report = PanelReport("county", "2026-W20", {})
    panel = build_panel([COUNTY], WEEKS, [report], [], DICTIONARY, closed=lambda week: week < "2026-W20")
    scores = score_panel(PACK, panel)
    assert [scores.of(0, j).findings[0].state for j in (2, 3)] == [State.FIRED, State.UNKNOWN]
    assert scores.of(0, 3).findings[0].reason == "本周尚未截止"
    assert (scores.of(0, 2).findings[0].value, scores.of(0, 3).judged) == (3.0, 0.0)


def test_weeks_may_be_asked_for_in_any_order_but_must_lie_in_the_panel() -> None:
    panel = build_panel([COUNTY], WEEKS, [], [], DICTIONARY)
    scores = score_panel(PACK, panel, ["2026-W20", "2026-W17"])
    assert scores.weeks == ("2026-W20", "2026-W17")
    assert [scores.of(0, j).findings[0].value for j in (0, 1)] == [3.0, 1.0]
    with pytest.raises(ValueError, match="not in tuple"):
        score_panel(PACK, panel, ["2026-W21"])


def test_nobody_and_no_week_give_no_score() -> None:
    empty = build_panel([], WEEKS, [], [], DICTIONARY)
    assert score_panel(PACK, empty).score.shape == (0, 4)
    assert score_panel(PACK, build_panel([FIRM], WEEKS, [], [], DICTIONARY), []).score.shape == (1, 0)
    assert score_panel(PACK, build_panel([FIRM], [], [], [], DICTIONARY)).score.shape == (1, 0)


def test_enormous_figures_make_a_rule_unknown_or_fire_and_never_a_crash() -> None:
    past = [PanelReport("firm", week, {"wage.arrears_amount": 1e308}) for week in WEEKS[:3]]
    now = PanelReport(
        "firm", "2026-W20", {"wage.arrears_amount": 1e308, "wage.arrears_people": 1e308, "staff.headcount": 1e-300}
    )
    found = score_panel(PACK, build_panel([FIRM], WEEKS, [*past, now], [], DICTIONARY), ["2026-W20"]).of(0, 0)
    said = {finding.rule: finding for finding in found.findings}
    assert said["W04"].state is State.UNKNOWN  # the mean of the weeks before is infinite
    assert (said["W02"].state, said["W02"].value, said["W02"].threshold) == (State.FIRED, None, None)
    assert said["W02"].reason == "数值大得无法写出"
