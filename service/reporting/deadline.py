"""报送期限: when the reports of a week are due, when the week closes, and when to remind.

Pure. Instants are UTC; days and times of the policy are those of Asia/Shanghai.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from service.clock import SHANGHAI
from service.reporting.calendar import Calendar, Span
from service.reporting.written import span
from service.scoring.fields import Form, Wrong, text, word
from service.scoring.positions import Tree
from service.scoring.week import monday

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MOMENT = re.compile(r"(\w{3}) ((?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_KEYS = ("due", "closes", "of", "on_holiday", "remind_before")


@dataclass(frozen=True, order=True)
class Moment:
    """A time on a day of the week; Monday is 0."""

    weekday: int
    at: time


_MONDAY = Moment(0, time())  # stands for a moment that could not be read; the policy is refused anyway


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


def reporting_policy(form: Form) -> ReportingPolicy:
    """Read the `reports:` section; what is wrong is noted in the form."""
    form.refuse_others(_KEYS)
    form.take("of", word(("following_week",)), "")
    form.take("on_holiday", word(("next_working_day",)), "")
    policy = ReportingPolicy(
        due=form.need("due", _moment, _MONDAY),
        closes=form.need("closes", _moment, _MONDAY),
        remind_before=form.take("remind_before", span, Span(24, "h")),
    )
    if form.sound and policy.closes <= policy.due:
        form.note(form.at("closes"), "closes 必须晚于 due", "closes must be after due")
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


def _moment(node: Tree) -> Moment:
    found = _MOMENT.fullmatch(text(node))
    if not found or found[1] not in _DAYS:
        raise Wrong(
            f"写作 “Tue 12:00”（{' '.join(_DAYS)}），不是 {text(node)}", f"is written “Tue 12:00”, not '{text(node)}'"
        )
    return Moment(_DAYS.index(found[1]), time.fromisoformat(found[2]))


def _on(day: date, at: time) -> datetime:
    return datetime.combine(day, at, SHANGHAI).astimezone(UTC)
