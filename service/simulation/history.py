"""一户的历史: the figures of one node week by week while they are being made up.

Pure apart from the random generator that is handed in.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from service.network.tree import NodeRow
from service.scoring.pack import Dictionary, Indicator
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


def season(weeks: tuple[str, ...]) -> Floats:
    """How busy each week is against the year's mean, by the month of its Thursday."""
    return np.array([BUSY.get((monday(week) + timedelta(days=3)).month, 0.95) for week in weeks])


def opens_month(weeks: tuple[str, ...]) -> Bools:
    """Weeks with the first Monday of a month, in which monthly figures are asked for."""
    return np.array([monday(week).day <= 7 for week in weeks])


def quiet(node: NodeRow, weeks: tuple[str, ...], dictionary: Dictionary, rng: np.random.Generator) -> History:
    """A node in which nothing happens: background levels by type, some cells and a few weeks left out."""
    asked = [i for i in dictionary.indicators.values() if node.kind in i.applies_to]
    values = {indicator.id: _background(indicator, node, weeks, rng) for indicator in asked}
    for indicator in asked:
        if not indicator.required:
            values[indicator.id][rng.random(len(weeks)) < 0.02] = np.nan
        if indicator.every == "month":
            values[indicator.id][~opens_month(weeks)] = np.nan
    undated = frozenset(i.id for i in asked if i.type == "date" and rng.random() < 0.1)
    return History(node, weeks, values, undated, rng.random(len(weeks)) < 0.012)


def _background(indicator: Indicator, node: NodeRow, weeks: tuple[str, ...], rng: np.random.Generator) -> Floats:
    shape = len(weeks)
    if indicator.id == "staff.headcount":
        drift = np.cumsum(rng.normal(0, 0.002, shape))
        return np.maximum(1, np.round((node.headcount or 100) * (1 + drift)))
    if indicator.id == "hours.overtime_month":
        return np.clip(rng.normal(22, 4, shape) + 3 * (season(weeks) - 1), 0, 36).round(1)
    if indicator.id == "voice.complaints":
        return rng.poisson(0.06 * season(weeks), shape).astype(float)
    if indicator.type == "date":
        return np.full(shape, float(_expiry(weeks, rng)))
    return _of_type(indicator, weeks, rng)


def _of_type(indicator: Indicator, weeks: tuple[str, ...], rng: np.random.Generator) -> Floats:
    low, high = indicator.usual or indicator.range or (0.0, 100.0)
    if indicator.nil_ok or indicator.type in ("yes_no", "choice"):
        return np.full(len(weeks), float(min(indicator.choices, default=0)))
    if indicator.type in ("count", "days"):
        return np.clip(rng.poisson(4 * season(weeks)), low, high).astype(float)
    return np.round(rng.uniform(low, low + (min(high, low + 100) - low) * 0.3, len(weeks)), 1)


def _expiry(weeks: tuple[str, ...], rng: np.random.Generator) -> int:
    last = monday(weeks[-1])
    return date(last.year + int(rng.integers(1, 4)), int(rng.integers(1, 13)), 28).toordinal()
