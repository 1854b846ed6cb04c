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
    """Figures y of n series and their weights, (5, blocks, n), beside log(y + 0.1), y log y - y and y to the 2/3.

    Weight 0 leaves a row out, whatever its figure.
    """

    figures: Floats
    weights: Floats
    start: Floats
    entropy: Floats
    power: Floats


@dataclass(frozen=True)
class Fit:
    """Fits of n series: `means` and `working` (weights) are (5, blocks, n), `slope`, `spread` (of time) and `converged`
    (n,); `total`, `centre`, `level` are (seasons, n): sum of the weights, their mean time, the linear predictor."""

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
    for step, settled, series in _steps(design, data, trend):
        if found is None:
            found = _empty_like(step)
        for field in fields(Fit):
            getattr(found, field.name)[..., series] = getattr(step, field.name)[..., settled]
    assert found is not None  # the first step has all series, whether settled or not
    return found


def _empty_like(step: Fit) -> Fit:
    parts: dict[str, Any] = {field.name: np.empty_like(getattr(step, field.name)) for field in fields(Fit)}
    return Fit(**parts)


def _steps(design: Design, data: Data, trend: bool) -> Iterator[tuple[Fit, Bools, Indices]]:
    """Step by step the fits still going on, which of them end here, and the numbers of their series."""
    desk = _Desk(design, data, data.start.copy(), data.figures + 0.1)
    series = np.arange(data.figures.shape[2])
    going = np.ones(len(series), np.bool_)
    deviance = desk.deviance()
    for number in range(_MOST_STEPS):
        step = desk.step(trend)
        before, deviance = deviance, desk.deviance()
        np.less(np.abs(deviance - before) / (np.abs(deviance) + 0.1), _TOLERANCE, out=step.converged)
        settled = going & (step.converged | (number + 1 == _MOST_STEPS))
        if settled.any() or number == 0:
            yield step, settled, series[settled]
        going &= ~settled
        if not going.any():
            return
        if 2 * np.count_nonzero(going) < len(going):  # moving them together costs as much as a step
            desk, deviance, series = desk.some(going), deviance[going], series[going]
            going = np.ones(len(series), np.bool_)


class _Desk:
    """The figures being fitted, and room for what is computed of them: new arrays at each step cost more than the sums.

    `means` and `working` of a step are only good until the next one.
    """

    def __init__(self, design: Design, data: Data, predictor: Floats, means: Floats) -> None:
        self._design, self._data = design, data
        self._predictor, self._means = predictor, means
        self._times = design.times
        self._working, self._response, self._apart, self._part = (np.empty_like(means) for _ in range(4))

    def some(self, chosen: Bools) -> "_Desk":
        """The same for some of the series."""
        return _Desk(self._design, some(self._data, chosen), self._predictor[..., chosen], self._means[..., chosen])

    def deviance(self) -> Floats:
        """Of each series, at the newest means."""
        off = np.multiply(self._data.figures, self._predictor, out=self._part)
        np.subtract(self._data.entropy, off, out=off)
        off += self._means
        off *= self._data.weights
        return 2 * self._design.total(off)

    def step(self, trend: bool) -> Fit:
        """One least-squares fit of the working response, and the means that come of it."""
        working = np.multiply(self._data.weights, self._means, out=self._working)
        response = np.subtract(self._data.figures, self._means, out=self._response)
        response /= self._means
        response += self._predictor
        total = self._design.by_season(working)
        known = np.where(total > 0, total, 1.0)  # a season of which no week is known stays at 0
        centre = self._design.by_season(np.multiply(working, self._times, out=self._part)) / known
        level = self._design.by_season(np.multiply(working, response, out=self._part)) / known
        slope, spread = self._slope(centre) if trend else (np.zeros(total.shape[1]), np.full(total.shape[1], np.inf))
        if trend:
            self._apart *= slope
            np.add(self._apart, level[self._design.season], out=self._predictor)
        else:
            self._predictor[...] = level[self._design.season]
        np.maximum(np.exp(self._predictor, out=self._means), _SMALLEST, out=self._means)
        converged = np.zeros(total.shape[1], np.bool_)
        return Fit(self._means, working, total, centre, level, slope, spread, converged)

    def _slope(self, centre: Floats) -> tuple[Floats, Floats]:
        """The slope, and the spread of time it rests on; leaves in `_apart` how far each row is from its centre."""
        apart = np.subtract(self._times, centre[self._design.season], out=self._apart)
        pull = np.multiply(self._working, apart, out=self._part)
        self._response *= pull
        pull *= apart
        spread = self._design.total(pull)
        return self._design.total(self._response) / spread, spread


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
