"""累积和 CUSUM: adds up what each week is above its expectation plus `k`, and alarms when the sum reaches `h`.

Counts are made roughly normal first: standard (x - m) / √m, rossi (Rossi, Lampugnani & Marchi 1999) or anscombe, with m
the mean of a year of history. The sum begins anew after an alarm; without a reset it stays in alarm for months.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from service.scoring.detectors.bounds import Bounds, Floats, mean_of
from service.scoring.pack import Detector

REFERENCE = 52  # weeks, whose mean is the expectation


def history(detector: Detector) -> range:
    """How many weeks ago the weeks of the mean were, oldest first."""
    return range(detector.reach, detector.reach - REFERENCE, -1)


def cusum(series: Floats, detector: Detector) -> Bounds:
    """Columns of `series` after the first 52, against the mean of these; the sum runs from there to the end."""
    mean, _ = mean_of([series[:, week] for week in range(REFERENCE)], REFERENCE)
    columns = [series[:, week] for week in range(REFERENCE, series.shape[1])]
    upper, alarm = (np.empty((len(columns), len(series))).T for _ in range(2))
    for week, (before, after) in enumerate(_sums(columns, mean, detector)):
        upper[:, week] = _bound(before, mean, detector)
        alarm[:, week] = _alarm(after, detector)
    return Bounds(np.repeat(mean[:, None], len(columns), axis=1), upper, alarm)


def cusum_window(series: Floats, detector: Detector, least: int) -> Bounds:
    """Columns of `series` after the first `detector.reach`, each by itself: the mean of the oldest 52 weeks of its
    window, which needs `least` known ones, and the sum of the weeks since. A week without a figure leaves the sum as it
    is."""
    weeks = series.shape[1] - detector.reach
    columns = [series[:, begin : begin + weeks] for begin in range(detector.reach + 1)]
    mean, _ = mean_of(columns[:REFERENCE], least)
    before, after = list(_sums(columns[REFERENCE:], mean, detector))[-1]
    upper = np.where(np.isnan(mean), np.nan, _bound(before, mean, detector))
    return Bounds(mean, upper, np.where(np.isnan(columns[-1]), np.nan, _alarm(after, detector)))


def _sums(columns: Sequence[Floats], mean: Floats, detector: Detector) -> Iterator[tuple[Floats, Floats]]:
    """The sum before and after each week."""
    total = np.zeros_like(mean)
    for column in columns:
        before = total
        after = _transformed(column, mean, detector.trans)
        after += before
        after -= detector.k
        np.maximum(after, 0, out=after)
        gaps = np.isnan(column)
        if gaps.any():
            np.copyto(after, before, where=gaps)
        yield before, after
        total = np.where(after >= detector.h, 0.0, after) if detector.reset else after


def _alarm(total: Floats, detector: Detector) -> Floats:
    return np.where(np.isnan(total), np.nan, total >= detector.h)


def _transformed(figures: Floats, mean: Floats, trans: str) -> Floats:
    found: Floats
    if trans == "rossi":
        found = (figures - 3 * mean + 2 * np.sqrt(figures * mean)) / (2 * np.sqrt(mean))
    elif trans == "anscombe":
        found = 1.5 * (figures ** (2 / 3) - mean ** (2 / 3)) / mean ** (1 / 6)
    else:
        found = (figures - mean) / np.sqrt(mean)
    return found


def _bound(total: Floats, mean: Floats, detector: Detector) -> Floats:
    """The figure that would bring the sum to `h`: the transformation turned round; a whole number for standard."""
    found: Floats
    room = detector.h - total + detector.k
    if detector.trans == "rossi":
        root = np.sqrt(4 * mean + 2 * np.sqrt(mean) * room) - np.sqrt(mean)
        found = root * root  # of a negative root too, as R has it: there every figure alarms
    elif detector.trans == "anscombe":
        found = (mean ** (2 / 3) + room * 2 / 3 * mean ** (1 / 6)) ** 1.5
    else:
        found = np.ceil(np.sqrt(mean) * room + mean)
    return np.fmax(found, 0.0, out=found)
