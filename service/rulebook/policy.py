"""响应办法: what each level asks of people – `response.yaml` as frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time

from service.reporting.calendar import Span
from service.reporting.deadline import ReportingPolicy
from service.rulebook.night import Hours, Night
from service.scoring.pack import Level

CLOCKS = ("wall", "working")
PHASES = ("open", "contained", "watching")  # of an alert that somebody handles: 处置中, 已稳控, 观察期


@dataclass(frozen=True)
class LadderStep:
    """One rung: who is told when nobody has signed `after` the level was issued."""

    after: Span
    posts: tuple[str, ...]


@dataclass(frozen=True)
class LevelPolicy:
    """What one level asks: who must sign by when, and the ladder, earliest rung first; `update_every` has an entry for
    every one of PHASES."""

    owner: str
    copy: tuple[str, ...]
    sign_within: Span
    act_within: Span
    update_every: Mapping[str, Span]
    clock: str
    lifted_by: str
    ladder: tuple[LadderStep, ...]
    two_people: bool = False  # to lift it: whoever proposes, and a holder of `lifted_by`
    quiet_before_lift: Span | None = None  # since it is contained and nothing worse has come


@dataclass(frozen=True)
class Lifting:
    """解除办法: who lifts an alert, whether a second person is needed, and how long it has to have been quiet."""

    by: str
    two_people: bool
    quiet: Span | None


@dataclass(frozen=True)
class QuietHours:
    """静默时段: hours in which nobody is told of anything but of these levels."""

    hours: Hours
    excepted: frozenset[Level]


@dataclass(frozen=True)
class Digest:
    """汇总: when alerts of these levels are told together, once a day."""

    at: time
    levels: frozenset[Level]


@dataclass(frozen=True)
class Budget:
    """预警额度: how many alerts an officer gets a week; those of `never_held_back` come all the same."""

    alerts_per_officer_week: int
    never_held_back: frozenset[Level]


@dataclass(frozen=True)
class ResponsePolicy:
    """The whole file; `theme_clocks` overrides the clock of every level for alerts of a theme; a level that is not in
    `repeat_at_top_every` does not repeat; a section that is absent is None."""

    levels: Mapping[Level, LevelPolicy]
    theme_clocks: Mapping[str, str]
    repeat_at_top_every: Mapping[Level, Span]
    night: Night | None
    quiet_hours: QuietHours | None
    digest: Digest | None
    budget: Budget | None
    reports: ReportingPolicy
    theme_lifting: Mapping[str, tuple[str | None, bool | None]]  # lifted_by and two_people where a theme has its own

    def lifting(self, level: Level, theme: str) -> Lifting:
        """How an alert of this level and theme is lifted."""
        own = self.levels[level]
        by, two_people = self.theme_lifting.get(theme, (None, None))
        return Lifting(by or own.lifted_by, own.two_people if two_people is None else two_people, own.quiet_before_lift)

    def clock(self, level: Level, theme: str) -> str:
        """`wall` or `working`: on which clock an alert of this level and theme runs."""
        return self.theme_clocks.get(theme, self.levels[level].clock)
