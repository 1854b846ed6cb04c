"""一户的历史: the figures of one node week by week while they are being made up.

Pure apart from the random generator that is handed in.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache

import numpy as np
from numpy.typing import NDArray

from service.network.tree import NodeRow
from service.scoring.week import monday

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

BUSY = {11: 1.34, 12: 1.48, 1: 1.30, 2: 0.68}  # labour incidents by month against the year's mean


@dataclass(frozen=True)
class Incident:
    """What a story ends in: `week` is an index, `kind` a word such as stoppage."""

    week: int
    kind: str
    people: int | None


@dataclass
class History:
    """Figures by indicator (NaN: left empty), the weeks without a report, what others saw, and what happened."""

    node: NodeRow
    weeks: tuple[str, ...]
    values: dict[str, Floats]
    not_applicable: frozenset[str]
    silent: Bools
    observed: dict[int, dict[str, float]] = field(default_factory=dict)
    incidents: list[Incident] = field(default_factory=list)

    @property
    def staff(self) -> int:
        """People on the books at the beginning."""
        return self.node.headcount or 100

    def put(self, indicator: str, figures: Floats, where: Bools) -> None:
        """Replace an indicator's figures in the weeks of `where`; one that nobody reports is left out."""
        if indicator in self.values:
            self.values[indicator] = np.where(where, figures, self.values[indicator])

    def asked(self, indicator: str) -> Bools:
        """The weeks in which the node gives the figure: a monthly one in few, an unknown one in none."""
        return np.isfinite(self.values.get(indicator, np.full(len(self.weeks), np.nan)))


@cache
def season(weeks: tuple[str, ...]) -> Floats:
    """How busy each week is against the year's mean, by the month of its Thursday."""
    return _shared(np.array([BUSY.get((monday(week) + timedelta(days=3)).month, 0.95) for week in weeks]))


@cache
def opens_month(weeks: tuple[str, ...]) -> Bools:
    """Weeks with the first Monday of a month, in which monthly figures are asked for."""
    found = np.array([monday(week).day <= 7 for week in weeks])
    found.flags.writeable = False
    return found


def _shared(figures: Floats) -> Floats:
    """Nobody may write into what every history looks at."""
    figures.flags.writeable = False
    return figures
