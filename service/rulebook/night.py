"""夜间: hours of the night by the clock of Asia/Shanghai. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from service.clock import SHANGHAI


@dataclass(frozen=True)
class Hours:
    """A stretch of every day, half-open `[start, end)`; when it ends before it starts it runs over midnight."""

    start: time
    end: time

    def cover(self, at: datetime) -> bool:
        """Whether the instant `at` lies within these hours."""
        now = at.astimezone(SHANGHAI).time()
        if self.start <= self.end:
            return self.start <= now < self.end
        return now >= self.start or now < self.end

    def end_after(self, at: datetime) -> datetime:
        """The first end of these hours after `at`, in UTC."""
        day = at.astimezone(SHANGHAI).date()
        ends = _instant(day, self.end)
        return ends if ends > at else _instant(day + timedelta(days=1), self.end)


@dataclass(frozen=True)
class Night:
    """夜间规定: what a red from score alone does at night – it wakes these posts, who judge who else is woken."""

    hours: Hours
    posts: tuple[str, ...]


def _instant(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
