"""拟合: quasi-Poisson regression on a trend and a seasonal factor by reweighted least squares, for many series at once.

With one mean a season and one slope the normal equations are solved season by season: no matrix, no library sum, and
every series has the bits it has alone. Start, tolerance and end are those of R's `glm`, on which `surveillance` builds;
what is taken from a fit besides the means (weights, leverage) is of its last step, as there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from service.scoring.detectors.bounds import Floats

_MOST_STEPS = 25
_TOLERANCE = 1e-8  # of the deviance
_SMALLEST = float(np.finfo(np.float64).eps)  # no mean is below

Indices = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Design:
    """What all series have in common: the time of each row, and the rows of each season, which stand together."""

    times: Floats
    seasons: tuple[slice, ...]

    @cached_property
    def season(self) -> Indices:
        """The season of each row."""
        return np.repeat(np.arange(len(self.seasons)), [part.stop - part.start for part in self.seasons])

    def by_season(self, rows: Floats) -> Floats:
        """Sums of the rows of each season, (seasons, n)."""
        return np.stack([fold(rows[part]) for part in self.seasons])

    def total(self, rows: Floats) -> Floats:
        """Sums of all rows, (n,)."""
        return fold(self.by_season(rows))

    def apart(self, centre: Floats) -> Floats:
        """How far the time of each row is from the centre of its season, (rows, n)."""
        return self.times[:, None] - centre[self.season]


@dataclass(frozen=True)
class Data:
    """Figures of n series and their weights, (rows, n); weight 0 leaves a row out, whatever its figure."""

    figures: Floats
    weights: Floats

    def of(self, chosen: Bools) -> "Data":
        """Some of the series."""
        return Data(self.figures[:, chosen], self.weights[:, chosen])


@dataclass(frozen=True)
class Fit:
    """Fits of n series: `means` and `working` (weights) are (rows, n); `total`, `centre` and `level` (seasons, n): sum
    of the weights, their mean time and the linear predictor there; `slope`, `spread` (of time) and `converged` (n,)."""

    means: Floats
    working: Floats
    total: Floats
    centre: Floats
    level: Floats
    slope: Floats
    spread: Floats
    converged: Bools

    def at_zero(self) -> Floats:
        """The linear predictor of the first season at time 0."""
        found: Floats = self.level[0] - self.slope * self.centre[0]
        return found

    def unscaled(self) -> Floats:
        """The variance of that, for a dispersion of 1."""
        found: Floats = 1 / self.total[0] + self.centre[0] * self.centre[0] / self.spread
        return found


def fold(rows: Floats) -> Floats:
    """The sum over the first axis, in an order that its length alone decides: one half onto the other."""
    while len(rows) > 1:
        half = len(rows) // 2
        added = rows[:half] + rows[half : 2 * half]
        if len(rows) % 2:
            added[0] += rows[-1]
        rows = added
    total: Floats = rows[0]
    return total


def fit(design: Design, data: Data, trend: bool) -> Fit:
    """Fit each series; one that does not converge says so."""
    found: Fit | None = None
    going = np.arange(data.figures.shape[1])
    for step in _steps(design, data, trend):
        found = step if found is None else found
        for field in fields(Fit):
            getattr(found, field.name)[..., going] = getattr(step, field.name)
        going = going[~step.converged]
    assert found is not None  # there is always a first step
    return found


def _steps(design: Design, data: Data, trend: bool) -> Iterator[Fit]:
    """Step by step the fits of the series that had not converged before."""
    constant = _constant(data)
    means = data.figures + 0.1
    predictor = np.log(means)
    deviance = _deviance(design, data, constant, predictor, means)
    for _ in range(_MOST_STEPS):
        step, predictor = _step(design, data, predictor, means, trend)
        means = step.means
        before, deviance = deviance, _deviance(design, data, constant, predictor, means)
        np.less(np.abs(deviance - before) / (np.abs(deviance) + 0.1), _TOLERANCE, out=step.converged)
        yield step
        going = ~step.converged
        if not going.any():
            return
        if not going.all():
            data, deviance = data.of(going), deviance[going]
            constant, predictor, means = (block[:, going] for block in (constant, predictor, means))


def _step(design: Design, data: Data, predictor: Floats, means: Floats, trend: bool) -> tuple[Fit, Floats]:
    """One least-squares fit of the working response, and the predictor of each row that comes of it."""
    working = data.weights * means
    response = predictor + (data.figures - means) / means
    total = design.by_season(working)
    known = np.where(total > 0, total, 1.0)  # a season of which no week is known stays at 0
    centre = design.by_season(working * design.times[:, None]) / known
    level = design.by_season(working * response) / known
    predictor = level[design.season]
    slope, spread = np.zeros(total.shape[1]), np.full(total.shape[1], np.inf)
    if trend:
        apart = design.apart(centre)
        pull = working * apart
        spread = design.total(pull * apart)
        slope = design.total(pull * response) / spread
        predictor = predictor + slope * apart
    means = np.maximum(np.exp(predictor), _SMALLEST)
    return Fit(means, working, total, centre, level, slope, spread, np.zeros(total.shape[1], np.bool_)), predictor


def _constant(data: Data) -> Floats:
    """What the deviance has of the figures alone."""
    logs = np.log(np.where(data.figures > 0, data.figures, 1.0))
    return data.weights * (data.figures * logs - data.figures)


def _deviance(design: Design, data: Data, constant: Floats, predictor: Floats, means: Floats) -> Floats:
    return 2 * design.total(constant + data.weights * (means - data.figures * predictor))


def dispersion(design: Design, data: Data, found: Fit, free: Floats) -> Floats:
    """Pearson's estimate, 1 for Poisson; `free` are the degrees of freedom."""
    off = (data.figures - found.means) / found.means
    return design.total(found.working * off * off) / free


def leverage(design: Design, found: Fit) -> Floats:
    """The share that each row has in its own fitted mean, (rows, n)."""
    known = np.where(found.total > 0, found.total, 1.0)
    apart = design.apart(found.centre)
    return found.working * ((1 / known)[design.season] + apart * apart / found.spread)
