"""展望: what the past makes one expect of a week – a regression in which past outbreaks count for less.

The steps of Farrington et al. 1996 that Noufaily et al. 2013 share: fit, weigh each week down by its Anscombe residual,
fit again, keep the trend if it is significant and does not lead above everything seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from service.scoring.detectors.bounds import Floats
from service.scoring.detectors.glm import Bools, Data, Design, Fit, Indices, dispersion, fit, leverage, some

_FIGURES = 32_768  # of the history fitted together, so that the arrays stay in the processor's cache
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


def outlook(series: Floats, reach: int, design: Design, threshold: float, keeps: Keeps) -> Outlook:
    """The outlook on the columns of `series` (nodes, weeks) after the first `reach`, from the weeks of the design."""
    nodes, weeks = len(series), series.shape[1]
    judged = (weeks * np.arange(nodes)[:, None] + np.arange(reach, weeks)).ravel()
    history = _History(series)
    found = np.empty((3, len(judged)))
    at_once = _FIGURES // design.ago.size + 1
    for first in range(0, len(judged), at_once):
        part = slice(first, first + at_once)
        found[:, part] = _foresee(history.before(judged[part], design), design, threshold, keeps)
    return Outlook(*found.reshape(3, nodes, weeks - reach))


class _History:
    """All figures of all series in a row, with what a fit needs of each."""

    def __init__(self, series: Floats) -> None:
        figures = np.ascontiguousarray(series).ravel()
        self._known = None if not np.isnan(figures).any() else ~np.isnan(figures)
        figures = np.nan_to_num(figures)
        logs = np.log(np.where(figures > 0, figures, 1.0))
        self._columns = figures, np.log(figures + 0.1), figures * logs - figures, figures ** (2 / 3)

    def before(self, judged: Indices, design: Design) -> Data:
        """The rows of the design before each of these places."""
        at = judged - design.ago[:, :, None]
        figures, start, entropy, power = (column.take(at, mode="clip") for column in self._columns)
        weights = np.broadcast_to(~design.filling[:, :, None], at.shape).astype(np.float64)
        if self._known is not None:
            weights *= self._known.take(at)
        return Data(figures, weights, start, entropy, power)


def too_few(series: Floats, reach: int) -> Bools:
    """Where the last weeks of the columns after the first `reach` have fewer reports than it takes to alarm."""
    weeks = series.shape[1] - reach
    total = np.zeros((len(series), weeks))
    for back in range(PERIOD - 1, -1, -1):
        column = series[:, reach - back : reach - back + weeks]
        total += np.where(np.isnan(column), 0.0, column)
    return total < ENOUGH


def _foresee(data: Data, design: Design, threshold: float, keeps: Keeps) -> Floats:
    """Mean, unscaled variance and dispersion of each series."""
    refit = _refit(design, data, threshold, trend=True)
    mean = np.exp(refit.fit.at_zero())
    kept = refit.converged & keeps(refit) & (mean <= (data.figures * (data.weights > 0)).max(axis=(0, 1)))
    found = np.stack([mean, refit.fit.unscaled(), np.maximum(refit.dispersion, 1)])
    if not kept.all():
        plain = _refit(design, some(data, ~kept), threshold, trend=False)
        there = np.stack([np.exp(plain.fit.at_zero()), plain.fit.unscaled(), np.maximum(plain.dispersion, 1)])
        found[:, ~kept] = np.where(plain.converged, there, np.nan)
    return found


def _refit(design: Design, data: Data, threshold: float, trend: bool) -> Refit:
    known = design.by_season(data.weights)
    weeks = known.sum(axis=0)  # whole numbers: exact in any order
    free = weeks - np.count_nonzero(known, axis=0) - trend
    first = fit(design, data, trend)
    weights = data.weights * _weights(design, data, first, free, threshold)
    weights *= weeks / design.total(weights)
    again = replace(data, weights=weights)
    second = fit(design, again, trend)
    return Refit(second, dispersion(design, again, second, free), free, first.converged & second.converged)


def _weights(design: Design, data: Data, first: Fit, free: Floats, threshold: float) -> Floats:
    """1 for a week as expected; the inverse square of its standardized Anscombe residual for one far above it."""
    scale = np.maximum(dispersion(design, data, first, free), 1)
    off = data.power * np.exp(np.log(first.means) / -6)
    off -= np.sqrt(first.means)
    off *= 1.5
    off /= np.sqrt(scale * (1 - leverage(design, first)))
    return np.where(off > threshold, 1 / (off * off), 1.0)
