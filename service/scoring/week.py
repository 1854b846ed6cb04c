"""报告周: ISO weeks as text (`2026-W47`), which sorts as time does; steps go by days, so week 53 needs no case."""

import re
from datetime import date, datetime, timedelta

from service.clock import SHANGHAI

_FORM = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)


def monday(week: str) -> date:
    """The Monday that `week` begins with. Raises ValueError for a week that is not in the calendar."""
    found = _FORM.fullmatch(week)
    if not found:
        raise ValueError(f"not an ISO week: {week!r}")
    return date.fromisocalendar(int(found[1]), int(found[2]), 1)


def sunday(week: str) -> date:
    """The last day of `week`."""
    return monday(week) + timedelta(days=6)


def week_of(day: date) -> str:
    """The ISO week that `day` lies in."""
    year, number, _ = day.isocalendar()
    return f"{year:04d}-W{number:02d}"


def week_at(at: datetime) -> str:
    """The ISO week of the instant `at` in Asia/Shanghai."""
    return week_of(at.astimezone(SHANGHAI).date())


def week_number(week: str) -> int:
    """Weeks counted from the first Monday of the calendar; consecutive weeks have consecutive numbers."""
    return (monday(week).toordinal() - 1) // 7


def from_number(number: int) -> str:
    """The week with that `week_number`."""
    return week_of(date.fromordinal(7 * number + 1))


def step(week: str, weeks: int) -> str:
    """The week `weeks` later (earlier when negative)."""
    return week_of(monday(week) + timedelta(weeks=weeks))


def between(first: str, last: str) -> list[str]:
    """All weeks from `first` to `last`, both included; empty when `last` is earlier."""
    start, count = monday(first), distance(first, last) + 1
    return [week_of(start + timedelta(weeks=n)) for n in range(count)]


def distance(first: str, last: str) -> int:
    """How many weeks `last` is after `first`."""
    return (monday(last) - monday(first)).days // 7


def overlaps(opened: date | None, closed: date | None, week: str) -> bool:
    """Whether the half-open life `[opened, closed)` of a node touches `week`."""
    return (opened is None or opened <= sunday(week)) and (closed is None or closed > monday(week))
