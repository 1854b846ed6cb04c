"""时钟: the only place that reads the time; everything else takes `now` as an argument."""

import re
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)  # fromisoformat also takes 20261118 and 2026-W47-3


class Clock(Protocol):
    """Something that knows the present instant, in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """A clock that stands still until it is told to move; for tests and the demo."""

    def __init__(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        self._at = at.astimezone(UTC)

    def advance(self, step: timedelta) -> None:
        self._at += step


class Drift:
    """Notices when the wall clock was set: it then parts from the monotonic one."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._start = (clock.now(), monotonic())

    def check(self, tolerance: timedelta) -> timedelta | None:
        """By how much the wall clock jumped since the last jump, or None within `tolerance`."""
        wall, steady = self._clock.now(), self._monotonic()
        jump = wall - self._start[0] - timedelta(seconds=steady - self._start[1])
        if abs(jump) <= tolerance:
            return None
        self._start = (wall, steady)
        return jump


def shanghai(text: str) -> datetime:
    """Read an ISO 8601 instant; without an offset it is Asia/Shanghai (design §7). Raises ValueError."""
    at = datetime.fromisoformat(text)
    return (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)


def calendar_day(text: str) -> date:
    """Read a day of the calendar, written `2026-11-18` and in no other way. Raises ValueError."""
    if not _DAY.fullmatch(text):
        raise ValueError(f"not a day like 2026-11-18: {text!r}")
    return date.fromisoformat(text)
