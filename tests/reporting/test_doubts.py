"""存疑: what is asked back, and what is ordinary enough to be left alone."""

from typing import Any

import pytest

from service.reporting.doubts import Background, confirmed, doubts, note_doubts
from tests.reporting.rules import FINE, FORM, RULES, WEEK


def asked(values: dict[str, Any], *past: dict[str, Any], headcount: int | None = None) -> list[tuple[str, str]]:
    """Codes and indicators of what is asked back about `values`, beside figures that are fine."""
    found = doubts(FORM, FINE | values, "", Background(past, headcount))
    assert all(d.text and d.text_en for d in found)
    return [(d.code, d.indicator) for d in found]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"wage.arrears_days": 90}, []),
        ({"wage.arrears_days": 91}, [("unusual", "wage.arrears_days")]),
        ({"staff.headcount": 4}, [("unusual", "staff.headcount")]),
        ({"wage.arrears_people": 800}, []),
        ({"wage.arrears_people": 801}, [("over_headcount", "wage.arrears_people")]),
        ({"voice.petition": 900}, [("over_headcount", "voice.petition")]),
        ({"wage.arrears_amount": 9e9, "union.meeting": True, "contract.expires": "2027-01-01"}, []),
        ({"wage.arrears_days": "na"}, []),
    ],
)
def test_unusual_and_contradictory_figures_are_asked_back(
    values: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    assert asked(values) == expected


@pytest.mark.parametrize(
    ("now", "past", "jumps"),
    [
        (10, [0, 0, 0], True),
        (9, [0, 0, 0], False),  # a small figure moves like that
        (50, [10, 10, 10], False),  # five times is not more than five times
        (51, [10, 10, 10], True),
        (51, [10, 10], False),  # too little is known
        (51, [10, 10, "na", None, True], False),
        (51, [10, 40, 10, 40], False),
        (0, [500, 500, 500], False),  # getting better is not asked about
    ],
)
def test_a_running_figure_jumps_when_it_leaps_over_five_times_its_median(
    now: int, past: list[Any], jumps: bool
) -> None:
    found = asked({"wage.arrears_people": now}, *({"wage.arrears_people": p} for p in past))
    assert found == ([("jump", "wage.arrears_people")] if jumps else [])


@pytest.mark.parametrize(("now", "jumps"), [(400, False), (399, True), (1200, False), (1201, True), (800, False)])
def test_a_standing_figure_jumps_when_it_moves_by_half(now: int, jumps: bool) -> None:
    found = asked({"staff.headcount": now}, *[{"staff.headcount": 800}] * 3)
    assert found == ([("jump", "staff.headcount")] if jumps else [])


def test_the_headcount_is_the_reported_one_then_the_last_one_then_the_one_on_file() -> None:
    unpaid = {"staff.headcount": "na", "wage.arrears_people": 100}
    over = [("over_headcount", "wage.arrears_people")]
    assert asked(unpaid) == []
    assert asked(unpaid, headcount=99) == over
    assert asked(unpaid, {"staff.headcount": 100}, {"staff.headcount": 5}, headcount=99) == []
    assert asked(unpaid | {"staff.headcount": 99}, {"staff.headcount": 100}) == over


def test_a_missing_required_figure_is_asked_for_and_does_not_lose_the_report() -> None:
    found = doubts(FORM, {}, "", Background())
    assert [(d.code, d.indicator) for d in found] == [
        ("required_missing", "staff.headcount"),
        ("required_missing", "wage.arrears_days"),
    ]


def test_a_standing_figure_told_lately_still_stands() -> None:
    found = doubts(FORM, {"wage.arrears_days": 0}, "", Background([{"staff.headcount": 800}]))
    assert found == []


def test_nobody_expects_an_observation_to_be_complete() -> None:
    assert doubts(FORM, {}, "", Background(partial=True)) == []


def test_a_county_is_not_asked_for_what_enterprises_report() -> None:
    assert doubts(RULES.form("county", WEEK), {"county.calls": 3}, "", Background()) == []


@pytest.mark.parametrize(
    ("note", "codes"),
    [
        ("", []),
        ("工资已补发，共 13800 元，涉及 12 人", []),
        ("联系电话 13800138000", ["note_mobile"]),
        ("138 0013 8000", ["note_mobile"]),
        ("１３８００１３８０００", ["note_mobile"]),
        ("张某13800138000，李某", ["note_mobile"]),
        ("合同号 213800138000123", []),  # longer than a mobile number
        ("12800138000", []),  # no such prefix
        ("身份证 11010519491231002X", ["note_id_number"]),
        ("身份证 11010519491231002x，电话13800138000", ["note_id_number", "note_mobile"]),
        ("订单 110105194912310021", []),  # eighteen digits without the check digit
    ],
)
def test_a_note_that_names_a_person_is_asked_back(note: str, codes: list[str]) -> None:
    assert [d.code for d in note_doubts(note)] == codes
    assert [d.code for d in doubts(FORM, FINE, note, Background())] == codes


def test_a_doubt_is_confirmed_by_its_code_or_for_one_indicator_and_unknown_codes_are_dropped() -> None:
    found = doubts(FORM, FINE | {"wage.arrears_days": 100, "wage.arrears_people": 900}, "", Background())
    assert confirmed(found, ["unusual", "over_headcount:wage.arrears_people", "jump", "unusual:x", "unusual"]) == [
        "unusual",
        "over_headcount:wage.arrears_people",
    ]
