"""轮值: whose turn it is at a post – by shift, from a first day on – and the hours that nobody has.

Pure. Days are those of Asia/Shanghai; which of them are working days (调休) is asked of whoever knows the calendar.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from service.clock import SHANGHAI

WorkingDay = Callable[[date], bool]
_DAY = timedelta(days=1)


class Days(StrEnum):
    """The days a shift begins on."""

    ALL = "all"
    WORKING = "working"  # with make-up days, without public holidays
    REST = "rest"


def weekday(day: date) -> bool:
    """Monday to Friday: a working day where no calendar says otherwise."""
    return day.weekday() < 5


@dataclass(frozen=True)
class Span:
    """Half-open `[start, end)` in UTC."""

    start: datetime
    end: datetime

    def holds(self, at: datetime) -> bool:
        """Whether `at` lies in it."""
        return self.start <= at < self.end


@dataclass(frozen=True)
class Override:
    """换班: this officer instead of whoever the rota or the post names."""

    officer: str
    span: Span
    reason: str = ""


@dataclass(frozen=True)
class Shift:
    """班次: begins at `starts` of a day in `days` and lasts `minutes`, 1440 at most; `order` is ids of officers."""

    starts: time
    minutes: int
    days: Days
    order: tuple[str, ...]

    def on(self, day: date, working: WorkingDay) -> Span | None:
        """The hours of this shift that begin on `day`; None when it does not."""
        if self.days is not Days.ALL and working(day) is not (self.days is Days.WORKING):
            return None
        start = datetime.combine(day, self.starts, SHANGHAI).astimezone(UTC)
        return Span(start, start + timedelta(minutes=self.minutes))


@dataclass(frozen=True)
class Rota:
    """轮值表: turns of `every` days, the first of them from the beginning of day `first`; earlier it says nothing."""

    first: date
    every: int
    shifts: tuple[Shift, ...]

    @property
    def begins(self) -> datetime:
        """The first instant it speaks of."""
        return datetime.combine(self.first, time(), SHANGHAI).astimezone(UTC)

    def turns(self, at: datetime, working: WorkingDay) -> tuple[tuple[str, ...], ...]:
        """For every shift that `at` lies in: its officers, beginning with the one whose turn it is.

        A shift over midnight belongs to the day it begins on.
        """
        today = at.astimezone(SHANGHAI).date()
        found = []
        for shift in self.shifts:
            for day in (today, today - _DAY):
                span = shift.on(day, working) if day >= self.first else None
                if span and span.holds(at):
                    found.append(_from(shift.order, (day - self.first).days // self.every))
        return tuple(found)

    def spans(self, start: datetime, end: datetime, working: WorkingDay) -> Iterator[Span]:
        """The hours of all shifts that touch `[start, end)`."""
        day = max(start.astimezone(SHANGHAI).date() - _DAY, self.first)
        while day <= end.astimezone(SHANGHAI).date():
            yield from (span for shift in self.shifts if (span := shift.on(day, working)))
            day += _DAY


def gaps(
    rota: Rota, overrides: Iterable[Override], start: datetime, end: datetime, working: WorkingDay
) -> tuple[Span, ...]:
    """The hours of `[start, end)` that neither a shift nor an override covers, from the first day of the rota on."""
    covered = sorted(
        [*rota.spans(start, end, working), *(override.span for override in overrides)], key=lambda span: span.start
    )
    found, free = [], max(start, rota.begins)
    for span in covered:
        if free < span.start:
            found.append(Span(free, min(span.start, end)))
        free = max(free, span.end)
        if free >= end:
            break
    if free < end:
        found.append(Span(free, end))
    return tuple(span for span in found if span.start < span.end)


def _from(order: tuple[str, ...], turn: int) -> tuple[str, ...]:
    place = turn % len(order)
    return tuple(dict.fromkeys(order[place:] + order[:place]))
