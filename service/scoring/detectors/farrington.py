"""往年同期 Farrington: this week against the same weeks of the years before, by quasi-Poisson regression.

Farrington et al. 1996: seven weeks of each year back, a trend where it is significant, a bound by the 2/3 power.
`alpha` is two-sided, as in R's `algo.farrington`.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np

from service.scoring.detectors import quantiles
from service.scoring.detectors.bounds import Bounds, Floats, above
from service.scoring.detectors.flat import slope_and_error
from service.scoring.detectors.glm import Bools, design_of
from service.scoring.detectors.outlook import Outlook, Refit, outlook, too_few
from service.scoring.pack import Detector

HALF = 3  # weeks on either side of the week of the year
YEAR = 52
YEARS_FOR_TREND = 3
_FAR = 1.0  # residuals above it are weighed down
_SIGNIFICANT = 0.05
_NOISE = 1e-18  # a dispersion below it is rounding: a history without variance has no trend


def history(detector: Detector) -> list[int]:
    """How many weeks ago the weeks compared with were, oldest first."""
    return [YEAR * year - away for year in range(detector.years_back, 0, -1) for away in range(-HALF, HALF + 1)]


def farrington(series: Floats, detector: Detector, alpha: float) -> Bounds:
    """Judge the columns of `series` after the first `detector.reach`; below 5 reports in 4 weeks the bound is 0 and
    there is no alarm."""
    design = design_of([history(detector)])
    found = outlook(series, detector.reach, design, _FAR, lambda refit: _significant(detector, refit))
    few = too_few(series, detector.reach)
    upper = np.where(few, 0.0, _bound(found, alpha))
    alarm = np.where(few, 0.0, above(series[:, detector.reach :], upper))
    return Bounds(np.where(few, np.nan, found.mean), upper, alarm, found.dispersion)


def as_rounded(series: Floats, detector: Detector, alpha: float, found: Bounds) -> Bounds:
    """What R prints of histories without variance in a series that begins with row 1: see `flat`."""
    ago = history(detector)
    upper = found.upper.copy()
    if detector.years_back < YEARS_FOR_TREND:
        return found
    for node, week in np.argwhere(found.upper > 0).tolist():
        past = series[node, [week + detector.reach - lag for lag in ago]]
        value, now = float(past[0]), week + detector.reach + 1
        if value > 0 and (past == value).all() and _kept_by_rounding(value, now, ago):
            upper[node, week] = _bound(_flat_outlook(value, ago), alpha)[0]
    alarm = np.where(upper == found.upper, found.alarm, series[:, detector.reach :] > upper)
    return Bounds(found.expected, upper, alarm, found.dispersion)


def _kept_by_rounding(value: float, now: int, ago: Sequence[int]) -> bool:
    level, slope, error = slope_and_error(value, [float(now - lag) for lag in ago])
    limit = float(quantiles.student(np.array(len(ago) - 2.0), 1 - _SIGNIFICANT / 2))
    return error > 0 and abs(slope / error) > limit and math.exp(level + slope * now) <= value


def _flat_outlook(value: float, ago: Sequence[int]) -> Outlook:
    """The outlook with a trend of 0."""
    times = np.array(ago, np.float64)
    centre = times.sum() / len(ago)
    unscaled = (1 / len(ago) + centre**2 / ((times - centre) ** 2).sum()) / value
    return Outlook(np.array([value]), np.array([unscaled]), np.ones(1))


def _significant(detector: Detector, refit: Refit) -> Bools:
    if detector.years_back < YEARS_FOR_TREND:
        return np.zeros(refit.free.shape, np.bool_)
    ratio = np.abs(refit.fit.slope) / np.sqrt(refit.dispersion / refit.fit.spread)
    return (ratio > quantiles.student(refit.free, 1 - _SIGNIFICANT / 2)) & (refit.dispersion > _NOISE)


def _bound(found: Outlook, alpha: float) -> Floats:
    """The upper end of the prediction interval, symmetric on the scale of the 2/3 power."""
    mean = found.mean
    spread = found.dispersion + found.dispersion * found.unscaled * mean
    quantile = NormalDist().inv_cdf(1 - alpha / 2)
    bound: Floats = (mean ** (2 / 3) + quantile * 2 / 3 * mean ** (-1 / 3) * np.sqrt(mean * spread)) ** 1.5
    return bound
