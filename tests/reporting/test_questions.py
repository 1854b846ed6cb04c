"""问题: which questions are asked in which week, and what stands beside them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.reporting.quality import form_of
from service.reporting.questions import asked_of, due, month_of, sections
from service.scoring.pack import Dictionary, Indicator
from service.scoring.parse import parse_rules
from service.scoring.week import between, step
from tests.reporting.rules import PACK

DICTIONARY: Dictionary = parse_rules(
    {
        "indicators.yaml": """\
indicators:
  - {id: staff.headcount, name: 人数, type: count, stock: true}
  - {id: wage.arrears_days, name: 欠薪, type: days}
  - {id: staff.leavers, name: 离职, type: count, every: month}
  - {id: wage.old, name: 旧, type: count, until: 2026-W40}
  - {id: tax.arrears, name: 欠税, type: count, every: month, asked: false}
  - {id: county.calls, name: 来电, type: count, applies_to: [county]}
events: []
""",
        "packs/small.yaml": PACK,
    }
)[1]
MONTHLY = DICTIONARY.indicators["staff.leavers"]
ELSEWHERE = DICTIONARY.indicators["tax.arrears"]


def asked(week: str, history: dict[str, dict[str, Any]] | None = None, kind: str = "enterprise") -> list[str]:
    return list(asked_of(sections(form_of(DICTIONARY, kind, week), week, history or {})))


def test_questions_stand_by_theme_and_only_those_of_the_kind_and_the_time() -> None:
    found = sections(form_of(DICTIONARY, "enterprise", "2026-W47"), "2026-W47", {})
    assert [(s.theme, [q.indicator.id for q in s.questions]) for s in found] == [
        ("staff", ["staff.headcount", "staff.leavers"]),
        ("wage", ["wage.arrears_days"]),
    ]
    assert "wage.old" in asked("2026-W40")
    assert asked("2026-W47", kind="county") == ["county.calls"]


@pytest.mark.parametrize(
    ("indicator", "week", "history", "expected"),
    [
        (MONTHLY, "2026-W45", {}, True),  # the first week of November: its Thursday is the 5th
        (MONTHLY, "2026-W46", {"2026-W45": {"staff.leavers": 0}}, False),
        (MONTHLY, "2026-W46", {"2026-W45": {}}, True),  # asked, not answered: asked again
        (MONTHLY, "2026-W46", {"2026-W45": {"staff.leavers": "na"}}, False),
        (MONTHLY, "2026-W45", {"2026-W44": {"staff.leavers": 3}}, True),  # W44 was October's
        (MONTHLY, "2026-W46", {"2026-W45": {"staff.leavers": 0}, "2026-W46": {"staff.leavers": 1}}, True),
        (MONTHLY, "2026-W45", {"2026-W46": {"staff.leavers": 0}}, True),  # what was told later does not count
        (MONTHLY, "2026-W53", {"2026-W49": {"staff.leavers": 0}}, False),  # 31 December is a Thursday
        (MONTHLY, "2027-W01", {"2026-W53": {"staff.leavers": 0}}, True),
        (ELSEWHERE, "2026-W45", {}, False),
        (ELSEWHERE, "2026-W45", {"2026-W45": {"tax.arrears": 2}}, True),
    ],
)
def test_a_monthly_question_is_asked_until_it_has_been_told(
    indicator: Indicator, week: str, history: dict[str, dict[str, Any]], expected: bool
) -> None:
    assert due(indicator, week, history) is expected


@pytest.mark.parametrize(
    ("history", "last"),
    [
        ({}, (None, None)),
        ({"2026-W46": {"wage.arrears_days": 0}}, (0, "2026-W46")),
        ({"2026-W46": {}, "2026-W44": {"wage.arrears_days": 7}}, (7, "2026-W44")),
        ({"2026-W38": {"wage.arrears_days": 7}}, (None, None)),  # too long ago
        ({"2026-W47": {"wage.arrears_days": 7}}, (None, None)),  # this week is no last week
    ],
)
def test_the_newest_figure_of_the_weeks_before_stands_beside(
    history: dict[str, dict[str, Any]], last: tuple[Any, str | None]
) -> None:
    found = sections(form_of(DICTIONARY, "enterprise", "2026-W47"), "2026-W47", history)
    (question,) = [q for s in found for q in s.questions if q.indicator.id == "wage.arrears_days"]
    assert (question.last, question.last_week) == last


@given(st.integers(0, 600), st.integers(4, 30))
def test_who_answers_what_is_asked_is_asked_every_month_once(start: int, length: int) -> None:
    first = step("2020-W01", start)
    history: dict[str, dict[str, Any]] = {}
    months = []
    for week in between(first, step(first, length)):
        if due(MONTHLY, week, history):
            months.append(month_of(week))
        history[week] = dict.fromkeys(asked(week, history), 0)
    assert months == sorted({month_of(week) for week in history})
