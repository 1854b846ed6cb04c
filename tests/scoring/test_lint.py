"""What a sound pack says that nobody meant is told at its place, and nothing else is."""

import pytest

from service.scoring.lint import lint
from service.scoring.parse import read_rules

INDICATORS = """\
indicators:
  - {id: days, name: 天数, type: days}
  - {id: calls, name: 来电, type: count, applies_to: [county]}
events:
  - {id: event.strike, name: 停工}
"""
LEVELS = "levels: {blue: 10, yellow: 20, orange: 30, red: 40}\n"
HEADER = f"pack: p\nversion: 1\nname: 试\n{LEVELS}rules:\n"
DAYS = "  - {id: D, name: 甲, kind: threshold, of: days, at_least: {1: 5, 8: 40}}\n"
CALLS = "  - {id: C, name: 乙, applies_to: [county], kind: threshold, of: calls, at_least: {1: 40}}\n"
STRIKE = "  - {id: E, name: 丙, kind: event, of: event.strike, within_weeks: 1, at_least: {1: 1}}\n"


def warnings(rules: str, indicators: str = INDICATORS) -> list[str]:
    read = read_rules({"indicators.yaml": indicators, "packs/p.yaml": HEADER + rules})
    assert read.pack, read.problems
    assert read.dictionary
    return [str(warning) for warning in lint(read.pack, read.dictionary, read.places, "2026-W20")]


def test_a_sound_pack_without_surprises_has_no_warning() -> None:
    assert warnings(DAYS + CALLS + STRIKE) == []


@pytest.mark.parametrize(
    ("change", "reached"),
    [
        (("8: 40", "8: 28"), "orange red"),
        (("8: 40}", "8: 28}, level: {8: red}"), "orange"),
        (("8: 40}", "8: 40}, status: trial"), "blue yellow orange red"),
        (("8: 40}", "8: 40}, until: 2026-W19"), "blue yellow orange red"),
        (("8: 40}", "8: 40}, until: 2026-W20"), ""),
    ],
)
def test_a_level_that_neither_score_nor_floor_can_reach_is_told_at_its_word(
    change: tuple[str, str], reached: str
) -> None:
    found = warnings(DAYS.replace(*change) + CALLS + STRIKE)
    columns = {level: LEVELS.index(level) + 1 for level in ("blue", "yellow", "orange", "red")}
    assert [line.split()[0] for line in found] == [f"packs/p.yaml:4:{columns[level]}" for level in reached.split()]
    assert all("no enterprise can reach" in line and "达不到" in line for line in found)


@pytest.mark.parametrize(
    "rule",
    [
        DAYS.replace("40}", "40}, level: {⌖8: orange}"),  # 40 points are red
        DAYS.replace("40}", "40}, level: {1: yellow}"),
        DAYS.replace("8: 40}", "3: 7, 8: 40}, level: {1: yellow, ⌖3: yellow}"),
        DAYS.replace("at_least: {1: 5, 8: 40}", "at_most: {3: 5, 0: 40}, level: {3: blue, ⌖0: red}"),
        DAYS.replace("at_least: {1: 5, 8: 40}", "above: {1: 40}, level: {⌖2: blue}"),
        "  - {id: D, name: 甲, kind: unusual, of: days, method: ears_c2, points: 40, level: ⌖blue}\n",
    ],
)
def test_a_floor_that_changes_nothing_is_told_at_its_threshold(rule: str) -> None:
    found = [line for line in warnings(rule.replace("⌖", "") + CALLS + STRIKE) if "多余" in line]
    places = [f"packs/p.yaml:6:{rule.index('⌖') + 1}"] if "⌖" in rule else []
    assert [line.split()[0] for line in found] == places


def test_figures_and_events_that_no_rule_reads_are_told_unless_they_are_retired() -> None:
    more = INDICATORS.replace(
        "events:", "  - {id: old, name: 旧, type: count, until: 2026-W01}\n  - {id: x, name: 新, type: count}\nevents:"
    )
    more += "  - {id: event.crowd, name: 聚集}\n"
    assert warnings(DAYS + CALLS + STRIKE, more) == [
        "indicators.yaml:5:10 没有规则使用指标 x / no rule reads indicator 'x'",
        "indicators.yaml:8:10 没有规则使用即时事件 event.crowd / no rule reads event 'event.crowd'",
    ]
    assert warnings(DAYS + CALLS + STRIKE.replace("1: 1}}", "1: 1}, status: trial}")) == []
