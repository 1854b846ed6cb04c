"""日历提醒: years of calendar.yaml without a holiday, and make-up days that are working days anyway. Pure."""

from datetime import date

from service.errors import LineProblem
from service.reporting.calendar import Calendar
from service.reporting.calendar_text import FILE
from service.scoring.places import Place, keys_of, value_of
from service.scoring.positions import Scalar, read_tree

_NEXT_YEAR_FROM = 12  # month; the State Council publishes the next year's holidays in November


def lint_calendar(text: str, calendar: Calendar, today: date) -> list[LineProblem]:
    """Warnings about a calendar that could be read, as seen on `today`."""
    tree, _ = read_tree(FILE, text)
    listed = value_of(tree, "years")
    years = {key.value: place for key, place in keys_of(FILE, listed)}
    whole = Place(FILE, listed.line, listed.column) if listed and not isinstance(listed, Scalar) else Place(FILE, 1, 1)
    free = {day.year for day in calendar.holidays}
    found = [
        years.get(year, whole).says(
            f"{year} 年没有节假日，按周一至周五计算；公布后请填写",
            f"{year} has no holidays: Monday to Friday; fill it in",
        )
        for year in sorted(_expected(calendar, today) - free)
    ]
    idle = sorted(day for day in calendar.makeup if day.weekday() < 5 and day not in calendar.holidays)
    return found + [
        years.get(day.year, whole).says(
            f"调休上班日 {day} 是星期{'一二三四五'[day.weekday()]}，本来就上班",
            f"make-up day {day} is a working day anyway",
        )
        for day in idle
    ]


def _expected(calendar: Calendar, today: date) -> set[int]:
    """Years that should have holidays: those listed and between, this one, and the next when it must be known."""
    listed = set(range(min(calendar.years), max(calendar.years) + 1)) if calendar.years else set()
    return listed | {today.year} | ({today.year + 1} if today.month >= _NEXT_YEAR_FROM else set())
