"""分位数: quantiles of the t, Poisson and negative binomial distributions, many at once.

The incomplete gamma and beta functions are SciPy's, which is loaded only when a rule or a command needs them.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any

import numpy as np

from service.scoring.detectors.bounds import Floats


def _special() -> Any:
    return import_module("scipy.special")  # a tenth of a second, which most commands and packs do not need


def student(free: Floats, share: float) -> Floats:
    """Quantile of Student's t with `free` degrees of freedom."""
    found: Floats = _special().stdtrit(free, share)
    return found


def count(mean: Floats, dispersion: Floats, share: float) -> Floats:
    """The smallest count at or below which a figure stays with at least this probability where its variance is the mean
    times the dispersion: negative binomial, Poisson where that is 1. NaN where the mean is not known."""
    known = np.isfinite(mean) & np.isfinite(dispersion)
    found = np.full(mean.shape, np.nan)
    for poisson in (True, False):
        chosen = known & ((dispersion == 1) == poisson)
        if chosen.any():
            found[chosen] = _smallest(_cumulative(mean[chosen], dispersion[chosen], poisson), mean[chosen], share)
    return found


def _cumulative(mean: Floats, dispersion: Floats, poisson: bool) -> Callable[[Floats], Floats]:
    """How likely a figure is at or below a count, which is -1 or more."""
    special = _special()
    if poisson:
        return lambda at: np.where(at < 0, 0.0, special.gammaincc(at + 1, mean))
    size = mean / (dispersion - 1)
    return lambda at: np.where(at < 0, 0.0, special.betainc(size, at + 1, 1 / dispersion))


def _smallest(cumulative: Callable[[Floats], Floats], mean: Floats, share: float) -> Floats:
    """Bisection between a count that is too small and one that is enough."""
    low, high = np.full(mean.shape, -1.0), np.ceil(mean) + 1
    while (short := cumulative(high) < share).any():
        low, high = np.where(short, high, low), np.where(short, 2 * high + 1, high)
    while ((high - low > 1) & (high - low > 1e-15 * high)).any():
        middle = np.floor((low + high) / 2)
        enough = cumulative(middle) >= share
        low, high = np.where(enough, low, middle), np.where(enough, middle, high)
    return high
