"""Sums of counts never say more than was owed; a parent's figures stand under the county that the viewer sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.completeness.rates import Counts, heading
from service.web.completeness.silent import run

few = st.integers(0, 50)


@given(st.lists(st.tuples(few, few, few, few)))
def test_rates_stay_between_0_and_100(parts: list[tuple[int, int, int, int]]) -> None:
    counts = [Counts(a + b + c, a, b, c, excused) for a, b, c, excused in parts]
    total = sum(counts, Counts())
    assert total.due == total.came + total.missing
    for rate in (total.rate, total.in_time_rate):
        assert rate is None if not total.due else 0 <= (rate or 0.0) <= 100


@pytest.mark.parametrize(
    ("path", "prefixes", "group"),
    [
        ("city/", ["city/"], "city"),
        ("city/county/", ["city/"], "county"),
        ("city/county/town/", ["city/"], "county"),
        ("city/county/town/", ["city/county/"], "town"),
        ("city/county/", ["city/county/"], "county"),
        ("city/a/town/", ["city/a/", "city/b/"], "a"),  # the officer of two counties sees each of them
        ("city/a/town/", ["city/", "city/a/"], "a"),
    ],
)
def test_where_figures_stand(path: str, prefixes: list[str], group: str) -> None:
    assert heading(path, prefixes) == group


WEEKS = ["W1", "W2", "W3", "W4"]


@pytest.mark.parametrize(
    ("states", "reported", "streak"),
    [
        ("due due due due", "", 4),
        ("due due due due", "W2", 2),
        ("due due excused due", "W1", 2),  # 停工放假 neither counts nor ends it
        ("due due due due", "W4", 0),
        ("- - due due", "", 2),
        ("due - due due", "", 2),  # what was never owed ends it
    ],
)
def test_weeks_in_a_row(states: str, reported: str, streak: int) -> None:
    known = {week: state for week, state in zip(WEEKS, states.split(), strict=True) if state != "-"}
    assert run(WEEKS, known, reported.split()) == streak
