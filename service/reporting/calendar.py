"""工作日历: working days with public holidays and make-up days (调休), and the clock that runs only while people work.

Pure. Dates are those of Asia/Shanghai, instants are aware; a year the calendar does not hold is Monday to Friday.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from service.clock import SHANGHAI
from service.errors import FileProblems, LineProblem

_SPAN = re.compile(r"(\d{1,5})(min|h|d)", re.ASCII)
_MINUTES = {"min": 1, "h": 60, "d": 24 * 60}
_HOURS = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """时限: an amount of minutes (`min`), hours (`h`) or days (`d`); what a day is, the clock decides."""

    amount: int
    unit: str

    @property
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

    @property
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
        if span <= timedelta():
            return start.astimezone(UTC)
        for opens, closes in self._stretches(start.astimezone(SHANGHAI).date()):
            begins = max(opens, start)
            if closes - begins >= span:
                return (begins + span).astimezone(UTC)
            span -= max(closes - begins, timedelta())
        raise OverflowError("a deadline after the year 9999")

    def next_working_time(self, at: datetime) -> datetime:
        """`at` itself or the first instant after it at which people work, in UTC."""
        stretches = self._stretches(at.astimezone(SHANGHAI).date())
        return next(max(opens, at.astimezone(UTC)) for opens, closes in stretches if closes > at)

    def _stretches(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """All stretches of working time from `day` on, in UTC so that they can be subtracted."""
        while day.year < date.max.year:
            day = self.next_working_day(day)
            for start, end in self.hours:
                yield _instant(day, start), _instant(day, end)
            day += _DAY


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


def parse_calendar(text: str, file: str = "calendar.yaml") -> Calendar:
    """Read `calendar.yaml`. Raises FileProblems with every problem and its line."""
    reader = _Reader(file)
    root = reader.load(text)
    hours = reader.hours(root) if root else ()
    years = (root.get("years") or {}) if root else {}
    if not isinstance(years, dict):
        reader.report(
            root, "years", "years 应为 年份: {holidays, makeup_workdays}", "years must map a year to its days"
        )
        years = {}
    days = {kind: reader.days(years, kind) for kind in ("holidays", "makeup_workdays")}
    for day in sorted(days["holidays"] & days["makeup_workdays"]):
        reader.report(root, "years", f"{day} 既是节假日又是调休上班日", f"{day} is both a holiday and a make-up day")
    if reader.problems:
        raise FileProblems(reader.problems)
    return Calendar(hours, frozenset(years), frozenset(days["holidays"]), frozenset(days["makeup_workdays"]))


class _Reader:
    """Reads what it can and collects the problems of the rest."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[LineProblem] = []

    def report(self, parent: Any, key: Any, text: str, text_en: str) -> None:
        line = 1
        if hasattr(parent, "lc"):
            data = parent.lc.data or {}
            line = (data[key][0] if key in data else parent.lc.line) + 1
        self.problems.append(LineProblem(self.file, line, text, text_en))

    def load(self, text: str) -> Any:
        try:
            root = YAML(typ="rt").load(text)
        except MarkedYAMLError as error:
            mark = error.problem_mark
            place = (mark.line + 1, mark.column + 1) if mark else (1, 0)
            english = f"not YAML: {error.problem}"
            self.problems.append(LineProblem(self.file, place[0], "不是合法的 YAML", english, place[1]))
            return None
        except (YAMLError, ValueError) as error:
            return self.report(None, "", "不是合法的 YAML", f"not YAML: {error}")
        if not isinstance(root, dict):
            return self.report(None, "", "应为键值结构", "must be a mapping")
        for key in root.keys() - {"timezone", "working_hours", "years"}:
            self.report(root, key, f"没有 {key} 这一项", f"there is no setting {key!r}")
        if root.get("timezone", "Asia/Shanghai") != "Asia/Shanghai":
            self.report(root, "timezone", "timezone 只能是 Asia/Shanghai", "timezone can only be Asia/Shanghai")
        return root

    def hours(self, root: Any) -> tuple[tuple[time, time], ...]:
        try:
            found = tuple(_stretch(text) for text in root["working_hours"])
            flat = [at for pair in found for at in pair]
            if not found or any(a >= b for a, b in pairwise(flat)):
                raise ValueError("hours are out of order")
        except (KeyError, TypeError, ValueError):
            example = '["08:30-12:00", "14:00-18:00"]'
            self.report(
                root,
                "working_hours",
                f"working_hours 应按先后写明工作时段，如 {example}",
                f"working_hours must list the working hours in order, like {example}",
            )
            return ()
        return found

    def days(self, years: Mapping[Any, Any], kind: str) -> set[date]:
        found: set[date] = set()
        for year, entry in years.items():
            try:
                days = [_date(item) for item in entry.get(kind) or ()]
                if not isinstance(year, int) or any(day.year != year for day in days):
                    raise ValueError("a day of another year")
                found.update(days)
            except (AttributeError, TypeError, ValueError):
                self.report(
                    years,
                    year,
                    f"{year} 年的 {kind} 应为该年日期的列表，如 [2026-10-01]",
                    f"{kind} of {year} must be a list of dates of that year, like [2026-10-01]",
                )
        return found


def _date(item: object) -> date:
    return item if isinstance(item, date) else date.fromisoformat(str(item))


def _stretch(text: str) -> tuple[time, time]:
    found = _HOURS.fullmatch(text)
    if not found:
        raise ValueError(text)
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])
