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


def above(observed: Floats, upper: Floats) -> Floats:
    """1 where the figure is above its bound, 0 where not, NaN where either is not known."""
    return np.where(np.isnan(observed) | np.isnan(upper), np.nan, observed > upper)


def mean_of(columns: Sequence[Floats], least: int) -> tuple[Floats, Floats | int]:
    """Mean of the known figures of some weeks, oldest first, NaN where fewer than `least` are; and how many are."""
    total = np.zeros_like(columns[0])
    if not any(np.isnan(column).any() for column in columns):
        for column in columns:
            total += column
        total /= len(columns)
        return total, len(columns)
    known = np.zeros_like(total)
    for column in columns:
        there = ~np.isnan(column)
        total += np.where(there, column, 0.0)
        known += there
    return np.where(known >= least, total / known, np.nan), known


def deviation_of(columns: Sequence[Floats], mean: Floats, known: Floats | int) -> Floats:
    """Standard deviation (n - 1) of the same weeks, in a second pass over them."""
    total, part = np.zeros_like(mean), np.empty_like(mean)
    for column in columns:
        np.subtract(column, mean, out=part)
        np.multiply(part, part, out=part)
        total += part if isinstance(known, int) else np.where(np.isnan(column), 0.0, part)
    total /= known - 1
    return np.sqrt(total, out=total)
