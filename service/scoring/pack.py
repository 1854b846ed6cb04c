"""规则包: what a pack of rules is once it has been read – frozen values, no files, no positions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from functools import cached_property

LARGEST = 1e15  # beyond this a float no longer holds whole numbers exactly; no figure of the field comes near it


class Level(IntEnum):
    """等级; ordered, so that the higher of two is `max`."""

    NORMAL = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4

    @property
    def word(self) -> str:
        """The word of files, URLs and the API."""
        return self.name.lower()

    @property
    def chinese(self) -> str:
        """The word of messages and pages."""
        return "正常蓝色黄色橙色红色"[2 * self : 2 * self + 2]


class State(StrEnum):
    """What a rule says of one node in one week; silent and unknown are never the same."""

    FIRED = "fired"
    SILENT = "silent"
    UNKNOWN = "unknown"
    OUT = "out_of_play"


@dataclass(frozen=True)
class Indicator:
    """指标: one figure that is reported. `range` is hard, `usual` is asked back; `worse` says which way is serious."""

    id: str
    name: str
    name_en: str
    type: str  # number count percent yes_no choice date days money
    unit: str = ""
    range: tuple[float, float] | None = None
    usual: tuple[float, float] | None = None
    applies_to: tuple[str, ...] = ("enterprise",)
    required: bool = False
    nil_ok: bool = False
    every: str = "week"
    worse: str = "up"
    stock: bool = False
    sealed: bool = False
    actionable: bool = False
    choices: Mapping[int, str] = field(default_factory=dict)
    source: str = ""
    help: str = ""
    until: str | None = None
    asked: bool = True  # by the unit's own form; others come from departments or visits

    @property
    def bounds(self) -> tuple[float, float]:
        """Between what a figure must lie: `range`, and where there is none what the type allows."""
        if self.range is not None:
            return self.range
        if self.type == "percent":
            return 0.0, 100.0
        return (0.0 if self.type == "count" else -LARGEST), LARGEST


@dataclass(frozen=True)
class EventKind:
    """即时事件: a kind of incident that is reported at once."""

    id: str
    name: str
    name_en: str
    source: str = ""


@dataclass(frozen=True)
class Dictionary:
    """指标词典: everything that can be reported, by id, in file order."""

    indicators: Mapping[str, Indicator]
    events: Mapping[str, EventKind]


@dataclass(frozen=True)
class Condition:
    """`indicator op number`, the only formula there is; `op` is one of >= > <= < == !=."""

    indicator: str
    op: str
    number: float


@dataclass(frozen=True)
class Steps:
    """Points and floors by threshold, mildest first; `how` is at_least, above, at_most, up or down."""

    how: str
    points: tuple[tuple[float, float], ...]
    floors: tuple[tuple[float, Level], ...] = ()


@dataclass(frozen=True)
class Where:
    """What a node must be for a rule to judge it; what is not set does not matter."""

    industry: tuple[str, ...] = ()
    headcount: Condition | None = None
    key: bool | None = None


@dataclass(frozen=True)
class Detector:
    """检出方法: how kind unusual looks at a series; what the method does not use keeps its default."""

    method: str  # ears_c1 ears_c2 ears_c3 cusum farrington noufaily
    alpha: float | None = None  # None: the method's own
    baseline: int = 7  # weeks, of EARS
    min_sigma: float = 0.0  # of EARS
    k: float = 1.04  # k, h, trans, reset: of CUSUM
    h: float = 2.26
    trans: str = "standard"
    reset: bool = True
    years_back: int = 5  # of farrington and noufaily

    @property
    def reach(self) -> int:
        """How many weeks before the judged one it looks at; to detectors a year has 52 weeks."""
        if self.method == "cusum":
            return 52 + 25  # a year for the mean, and a sum over 26 weeks with the judged one
        if self.method in _BEFORE_BASELINE:
            return self.baseline + _BEFORE_BASELINE[self.method]
        return 52 * self.years_back + 3  # half-window around the week of that year


_BEFORE_BASELINE = {"ears_c1": 0, "ears_c2": 2, "ears_c3": 4}  # weeks between the baseline and the judged week


@dataclass(frozen=True)
class Group:
    """同行: which other nodes kind peers compares with, and how many of them must be known."""

    by: str  # industry, parent
    least: int


@dataclass(frozen=True)
class Below:
    """辖区: what kind children counts below a node: direct children or all enterprises of the subtree, at or above
    `level`, or silent when that is None; `share` divides by how many there are."""

    subtree: bool
    level: Level | None
    least: int
    share: bool


@dataclass(frozen=True)
class Rule:
    """规则: one judgement. Fields that a kind does not use keep their defaults."""

    id: str
    name: str
    name_en: str
    theme: str
    kind: str
    steps: Steps  # of k_of_n: its points when k conditions are true
    falls: Steps | None = None  # the `down` steps of a change that has `up` steps too
    of: str = ""
    per: str = ""
    weeks: int = 0
    min_weeks: int = 0
    against: str = ""
    by: str = ""
    within_weeks: int = 0
    k: int = 0
    when: tuple[Condition, ...] = ()
    stop_after: int | None = None  # days past the date of kind expiry
    detector: Detector | None = None
    group: Group | None = None
    below: Below | None = None
    carry: int = 0
    for_weeks: int = 1
    only_if: Condition | None = None
    where: Where = Where()
    applies_to: tuple[str, ...] = ("enterprise",)
    trial: bool = False
    since: str | None = None
    until: str | None = None
    source: str = ""
    advice: str = ""
    false_alarms: tuple[str, ...] = ()  # what is known to set the rule off without a cause

    @cached_property
    def indicators(self) -> tuple[str, ...]:
        """Ids of every indicator the rule reads."""
        own = (self.of, self.per) if self.kind != "event" else ()
        conditions = self.when + ((self.only_if,) if self.only_if else ())
        return tuple(dict.fromkeys([i for i in own if i] + [c.indicator for c in conditions]))

    @cached_property
    def ladders(self) -> tuple[Steps, ...]:
        """The steps, both ways when the rule looks both ways."""
        return (self.steps, self.falls) if self.falls else (self.steps,)

    @cached_property
    def attainable(self) -> float:
        """The most points the rule can give."""
        return max(points for steps in self.ladders for _, points in steps.points)

    @cached_property
    def longest_run(self) -> int:
        """Of kinds missing and unchanged: weeks in a row are counted up to here; more changes no points."""
        thresholds = [t for t, _ in self.steps.points + self.steps.floors]
        return int(max(thresholds)) + 1 if self.kind in ("missing", "unchanged") else 0

    @cached_property
    def window(self) -> int:
        """How many weeks before the judged one the rule can look at."""
        before = self.weeks if self.kind == "change" else self.weeks - 1
        if self.detector:
            before = self.detector.reach
        return max(before, self.within_weeks - 1, self.carry, self.longest_run - 1, 0) + self.for_weeks - 1


@dataclass(frozen=True)
class Pack:
    """规则包: levels by score, and rules in the order their points are added."""

    name: str
    version: str
    title: str
    levels: Mapping[Level, float]
    clean_reports_to_lift: Mapping[Level, int]
    rules: tuple[Rule, ...]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """Node kinds that at least one rule judges."""
        return frozenset(kind for rule in self.rules for kind in rule.applies_to)

    def of_kind(self, kind: str) -> tuple[Rule, ...]:
        """The rules of one kind, in their order."""
        return tuple(rule for rule in self.rules if rule.kind == kind)

    @cached_property
    def counting(self) -> frozenset[str]:
        """Node kinds that a rule of kind children judges."""
        return frozenset(kind for rule in self.of_kind("children") for kind in rule.applies_to)

    @cached_property
    def window(self) -> int:
        """How many weeks before the judged one any rule can look at."""
        return max((rule.window for rule in self.rules), default=0)

    @cached_property
    def longest_run(self) -> int:
        """How many weeks before the judged one silence and same figures are counted."""
        return max((rule.window for rule in self.rules if rule.kind in ("missing", "unchanged")), default=0)
