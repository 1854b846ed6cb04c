"""来源: when two sources of one cell disagree, and what an observation does and does not do to a week."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from service.scoring.build import Columns, build_panel, panel_of
from service.scoring.pack import Dictionary, Indicator, Level, Pack, State
from service.scoring.panel import NA, OBSERVATION, Disagreement, Panel, PanelNode, PanelReport
from service.scoring.parse import parse_rules
from service.scoring.score import score_panel
from service.scoring.sources import SOURCES_DISAGREE, disagreements, told
from service.scoring.week import between, week_number

DAYS = Indicator("days", "拖欠工资天数", "days in arrears", "days", unit="天")
FUND = Indicator("fund", "账户余额", "account", "money", worse="down", unit="元")
FREE = Indicator("free", "有无停工", "stopped", "yes_no")
ENDS = Indicator("ends", "合同到期", "contract ends", "date")
SEALED = Indicator("petition", "上访人数", "petitioners", "count", unit="人", sealed=True)
DICTIONARY = Dictionary({i.id: i for i in (DAYS, FUND, FREE, ENDS, SEALED)}, {})
WEEKS = between("2026-W46", "2026-W47")
FIRM, OTHER = PanelNode("firm", "enterprise"), PanelNode("other", "enterprise")
DAY = float(date(2026, 12, 1).toordinal())


@pytest.mark.parametrize(
    ("indicator", "own", "observed", "apart"),
    [
        ("days", 0.0, 35.0, True),
        ("days", 35.0, 0.0, True),
        ("days", 30.0, 35.0, False),
        ("days", 80.0, 100.0, False),  # a fifth of the larger one
        ("days", 79.0, 100.0, True),
        ("days", 0.0, 0.0, False),
        ("fund", -100.0, 100.0, True),
        ("days", NA, 0.0, False),
        ("days", NA, 3.0, True),
        ("days", 3.0, NA, True),
        ("days", NA, NA, False),
        ("free", 0.0, 1.0, True),
        ("free", 1.0, 1.0, False),
        ("ends", DAY, DAY + 1, True),
    ],
)
def test_two_sources_disagree_when_both_cannot_be_right(
    indicator: str, own: float | str, observed: float | str, apart: bool
) -> None:
    found = disagreements({indicator: own}, {indicator: observed}, DICTIONARY)
    assert found == ((Disagreement(indicator, own, observed),) if apart else ())


def test_what_one_of_them_leaves_out_is_no_answer() -> None:
    assert disagreements({"days": 0.0}, {"fund": 3.0}, DICTIONARY) == ()


def test_the_sentence_says_both_figures_and_never_a_sealed_one() -> None:
    found = disagreements({"petition": 0.0, "days": 0.0}, {"days": 35.0, "petition": 17.0}, DICTIONARY)
    assert told(found, DICTIONARY) == (
        "自报与走访不一致，请核实：拖欠工资天数自报 0 天、走访 35 天；其他线索",
        "the own report and an observation disagree, find out: "
        "days in arrears: own 0 days, observed 35 days; another lead",
    )


def test_of_many_only_some_are_named() -> None:
    many = Dictionary({f"d{n}": replace(DAYS, id=f"d{n}") for n in range(5)}, {})
    said = told(disagreements(dict.fromkeys(many.indicators, 0.0), dict.fromkeys(many.indicators, 9.0), many), many)
    assert said[0].count("自报 0 天") == 3
    assert "另有 2 项" in said[0]
    assert "2 more" in said[1]


def panel(*reports: PanelReport) -> Panel:
    return build_panel([FIRM, OTHER], WEEKS, reports, [], DICTIONARY)


OWN_REPORT = PanelReport("firm", "2026-W47", {"days": 0.0, "fund": 500.0})
SEEN = PanelReport("firm", "2026-W47", {"days": 35.0, "fund": 100.0}, OBSERVATION)


@pytest.mark.parametrize("reports", [(OWN_REPORT, SEEN), (SEEN, OWN_REPORT)])
def test_the_more_serious_source_is_judged_and_the_disagreement_is_kept(reports: tuple[PanelReport, ...]) -> None:
    found = panel(*reports)
    assert (found.values["days"][0, 1], found.values["fund"][0, 1]) == (35.0, 100.0)
    assert found.disputed == {
        ("firm", "2026-W47"): (Disagreement("days", 0.0, 35.0), Disagreement("fund", 500.0, 100.0))
    }


def test_an_observation_is_known_to_the_rules_and_ends_no_silence() -> None:
    found = panel(SEEN, PanelReport("other", "2026-W46", {}))
    assert found.reported.tolist() == [[False, False], [True, False]]
    assert found.values["days"][0, 1] == 35.0
    assert found.disputed == {}


def test_another_week_or_node_is_no_other_source() -> None:
    assert panel(replace(OWN_REPORT, week="2026-W46"), replace(OWN_REPORT, node="other"), SEEN).disputed == {}


def test_a_node_that_is_closed_is_in_no_dispute() -> None:
    closed = replace(FIRM, closed=date(2026, 11, 9))
    assert build_panel([closed], WEEKS, [OWN_REPORT, SEEN], [], DICTIONARY).disputed == {}


def columns(*rows: tuple[int, str, float]) -> Columns:
    """Reports of `days` in the order of nodes."""
    nodes, weeks, figures = zip(*rows, strict=True)
    return Columns(np.array(nodes), np.array([week_number(week) for week in weeks]), {"days": np.array(figures)})


def test_columns_of_two_files_become_the_same_panel() -> None:
    own, seen = (
        columns((0, "2026-W47", 0.0), (1, "2026-W46", 3.0)),
        columns((0, "2026-W47", 35.0), (1, "2026-W47", 4.0)),
    )
    both = own.beside(seen)
    found = panel_of([FIRM, OTHER], WEEKS, both, [], DICTIONARY)
    assert found.values["days"][:, 1].tolist() == [35.0, 4.0]
    assert found.reported.tolist() == [[False, True], [True, False]]
    assert set(found.disputed) == {("firm", "2026-W47")}
    alone = panel_of([OTHER], WEEKS, both.of_nodes(np.array([1])), [], DICTIONARY)
    assert (alone.reported.tolist(), alone.disputed) == ([[True, False]], {})


@pytest.fixture(scope="module")
def pack() -> Pack:
    rules = """\
format: 1
pack: t
version: "1"
name: t
levels: {blue: 1, yellow: 10, orange: 20, red: 40}
rules:
  - {id: D, name: d, kind: threshold, of: days, at_least: {1: 6, 31: 25}}
  - {id: M, name: m, kind: missing, at_least: {1: 2}}
"""
    found, _ = parse_rules(
        {
            "indicators.yaml": "indicators:\n  - {id: days, name: 拖欠工资天数, type: days, unit: 天}\n",
            "packs/t.yaml": rules,
        }
    )
    return found


def test_a_disagreement_is_shown_adds_nothing_and_stands_beside_the_findings(pack: Pack) -> None:
    found = score_panel(pack, panel(OWN_REPORT, SEEN)).of(0, 1)
    (aside,) = found.asides
    assert (aside.rule, aside.state, aside.points, aside.floor, aside.value, aside.trial) == (
        SOURCES_DISAGREE,
        State.FIRED,
        0.0,
        Level.NORMAL,
        2.0,
        True,
    )
    assert sum(finding.points for finding in found.findings) == found.score == 25.0
    assert (SOURCES_DISAGREE, 1, 0.0) in score_panel(pack, panel(OWN_REPORT, SEEN)).said(0, 1)


def test_a_visit_does_not_make_a_silent_week_green(pack: Pack) -> None:
    found = score_panel(pack, panel(replace(SEEN, values={"days": 0.0}))).of(0, 1)
    assert [(f.rule, f.state) for f in found.findings] == [("D", State.SILENT), ("M", State.FIRED)]
    assert found.asides == ()
