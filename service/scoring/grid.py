"""可取的值: the figures that a person can report of an indicator, as steps of a grid."""

import math
from bisect import bisect_left, bisect_right
from dataclasses import dataclass

from service.scoring.pack import Indicator

_LONGEST_MOVE = 3650  # days either way that a date is moved
_WIDE = 10.0  # a range at least so wide is told in tenths, a narrower one in hundredths
_PARTED = ("number", "percent")


@dataclass(frozen=True)
class Grid:
    """Steps from `first` to `last`; step `n` is the figure `n / parts`, or the `n`-th of `listed` if any."""

    first: int
    last: int
    parts: int = 1
    listed: tuple[float, ...] = ()

    def figure(self, step: int) -> float:
        """The figure of a step, exact to its decimals."""
        return self.listed[step] if self.listed else step / self.parts

    def around(self, figure: float) -> tuple[int, int]:
        """The steps next below and next above a figure; they may lie outside the grid."""
        if self.listed:
            return bisect_left(self.listed, figure) - 1, bisect_right(self.listed, figure)
        below, above = math.floor(figure * self.parts), math.ceil(figure * self.parts)
        return below - (below / self.parts >= figure), above + (above / self.parts <= figure)

    def between(self, near: int, far: int, most: int) -> list[int]:
        """At most `most` + 1 steps from `near` to `far`, evenly spread, both included; empty outside the grid."""
        if not (self.first <= near <= self.last and self.first <= far <= self.last):
            return []
        count = min(most, abs(far - near))
        return [near + (far - near) * n // count for n in range(count + 1)] if count else [near]


def grid_of(indicator: Indicator, figure: float) -> Grid:
    """What could be reported in place of `figure`; nothing below 0 unless the indicator's range says so."""
    if indicator.type == "choice":
        return _listed(sorted(map(float, indicator.choices)))
    if indicator.type == "yes_no":
        return _listed([0.0, 1.0])
    if indicator.type == "date":
        return Grid(int(figure) - _LONGEST_MOVE, int(figure) + _LONGEST_MOVE)
    low, high = indicator.bounds
    if indicator.range is None and figure >= 0:
        low = max(low, 0.0)
    parts = (10 if high - low >= _WIDE else 100) if indicator.type in _PARTED else 1
    return Grid(math.ceil(low * parts), math.floor(high * parts), parts)


def _listed(figures: list[float]) -> Grid:
    return Grid(0, len(figures) - 1, listed=tuple(figures))
