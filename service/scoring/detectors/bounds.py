"""界限: what a detector says of a week, and the sums over weeks that all detectors are made of.

Sums go week by week from the oldest: one series alone has the bits it has among a million.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Counts = NDArray[np.int16]


@dataclass(frozen=True)
class Bounds:
    """Expected figure, upper bound and alarm (1, 0) of each series and week; NaN = not defined. Regressions tell the
    dispersion of the figures too: 1 for Poisson, else above."""

    expected: Floats
    upper: Floats
    alarm: Floats
    dispersion: Floats | None = None


@dataclass(frozen=True)
class Baseline:
    """Mean and standard deviation (n - 1) of some weeks, NaN where too few of them are known."""

    mean: Floats
    sigma: Floats


def above(observed: Floats, upper: Floats) -> Floats:
    """1 where the figure is above its bound, 0 where not, NaN where either is not known."""
    return np.where(np.isnan(observed) | np.isnan(upper), np.nan, observed > upper)


def filled(series: Floats) -> tuple[Floats, Bools]:
    """The figures with 0 for those missing – for sums only – and where there is one."""
    gaps = np.isnan(series)
    return np.where(gaps, 0.0, series), ~gaps


def mean_of(columns: Sequence[Floats], there: Sequence[Bools], least: int) -> tuple[Floats, Counts]:
    """Mean of the known figures of some `filled` weeks, oldest first, and how many they are; NaN below `least`."""
    total, known = columns[0].copy(order="K"), there[0].astype(np.int16, order="K")
    for column, mark in zip(columns[1:], there[1:], strict=True):
        total += column
        known += mark.view(np.int8)
    total[known < least] = np.nan
    total /= known
    return total, known


def baseline(columns: Sequence[Floats], there: Sequence[Bools], least: int) -> Baseline:
    """The baseline of the known figures of some `filled` weeks, oldest first, in two passes."""
    mean, known = mean_of(columns, there, least)
    total, part = np.zeros_like(mean), np.empty_like(mean)
    for column, mark in zip(columns, there, strict=True):
        np.subtract(column, mean, out=part)
        part *= part
        total += np.where(mark, part, 0.0)
    total /= known - 1
    return Baseline(mean, np.sqrt(total, out=total))


def full_baseline(columns: Sequence[Floats]) -> Baseline:
    """The baseline of weeks, oldest first, that are all known; the same bits as `baseline` has, sooner."""
    mean = columns[0] + columns[1]
    for column in columns[2:]:
        mean += column
    mean /= len(columns)
    total = columns[0] - mean
    total *= total
    part = np.empty_like(mean)
    for column in columns[1:]:
        np.subtract(column, mean, out=part)
        part *= part
        total += part
    total /= len(columns) - 1
    return Baseline(mean, np.sqrt(total, out=total))
