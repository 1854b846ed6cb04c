"""数据质量: which figures are taken, which are refused and how, and that nothing else happens to them."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import FieldProblems
from service.reporting.quality import MOST_PROBLEMS, fill
from tests.reporting.rules import DICTIONARY, FORM, RULES, WEEK


@pytest.mark.parametrize(
    ("id_", "raw"),
    [
        ("staff.headcount", 12),
        ("staff.headcount", 12.0),
        ("staff.headcount", 500000),
        ("wage.arrears_days", 0),
        ("wage.arrears_days", 12.5),
        ("wage.arrears_amount", 0.1),
        ("wage.arrears_amount", -3),
        ("wage.share", 0),
        ("wage.share", 100.0),
        ("union.meeting", True),
        ("union.meeting", False),
        ("plan.stage", 0),
        ("plan.stage", 4),
        ("contract.expires", "2026-02-28"),
        ("staff.headcount", "na"),
        ("contract.expires", "na"),
    ],
)
def test_a_figure_of_the_right_kind_is_kept_as_it_was_sent(id_: str, raw: Any) -> None:
    kept = fill(FORM, {id_: raw}, nil=False)
    assert kept == {id_: raw}
    assert type(kept[id_]) is type(raw)


@pytest.mark.parametrize(
    ("id_", "raw", "code"),
    [
        ("staff.headcount", 12.5, "wrong_type"),
        ("staff.headcount", True, "wrong_type"),
        ("staff.headcount", "12", "wrong_type"),
        ("staff.headcount", [12], "wrong_type"),
        ("staff.headcount", {"n": 12}, "wrong_type"),
        ("staff.headcount", math.nan, "wrong_type"),
        ("staff.headcount", math.inf, "wrong_type"),
        ("staff.headcount", 0, "out_of_range"),
        ("staff.headcount", 500001, "out_of_range"),
        ("staff.headcount", 10**400, "out_of_range"),
        ("wage.arrears_people", -1, "out_of_range"),
        ("wage.arrears_days", 3650.5, "out_of_range"),
        ("wage.arrears_days", -math.inf, "wrong_type"),
        ("wage.arrears_amount", 1e308, "out_of_range"),
        ("wage.arrears_amount", -(10**400), "out_of_range"),
        ("wage.share", 100.01, "out_of_range"),
        ("wage.share", -0.01, "out_of_range"),
        ("hours.overtime", "多", "wrong_type"),
        ("union.meeting", 1, "wrong_type"),
        ("union.meeting", "true", "wrong_type"),
        ("plan.stage", 2, "not_a_choice"),
        ("plan.stage", True, "not_a_choice"),
        ("plan.stage", "4", "not_a_choice"),
        ("plan.stage", [4], "not_a_choice"),
        ("contract.expires", "2026-02-30", "wrong_type"),
        ("contract.expires", "20260228", "wrong_type"),
        ("contract.expires", "2026-2-28", "wrong_type"),
        ("contract.expires", "２０２６-02-28", "wrong_type"),
        ("contract.expires", 20260228, "wrong_type"),
        ("contract.expires", "NA", "wrong_type"),
        ("county.calls", 3, "not_on_the_form"),
        ("old.figure", 3, "not_on_the_form"),
        ("no.such", 3, "unknown_indicator"),
        ("no.such", None, "unknown_indicator"),
    ],
)
def test_a_figure_of_the_wrong_kind_is_refused_by_name(id_: str, raw: Any, code: str) -> None:
    with pytest.raises(FieldProblems) as caught:
        fill(FORM, {id_: raw}, nil=False)
    assert (caught.value.code, caught.value.pointer) == (code, f"/values/{id_}")


def test_null_is_missing_and_is_not_kept() -> None:
    assert fill(FORM, {"staff.headcount": 12, "wage.arrears_days": None}, nil=False) == {"staff.headcount": 12}


def test_every_wrong_field_is_named_at_once_in_the_order_sent() -> None:
    with pytest.raises(FieldProblems) as caught:
        fill(FORM, {"no.such": 1, "staff.headcount": 12, "wage.share": 101, "a/b~c": 0}, nil=False)
    assert [(p.code, p.pointer) for p in caught.value.problems] == [
        ("unknown_indicator", "/values/no.such"),
        ("out_of_range", "/values/wage.share"),
        ("unknown_indicator", "/values/a~1b~0c"),
    ]


def test_a_flood_of_wrong_fields_is_cut_short() -> None:
    with pytest.raises(FieldProblems) as caught:
        fill(FORM, {f"{n}" * 400: n for n in range(200)}, nil=False)
    assert len(caught.value.problems) == MOST_PROBLEMS
    assert all(len(p.pointer) < 300 and len(p.text) < 200 for p in caught.value.problems)


def test_another_kind_of_node_fills_in_another_form() -> None:
    assert fill(RULES.form("county", WEEK), {"county.calls": 3}, nil=False) == {"county.calls": 3}
    with pytest.raises(FieldProblems, match="county"):
        fill(RULES.form("county", WEEK), {"staff.headcount": 3}, nil=False)


def test_a_retired_figure_is_on_the_form_of_its_own_time() -> None:
    assert fill(RULES.form("enterprise", "2026-W40"), {"old.figure": 3}, nil=False) == {"old.figure": 3}


def test_a_nil_report_writes_zero_for_everything_that_can_be_nil() -> None:
    assert fill(FORM, {"staff.headcount": 12, "wage.arrears_days": None, "voice.petition": "na"}, nil=True) == {
        "staff.headcount": 12,
        "voice.petition": "na",
        "wage.arrears_days": 0,
        "wage.arrears_people": 0,
        "wage.arrears_amount": 0,
        "union.meeting": False,
        "plan.stage": 0,
    }


@pytest.mark.parametrize(("id_", "raw"), [("wage.arrears_days", 3), ("union.meeting", True), ("plan.stage", 4)])
def test_a_figure_beside_nil_contradicts_it(id_: str, raw: Any) -> None:
    with pytest.raises(FieldProblems) as caught:
        fill(FORM, {id_: raw}, nil=True)
    assert caught.value.code == "nil_contradicted"


@pytest.mark.parametrize(("id_", "raw"), [("wage.arrears_days", 0), ("wage.arrears_days", 0.0), ("hours.overtime", 40)])
def test_a_zero_or_a_figure_that_cannot_be_nil_stands_beside_nil(id_: str, raw: Any) -> None:
    assert fill(FORM, {id_: raw}, nil=True)[id_] == raw


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.just("na")
raws = scalars | st.lists(scalars, max_size=2) | st.dictionaries(st.text(max_size=3), scalars, max_size=2)


@given(st.dictionaries(st.sampled_from(sorted(DICTIONARY.indicators)), raws))
def test_figures_are_refused_or_kept_unchanged_and_never_anything_else(values: dict[str, Any]) -> None:
    try:
        kept = fill(FORM, values, nil=False)
    except FieldProblems:
        return
    assert kept == {id_: raw for id_, raw in values.items() if raw is not None}
    assert all(math.isfinite(raw) for raw in kept.values() if isinstance(raw, float))
