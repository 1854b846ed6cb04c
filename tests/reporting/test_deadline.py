"""报送期限: the two moments of a week, moved by holidays, never out of order."""

import re
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import SHANGHAI, shanghai
from service.errors import LineProblem
from service.reporting.calendar import Calendar
from service.reporting.deadline import Moment, ReportingPolicy, deadlines, reporting_policy
from service.scoring.fields import Form, Sheet
from service.scoring.positions import read_tree
from service.scoring.week import monday, week_of
from tests.reporting.test_calendar import AUTUMN, calendars

SECTION = {
    "due": "Tue 12:00",
    "closes": "Wed 18:00",
    "of": "following_week",
    "on_holiday": "next_working_day",
    "remind_before": "24h",
}


def read(section: dict[str, str]) -> tuple[ReportingPolicy, list[LineProblem]]:
    tree, problems = read_tree("response.yaml", "".join(f"{key}: {value}\n" for key, value in section.items()))
    assert tree
    return reporting_policy(Form(Sheet("response.yaml", problems), tree)), problems


POLICY = read(SECTION)[0]


@pytest.mark.parametrize(
    ("week", "due", "closes"),
    [
        ("2026-W47", "2026-11-24T12:00", "2026-11-25T18:00"),
        ("2026-W53", "2027-01-05T12:00", "2027-01-06T18:00"),
        ("2026-W40", "2026-10-08T12:00", "2026-10-08T18:00"),  # Tuesday and Wednesday lie in the national holiday
    ],
)
def test_a_week_is_due_on_tuesday_and_closes_on_wednesday(week: str, due: str, closes: str) -> None:
    found = deadlines(week, POLICY, AUTUMN)
    assert (found.due_at, found.closes_at) == (shanghai(due), shanghai(closes))
    assert found.remind_at == shanghai(due) - timedelta(hours=24)


def test_a_week_closes_a_day_later_when_a_holiday_would_close_it_before_it_is_due() -> None:
    policy = ReportingPolicy(Moment(1, time(18)), Moment(2, time(12)), POLICY.remind_before)
    found = deadlines("2026-W40", policy, AUTUMN)
    assert (found.due_at, found.closes_at) == (shanghai("2026-10-08T18:00"), shanghai("2026-10-09T12:00"))


moments = st.builds(Moment, st.integers(0, 6), st.times().map(lambda t: t.replace(second=0, microsecond=0)))
policies = st.builds(
    lambda a, b: ReportingPolicy(min(a, b, key=_order), max(a, b, key=_order), POLICY.remind_before), moments, moments
)


def _order(moment: Moment) -> tuple[int, time]:
    return moment.weekday, moment.at


@given(policies, calendars, st.dates(date(2025, 1, 1), date(2027, 11, 1)))
def test_a_week_is_over_is_due_and_closes_in_this_order(policy: ReportingPolicy, calendar: Calendar, day: date) -> None:
    week = week_of(day)
    found = deadlines(week, policy, calendar)
    over = datetime.combine(monday(week) + timedelta(7), time(), SHANGHAI)
    assert over <= found.due_at < found.closes_at
    assert found.remind_at < found.due_at
    assert calendar.is_working_day(found.due_at.astimezone(SHANGHAI).date())
    assert calendar.is_working_day(found.closes_at.astimezone(SHANGHAI).date())


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"due": "Dienstag"}, "due"),
        ({"due": "Tuz 12:00"}, "due"),
        ({"due": "Tue 25:00"}, "Tue 25:00"),
        ({"closes": ""}, "closes"),
        ({"closes": "Mon 12:00"}, "after"),
        ({"of": "this_week"}, "following_week"),
        ({"on_holiday": "never"}, "next_working_day"),
        ({"remind_before": "soon"}, "24h|48h"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_a_wrong_policy_is_refused_at_the_line_of_its_key(change: dict[str, str], says: str) -> None:
    written = SECTION | change
    (problem,) = read(written)[1]
    (key,) = change
    assert problem.line == list(written).index(key) + 1
    assert re.search(says, problem.text_en)
