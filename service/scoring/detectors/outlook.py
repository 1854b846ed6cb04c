"""展望: what the past makes one expect of a week – a regression in which past outbreaks count for less.

The steps of Farrington et al. 1996 that Noufaily et al. 2013 share: fit, weigh each week down by its Anscombe residual,
fit again, keep the trend if it is significant and does not lead above everything seen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from service.scoring.detectors.bounds import Floats
from service.scoring.detectors.glm import Bools, Data, Design, Fit, dispersion, fit, leverage

_AT_ONCE = 1024  # series and weeks fitted together, so that the arrays stay in the processor's cache
PERIOD, ENOUGH = 4, 5  # no alarm is raised below 5 reports in the last 4 weeks, this one included


@dataclass(frozen=True)
class Outlook:
    """Expected mean, its variance on the scale of the logarithm for a dispersion of 1, and the dispersion (at least 1);
    NaN where nothing could be fitted."""

    mean: Floats
    unscaled: Floats
    dispersion: Floats


@dataclass(frozen=True)
class Refit:
    """The second fit, its dispersion as estimated, and its degrees of freedom."""

    fit: Fit
    dispersion: Floats
    free: Floats
    converged: Bools


Keeps = Callable[[Refit], Bools]  # whether the trend of each series is significant enough to be kept


def outlook(series: Floats, reach: int, ago: Sequence[int], design: Design, threshold: float, keeps: Keeps) -> Outlook:
    """The outlook on the columns of `series` (nodes, weeks) after the first `reach`, from the weeks `ago` before."""
    weeks = series.shape[1] - reach
    shape = len(series), weeks
    rows = [series[:, reach - lag : reach - lag + weeks] for lag in ago]
    found = np.empty((3, len(series) * weeks))
    flat = np.stack([row.ravel() for row in rows])
    for first in range(0, flat.shape[1], _AT_ONCE):
        part = slice(first, first + _AT_ONCE)
        found[:, part] = _foresee(flat[:, part], design, threshold, keeps)
    return Outlook(*(row.reshape(shape) for row in found))


def too_few(series: Floats, reach: int) -> Bools:
    """Where the last weeks of the columns after the first `reach` have fewer reports than it takes to alarm."""
    weeks = series.shape[1] - reach
    total = np.zeros((len(series), weeks))
    for back in range(PERIOD - 1, -1, -1):
        column = series[:, reach - back : reach - back + weeks]
        total += np.where(np.isnan(column), 0.0, column)
    return total < ENOUGH


def _foresee(rows: Floats, design: Design, threshold: float, keeps: Keeps) -> Floats:
    """Mean, unscaled variance and dispersion of each column."""
    missing = np.isnan(rows)
    data = Data(np.where(missing, 0.0, rows), np.where(missing, 0.0, 1.0))
    refit = _refit(design, data, threshold, trend=True)
    mean = np.exp(refit.fit.at_zero())
    kept = refit.converged & keeps(refit) & (mean <= data.figures.max(axis=0))
    found = np.stack([mean, refit.fit.unscaled(), np.maximum(refit.dispersion, 1)])
    if not kept.all():
        plain = _refit(design, data.of(~kept), threshold, trend=False)
        there = np.stack([np.exp(plain.fit.at_zero()), plain.fit.unscaled(), np.maximum(plain.dispersion, 1)])
        found[:, ~kept] = np.where(plain.converged, there, np.nan)
    return found


def _refit(design: Design, data: Data, threshold: float, trend: bool) -> Refit:
    known = design.total(data.weights)
    free = known - np.count_nonzero(design.by_season(data.weights), axis=0) - trend
    first = fit(design, data, trend)
    weights = data.weights * _weights(design, data, first, free, threshold)
    weights *= known / design.total(weights)
    second = fit(design, Data(data.figures, weights), trend)
    estimated = dispersion(design, Data(data.figures, weights), second, free)
    return Refit(second, estimated, free, first.converged & second.converged)


def _weights(design: Design, data: Data, first: Fit, free: Floats, threshold: float) -> Floats:
    """1 for a week as expected; the inverse square of its standardized Anscombe residual for one far above it."""
    scale = np.maximum(dispersion(design, data, first, free), 1)
    off = 1.5 * (data.figures ** (2 / 3) * first.means ** (-1 / 6) - np.sqrt(first.means))
    residual = off / np.sqrt(scale * (1 - leverage(design, first)))
    return np.where(residual > threshold, residual**-2.0, 1.0)
