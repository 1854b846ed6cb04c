"""报送期限: when the reports of a week are due, when the week closes, and when to remind.

Pure. Instants are UTC; days and times of the policy are those of Asia/Shanghai.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from service.clock import SHANGHAI
from service.reporting.calendar import Calendar, Span, parse_span
from service.scoring.week import monday

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOMENT = re.compile(r"(\w{3}) (\d{2}:\d{2})", re.ASCII)
_KEYS = ("due", "closes", "of", "on_holiday", "remind_before")


@dataclass(frozen=True)
class Moment:
    """A time on a day of the week; Monday is 0."""

    weekday: int
    at: time


@dataclass(frozen=True)
class ReportingPolicy:
    """`reports:` of response.yaml: a week is due and closes at these moments of the week after it."""

    due: Moment
    closes: Moment
    remind_before: Span


@dataclass(frozen=True)
class Deadlines:
    """The three instants of one week, `remind_at` ≤ `due_at` < `closes_at`, in UTC."""

    due_at: datetime
    closes_at: datetime
    remind_at: datetime


def reporting_policy(reports: Mapping[str, object]) -> ReportingPolicy:
    """Read the `reports:` section. Raises ValueError that says which key is wrong and how it is written."""
    unknown = [key for key in reports if key not in _KEYS]
    if unknown:
        raise ValueError(f"没有 reports.{unknown[0]} 这一项 / there is no reports.{unknown[0]}")
    for key, only in (("of", "following_week"), ("on_holiday", "next_working_day")):
        if reports.get(key, only) != only:
            raise ValueError(f"reports.{key} 只能是 {only} / reports.{key} can only be {only}")
    policy = ReportingPolicy(
        due=_moment(reports, "due"),
        closes=_moment(reports, "closes"),
        remind_before=parse_span(str(reports.get("remind_before", "24h"))),
    )
    if (policy.closes.weekday, policy.closes.at) <= (policy.due.weekday, policy.due.at):
        raise ValueError("reports.closes 必须晚于 reports.due / reports.closes must be after reports.due")
    return policy


def deadlines(week: str, policy: ReportingPolicy, calendar: Calendar) -> Deadlines:
    """When reports of `week` are due and when it closes; both move to the next working day, closing after due."""
    following = monday(week) + timedelta(days=7)
    due_at = _on(calendar.next_working_day(following + timedelta(days=policy.due.weekday)), policy.due.at)
    day = calendar.next_working_day(following + timedelta(days=policy.closes.weekday))
    closes_at = _on(day, policy.closes.at)
    if closes_at <= due_at:
        # A holiday pushed both onto one day: whoever is due at noon still gets until the day after.
        closes_at = _on(calendar.next_working_day(day + timedelta(days=1)), policy.closes.at)
    return Deadlines(due_at, closes_at, due_at - policy.remind_before.wall)


def _moment(reports: Mapping[str, object], key: str) -> Moment:
    found = _MOMENT.fullmatch(str(reports.get(key, "")))
    if not found or found[1] not in _DAYS:
        raise ValueError(f"reports.{key} 写作 “Tue 12:00” / reports.{key} is written “Tue 12:00”")
    return Moment(_DAYS.index(found[1]), time.fromisoformat(found[2]))


def _on(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
