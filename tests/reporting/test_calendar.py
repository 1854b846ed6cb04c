"""工作日历: the working clock against a table of real days, and properties that hold for every calendar."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import SHANGHAI, shanghai
from service.errors import FileProblems
from service.reporting.calendar import Calendar, Span, deadline, parse_span
from service.reporting.calendar_text import parse_calendar

HOURS = ((time(8, 30), time(12)), (time(14), time(18)))
TEXT = """\
timezone: Asia/Shanghai
working_hours: ["08:30-12:00", "14:00-18:00"]
years:
  2026:
    holidays: [2026-10-01, 2026-10-02, 2026-10-05, "2026-10-06", 2026-10-07]
    makeup_workdays: [2026-10-10]
"""
AUTUMN = parse_calendar(TEXT)

days = st.dates(date(2025, 1, 1), date(2027, 12, 31))
calendars = st.builds(
    lambda off, on: Calendar(HOURS, frozenset({2026}), frozenset(off - on), frozenset(on)),
    st.sets(days, max_size=40),
    st.sets(days, max_size=10),
)
instants = st.integers(0, 3 * 365 * 1440).map(
    lambda minutes: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
spans = st.timedeltas(timedelta(), timedelta(hours=100))


def test_the_file_becomes_days_and_hours() -> None:
    assert AUTUMN.hours == HOURS
    assert AUTUMN.years == {2026}
    assert date(2026, 10, 6) in AUTUMN.holidays
    assert AUTUMN.makeup == {date(2026, 10, 10)}
    assert AUTUMN.day_length == timedelta(hours=7, minutes=30)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),  # public holiday on a Thursday
        (date(2026, 10, 3), False),  # Saturday
        (date(2026, 10, 10), True),  # Saturday, made up for the holiday
        (date(2027, 10, 1), True),  # a year not yet published: a Friday like any other
    ],
)
def test_a_day_is_worked_unless_it_is_free_and_not_made_up(day: date, works: bool) -> None:
    assert AUTUMN.is_working_day(day) is works


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-09-29T09:00", "0min", "2026-09-29T09:00"),
        ("2026-09-29T09:00", "2h", "2026-09-29T11:00"),
        ("2026-09-29T09:00", "3h", "2026-09-29T12:00"),  # ends with the morning, not after lunch
        ("2026-09-29T11:00", "2h", "2026-09-29T15:00"),  # lunch does not count
        ("2026-09-29T13:00", "30min", "2026-09-29T14:30"),
        ("2026-09-29T23:30", "1h", "2026-09-30T09:30"),
        ("2026-09-30T17:00", "2h", "2026-10-08T09:30"),  # over the national holiday
        ("2026-10-09T17:00", "2h", "2026-10-10T09:30"),  # the made-up Saturday counts
        ("2026-09-28T08:30", "1d", "2026-09-28T18:00"),
        ("2026-09-28T10:00", "2d", "2026-09-30T10:00"),
    ],
)
def test_the_working_clock_runs_only_while_people_work(start: str, span: str, end: str) -> None:
    assert deadline(shanghai(start), parse_span(span), "working", AUTUMN) == shanghai(end)


def test_the_wall_clock_runs_day_and_night() -> None:
    start = shanghai("2026-10-01T23:00")
    assert deadline(start, parse_span("30min"), "wall", AUTUMN) == start + timedelta(minutes=30)
    assert deadline(start, parse_span("3d"), "wall", AUTUMN) == start + timedelta(days=3)


def test_no_calendar_reaches_beyond_the_last_year() -> None:
    with pytest.raises(OverflowError):
        AUTUMN.add_working_time(datetime(9998, 12, 1, tzinfo=UTC), timedelta(days=365))


@given(calendars, instants, spans, spans)
def test_waiting_twice_is_waiting_for_both(calendar: Calendar, start: datetime, a: timedelta, b: timedelta) -> None:
    assert calendar.add_working_time(calendar.add_working_time(start, a), b) == calendar.add_working_time(start, a + b)


@given(calendars, instants, spans)
def test_a_working_deadline_never_comes_before_the_wall_one(
    calendar: Calendar, start: datetime, span: timedelta
) -> None:
    assert calendar.add_working_time(start, span) >= start + span


@given(calendars, instants, spans.filter(bool))
def test_a_working_deadline_falls_into_working_hours(calendar: Calendar, start: datetime, span: timedelta) -> None:
    end = calendar.add_working_time(start, span).astimezone(SHANGHAI)
    assert calendar.is_working_day(end.date())
    assert any(opens < end.time() <= closes for opens, closes in HOURS)


@given(calendars, days)
def test_the_next_working_day_is_the_first_one(calendar: Calendar, day: date) -> None:
    found = calendar.next_working_day(day)
    assert calendar.is_working_day(found)
    assert not any(calendar.is_working_day(day + timedelta(n)) for n in range((found - day).days))


@pytest.mark.parametrize(("text", "span"), [("0min", Span(0, "min")), ("48h", Span(48, "h")), ("5d", Span(5, "d"))])
def test_a_span_is_an_amount_and_a_unit(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "48", "h", "-1h", "1.5h", "4 h", "1w", "٣h", "999999d"])
def test_anything_else_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="48h"):
        parse_span(text)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("a: [", 1, "YAML"),
        ("- 1", 1, "fields are expected"),
        ("working_hours: [8-12]", 1, "working_hours"),
        ("years: {}", 1, "working_hours"),
        ('working_hours: ["14:00-18:00", "08:30-12:00"]', 1, "out of order"),
        ('working_hours: ["12:00-08:30"]', 1, "out of order"),
        ('working_hours: ["25:00-26:00"]', 1, "no stretch"),
        (TEXT.replace("Asia/Shanghai", "UTC"), 1, "timezone"),
        (TEXT + "colour: red\n", 7, "colour"),
        (TEXT.replace("2026-10-01", "2025-10-01"), 5, "not in 2026"),
        (TEXT.replace("2026-10-01", "tomorrow"), 5, "no day"),
        (TEXT.replace("[2026-10-10]", "10"), 6, "makeup_workdays"),
        (TEXT.replace("[2026-10-10]", "[2026-10-01]"), 6, "both"),
        (TEXT.replace("  2026:", "  abc:"), 4, "abc"),
        ('working_hours: ["08:30-12:00"]\nyears: [1]', 2, "fields are expected"),
    ],
)
def test_a_wrong_calendar_is_refused_with_its_line(text: str, line: int, says: str) -> None:
    with pytest.raises(FileProblems) as caught:
        parse_calendar(text)
    assert [p.line for p in caught.value.problems][:1] == [line]
    assert any(says in p.text_en for p in caught.value.problems)
