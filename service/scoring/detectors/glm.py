"""拟合: quasi-Poisson regression on a trend and a seasonal factor by reweighted least squares, for many series at once.

With one mean a season and one slope the normal equations are solved season by season: no matrix, no library sum, and
every series has the bits it has alone. Start, tolerance and end are those of R's `glm`, on which `surveillance` builds;
what is taken from a fit besides the means (weights, leverage) is of its last step, as there.

The weeks of a season stand in blocks of five; arrays are (5, blocks, n). What fills up a block has weight 0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from service.scoring.detectors.bounds import Floats

_BLOCK = 5
_MOST_STEPS = 25
_TOLERANCE = 1e-8  # of the deviance
_SMALLEST = float(np.finfo(np.float64).eps)  # no mean is below

Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]
Columns = TypeVar("Columns", "Data", "Fit")


@dataclass(frozen=True)
class Design:
    """What all series have in common: how many weeks ago each row was, (5, blocks), which rows only fill up, the season
    of each block and its place there."""

    ago: Indices
    filling: Bools
    season: Indices
    place: Indices

    @property
    def times(self) -> Floats:
        """The time of each row, 0 being the week judged, shaped to meet (5, blocks, n)."""
        return -self.ago[:, :, None].astype(np.float64)

    def by_season(self, rows: Floats) -> Floats:
        """Sums of the rows of each season, (seasons, n)."""
        blocks = rows[0] + rows[1]
        for row in rows[2:]:
            blocks += row
        places = np.zeros((self.place.max() + 1, self.season[-1] + 1, rows.shape[2]))
        places[self.place, self.season] = blocks
        return fold(places)

    def total(self, rows: Floats) -> Floats:
        """Sums of all rows, (n,)."""
        return fold(self.by_season(rows))

    def apart(self, centre: Floats) -> Floats:
        """How far the time of each row is from the centre of its season."""
        return self.times - centre[self.season]


def design_of(seasons: Sequence[Sequence[int]]) -> Design:
    """The design for weeks so many weeks ago, season by season; the first season is that of the week judged."""
    blocks = [(s, part) for s, season in enumerate(seasons) for part in _blocks(season)]
    season = np.array([s for s, _ in blocks])
    ago = np.array([[*part, *[part[-1]] * (_BLOCK - len(part))] for _, part in blocks]).T
    filling = np.array([[row >= len(part) for row in range(_BLOCK)] for _, part in blocks]).T
    place = np.arange(len(blocks)) - np.searchsorted(season, season)
    return Design(ago, filling, season, place)


def _blocks(season: Sequence[int]) -> Iterator[Sequence[int]]:
    return (season[first : first + _BLOCK] for first in range(0, len(season), _BLOCK))


@dataclass(frozen=True)
class Data:
    """Figures y of n series and their weights, (5, blocks, n), beside log(y + 0.1), y log y - y and y to the 2/3; weight 0
    leaves a row out, whatever its figure."""

    figures: Floats
    weights: Floats
    start: Floats
    entropy: Floats
    power: Floats


@dataclass(frozen=True)
class Fit:
    """Fits of n series: `means` and `working` (weights) are (5, blocks, n); `total`, `centre` and `level` (seasons, n):
    sum of the weights, their mean time and the linear predictor there; `slope`, `spread` (of time), `converged` (n,)."""

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


def some(columns: Columns, chosen: Bools) -> Columns:
    """Some of the series."""
    parts: dict[str, Any] = {field.name: getattr(columns, field.name)[..., chosen] for field in fields(columns)}
    return type(columns)(**parts)


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
    going = np.arange(data.figures.shape[2])
    for step, settled in _steps(design, data, trend):
        if found is None:
            found = _empty_like(step)
        if settled.any():
            for field in fields(Fit):
                getattr(found, field.name)[..., going[settled]] = getattr(step, field.name)[..., settled]
            going = going[~settled]
    assert found is not None  # there is always a first step
    return found


def _empty_like(step: Fit) -> Fit:
    parts: dict[str, Any] = {field.name: np.empty_like(getattr(step, field.name)) for field in fields(Fit)}
    return Fit(**parts)


def _steps(design: Design, data: Data, trend: bool) -> Iterator[tuple[Fit, Bools]]:
    """Step by step the fits of the series that had not converged before, and for which of them this is the last."""
    means, predictor = data.figures + 0.1, data.start
    deviance = _deviance(design, data, predictor, means)
    for number in range(_MOST_STEPS):
        step, predictor = _step(design, data, predictor, means, trend)
        means = step.means
        before, deviance = deviance, _deviance(design, data, predictor, means)
        np.less(np.abs(deviance - before) / (np.abs(deviance) + 0.1), _TOLERANCE, out=step.converged)
        going = ~step.converged & (number + 1 < _MOST_STEPS)
        yield step, ~going
        if not going.any():
            return
        if not going.all():
            data, deviance = some(data, going), deviance[going]
            predictor, means = predictor[..., going], means[..., going]


def _step(design: Design, data: Data, predictor: Floats, means: Floats, trend: bool) -> tuple[Fit, Floats]:
    """One least-squares fit of the working response, and the predictor of each row that comes of it."""
    working = data.weights * means
    response = data.figures - means
    response /= means
    response += predictor
    total = design.by_season(working)
    known = np.where(total > 0, total, 1.0)  # a season of which no week is known stays at 0
    centre = design.by_season(working * design.times) / known
    level = design.by_season(working * response) / known
    slope, spread = np.zeros(total.shape[1]), np.full(total.shape[1], np.inf)
    predictor = np.broadcast_to(level[design.season], working.shape)
    if trend:
        apart = design.apart(centre)
        pull = working * apart
        spread = design.total(pull * apart)
        response *= pull
        slope = design.total(response) / spread
        apart *= slope
        predictor = apart + predictor
    means = np.exp(predictor)
    np.maximum(means, _SMALLEST, out=means)
    return Fit(means, working, total, centre, level, slope, spread, np.zeros(total.shape[1], np.bool_)), predictor


def _deviance(design: Design, data: Data, predictor: Floats, means: Floats) -> Floats:
    off = data.figures * predictor
    np.subtract(data.entropy, off, out=off)
    off += means
    off *= data.weights
    return 2 * design.total(off)


def dispersion(design: Design, data: Data, found: Fit, free: Floats) -> Floats:
    """Pearson's estimate, 1 for Poisson; `free` are the degrees of freedom."""
    off = (data.figures - found.means) / found.means
    off *= off
    off *= found.working
    return design.total(off) / free


def leverage(design: Design, found: Fit) -> Floats:
    """The share that each row has in its own fitted mean."""
    known = np.where(found.total > 0, found.total, 1.0)
    apart = design.apart(found.centre)
    apart *= apart
    apart /= found.spread
    apart += (1 / known)[design.season]
    apart *= found.working
    return apart
