"""负担: when one officer hears of something – at once, when work begins, or with the day's digest – and how much of it
in a week. Pure.

Orange and red are never held. Blue and yellow run on the working clock, so they are told while it runs: what somebody
has to do is told at once in working time, everything else waits for the digest (决策 0009).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.alerting.escalate import CLOSED, Duty
from service.clock import SHANGHAI
from service.notify.message import NewsReason
from service.reporting.calendar import Calendar
from service.rulebook.night import Hours
from service.rulebook.policy import Budget, Digest, LevelPolicy, ResponsePolicy
from service.scoring.pack import Level
from service.scoring.week import monday, week_at

ISSUED = frozenset({NewsReason.RAISED, NewsReason.WORSENED, NewsReason.CORRECTED, NewsReason.REOPENED})
_CLIMBED = frozenset({NewsReason.ESCALATED, NewsReason.ACT_MISSED, NewsReason.UPDATE_MISSED, NewsReason.NIGHT})
_WEEK = timedelta(days=7)


class Held(StrEnum):
    """Why a piece of news waits."""

    NO = "no"
    QUIET = "quiet"  # 静默时段或非工作时间
    DIGEST = "digest"  # 进汇总
    BUDGET = "budget"  # 超出本周额度，进汇总


class Withdrawn(StrEnum):
    """Why a piece of news that waited is not told any more."""

    CLOSED = "closed"  # 预警已结束
    SUPERSEDED = "superseded"  # 已发布新的等级
    DONE = "done"  # 所要求的已经做了
    GATHERED = "gathered"  # 由上级预警归并


@dataclass(frozen=True)
class News:
    """One piece of news for one officer. It `asks` when he is the one who has something to do, by `due_by` where there
    is a deadline; `clock` is the one the alert runs on."""

    level: Level
    clock: str
    asks: bool
    due_by: datetime | None


@dataclass(frozen=True)
class Timing:
    """From when it may be told, and why not before."""

    at: datetime
    held: Held


@dataclass(frozen=True)
class Standing:
    """What a piece of news weighs against others: level, people of the unit, and until when something is asked."""

    key: int
    level: Level
    people: int
    due_by: datetime | None
    may_wait: bool  # a new alert that has not been put off before


def asks(reason: NewsReason, codes: Collection[str], policy: LevelPolicy) -> bool:
    """Whether news asks those who answer for `codes` to do something. Copies, repeats and reminders do not."""
    if reason in ISSUED:
        return bool({policy.owner, *policy.ladder[0].posts} & set(codes))
    return reason in _CLIMBED


def when(policy: ResponsePolicy, calendar: Calendar, news: News, now: datetime) -> Timing:
    """From when this may be told. Without `digest` and `quiet_hours` in the policy everything is told at once; what
    has to be done before the next digest never waits for it."""
    earliest = _after_quiet(policy, news, now)
    digest = policy.digest
    if digest is None or news.level not in digest.levels:
        return Timing(earliest, Held.QUIET if earliest > now else Held.NO)
    following = next_digest(digest, calendar, now)
    urgent = news.due_by is not None and now < news.due_by <= following
    if not news.asks and not urgent:
        return Timing(following, Held.DIGEST)
    if news.clock == "working" and not urgent:
        earliest = min(calendar.next_working_time(earliest), following)
    return Timing(earliest, Held.QUIET if earliest > now else Held.NO)


def _after_quiet(policy: ResponsePolicy, news: News, now: datetime) -> datetime:
    """The end of quiet hours, where they apply and nothing has to be done in them."""
    quiet = policy.quiet_hours
    if quiet is None or news.level in quiet.excepted or not quiet.hours.cover(now):
        return now
    end = quiet.hours.end_after(now)
    return now if news.due_by is not None and now < news.due_by <= end else end


def next_digest(digest: Digest, calendar: Calendar, now: datetime) -> datetime:
    """The first digest after `now`; there is one on every working day."""
    at = Hours(digest.at, digest.at).end_after(now)
    day = at.astimezone(SHANGHAI).date()
    return at + (calendar.next_working_day(day) - day)


def with_digest(digest: Digest | None, calendar: Calendar, at: datetime) -> bool:
    """Whether `at` is the time of a digest."""
    return digest is not None and next_digest(digest, calendar, at - timedelta(microseconds=1)) == at


def over_budget(budget: Budget | None, waiting: Sequence[Standing], load: int) -> frozenset[int]:
    """Keys of the new alerts for which an officer has no room left this week: the mildest, with the fewest people and
    the most time. `load` is what he has been asked already, and what he owes."""
    if budget is None:
        return frozenset()
    new = [news for news in waiting if news.may_wait and news.level not in budget.never_held_back]
    room = max(budget.alerts_per_officer_week - load, 0)
    return frozenset(news.key for news in sorted(new, key=order)[room:])


def order(news: Standing) -> tuple[int, int, float, int]:
    """The most serious first, then those with most people, then those with the least time."""
    left = news.due_by.timestamp() if news.due_by else float("inf")
    return -int(news.level), -news.people, left, news.key


def week_of(now: datetime) -> tuple[datetime, datetime]:
    """The ISO week of `now` in Baoji: its first instant and the first of the next."""
    start = datetime.combine(monday(week_at(now)), datetime.min.time(), SHANGHAI)
    return start, start + _WEEK


def withdrawn(
    state: str, issued_at: datetime, duty: str, told_issued_at: datetime, told_duty: str, *, asked: bool
) -> Withdrawn | None:
    """Why news that waited is not told: the alert is over, has been issued anew since, or what was asked is done. The
    first three say how the alert stands now, the others how it stood in the news."""
    if state in CLOSED:
        return Withdrawn.CLOSED
    if issued_at > told_issued_at:
        return Withdrawn.SUPERSEDED
    if asked and duty != told_duty and duty != Duty.NONE:
        return Withdrawn.DONE
    return None
