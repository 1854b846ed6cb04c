"""Figures as people say them: units in both languages, no decimal that says nothing, none missing that does."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.scoring.amounts import counted, figure, plain, share, spaced
from service.scoring.pack import Indicator


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        (12, "人", ("12 人", "12 people")),
        (1, "人", ("1 人", "1 person")),
        (1234.5, "小时", ("1,234.5 小时", "1,234.5 hours")),
        (36.125, "小时", ("36.12 小时", "36.12 hours")),
        (0, "天", ("0 天", "0 days")),
        (9999, "元", ("9,999 元", "9,999 yuan")),
        (1_234_567, "元", ("123.46 万元", "1,234,567 yuan")),
        (-250_000_000, "元", ("-2.5 亿元", "-250,000,000 yuan")),
        (37.5, "℃", ("37.5℃", "37.5°C")),
        (3, "", ("3", "3")),
        (3, "栋", ("3 栋", "3 栋")),
    ],
)
def test_a_number_has_its_unit_in_both_languages(number: float, unit: str, said: tuple[str, str]) -> None:
    assert counted(number, unit) == said


@pytest.mark.parametrize(
    ("kind", "number", "said"),
    [
        ("yes_no", 1, ("是", "yes")),
        ("yes_no", 0, ("否", "no")),
        ("choice", 2, ("已审议未表决", "已审议未表决")),
        ("choice", 1, ("已通过", "passed")),
        ("choice", 7, ("7", "7")),
        ("percent", 12.5, ("12.5%", "12.5%")),
        ("date", 739_981, ("2026年12月31日", "31 December 2026")),
        ("date", 1e12, ("1,000,000,000,000", "1,000,000,000,000")),
    ],
)
def test_dates_and_words_are_no_numbers(kind: str, number: float, said: tuple[str, str]) -> None:
    choices = {1: "已通过 / passed", 2: "已审议未表决"} if kind == "choice" else {}
    assert figure(Indicator("x", "甲", "X", kind, choices=choices), number) == said


@pytest.mark.parametrize(
    ("number", "apart", "said"),
    [
        (36.001, 36, "36.001"),
        (35.9999, 36, "35.9999"),
        (-30.0001, -30, "-30.0001"),
        (36, 36, "36"),
        (0.0004, None, "0.0004"),
        (1e-300, None, "1e-300"),
        (1e300, None, "1e+300"),
        (-0.0, None, "0"),
    ],
)
def test_decimals_are_added_where_two_would_mislead(number: float, apart: float | None, said: str) -> None:
    assert plain(number, apart) == said


def test_a_share_is_read_in_percent() -> None:
    assert [share(1 / 3), share(0.1), share(0.100001, 0.1)] == ["33.33%", "10%", "10.0001%"]


def test_a_figure_stands_apart_from_the_chinese_word_after_it() -> None:
    assert [spaced("10%"), spaced("8 天"), spaced("100"), spaced("（1 周前）")] == [
        "10% ",
        "8 天",
        "100 ",
        "（1 周前）",
    ]


@given(number=st.floats(-1e300, 1e300))
def test_what_is_said_is_near_what_is_meant(number: float) -> None:
    said = float(plain(number).replace(",", ""))
    assert math.isclose(said, number, rel_tol=0.006, abs_tol=0.0051)
    assert (said == 0) == (number == 0)
