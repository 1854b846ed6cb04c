"""Clocks: Shanghai is the default zone, frozen time stands still, and a set clock is noticed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from service.clock import Drift, FrozenClock, calendar_day, shanghai


@pytest.mark.parametrize(
    ("text", "hour"), [("2026-11-18T10:00", 2), ("2026-11-18T10:00+08:00", 2), ("2026-11-18T10:00Z", 10)]
)
def test_a_time_without_an_offset_is_asia_shanghai(text: str, hour: int) -> None:
    assert shanghai(text) == datetime(2026, 11, 18, hour, 0, tzinfo=UTC)


def test_a_day_is_written_in_one_way() -> None:
    assert calendar_day("2026-11-18") == date(2026, 11, 18)


@pytest.mark.parametrize(
    "text",
    ["", "20261118", "2026-W47-3", "2026-02-30", "2026-11-18T10:00", " 2026-11-18", "2026-11-18\n", "２０２６-11-18"],
)
def test_what_is_written_otherwise_or_no_day_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="day"):
        calendar_day(text)


@pytest.mark.parametrize(
    ("jump", "noticed"),
    [(timedelta(0), False), (timedelta(seconds=29), False), (timedelta(days=1), True), (timedelta(days=-1), True)],
)
def test_a_wall_clock_that_parts_from_the_monotonic_one_is_noticed_once(
    clock: FrozenClock, jump: timedelta, noticed: bool
) -> None:
    steady = 0.0
    drift = Drift(clock, lambda: steady)
    steady = 100.0
    clock.advance(timedelta(seconds=100) + jump)
    found = drift.check(timedelta(seconds=30))
    assert found == (jump if noticed else None)
    assert drift.check(timedelta(seconds=30)) is None
