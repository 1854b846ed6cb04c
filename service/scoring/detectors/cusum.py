"""累积和 CUSUM: adds up what each week is above its expectation plus `k`, and alarms when the sum reaches `h`.

Counts are made roughly normal first: standard (x - m) / √m, rossi (Rossi, Lampugnani & Marchi 1999) or anscombe, with m
the mean of a year of history. The sum begins anew after an alarm; without a reset it stays in alarm for months.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from service.scoring.detectors.bounds import Bounds, Floats, filled, mean_of
from service.scoring.pack import Detector

REFERENCE = 52  # weeks, whose mean is the expectation
_AT_ONCE = 8192  # series summed up together, so that the arrays stay in the processor's cache


def history(detector: Detector) -> range:
    """How many weeks ago the weeks of the mean were, oldest first."""
    return range(detector.reach, detector.reach - REFERENCE, -1)


def cusum(series: Floats, detector: Detector) -> Bounds:
    """Columns of `series` after the first 52, against the mean of these; the sum runs from there to the end."""
    nodes, weeks = len(series), series.shape[1] - REFERENCE
    expected, upper, alarm = (np.empty((weeks, nodes)).T for _ in range(3))
    for first in range(0, nodes, _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        scale = _Scale(_mean(series[part, :REFERENCE], 1, REFERENCE)[:, 0], detector.trans)
        columns = [series[part, week] for week in range(REFERENCE, series.shape[1])]
        for week, (before, after) in enumerate(_sums(columns, scale, detector)):
            expected[part, week] = scale.mean
            upper[part, week] = scale.bound(detector.h + detector.k - before)
            alarm[part, week] = _alarm(after, detector)
    return Bounds(expected, upper, alarm)


def cusum_window(series: Floats, detector: Detector, least: int) -> Bounds:
    """Columns of `series` after the first `detector.reach`, each by itself: the mean of the oldest 52 weeks of its
    window, which needs `least` known ones, and the sum of the weeks since. A week without a figure leaves the sum as it
    is."""
    weeks = series.shape[1] - detector.reach
    scale = _Scale(_mean(series, weeks, least), detector.trans)
    columns = [series[:, begin : begin + weeks] for begin in range(REFERENCE, detector.reach + 1)]
    before, after = list(_sums(columns, scale, detector))[-1]
    upper = np.where(np.isnan(scale.mean), np.nan, scale.bound(detector.h + detector.k - before))
    return Bounds(scale.mean, upper, np.where(np.isnan(columns[-1]), np.nan, _alarm(after, detector)))


def _mean(series: Floats, weeks: int, least: int) -> Floats:
    """Mean of the 52 columns from each of the first `weeks` on."""
    figures, there = filled(series)
    spans = [slice(begin, begin + weeks) for begin in range(REFERENCE)]
    return mean_of([figures[:, span] for span in spans], [there[:, span] for span in spans], least)[0]


class _Scale:
    """A transformation that makes counts about a mean roughly normal, and back."""

    def __init__(self, mean: Floats, trans: str) -> None:
        self.mean, self._trans = mean, trans
        self._root = np.sqrt(mean)
        self._power, self._slope = mean ** (2 / 3), mean ** (1 / 6)  # of anscombe

    def normal(self, figures: Floats) -> Floats:
        """How far figures are from the mean."""
        found: Floats
        if self._trans == "rossi":
            found = (figures - 3 * self.mean + 2 * np.sqrt(figures * self.mean)) / (2 * self._root)
        elif self._trans == "anscombe":
            found = 1.5 * (np.ascontiguousarray(figures) ** (2 / 3) - self._power) / self._slope
        else:
            found = figures - self.mean
            found /= self._root
        return found

    def bound(self, room: Floats) -> Floats:
        """The figure that is as far from the mean as there is room in the sum; a whole number for standard."""
        found: Floats
        if self._trans == "rossi":
            found = np.sqrt(4 * self.mean + 2 * self._root * room) - self._root
            found *= found  # of a negative root too, as R has it: there every figure alarms
        elif self._trans == "anscombe":
            found = (self._power + room * 2 / 3 * self._slope) ** 1.5
        else:
            found = room * self._root
            found += self.mean
            np.ceil(found, out=found)
        return np.fmax(found, 0.0, out=found)


def _sums(columns: Sequence[Floats], scale: _Scale, detector: Detector) -> Iterator[tuple[Floats, Floats]]:
    """The sum before and after each week."""
    before = np.zeros_like(scale.mean)
    for column in columns:
        after = scale.normal(column)
        after += before
        after -= detector.k
        np.maximum(after, 0, out=after)
        gaps = np.isnan(column)
        if gaps.any():
            np.copyto(after, before, where=gaps)
        yield before, after
        before = after * ~(after >= detector.h) if detector.reset else after


def _alarm(total: Floats, detector: Detector) -> Floats:
    return np.where(np.isnan(total), np.nan, total >= detector.h)
