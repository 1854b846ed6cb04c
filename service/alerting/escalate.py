"""提级: what is owed for an alert, until when, and who is told as long as it is not done.

Pure; the rungs come from `response.yaml`, the posts from the tree, so a new township needs no configuration. One duty
runs at a time: sign, then act, then update, until the alert is over. Each has the same ladder, counted from the moment
the level was issued (sign) or from the deadline that was missed (act, update); above its top it repeats.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.reporting.calendar import Calendar, Span, after, deadline, length
from service.rulebook.night import Hours, Night
from service.rulebook.policy import LevelPolicy, ResponsePolicy
from service.scoring.pack import Level

CLOSED = frozenset({"lifted", "archived"})
CALM = frozenset({"contained", "rejected"})  # found not to be real, an alert waits for its end
SHORTEST_NOTICE = timedelta(minutes=30)


class Duty(StrEnum):
    """What somebody owes next."""

    SIGN = "sign"  # 签收
    ACT = "act"  # 首次处置
    UPDATE = "update"  # 续报
    NONE = "none"  # the alert is over


class Origin(StrEnum):
    """What stands behind a level: with an incident a red wakes people, from figures alone the night desk judges."""

    SCORE = "score"
    EVENT = "event"


class Why(StrEnum):
    """Why somebody is told at a step."""

    RUNG = "rung"  # the rung's time has come
    REPEAT = "repeat"  # the top of the ladder again
    REMINDER = "reminder"  # the owner, before the deadline
    NIGHT = "night"  # the night desk instead of the rung
    NOTHING = "nothing"  # not yet: a newer policy gives more time


@dataclass(frozen=True)
class Clocks:
    """What is owed and until when. `step` rungs have been told; `next_step_at` is None when no step follows: for a
    closed alert, and above the top of a ladder that does not repeat."""

    duty: Duty
    sign_by: datetime
    act_by: datetime | None
    update_by: datetime | None
    step: int
    next_step_at: datetime | None

    @property
    def due_at(self) -> datetime | None:
        """The deadline of the duty that runs."""
        return {Duty.SIGN: self.sign_by, Duty.ACT: self.act_by, Duty.UPDATE: self.update_by}.get(self.duty)


@dataclass(frozen=True)
class ClockView:
    """What an alert's clocks depend on. `last_update_at` is the last move that said something; `stored` are the clocks
    that ran up to now, None when the alert has just been issued."""

    level: Level
    theme: str
    state: str
    issued_at: datetime
    acknowledged_at: datetime | None = None
    first_action_at: datetime | None = None
    last_update_at: datetime | None = None
    contained_at: datetime | None = None
    liftable_at: datetime | None = None
    stored: Clocks | None = None


@dataclass(frozen=True)
class Telling:
    """What to do at one step: `rungs` are taken, `posts` told (none: nobody), and how the ladder stands afterwards."""

    why: Why
    rungs: tuple[int, ...]
    posts: tuple[str, ...]
    step: int
    next_at: datetime | None


@dataclass(frozen=True)
class Ladder:
    """The rungs of one duty of one alert. `night` and `quiet` are None where they do not apply: at `night` its posts
    are told instead, in `quiet` hours the first rung waits for working time."""

    policy: LevelPolicy
    clock: str
    since: datetime
    calendar: Calendar
    duty: Duty = Duty.SIGN
    repeat: Span | None = None
    night: Night | None = None
    quiet: Hours | None = None

    def rung_at(self, rung: int) -> datetime | None:
        """When rung number `rung` (0 is the first) is due; None above the top."""
        if rung >= len(self.policy.ladder):
            return None
        at = deadline(self.since, self.policy.ladder[rung].after, self.clock, self.calendar)
        return self.calendar.next_working_time(at) if self.quiet and self.quiet.cover(at) else at

    @property
    def sign_by(self) -> datetime:
        """Until when somebody must have signed."""
        return deadline(self.since, self.policy.sign_within, self.clock, self.calendar)

    def due(self, taken: int, now: datetime) -> tuple[int, ...]:
        """Numbers of the rungs from `taken` on whose time has come; after a standstill there are several."""
        rungs = []
        while (at := self.rung_at(taken)) is not None and at <= now:
            rungs.append(taken)
            taken += 1
        return tuple(rungs)

    def posts(self, rungs: tuple[int, ...]) -> tuple[str, ...]:
        """Post codes of these rungs, each once, in their order."""
        return tuple(dict.fromkeys(post for rung in rungs for post in self.policy.ladder[rung].posts))

    def tell(self, taken: int, due_at: datetime, now: datetime) -> Telling:
        """The step due at `due_at`, taken at `now`, after `taken` rungs; whatever has fallen due since is one step."""
        rungs = self.due(taken, now)
        if self.night is not None and self.night.hours.cover(now):
            return self._at_night(self.night, taken, rungs, due_at, now)
        if rungs:
            taken += len(rungs)
            posts = (*self.posts(rungs), *(self.policy.copy if rungs[0] == 0 and self.duty is Duty.SIGN else ()))
            return Telling(Why.RUNG, rungs, tuple(dict.fromkeys(posts)), taken, self._next(taken, due_at, now))
        following = self._next(taken, due_at, now)
        if taken >= len(self.policy.ladder):
            posts = self.posts((len(self.policy.ladder) - 1,)) if self.repeat else ()
            return Telling(Why.REPEAT if self.repeat else Why.NOTHING, (), posts, taken, following)
        if taken == 0 and self.duty is not Duty.SIGN:
            return Telling(Why.REMINDER, (), (self.policy.owner,), taken, following)
        return Telling(Why.NOTHING, (), (), taken, following)

    def _at_night(self, night: Night, taken: int, rungs: tuple[int, ...], due_at: datetime, now: datetime) -> Telling:
        """The desk hears of every rung and repeat; the rungs stay untaken and come all together in the morning."""
        following = self._next(taken, due_at, now)
        if rungs:
            morning = night.hours.end_after(now)
            return Telling(Why.NIGHT, (), night.posts, taken, min(morning, following or morning))
        if taken >= len(self.policy.ladder) and self.repeat:
            return Telling(Why.NIGHT, (), night.posts, taken, following)
        return Telling(Why.NOTHING, (), (), taken, following)

    def _next(self, taken: int, due_at: datetime, now: datetime) -> datetime | None:
        """The first instant after `now` at which a rung from `taken` on, or a repeat, is due."""
        for rung in range(taken, len(self.policy.ladder)):
            at = self.rung_at(rung)
            if at is not None and at > now:
                return at
        top = self.rung_at(len(self.policy.ladder) - 1)
        return self._repeat_after(max(top or due_at, due_at), now) if self.repeat else None

    def _repeat_after(self, base: datetime, now: datetime) -> datetime:
        """Repeats keep their beat from `base`; those that were slept through are not made up for."""
        assert self.repeat is not None  # the caller has looked
        every = length(self.repeat, self.clock, self.calendar)
        if self.clock == "wall":
            return base + max((now - base) // every + 1, 1) * every
        at = after(base, every, self.clock, self.calendar)
        while at <= now:
            at = after(at, every, self.clock, self.calendar)
        return at


def ladder(
    policy: ResponsePolicy,
    level: Level,
    theme: str,
    since: datetime,
    calendar: Calendar,
    duty: Duty = Duty.SIGN,
    origin: Origin = Origin.EVENT,
) -> Ladder:
    """The ladder of an alert of this level and theme for one duty, counted from `since`."""
    clock = policy.clock(level, theme)
    night = policy.night
    alone = level is Level.RED and origin is Origin.SCORE and night is not None and bool(night.posts)
    slowed = clock == "working" and policy.levels[level].clock == "wall" and night is not None
    return Ladder(
        policy=policy.levels[level],
        clock=clock,
        since=since,
        calendar=calendar,
        duty=duty,
        repeat=policy.repeat_at_top_every.get(level),
        night=night if alone else None,
        quiet=night.hours if slowed and night else None,
    )


def running(policy: ResponsePolicy, calendar: Calendar, alert: ClockView, origin: Origin) -> Ladder:
    """The ladder of the duty that runs, from the stored clocks."""
    stored = alert.stored
    duty = stored.duty if stored else Duty.SIGN
    since = _since(policy, calendar, alert, duty, stored.due_at if stored else None)
    return ladder(policy, alert.level, alert.theme, since, calendar, duty, origin)


def _since(
    policy: ResponsePolicy, calendar: Calendar, alert: ClockView, duty: Duty, due_at: datetime | None
) -> datetime:
    """Where the ladder of a duty counts from: the issue (sign), or the deadline that was missed – though who signed
    late is left the time of one notice."""
    if duty is Duty.SIGN or due_at is None:
        return alert.issued_at
    if duty is Duty.UPDATE or alert.acknowledged_at is None:
        return due_at
    clock = policy.clock(alert.level, alert.theme)
    notice = _notice(length(policy.levels[alert.level].act_within, clock, calendar))
    return max(due_at, after(alert.acknowledged_at, notice, clock, calendar))


def clocks(policy: ResponsePolicy, calendar: Calendar, alert: ClockView, now: datetime) -> Clocks:
    """What is owed after a move. The same duty with the same deadline goes on where it was, and so does the duty to
    update after a move without `last_update_at`; a new one starts its own ladder, with one reminder to the owner before
    the deadline unless that moment is past."""
    rules, clock, duty = policy.levels[alert.level], policy.clock(alert.level, alert.theme), _duty(alert)
    every, spoke = rules.update_every[_phase(alert)], alert.last_update_at or alert.acknowledged_at or alert.issued_at
    sign_by = deadline(alert.issued_at, rules.sign_within, clock, calendar)
    act_by = deadline(alert.issued_at, rules.act_within, clock, calendar)
    update_by = deadline(spoke, every, clock, calendar) if duty is Duty.UPDATE else None
    due_at = {Duty.SIGN: sign_by, Duty.ACT: act_by, Duty.UPDATE: update_by}.get(duty)
    stored = alert.stored
    if stored is not None and stored.duty is duty:
        if duty is Duty.UPDATE and alert.last_update_at is None:
            return Clocks(duty, sign_by, act_by, stored.update_by, stored.step, stored.next_step_at)
        if duty is Duty.SIGN or stored.due_at == due_at:
            return Clocks(duty, sign_by, act_by, update_by, stored.step, stored.next_step_at)
    if duty is Duty.NONE:
        return Clocks(duty, sign_by, act_by, update_by, 0, None)
    since = _since(policy, calendar, alert, duty, due_at)
    first = ladder(policy, alert.level, alert.theme, since, calendar, duty).rung_at(0)
    if duty is not Duty.SIGN:
        start, span = (alert.issued_at, rules.act_within) if duty is Duty.ACT else (spoke, every)
        first = _remind_at(start, span, clock, calendar, now) or first
    return Clocks(duty, sign_by, act_by, update_by, 0, first)


def _remind_at(start: datetime, span: Span, clock: str, calendar: Calendar, now: datetime) -> datetime | None:
    """When the owner is reminded of what is due a span after `start`; None when that is past, or was never."""
    whole = length(span, clock, calendar)
    early = whole - _notice(whole)
    at = after(start, early, clock, calendar) if early > timedelta() else start
    return at if at > max(start, now) else None


def _duty(alert: ClockView) -> Duty:
    if alert.state in CLOSED:
        return Duty.NONE
    if alert.acknowledged_at is None:
        return Duty.SIGN
    waiting = alert.first_action_at is None and alert.state in {"acknowledged", "verified"}
    return Duty.ACT if waiting else Duty.UPDATE


def _phase(alert: ClockView) -> str:
    """Which of the update clocks runs: watching once the figures are clean too, and only the end is missing."""
    if alert.contained_at is None and alert.state not in CALM:
        return "open"
    return "watching" if alert.liftable_at is not None else "contained"


def _notice(whole: timedelta) -> timedelta:
    """How long before a deadline its owner is reminded: a quarter of the whole time, and half an hour at least."""
    return max(whole / 4, SHORTEST_NOTICE)
