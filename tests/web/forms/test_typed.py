"""输入: what typed text stands for, and what is said about the rest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.scoring.pack import Indicator
from service.web.forms.typed import NotRead, clean_note, read, read_one, shown
from tests.reporting.rules import FORM

INDICATORS = FORM.indicators


@pytest.mark.parametrize(
    ("id_", "text", "value"),
    [
        ("staff.headcount", "326", 326),
        ("staff.headcount", "３２６", 326),
        ("staff.headcount", " 1,326 人 ", 1326),
        ("staff.headcount", "１，３２６人", 1326),
        ("staff.headcount", "\u202e12\u200b", 12),
        ("staff.headcount", "12.0", 12),
        ("staff.headcount", "", None),
        ("staff.headcount", "　", None),
        ("staff.headcount", "ＮＡ", "na"),
        ("staff.headcount", "不适用", "na"),
        ("hours.overtime", "47.5", 47.5),
        ("hours.overtime", "４７．５", 47.5),
        ("hours.overtime", "47。5", 47.5),
        ("wage.arrears_amount", "3.5万", 35000),
        ("wage.arrears_amount", "3.5万元", 35000),
        ("wage.arrears_amount", "-3", -3),
        ("union.meeting", "1", True),
        ("union.meeting", "否", False),
        ("plan.stage", "4", 4),
        ("plan.stage", "已公布", 1),
        ("contract.expires", "2026-11-30", "2026-11-30"),
        ("contract.expires", "２０２６年１月３日", "2026-01-03"),
        ("contract.expires", "2026/1/3", "2026-01-03"),
        ("contract.expires", "20260103", "2026-01-03"),
    ],
)
def test_a_text_is_read_as_it_is_meant(id_: str, text: str, value: Any) -> None:
    found = read_one(INDICATORS[id_], text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("id_", "text"),
    [
        ("staff.headcount", "十二"),
        ("staff.headcount", "无"),  # none, or not known?
        ("staff.headcount", "12 13 人左右"),
        ("staff.headcount", "1e5"),
        ("staff.headcount", "1,23"),
        ("staff.headcount", "٣٢٦"),
        ("staff.headcount", "<script>alert(1)</script>"),
        ("staff.headcount", "9" * 5000),
        ("hours.overtime", "NaN"),
        ("hours.overtime", "."),
        ("union.meeting", "也许"),
        ("plan.stage", "2"),
        ("contract.expires", "2026-02-30"),
        ("contract.expires", "明年"),
    ],
)
def test_what_cannot_be_read_is_told_beside_its_field(id_: str, text: str) -> None:
    typed = read(FORM, {id_: text, "wage.arrears_days": "3"}, nil=False)
    assert typed.values == {"wage.arrears_days": 3}
    assert list(typed.problems) == [id_]
    assert all(typed.problems[id_])


@pytest.mark.parametrize(
    ("texts", "nil", "wrong"),
    [
        ({"staff.headcount": "500001"}, False, "staff.headcount"),
        ({"staff.headcount": "12.5"}, False, "staff.headcount"),
        ({"wage.share": "101"}, False, "wage.share"),
        ({"staff.headcount": "8", "wage.arrears_days": "3"}, True, "wage.arrears_days"),
        ({"wage.arrears_amount": "9" * 30}, False, "wage.arrears_amount"),
    ],
)
def test_the_checks_of_intake_speak_beside_the_field(texts: dict[str, str], nil: bool, wrong: str) -> None:
    assert list(read(FORM, texts, nil).problems) == [wrong]


def test_what_was_typed_for_a_question_that_has_gone_is_told() -> None:
    typed = read(FORM, {"county.calls": "3", "no.such": " "}, nil=False)
    assert (typed.values, list(typed.problems)) == ({}, ["county.calls"])


def test_a_note_keeps_its_lines_and_loses_what_cannot_be_seen() -> None:
    assert clean_note(" 第一行\r\n\u202e第二行\x00\u2066\ud800 ") == "第一行\n第二行"


@given(st.sampled_from(sorted(INDICATORS)), st.text(max_size=60))
def test_any_text_is_a_figure_nothing_or_a_sentence(id_: str, text: str) -> None:
    try:
        value = read_one(INDICATORS[id_], text)
    except NotRead:
        return
    assert value is None or read_one(INDICATORS[id_], shown(INDICATORS[id_], value)) == value


@given(
    st.integers(-(10**15), 10**15)
    | st.floats(-1e15, 1e15, allow_subnormal=False).filter(lambda x: x == 0 or abs(x) > 1e-9)
)
def test_a_stored_figure_is_shown_so_that_it_is_read_back(value: float) -> None:
    money = Indicator("a.b", "甲", "a", "money", unit="元")
    assert read_one(money, shown(money, value)) == value
