"""异常增多: what a detector says of the weeks of a frame, and why it can say nothing of some.

A history with gaps is used as far as it is known: two thirds of its weeks, rounded up, must be. A gap is never a zero.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from service.scoring.detectors.bounds import Bounds, Counts
from service.scoring.detectors.ears import remembered
from service.scoring.detectors.methods import METHODS, alpha_of
from service.scoring.detectors.outlook import too_few
from service.scoring.frame import Block, Frame
from service.scoring.pack import Detector, Rule
from service.scoring.panel import Floats, Panel


class Lack(IntEnum):
    """What keeps a detector from judging a week; of several, the highest is told."""

    NOTHING = 0
    BOUND = 1  # no bound could be computed
    REPORTS = 2  # fewer than a method alarms on
    VARIANCE = 3
    ZERO = 4
    NEGATIVE = 5
    HISTORY = 6  # too few known weeks
    FIGURE = 7  # none this week


Lacks = NDArray[np.int8]


@dataclass(frozen=True)
class Sight:
    """What a rule sees of one node in one week; `known` are the known figures of the history, oldest first."""

    observed: float
    expected: float
    upper: float
    lack: Lack
    known: Sequence[float]


def unusual(rule: Rule, frame: Frame) -> Floats:
    """1 where this week is above its bound, 0 where it is not."""
    detector = detector_of(rule)
    bounds, lacks = judge(detector, frame.stretch(rule.of, detector.reach))
    return np.where(lacks == Lack.NOTHING, bounds.alarm, np.nan)


def sight(rule: Rule, panel: Panel, node: int, week: int) -> Sight:
    """What the rule sees of a node in a week: the bits that `unusual` judges."""
    detector = detector_of(rule)
    frame = Block(panel, node, node + 1, week, week + 1).frame(0)
    series = frame.stretch(rule.of, detector.reach)
    with np.errstate(all="ignore"):
        bounds, lacks = judge(detector, series)
    figures = [float(series[0, detector.reach - ago]) for ago in METHODS[detector.method].history(detector)]
    return Sight(
        observed=float(series[0, -1]),
        expected=float(bounds.expected[0, 0]),
        upper=float(bounds.upper[0, 0]),
        lack=Lack(int(lacks[0, 0])),
        known=[figure for figure in figures if figure == figure],
    )


def figure_and_bound(rule: Rule, panel: Panel, node: int, week: int, fired: bool) -> tuple[float, float | None]:
    """The figure that the rule judged, and the bound that it broke if it `fired`."""
    seen = sight(rule, panel, node, week)
    return seen.observed, seen.upper if fired and math.isfinite(seen.upper) else None


def detector_of(rule: Rule) -> Detector:
    """The detector of a rule of kind unusual; the form sees to it that there is one."""
    assert rule.detector is not None, rule.id
    return rule.detector


def needed(detector: Detector) -> int:
    """How many weeks of the history must be known."""
    return -(-2 * len(METHODS[detector.method].history(detector)) // 3)


def judge(detector: Detector, series: Floats) -> tuple[Bounds, Lacks]:
    """Judge the columns of `series` (nodes, weeks) after the first `detector.reach`; NaN is missing."""
    bounds = METHODS[detector.method].judge(series, detector, alpha_of(detector), needed(detector))
    return bounds, _lacks(detector, series, bounds)


def _lacks(detector: Detector, series: Floats, bounds: Bounds) -> Lacks:
    earlier = remembered(detector)
    past = _history(detector, series, earlier)
    flat = (past.low == past.high) & (past.known >= needed(detector))
    known, low, high = (part[:, earlier:] for part in (past.known, past.low, past.high))
    observed = series[:, detector.reach :]
    found = np.zeros(observed.shape, np.int8, order="F")
    found[np.isnan(bounds.alarm)] = Lack.BOUND
    if METHODS[detector.method].limited:
        found[too_few(series, detector.reach)] = Lack.REPORTS
    if not detector.min_sigma > 0 and flat.any():
        # C3 remembers the two weeks before: one whose own baseline did not vary would count without end.
        for back in range(1, earlier + 1):
            figures = series[:, detector.reach - back : series.shape[1] - back]
            found[flat[:, earlier - back : flat.shape[1] - back] & ~np.isnan(figures)] = Lack.VARIANCE
        found[flat[:, earlier:]] = Lack.VARIANCE
        found[flat[:, earlier:] & (high == 0)] = Lack.ZERO
    if METHODS[detector.method].counts:
        found[(low < 0) | (observed < 0)] = Lack.NEGATIVE
    found[known < needed(detector)] = Lack.HISTORY
    found[np.isnan(observed)] = Lack.FIGURE
    return found


@dataclass(frozen=True)
class _Past:
    """Known weeks, lowest and highest figure of the history of each week."""

    known: Counts
    low: Floats
    high: Floats


def _history(detector: Detector, series: Floats, earlier: int) -> _Past:
    """Of each week judged and of the `earlier` ones before them."""
    weeks = series.shape[1] - detector.reach + earlier
    shape = weeks, len(series)
    begins = [detector.reach - earlier - ago for ago in METHODS[detector.method].history(detector)]
    gaps = np.isnan(series)
    lows, highs = (np.where(gaps, end, series) for end in (np.inf, -np.inf)) if gaps.any() else (series, series)
    there = (~gaps).view(np.int8)
    past = _Past(np.zeros(shape, np.int16).T, np.full(shape, np.inf).T, np.full(shape, -np.inf).T)
    for begin in begins:
        np.minimum(past.low, lows[:, begin : begin + weeks], out=past.low)
        np.maximum(past.high, highs[:, begin : begin + weeks], out=past.high)
        np.add(past.known, there[:, begin : begin + weeks], out=past.known)
    return past
