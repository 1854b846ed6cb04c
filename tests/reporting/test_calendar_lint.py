"""A calendar that can be read may still have a year that nobody filled in."""

from datetime import date

import pytest

from service.reporting.calendar_lint import lint_calendar
from service.reporting.calendar_text import parse_calendar

HEAD = 'working_hours: ["08:30-12:00"]\n'
FULL = "  {0}: {{holidays: [{0}-10-01], makeup_workdays: []}}\n"


def warnings(text: str, today: date) -> list[str]:
    return [str(found).split(" / ")[0] for found in lint_calendar(text, parse_calendar(text), today)]


@pytest.mark.parametrize(
    ("years", "today", "told"),
    [
        ([2026], date(2026, 6, 1), []),
        ([2026, 2027], date(2026, 12, 31), []),
        ([2026], date(2026, 11, 30), []),
        ([2026], date(2026, 12, 1), [2027]),  # the notice has been out for a month
        ([2026], date(2027, 1, 1), [2027]),
        ([2025, 2027], date(2025, 6, 1), [2026]),
        ([2026, 2027], date(2030, 1, 1), [2030]),
    ],
)
def test_a_year_that_should_have_holidays_is_told(years: list[int], today: date, told: list[int]) -> None:
    found = warnings(HEAD + "years:\n" + "".join(FULL.format(year) for year in years), today)
    assert [line.split(" ")[1] for line in found] == [str(year) for year in told]
    assert all(line.startswith("calendar.yaml:3:3 ") for line in found)


def test_an_empty_year_is_told_at_its_place_and_a_calendar_without_years_at_its_beginning() -> None:
    text = HEAD + "years:\n" + FULL.format(2026) + "  2027: {holidays: [], makeup_workdays: []}\n"
    assert warnings(text, date(2026, 6, 1)) == ["calendar.yaml:4:3 2027 年没有节假日，按周一至周五计算；公布后请填写"]
    assert warnings(HEAD, date(2026, 6, 1))[0].startswith("calendar.yaml:1:1 2026")


def test_a_make_up_day_that_is_a_working_day_anyway_is_told() -> None:
    text = HEAD + "years:\n" + FULL.format(2026).replace("[]", "[2026-10-09, 2026-10-10]")
    (found,) = warnings(text, date(2026, 6, 1))
    assert "2026-10-09 是星期五" in found
