"""工作日历: working days with public holidays and make-up days (调休), and the clock that runs only while people work.

Pure. Dates are those of Asia/Shanghai, instants are aware; a year the calendar does not hold is Monday to Friday.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property

from service.clock import SHANGHAI

_SPAN = re.compile(r"(\d{1,5})(min|h|d)", re.ASCII)
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}
_DAY = timedelta(days=1)
MOST_KNOWN = 5_000  # days of a calendar that are kept ready; a deadline in centuries must not fill the memory


@dataclass(frozen=True)
class Span:
    """时限: an amount of minutes (`min`), hours (`h`) or days (`d`); what a day is, the clock decides."""

    amount: int
    unit: str

    @cached_property
    def wall(self) -> timedelta:
        """Its length when a day is 24 hours."""
        return timedelta(minutes=self.amount * _MINUTES[self.unit])

    @property
    def sort_key(self) -> timedelta:
        """Orders the spans of one ladder."""
        return self.wall


def parse_span(text: str) -> Span:
    """Read `30min`, `48h` or `5d`. Raises ValueError."""
    found = _SPAN.fullmatch(text)
    if not found:
        raise ValueError(f"时限写作 30min、48h 或 5d，不是 {text!r} / a span is written 30min, 48h or 5d, not {text!r}")
    return Span(int(found[1]), found[2])


@dataclass(frozen=True)
class Calendar:
    """日历: `hours` are the half-open working hours of a day, in order; `years` are those that have been published."""

    hours: tuple[tuple[time, time], ...]
    years: frozenset[int] = frozenset()
    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()

    @cached_property
    def day_length(self) -> timedelta:
        """How long a working day is."""
        return sum((_length(start, end) for start, end in self.hours), timedelta())

    def is_working_day(self, day: date) -> bool:
        """Whether people work on `day`."""
        return day in self.makeup or (day.weekday() < 5 and day not in self.holidays)

    def next_working_day(self, day: date) -> date:
        """`day` itself or the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_time(self, start: datetime, span: timedelta) -> datetime:
        """The instant, in UTC, at which `span` of working time has passed since `start`; no span is over at once."""
        begins = start.astimezone(UTC)
        if span <= timedelta():
            return begins
        for opens, closes in self._stretches(start.astimezone(SHANGHAI).date()):
            if closes > begins:
                begins = opens if opens > begins else begins
                if closes - begins >= span:
                    return begins + span
                span -= closes - begins
        raise OverflowError("a deadline after the year 9999")

    def next_working_time(self, at: datetime) -> datetime:
        """`at` itself or the first instant after it at which people work, in UTC."""
        stretches = self._stretches(at.astimezone(SHANGHAI).date())
        return next(max(opens, at.astimezone(UTC)) for opens, closes in stretches if closes > at)

    def _stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """All stretches of working time from `day` on, in UTC so that they can be subtracted."""
        while day.year < date.max.year:
            found = self._known.get(day)
            if found is None:
                hours = self.hours if self.is_working_day(day) else ()
                found = tuple((_instant(day, start), _instant(day, end)) for start, end in hours)
                if len(self._known) < MOST_KNOWN:
                    self._known[day] = found
            yield from found
            day += _DAY

    @cached_property
    def _known(self) -> dict[date, tuple[tuple[datetime, datetime], ...]]:
        """Working hours as instants, of the days that were asked for: making them is most of what a deadline costs."""
        return {}


def deadline(start: datetime, span: Span, clock: str, calendar: Calendar) -> datetime:
    """When `span` has passed since `start` on the `wall` clock, or on the `working` one, whose day is a working day."""
    return after(start, length(span, clock, calendar), clock, calendar)


def length(span: Span, clock: str, calendar: Calendar) -> timedelta:
    """How much time of this clock `span` is: on the `working` one a day is as long as people work on it."""
    return span.amount * calendar.day_length if clock == "working" and span.unit == "d" else span.wall


def after(start: datetime, time_of_clock: timedelta, clock: str, calendar: Calendar) -> datetime:
    """The instant, in UTC, at which this much time of the clock has passed since `start`."""
    return start.astimezone(UTC) + time_of_clock if clock == "wall" else calendar.add_working_time(start, time_of_clock)


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)


def _length(start: time, end: time) -> timedelta:
    return datetime.combine(date.min, end) - datetime.combine(date.min, start)
