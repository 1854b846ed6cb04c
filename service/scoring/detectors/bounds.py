"""界限: what a detector says of a week, and the sums over weeks that all detectors are made of.

Sums go week by week from the oldest: one series alone has the bits it has among a million.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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


def mean_of(columns: Sequence[Floats], least: int) -> Floats:
    """Mean of the known figures of some weeks, oldest first; NaN where fewer than `least` are known."""
    total, known = _known(columns)
    for column in columns:
        total += np.where(np.isnan(column), 0.0, column)
    return np.where(known >= least, total / known, np.nan)


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


def baseline(columns: Sequence[Floats], least: int) -> Baseline:
    """The baseline of the known figures of some weeks, oldest first, in two passes."""
    mean = mean_of(columns, least)
    total, known = _known(columns)
    for column in columns:
        total += np.where(np.isnan(column), 0.0, (column - mean) * (column - mean))
    return Baseline(mean, np.sqrt(total / (known - 1)))


def _known(columns: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Zeros to add to, and how many of the weeks are known."""
    known = np.zeros_like(columns[0])
    for column in columns:
        known += ~np.isnan(column)
    return np.zeros_like(known), known
