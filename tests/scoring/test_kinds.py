"""Each kind of rule, row by row: what is reported, and what the rule says of the last week."""

import pytest

from service.scoring.pack import Level
from tests.scoring.single import Row, finding, said

AT_LEAST = "kind: threshold, of: days, at_least: {1: 6, 8: 12}, level: {8: yellow, 20: red}"
STEPS: list[Row] = [
    (AT_LEAST, {"days": "0"}, "silent"),
    (AT_LEAST, {"days": "1"}, "fired 6"),
    (AT_LEAST, {"days": "7.9"}, "fired 6"),
    (AT_LEAST, {"days": "8"}, "fired 12 yellow"),
    (AT_LEAST, {"days": "20"}, "fired 12 red"),
    (AT_LEAST, {"days": "_"}, "unknown"),
    (AT_LEAST, {"days": "na"}, "out_of_play"),
    ("kind: threshold, of: days, above: {36: 2, 60: 6}", {"days": "36"}, "silent"),
    ("kind: threshold, of: days, above: {36: 2, 60: 6}", {"days": "36.000000000000007"}, "fired 2"),
    ("kind: threshold, of: days, above: {36: 2, 60: 6}", {"days": "61"}, "fired 6"),
    ("kind: threshold, of: days, at_most: {90: 2, 30: 5, 0: 10}", {"days": "91"}, "silent"),
    ("kind: threshold, of: days, at_most: {90: 2, 30: 5, 0: 10}", {"days": "90"}, "fired 2"),
    ("kind: threshold, of: days, at_most: {90: 2, 30: 5, 0: 10}", {"days": "-5"}, "fired 10"),
    # A floor below the first step is a floor without points; steps that give nothing are no steps.
    ("kind: threshold, of: days, at_least: {10: 5}, level: {2: blue}", {"days": "3"}, "fired 0 blue"),
    ("kind: threshold, of: days, at_least: {1: 0, 5: 2}", {"days": "3"}, "silent"),
    ("kind: threshold, of: days, at_least: {1: 0}", {"days": "3"}, "silent"),
]
CARRY: list[Row] = [
    (f"{AT_LEAST}, carry: 2", {"days": "8 _ _"}, "fired 12 yellow"),
    (f"{AT_LEAST}, carry: 2", {"days": "8 _ _ _"}, "unknown"),
    (f"{AT_LEAST}, carry: 2", {"days": "8 0 _"}, "silent"),
    (f"{AT_LEAST}, carry: 2", {"days": "8 na _"}, "unknown"),
    (f"{AT_LEAST}, carry: 2", {"days": "8 na"}, "out_of_play"),
    (f"{AT_LEAST}, carry: 2", {"days": "_"}, "unknown"),
]
RATIO = "kind: ratio, of: people, per: staff.headcount, at_least: {0.1: 8}"
RATIOS: list[Row] = [
    (RATIO, {"people": "10", "staff.headcount": "100"}, "fired 8"),
    (RATIO, {"people": "9", "staff.headcount": "100"}, "silent"),
    (RATIO, {"people": "_", "staff.headcount": "100"}, "unknown"),
    (RATIO, {"people": "10", "staff.headcount": "_"}, "unknown"),
    (RATIO, {"people": "10", "staff.headcount": "0"}, "unknown"),
    (RATIO, {"people": "10", "staff.headcount": "-1"}, "unknown"),
    (RATIO, {"people": "na", "staff.headcount": "_"}, "out_of_play"),
    (f"{RATIO}, carry: 1", {"people": "_ 10", "staff.headcount": "100 _"}, "fired 8"),
]
SUM = "kind: sum, of: people, weeks: 3, at_least: {20: 5}"
SUMS: list[Row] = [
    (SUM, {"people": "99 5 5 10"}, "fired 5"),
    (SUM, {"people": "99 5 5 9"}, "silent"),
    (SUM, {"people": "20 _ _"}, "fired 5"),
    (SUM, {"people": "20 _ _ _"}, "unknown"),
    (SUM, {"people": "20 na _"}, "fired 5"),
    (SUM, {"people": "20 _ na"}, "out_of_play"),
    (f"{SUM}, min_weeks: 2", {"people": "20 _ _"}, "unknown"),
    (f"{SUM}, min_weeks: 2", {"people": "20 _ 0"}, "fired 5"),
    (f"{SUM}, per: staff.headcount", {"people": "1000 _ 1000", "staff.headcount": "1 100 _"}, "fired 5"),
    (f"{SUM}, per: staff.headcount", {"people": "1000 _ 990", "staff.headcount": "1 100 _"}, "silent"),
    (f"{SUM}, per: staff.headcount", {"people": "1000", "staff.headcount": "100 _ _ _"}, "unknown"),
    (f"{SUM}, per: staff.headcount", {"people": "1000", "staff.headcount": "100 _ 0"}, "unknown"),
]
MEAN = "kind: change, of: people, against: mean, weeks: 4, by: percent, up: {50: 4, 100: 8}"
MEDIAN = "kind: change, of: people, against: median, weeks: 4, min_weeks: 1, by: absolute, up: {5: 4}"
LAG = "kind: change, of: people, against: lag, weeks: 2, by: ratio, up: {2: 4}"
CHANGES: list[Row] = [
    (MEAN, {"people": "10 10 10 10 15"}, "fired 4"),
    (MEAN, {"people": "10 10 10 10 14"}, "silent"),
    (MEAN, {"people": "5 _ _ 15 20"}, "fired 8"),
    (MEAN, {"people": "_ _ _ 15 30"}, "unknown"),
    (MEAN, {"people": "99 5 na 15 10 15"}, "fired 4"),
    (MEAN, {"people": "10 10 10 10 _"}, "unknown"),
    (MEAN, {"people": "10 10 10 10 na"}, "out_of_play"),
    (MEAN, {"people": "0 0 0 0 20"}, "unknown"),
    (MEAN.replace("percent", "absolute"), {"people": "0 0 0 0 50"}, "fired 4"),
    (MEAN.replace("up: {50: 4, 100: 8}", "down: {-50: 4}"), {"people": "10 10 10 10 5"}, "fired 4"),
    (MEAN.replace("up: {50: 4, 100: 8}", "down: {-50: 4}"), {"people": "10 10 10 10 5.1"}, "silent"),
    (MEAN.replace("up: {50: 4, 100: 8}", "up: {50: 4}, down: {-50: 7}"), {"people": "10 10 10 10 5"}, "fired 7"),
    (MEAN.replace("up: {50: 4, 100: 8}", "up: {50: 4}, down: {-50: 7}"), {"people": "10 10 10 10 15"}, "fired 4"),
    (MEDIAN, {"people": "1 2 3 100 8"}, "fired 4"),
    (MEDIAN, {"people": "1 2 4 100 7.9"}, "silent"),
    (MEDIAN, {"people": "_ 1 3 100 8"}, "fired 4"),
    (MEDIAN, {"people": "_ _ _ 3 8"}, "fired 4"),
    (LAG, {"people": "5 99 10"}, "fired 4"),
    (LAG, {"people": "5 99 9"}, "silent"),
    (LAG, {"people": "_ 99 10"}, "unknown"),
    (LAG, {"people": "99 10"}, "unknown"),
    (LAG, {"people": "na 99 10"}, "out_of_play"),
    (f"{LAG}, carry: 1", {"people": "5 10 _"}, "fired 4"),
]
MISSING = "kind: missing, at_least: {1: 2, 3: 16}, level: {4: orange}"
SILENCE: list[Row] = [
    (MISSING, {"days": "0 _ 0"}, "silent"),
    (MISSING, {"days": "0 _"}, "fired 2"),
    (MISSING, {"days": "0 _ _ _"}, "fired 16"),
    (MISSING, {"days": "0 _x40"}, "fired 16 orange"),
    (MISSING, {"days": "0 _ na"}, "silent"),
    # Weeks before the first panel week are not counted.
    (MISSING, {"days": "_ _"}, "fired 2"),
    (MISSING.replace("at_least", "above"), {"days": "0 _ _ _"}, "fired 2"),
    (MISSING.replace("at_least", "above"), {"days": "0 _x5"}, "fired 16 orange"),
]
SAME = "kind: unchanged, at_least: {2: 1, 4: 4}, level: {5: blue}"
REPEATS: list[Row] = [
    (SAME, {"days": "3 3 3 3"}, "fired 4"),
    (SAME, {"days": "3 3"}, "fired 1"),
    (SAME, {"days": "3"}, "silent"),
    (SAME, {"days": "3x50"}, "fired 4 blue"),
    (SAME, {"days": "3 3 3 4"}, "silent"),
    (SAME, {"days": "3 3 _"}, "unknown"),
    (SAME, {"days": "3 _ 3 3"}, "fired 1"),
    # Zero reports do not count, and end a row.
    (SAME, {"days": "0 0 0 0"}, "silent"),
    (SAME, {"days": "3 3 0 3"}, "silent"),
    (SAME, {"days": "na na"}, "silent"),
    # Every figure has to be the same, also those that are missing or `na`; one that is not 0 is enough.
    (SAME, {"days": "3 3", "people": "0 0"}, "fired 1"),
    (SAME, {"days": "3 3", "people": "0 1"}, "silent"),
    (SAME, {"days": "3 3", "people": "0 _"}, "silent"),
    (SAME, {"days": "3 3", "people": "0 na"}, "silent"),
    (SAME, {"days": "3 3", "people": "_ na"}, "silent"),
    (SAME, {"days": "3 3", "people": "na na"}, "fired 1"),
    # Stock is the same for weeks in good faith, and counts neither way.
    (SAME, {"days": "3 3", "staff.headcount": "8 9"}, "fired 1"),
    (SAME, {"days": "0 0", "staff.headcount": "8 8"}, "silent"),
    (f"{SAME}, for_weeks: 2", {"days": "3 3 3"}, "fired 1"),
    (f"{SAME}, for_weeks: 2", {"days": "_ 3"}, "unknown"),
]
ENDS = "kind: expiry, of: ends, at_most: {90: 2, 30: 5, 0: 10, -7: 12}"  # 2026-W20 ends on 2026-05-17
EXPIRIES: list[Row] = [
    (ENDS, {"ends": "2026-08-16"}, "silent"),
    (ENDS, {"ends": "2026-08-15"}, "fired 2"),
    (ENDS, {"ends": "2026-05-18"}, "fired 5"),
    (ENDS, {"ends": "2026-05-17"}, "fired 10"),
    (ENDS, {"ends": "2026-05-10"}, "fired 12"),
    (ENDS, {"ends": "1999-01-01"}, "fired 12"),
    (f"{ENDS}, stop_after: 10", {"ends": "2026-05-07"}, "fired 12"),
    (f"{ENDS}, stop_after: 10", {"ends": "2026-05-06"}, "silent"),
    (ENDS, {"ends": "2026-05-18 _"}, "unknown"),
    (ENDS, {"ends": "na"}, "out_of_play"),
    (f"{ENDS}, carry: 2", {"ends": "2026-05-17 _ _"}, "fired 10"),
    (f"{ENDS}, carry: 2", {"ends": "2026-05-17 na _"}, "unknown"),
    (f"{ENDS}, carry: 2", {"ends": "2026-05-17 _ _ _"}, "unknown"),
    (f"{ENDS}, for_weeks: 2", {"ends": "2026-05-10 2026-05-17"}, "fired 10"),
]
THREE = 'kind: k_of_n, k: 2, points: 10, when: ["days >= 7", "people > 1", "staff.headcount < 50"], level: {3: red}'
COUNTS: list[Row] = [
    (THREE, {"days": "7", "people": "2", "staff.headcount": "50"}, "fired 10"),
    (THREE, {"days": "7", "people": "2", "staff.headcount": "49"}, "fired 10 red"),
    (THREE, {"days": "7", "people": "2", "staff.headcount": "_"}, "fired 10"),
    (THREE, {"days": "7", "people": "1", "staff.headcount": "50"}, "silent"),
    (THREE, {"days": "7", "people": "1", "staff.headcount": "_"}, "unknown"),
    (THREE, {"days": "6", "people": "1", "staff.headcount": "_"}, "silent"),
    (THREE, {"days": "_", "people": "_", "staff.headcount": "50"}, "unknown"),
    (THREE, {"days": "7", "people": "na", "staff.headcount": "_"}, "unknown"),
    (THREE, {"days": "6", "people": "na", "staff.headcount": "_"}, "silent"),
    (THREE, {"days": "na", "people": "na", "staff.headcount": "na"}, "out_of_play"),
    (THREE.replace("people > 1", "people != 1"), {"days": "7", "people": "_", "staff.headcount": "50"}, "unknown"),
    (THREE.replace("people > 1", "people == 1"), {"days": "7", "people": "1", "staff.headcount": "50"}, "fired 10"),
    (THREE.replace("people > 1", "people <= 1"), {"days": "7", "people": "1", "staff.headcount": "50"}, "fired 10"),
]
ONLY = f'{AT_LEAST}, only_if: "people >= 10"'
LASTING = f"{AT_LEAST}, for_weeks: 3"
OPTIONS: list[Row] = [
    (ONLY, {"days": "8", "people": "10"}, "fired 12 yellow"),
    (ONLY, {"days": "8", "people": "9"}, "silent"),
    (ONLY, {"days": "_", "people": "9"}, "silent"),
    (ONLY, {"days": "8", "people": "_"}, "unknown"),
    (ONLY, {"days": "0", "people": "_"}, "unknown"),
    (ONLY, {"days": "8", "people": "na"}, "out_of_play"),
    (ONLY, {"days": "na", "people": "9"}, "out_of_play"),
    (f"{ONLY}, carry: 1", {"days": "8", "people": "10 _"}, "unknown"),
    (LASTING, {"days": "8 20 8"}, "fired 12 yellow"),
    (LASTING, {"days": "8 1 20"}, "fired 6"),
    (LASTING, {"days": "8 0 20"}, "silent"),
    (LASTING, {"days": "8 _ 20"}, "unknown"),
    (LASTING, {"days": "0 _ 0"}, "unknown"),
    (LASTING, {"days": "20 20"}, "unknown"),
    (LASTING, {"days": "20 na 20"}, "silent"),
    (LASTING, {"days": "20 _ na"}, "out_of_play"),
    (f"{AT_LEAST}, since: 2026-W20", {"days": "8"}, "fired 12 yellow"),
    (f"{AT_LEAST}, since: 2026-W21", {"days": "8"}, "out_of_play"),
    (f"{AT_LEAST}, until: 2026-W20", {"days": "8"}, "fired 12 yellow"),
    (f"{AT_LEAST}, until: 2026-W19", {"days": "8"}, "out_of_play"),
]
ALL = STEPS + CARRY + RATIOS + SUMS + CHANGES + SILENCE + REPEATS + EXPIRIES + COUNTS + OPTIONS


@pytest.mark.parametrize(("fields", "series", "says"), ALL)
def test_a_rule_says_of_the_last_week(fields: str, series: dict[str, str], says: str) -> None:
    found = finding(fields, series)
    assert said(found) == says
    assert found.value is None or found.state.value in ("fired", "silent")
    assert (found.threshold is not None) == (found.state.value == "fired")
    assert bool(found.reason and found.reason_en) == (found.state.value != "silent")


CROWD = "kind: event, of: event.crowd, within_weeks: 2, at_least: {1: 10, 5: 25}, level: {5: orange}"


@pytest.mark.parametrize(
    ("events", "says"),
    [
        ("[]", "silent"),
        ("[{week: 2026-W20}]", "fired 10"),
        ("[{week: 2026-W20, people: 0}]", "silent"),
        ("[{week: 2026-W19, people: 6}, {week: 2026-W20, people: 2}]", "fired 25 orange"),
        ("[{week: 2026-W18, people: 6}, {week: 2026-W20, people: 2}]", "fired 10"),
        ("[{week: 2026-W18, people: 6}]", "silent"),
        ("[{week: 2026-W20, people: 2}, {week: 2026-W20, people: 5}, {week: 2026-W20}]", "fired 25 orange"),
    ],
)
def test_an_event_counts_by_the_most_people_of_its_weeks(events: str, says: str) -> None:
    assert said(finding(CROWD, {"days": "0"}, f", events: {{event.crowd: {events}}}")) == says


@pytest.mark.parametrize(
    ("where", "node", "says"),
    [
        ("industry: [mining, textile]", "industry: mining", "fired 6"),
        ("industry: mining", "industry: hotel", "out_of_play"),
        ("industry: mining", "key: true", "unknown"),
        ('headcount: "< 2000"', "headcount: 1999", "fired 6"),
        ('headcount: "< 2000"', "headcount: 2000", "out_of_play"),
        ('headcount: "< 2000"', "key: true", "unknown"),
        ("key: true", "key: true", "fired 6"),
        ("key: true", "key: false", "out_of_play"),
        ('key: true, headcount: "> 5"', "key: false", "out_of_play"),
    ],
)
def test_a_rule_is_for_the_nodes_that_where_names(where: str, node: str, says: str) -> None:
    assert said(finding(f"{AT_LEAST}, where: {{{where}}}", {"days": "1"}, f", node: {{{node}}}")) == says


def test_a_trial_rule_is_shown_but_adds_nothing_and_sets_no_floor() -> None:
    found = finding(f"{AT_LEAST}, status: trial", {"days": "20"})
    assert (found.state.value, found.trial, found.would) == ("fired", True, 12.0)
    assert (found.points, found.floor) == (0.0, Level.NORMAL)
