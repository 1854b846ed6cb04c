"""What is wrong only between fields, or between a rule and the dictionary; and how many problems are told."""

import pytest

from service.scoring.fields import MOST_PROBLEMS
from service.scoring.parse import read_indicators, read_rules

from .single import HEADER

INDICATORS = """\
indicators:
  - {id: days, name: 天数, type: days}
  - {id: by_week, name: 甲, type: days, until: 2026-W10}
  - {id: by_day, name: 乙, type: days, until: 2026-03-04}
  - {id: ends, name: 丙, type: date, applies_to: [enterprise, county]}
  - {id: calls, name: 丁, type: count, applies_to: [county]}
"""


def problems(fields: str) -> list[str]:
    """What is wrong with one rule, in English."""
    files = {"indicators.yaml": INDICATORS, "packs/p.yaml": f"{HEADER}rules:\n  - {{id: A, name: 甲, {fields}}}\n"}
    return [problem.text_en for problem in read_rules(files).problems]


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ("kind: threshold, of: by_week, at_least: {1: 5}", "retired since 2026-W10"),
        ("kind: threshold, of: by_week, at_least: {1: 5}, until: 2026-W11", "end the rule with until: 2026-W10"),
        ("kind: threshold, of: by_week, at_least: {1: 5}, until: 2026-W10", None),
        ("kind: threshold, of: by_day, at_least: {1: 5}, until: 2026-W11", "end the rule with until: 2026-W10"),
        ("kind: threshold, of: by_day, at_least: {1: 5}, until: 2026-W10", None),
        ("kind: ratio, of: days, per: by_week, at_least: {1: 5}", "'by_week' is retired"),
        ('kind: k_of_n, k: 1, points: 5, when: ["days > 1", "by_day > 1"]', "'by_day' is retired"),
        ('kind: threshold, of: days, at_least: {1: 5}, only_if: "by_week > 1"', "'by_week' is retired"),
        ("kind: threshold, of: calls, at_least: {1: 5}", "kind enterprise do not report 'calls' (county does)"),
        ("kind: threshold, of: calls, at_least: {1: 5}, applies_to: county", None),
        ("kind: expiry, of: ends, at_most: {30: 5}, applies_to: [city, county]", "kind city do not report 'ends'"),
        ("kind: expiry, of: ends, at_most: {30: 2, -60: 5}, stop_after: 30", "-60 is never reached"),
        ("kind: expiry, of: ends, at_most: {30: 2, -30: 5}, stop_after: 30", None),
        ("kind: threshold, of: days, at_least: {1: 5}, where: {industry: 采矿、建筑}", "one industry an item"),
        ('kind: threshold, of: days, at_least: {1: 5}, where: {headcount: ">= 1.5"}', "people are a whole number"),
        ('kind: threshold, of: days, at_least: {1: 5}, where: {headcount: "> 0"}', None),
        ('kind: k_of_n, k: 1, points: 5, when: ["days > 1", "days > 1"]', "stands twice in the list"),
    ],
)
def test_a_rule_must_fit_its_dictionary_and_itself(fields: str, says: str | None) -> None:
    found = problems(fields)
    assert len(found) == (says is not None), found
    assert says is None or says in found[0]


def test_everything_that_is_wrong_in_one_list_or_table_is_told() -> None:
    assert len(problems("kind: threshold, of: days, at_least: {1: x, 2: -1, 3: 5}, applies_to: [firm, shop]")) == 4


def test_too_many_conditions_are_told_once() -> None:
    when = ", ".join(f'"days > {n}"' for n in range(51))
    assert problems(f"kind: k_of_n, k: 1, points: 5, when: [{when}]") == ["at most 50 conditions"]


def test_after_a_thousand_problems_the_rest_is_not_read() -> None:
    many = "".join(f"k{n}: 1\n" for n in range(3000))
    read = read_rules({"indicators.yaml": INDICATORS, "packs/p.yaml": many, "packs/q.yaml": many})
    assert (read.pack, len(read.problems)) == (None, MOST_PROBLEMS + 1)
    assert "mend these first" in read.problems[-1].text_en
    dictionary, problems = read_indicators({"indicators.yaml": many})
    assert (dictionary, len(problems)) == (None, MOST_PROBLEMS + 1)
