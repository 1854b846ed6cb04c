"""Golden cases: their little language, what they hold against a pack, and the cases of the shipped rules."""

import re

import pytest

from service.rulebook.case_text import Case, read_cases
from service.rulebook.cases import CaseResult, judge_cases, states_shown
from service.rulebook.coverage import uncovered
from service.rulebook.folder import read_texts
from service.scoring.pack import State
from service.scoring.panel import NA
from service.scoring.parse import parse_rules, read_rules
from service.shipped import shipped
from tests.scoring.single import HEADER

FILES, UNREAD = read_texts(shipped("rules"))
PACK, DICTIONARY = parse_rules(FILES)


def read(text: str) -> tuple[list[Case], list[str]]:
    cases, problems = read_cases({"cases/c.yaml": text}, PACK, DICTIONARY)
    return cases, [str(problem) for problem in problems]


def case(fields: str) -> str:
    return f"cases:\n  - name: c\n    week: 2027-W01\n{''.join(f'    {line}' for line in fields.splitlines(True))}\n"


def only(fields: str) -> Case:
    cases, problems = read(case(fields + "\nexpect: {}"))
    assert not problems
    return cases[0]


@pytest.mark.parametrize(
    ("series", "values"),
    [
        ("35", [35.0]),
        ("0x3 35", [0.0, 0.0, 0.0, 35.0]),
        ("0+7x5", [0.0, 7.0, 14.0, 21.0, 28.0, 35.0]),
        ("10-2.5x2 1", [10.0, 7.5, 5.0, 1.0]),
        ("-1x2", [-1.0, -1.0]),
        ("5 _x2 na 1e3x2", [5.0, None, None, NA, 1000.0, 1000.0]),
        ("nax2", [NA, NA]),
    ],
)
def test_a_series_is_one_value_a_week_and_its_last_is_of_the_judged_week(series: str, values: list[object]) -> None:
    found = only(f'weeks: {{wage.arrears_days: "{series}"}}')
    weeks = found.weeks
    assert (weeks[-1], len(weeks)) == ("2027-W01", len(values))
    reported = {report.week: report.values["wage.arrears_days"] for report in found.reports}
    assert [reported.get(week) for week in weeks] == values


def test_series_of_several_lengths_are_aligned_right_and_week_53_is_a_week() -> None:
    found = only(
        'weeks: {wage.arrears_days: "1 2 3", wage.arrears_people: "9", bargaining.contract_expires: "2027-01-31"}'
    )
    assert found.weeks == ("2026-W52", "2026-W53", "2027-W01")
    assert [dict(report.values) for report in found.reports] == [
        {"wage.arrears_days": 1.0},
        {"wage.arrears_days": 2.0},
        {"wage.arrears_days": 3.0, "wage.arrears_people": 9.0, "bargaining.contract_expires": 740012.0},
    ]


def test_an_event_may_reach_further_back_than_every_series() -> None:
    found = only(
        'weeks: {wage.arrears_days: "1"}\nevents: {event.stoppage: [{week: 2026-W52, people: 3}, {week: 2027-W01}]}'
    )
    assert found.weeks == ("2026-W52", "2026-W53", "2027-W01")
    assert [(event.week, event.people) for event in found.events] == [("2026-W52", 3.0), ("2027-W01", None)]


@pytest.mark.parametrize(
    ("fields", "node"),
    [
        ("{}", ("enterprise", None, None, False)),
        ('weeks: {staff.headcount: "100 120 _"}', ("enterprise", None, 120, False)),
        ('weeks: {county.hotline_calls: "1"}', ("county", None, None, False)),
        ("node: {kind: township, industry: mining, headcount: 7, key: true}", ("township", "mining", 7, True)),
        ('weeks: {staff.headcount: "100"}\nnode: {headcount: 9}', ("enterprise", None, 9, False)),
    ],
)
def test_the_node_follows_from_its_figures_unless_the_case_says(fields: str, node: tuple[object, ...]) -> None:
    (found,) = only("" if fields == "{}" else fields).nodes
    assert (found.kind, found.industry, found.headcount, found.key) == node


CROWD = """cases:
  - name: c
    week: 2026-W20
    node: {kind: county}
    others:
      - {times: 3, weeks: {wage.arrears_days: "35"}, events: {event.stoppage: [{week: 2026-W19}]}}
      - {id: town, node: {kind: township, headcount: 5}}
      - {parent: town, weeks: {wage.arrears_days: "0x2"}, node: {industry: mining}}
      - {parent: above, weeks: {county.hotline_calls: "3"}}
    expect: {}
"""


def test_a_case_may_have_other_nodes_around_the_judged_one() -> None:
    cases, problems = read(CROWD.replace('      - {parent: above, weeks: {county.hotline_calls: "3"}}\n', ""))
    assert not problems
    (found,) = cases
    assert [(node.id, node.kind, node.parent) for node in found.nodes] == [
        ("case", "county", "above"),
        *((f"other{n}", "enterprise", "case") for n in (1, 2, 3)),
        ("town", "township", "case"),
        ("other5", "enterprise", "town"),
    ]
    assert [report.node for report in found.reports] == ["other1", "other2", "other3", "other5", "other5"]
    assert [event.node for event in found.events] == ["other1", "other2", "other3"]
    assert found.weeks == ("2026-W19", "2026-W20")


def test_nodes_of_the_same_rank_stand_beside_the_judged_one() -> None:
    cases, problems = read(case('others: [{times: 2, weeks: {wage.arrears_days: "1"}}]\nexpect: {}'))
    assert not problems
    assert [node.parent for node in cases[0].nodes] == ["above"] * 3


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("", "cases/c.yaml:1:1", "文件是空的"),
        ("case: []\n", "cases/c.yaml:1:1", "是否想写 cases"),
        ("cases:\n  - {week: 2026-W01, expect: {}}\n", "cases/c.yaml:2:5", "缺少字段 name"),
        ("cases:\n  - {name: a, week: 2025-W53, expect: {}}\n", "cases/c.yaml:2:21", "不是日历上的周"),
        ("cases:\n  - {name: a, week: 2026-W01}\n", "cases/c.yaml:2:5", "缺少字段 expect"),
        (case('weeks: {wage.arrear_days: "0"}\nexpect: {}'), "cases/c.yaml:4:13", "是否想写 wage.arrears_days"),
        (case('weeks: {wage.arrears_days: "0y3"}\nexpect: {}'), "cases/c.yaml:4:32", "看不懂序列"),
        (case('weeks: {wage.arrears_days: "0x9999"}\nexpect: {}'), "cases/c.yaml:4:32", "超过 520 周"),
        (case("weeks: {wage.arrears_days: [1]}\nexpect: {}"), "cases/c.yaml:4:32", "序列"),
        (case("expect: {W99: 1}"), "cases/c.yaml:4:14", "没有规则 W99"),
        (case("expect: {level: purple}"), "cases/c.yaml:4:21", "purple"),
        (case("expect: {score: high}"), "cases/c.yaml:4:21", "应当是数字"),
        (case("expect: {fired: W01}"), "cases/c.yaml:4:21", "列表"),
        (case("expect: {unknown: [W00]}"), "cases/c.yaml:4:24", "W00"),
        (case("events: {event.strike: []}\nexpect: {}"), "cases/c.yaml:4:14", "没有即时事件"),
        (case("events: {event.stoppage: [{week: 2027-W02}]}\nexpect: {}"), "cases/c.yaml:4:38", "晚于"),
        (case("node: {kind: firm}\nexpect: {}"), "cases/c.yaml:4:18", "firm"),
        (CROWD, "cases/c.yaml:9:18", "above"),
        (case("others: [{time: 3}]\nexpect: {}"), "cases/c.yaml:4:15", "是否想写 times"),
        (case("others: [{times: 1001}]\nexpect: {}"), "cases/c.yaml:4:22", "1000"),
        (case("others: [{id: case}]\nexpect: {}"), "cases/c.yaml:4:19", "重复"),
        (case("others: [{id: x, times: 2}]\nexpect: {}"), "cases/c.yaml:4:19", "重复"),
    ],
)
def test_a_case_that_cannot_be_read_is_told_at_its_place(text: str, place: str, says: str) -> None:
    cases, problems = read(text)
    assert cases == []
    assert [problem.split()[0] for problem in problems] == [place]
    assert says in problems[0]


ARREARS = 'weeks: {staff.headcount: "100x4", wage.arrears_days: "0x3 35", wage.arrears_people: "0x3 12"}\n'


@pytest.mark.parametrize(
    ("expect", "miss"),
    [
        ("W01: 25, score: 43, level: orange, fired: [W03, W01, W02], unknown: [S01, H01], trial: []", None),
        ("W05: 0", None),
        ("W01: 12", "cases/c.yaml:5:14 c：W01 应为 12，实为 25 / W01: wanted 12, got 25"),
        ("score: 42.5", "cases/c.yaml:5:14 c：score 应为 42.5，实为 43 / score: wanted 42.5, got 43"),
        ("level: red", "cases/c.yaml:5:14 c：level 应为 red，实为 orange / level: wanted red, got orange"),
        ("fired: [W01]", "cases/c.yaml:5:14 c：fired 应为 W01，实为 W01 W02 W03 / fired: wanted W01, got W01 W02 W03"),
        (
            "fired: []",
            "cases/c.yaml:5:14 c：fired 应为 无 / none，实为 W01 W02 W03 / fired: wanted 无 / none, got W01 W02 W03",
        ),
        ("trial: [W01]", "cases/c.yaml:5:14 c：trial 应为 W01，实为 无 / none / trial: wanted W01, got 无 / none"),
        ("Q03: 0", "not for this kind of node"),
        ("S01: 0", "got 无法判断 / unknown"),
    ],
)
def test_wanted_is_held_against_got(expect: str, miss: str | None) -> None:
    cases, problems = read(case(f"{ARREARS}expect: {{{expect}}}"))
    assert not problems
    misses = [str(found) for found in judge_cases(cases, PACK, DICTIONARY)[0].misses]
    assert len(misses) == (miss is not None)
    assert miss is None or miss in misses[0]


def test_unknown_names_rules_that_must_be_unknown_at_least() -> None:
    cases, _ = read(case(f"{ARREARS}expect: {{unknown: [S01, W01]}}"))
    misses = judge_cases(cases, PACK, DICTIONARY)[0].misses
    assert [miss.text.split("，实为 ")[0] for miss in misses] == ["c：unknown 应为 S01 W01"]


def test_a_case_sees_what_a_trial_rule_would_give() -> None:
    files = {
        "indicators.yaml": "indicators:\n  - {id: days, name: 天, type: days}\n",
        "packs/p.yaml": HEADER
        + "rules:\n  - {id: T, name: 试, kind: threshold, of: days, at_least: {1: 4}, status: trial}\n",
        "cases/c.yaml": "cases:\n"
        "  - {name: c, week: 2026-W01, weeks: {days: 1}, expect: {T: 4, trial: [T], fired: []}}",
    }
    pack, dictionary = parse_rules(files)
    cases, problems = read_cases(files, pack, dictionary)
    assert not problems
    results = judge_cases(cases, pack, dictionary)
    assert results[0].misses == ()
    assert uncovered(results, pack, read_rules(files).places) == []


@pytest.fixture(scope="module")
def results() -> list[CaseResult]:
    """Of all shipped cases."""
    cases, problems = read_cases(FILES, PACK, DICTIONARY)
    assert (problems, UNREAD) == ([], [])
    return judge_cases(cases, PACK, DICTIONARY)


def test_all_cases_of_the_shipped_rules_hold(results: list[CaseResult]) -> None:
    assert [str(miss) for result in results for miss in result.misses] == []


def test_the_shipped_cases_show_every_active_rule_fired_and_silent_and_at_every_threshold(
    results: list[CaseResult],
) -> None:
    assert [str(gap) for gap in uncovered(results, PACK, read_rules(FILES).places)] == []


def test_cases_that_are_judged_together_show_what_each_shows_alone(results: list[CaseResult]) -> None:
    alone: dict[str, set[State]] = {}
    for finding in (finding for result in results for finding in result.score.findings):
        alone.setdefault(finding.rule, set()).add(finding.state)
    together = states_shown([result.case for result in results], PACK, DICTIONARY)
    said = {State.FIRED, State.SILENT}
    assert {rule.id: together[rule.id] & said for rule in PACK.rules} == {
        rule.id: alone[rule.id] & said for rule in PACK.rules
    }


GUIDE = (shipped("rules") / "README.md").read_text("utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.startswith("- id")])
def test_every_example_rule_of_the_guide_is_one(block: str) -> None:
    packs = {"packs/p.yaml": HEADER + "rules:\n" + block}
    pack, _ = parse_rules({"indicators.yaml": FILES["indicators.yaml"]} | packs)
    assert len(pack.rules) == 1


def test_the_example_header_of_the_guide_is_one() -> None:
    header = next(block for block in BLOCKS if block.startswith("format"))
    rule = "  - {id: A, name: 甲, kind: missing, at_least: {1: 1}}\n"
    packs = {"packs/a.yaml": header, "packs/b.yaml": "rules:\n" + rule}
    assert parse_rules({"indicators.yaml": FILES["indicators.yaml"]} | packs)[0].name == "default"


@pytest.mark.parametrize("block", [b for b in BLOCKS if b.startswith("cases")])
def test_every_example_case_of_the_guide_can_be_read(block: str) -> None:
    cases, problems = read(block)
    assert (len(cases), problems) == (1, [])
