"""预警决策: what one freshly judged week means for a node's alert, and why.

Pure: everything it needs comes in. The reason is stored with the score, so that silence can be explained too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from service.scoring.pack import Level
from service.scoring.week import distance, monday, step

REOPEN_WITHIN = timedelta(days=60)  # the same cause again: one story, not two (domain.md §2, lifting rules)
CORRECTABLE_WEEKS = 4  # an older correction re-scores and raises nothing (rules-example/README.md)
Step = tuple[float, float]  # how bad a fired rule is: its floor and its points


class Reason(StrEnum):
    """Why an alert was raised, changed, or left alone."""

    NO_RISK = "no_risk"  # 无风险
    FIRST_RISK = "first_risk"  # 首次出现风险
    WORSENED = "worsened"  # 等级上升
    CORRECTED = "corrected"  # 更正后上升
    REOPENED = "reopened"  # 同一原因再次出现
    EASED = "eased"  # 有所缓和
    EASED_OUT = "eased_out"  # 自行消除
    LIFTABLE = "liftable"  # 可以解除
    RELAPSED = "relapsed"  # 又有风险，暂不能解除
    JUDGED = "judged"  # 已由责任人研判，没有更坏
    UNCHANGED = "unchanged"  # 无变化
    MUTED = "muted"  # 暂缓提醒
    HISTORY = "history"  # 历史数据，仅重新评分


RAISING = frozenset({Reason.FIRST_RISK, Reason.WORSENED, Reason.CORRECTED, Reason.REOPENED})
RECORDED = RAISING | {Reason.EASED, Reason.EASED_OUT, Reason.LIFTABLE, Reason.RELAPSED}


class Trigger(StrEnum):
    """What brought the week up for judgement."""

    NEWS = "news"
    CORRECTION = "correction"
    HISTORY = "history"


@dataclass(frozen=True)
class WeekView:
    """One judged week of a node; `fired` and `unknown` are ids of active rules, `steps` how bad each fired one is.
    `unverified` are indicators that a correction made look better after the alert, which nobody has verified."""

    week: str
    level: Level
    reported: bool
    fired: frozenset[str]
    unknown: frozenset[str]
    steps: Mapping[str, Step] = field(default_factory=dict)
    unverified: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Judged:
    """研判定级: what the figures said when an officer set the level; only what is worse than this is news again."""

    level: Level
    steps: Mapping[str, Step]


@dataclass(frozen=True)
class AlertView:
    """The node's open alert, or else its last closed one."""

    open: bool
    level: Level
    rules: frozenset[str]
    signed: bool
    liftable: bool
    first_week: str
    last_week: str
    judged: Judged | None = None


@dataclass(frozen=True)
class MuteView:
    """These rules raise nothing up to `level` before `until`, as long as none is worse than its `steps`."""

    rules: frozenset[str]
    level: Level
    until: datetime
    steps: Mapping[str, Step] = field(default_factory=dict)


@dataclass(frozen=True)
class Decision:
    """What to do, and why; `level` is the alert's level afterwards."""

    reason: Reason
    level: Level

    @property
    def raises(self) -> bool:
        return self.reason in RAISING


def trigger(week: str, causes: frozenset[str], newest: str | None, current: str) -> Trigger:
    """How a week's causes count: old news matters only where nothing newer of the node is known.

    `newest` is the node's newest week with a report or event, `current` the present week. A figure of a peer that came
    late (`peer` alone) is history: it only scores again, because nothing new is known of this node and nobody is to be
    alarmed for what another one reported; its next own week decides.
    """
    recent = distance(week, current) <= CORRECTABLE_WEEKS
    if "closing" in causes:
        return Trigger.NEWS
    if causes & {"report", "event"} and (recent or newest is None or week >= newest):
        return Trigger.NEWS
    if recent and (causes & {"report", "event", "correction", "later", "child"}):
        return Trigger.CORRECTION if causes & {"correction", "later"} else Trigger.NEWS
    return Trigger.HISTORY


def decide(
    previous: AlertView | None,
    score: WeekView,
    cause: Trigger,
    mutes: Sequence[MuteView],
    now: datetime,
    clean_weeks: int,
    clean_needed: int,
) -> Decision:
    """Say what to do about one node after one scoring. `clean_weeks` is how many clean weeks in a row end here."""
    if cause is Trigger.HISTORY:
        return Decision(Reason.HISTORY, previous.level if previous and previous.open else Level.NORMAL)
    if previous is None or not previous.open:
        return _closed(previous, score, cause, mutes, now)
    if score.level > previous.level:
        if previous.judged and not _worse_than_judged(score, previous.judged):
            return Decision(Reason.JUDGED, previous.level)
        if _muted(score, mutes, now):
            return Decision(Reason.MUTED, previous.level)
        return Decision(Reason.CORRECTED if cause is Trigger.CORRECTION else Reason.WORSENED, score.level)
    return Decision(_easing(previous, score, clean_weeks, clean_needed), previous.level)


def _closed(
    previous: AlertView | None, score: WeekView, cause: Trigger, mutes: Sequence[MuteView], now: datetime
) -> Decision:
    if score.level == Level.NORMAL:
        return Decision(Reason.NO_RISK, Level.NORMAL)
    if _muted(score, mutes, now):
        return Decision(Reason.MUTED, Level.NORMAL)
    if previous and previous.rules & score.fired and _soon_after(previous, score.week):
        return Decision(Reason.REOPENED, score.level)
    return Decision(Reason.CORRECTED if cause is Trigger.CORRECTION else Reason.FIRST_RISK, score.level)


def _soon_after(previous: AlertView, week: str) -> bool:
    return monday(week) - monday(previous.last_week) <= REOPEN_WITHIN


def _muted(score: WeekView, mutes: Sequence[MuteView], now: datetime) -> bool:
    covered: frozenset[str] = frozenset()
    for mute in mutes:
        if now < mute.until and score.level <= mute.level:
            covered |= {rule for rule in mute.rules if not _worse(rule, score, mute.steps)}
    return bool(score.fired) and score.fired <= covered


def _worse(rule: str, score: WeekView, before: Mapping[str, Step]) -> bool:
    """Whether a rule has taken a worse step than before; one of which nothing was noted has not."""
    if rule not in before or rule not in score.steps:
        return False
    (floor, points), (old_floor, old_points) = score.steps[rule], before[rule]
    return floor > old_floor or points > old_points


def _worse_than_judged(score: WeekView, judged: Judged) -> bool:
    """Whether a week has a higher level, a rule that had not fired, or a worse step than what the officer judged."""
    if score.level > judged.level or not score.fired <= judged.steps.keys():
        return True
    return any(_worse(rule, score, judged.steps) for rule in score.fired)


def _easing(previous: AlertView, score: WeekView, clean_weeks: int, clean_needed: int) -> Reason:
    if score.week < previous.last_week:
        return Reason.UNCHANGED  # an older week cannot ease what is known of a newer one
    if clean_weeks >= clean_needed:
        if previous.level <= Level.YELLOW and not previous.signed and not previous.judged:
            return Reason.EASED_OUT
        return Reason.UNCHANGED if previous.liftable else Reason.LIFTABLE
    if previous.liftable and clean_weeks == 0:
        return Reason.RELAPSED
    return Reason.EASED if score.level < previous.level else Reason.UNCHANGED


def is_clean(alert: AlertView, score: WeekView) -> bool:
    """A report was judged, the level is below the alert's, no rule that raised the alert is unknown, and no figure was
    corrected for the better without anybody verifying it."""
    below = alert.level
    if alert.judged:  # raised by judgement alone: the figures have to be better than they were then
        below = min(below, max(alert.judged.level, Level.BLUE))
    return score.reported and score.level < below and not (alert.rules & score.unknown) and not score.unverified


def clean_run(alert: AlertView, weeks: Sequence[WeekView]) -> int:
    """How many clean weeks in a row, without a gap, end at the last of `weeks` (oldest first)."""
    run = 0
    expected = weeks[-1].week if weeks else ""
    for score in reversed(weeks):
        if score.week != expected or score.week <= alert.first_week or not is_clean(alert, score):
            break
        run, expected = run + 1, step(expected, -1)
    return run
