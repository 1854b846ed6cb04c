"""The shipped calendar is that of the published notices, as a maintained package knows them."""

from datetime import date, timedelta

from chinese_calendar import is_workday

from service.reporting.calendar_text import parse_calendar
from service.shipped import shipped

from .published_holidays import calendar_text, published_years

SHIPPED = (shipped("rules") / "calendar.yaml").read_text(encoding="utf-8")


def test_the_shipped_calendar_is_what_the_package_gives() -> None:
    assert calendar_text() == SHIPPED, "python -m tests.reporting.published_holidays > rules/calendar.yaml"


def test_every_day_of_every_published_year_is_judged_as_the_package_does() -> None:
    calendar = parse_calendar(SHIPPED)
    years = published_years()
    days = [
        date(years[0], 1, 1) + timedelta(days=n) for n in range((date(years[-1] + 1, 1, 1) - date(years[0], 1, 1)).days)
    ]
    assert calendar.years == frozenset(years)
    assert [day for day in days if calendar.is_working_day(day) is not is_workday(day)] == []


def test_the_six_days_people_mix_up_are_right() -> None:
    calendar = parse_calendar(SHIPPED)
    said = {
        day: calendar.is_working_day(date.fromisoformat(day))
        for day in (
            "2020-01-31",  # the Spring Festival was prolonged by the epidemic
            "2022-01-29",  # a Saturday worked for the Spring Festival
            "2026-02-14",
            "2026-02-23",
            "2026-10-07",
            "2026-10-08",
        )
    }
    assert list(said.values()) == [False, True, True, False, False, True]
