"""平常的数: what a node reports while nothing happens to it – levels by indicator, or by type where none is known here.

Pure apart from the random generator that is handed in.
"""

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np

from service.network.tree import NodeRow
from service.scoring.pack import Dictionary, Indicator
from service.scoring.week import monday
from service.simulation.history import Floats, History, opens_month, season

Background = Callable[[tuple[str, ...], np.random.Generator], Floats]

# What bureaus and county unions know and an enterprise leaves empty.
OF_BUREAUS = frozenset(
    {
        "voice.online_state",
        "operations.asset_moves",
        "operations.utility_drop_percent",
        "operations.rent_overdue_days",
        "operations.tax_overdue_months",
        "operations.credit_overdue_days",
        "operations.court_enforcements",
        "sites.deposit_short_percent",
    }
)
_OF_SITES = "sites."  # indicators that only construction reports
_LEFT_EMPTY, _NO_REPORT, _UNDATED = 0.02, 0.012, 0.1  # shares of cells, of weeks, of dates


def quiet(node: NodeRow, weeks: tuple[str, ...], dictionary: Dictionary, rng: np.random.Generator) -> History:
    """A node in which nothing happens: background levels, some cells and a few weeks left out."""
    asked = [indicator for indicator in dictionary.indicators.values() if _reports(node, indicator)]
    values = {indicator.id: _background(indicator, node, weeks, rng) for indicator in asked}
    left_empty = rng.random((len(asked), len(weeks))) < _LEFT_EMPTY
    for indicator, empty in zip(asked, left_empty, strict=True):
        if not indicator.required:
            values[indicator.id][empty] = np.nan
        if indicator.every == "month":
            values[indicator.id][~opens_month(weeks)] = np.nan
    undated = frozenset(i.id for i in asked if i.type == "date" and rng.random() < _UNDATED)
    return History(node, weeks, values, undated, rng.random(len(weeks)) < _NO_REPORT)


def _reports(node: NodeRow, indicator: Indicator) -> bool:
    if indicator.id.startswith(_OF_SITES) and node.industry != "construction":
        return False
    return node.kind in indicator.applies_to and indicator.id not in OF_BUREAUS


def _background(indicator: Indicator, node: NodeRow, weeks: tuple[str, ...], rng: np.random.Generator) -> Floats:
    if indicator.id == "staff.headcount":
        drift = np.cumsum(rng.normal(0, 0.002, len(weeks)))
        return np.maximum(1, np.round((node.headcount or 100) * (1 + drift)))
    if indicator.id in _LEVELS:
        return _LEVELS[indicator.id](weeks, rng)
    if indicator.type == "date":
        return np.full(len(weeks), float(_expiry(weeks, rng)))
    return _of_type(indicator, weeks, rng)


def _counts(mean: float) -> Background:
    """Whole numbers that come by chance, `mean` a week of the middle of the year."""
    return lambda weeks, rng: rng.poisson(mean * season(weeks)).astype(float)


def _around(mean: float, spread: float, low: float, high: float) -> Background:
    """Figures around `mean`, with one decimal."""
    return lambda weeks, rng: np.clip(rng.normal(mean, spread, len(weeks)), low, high).round(1)


def _overtime(weeks: tuple[str, ...], rng: np.random.Generator) -> Floats:
    return np.clip(rng.normal(22, 4, len(weeks)) + 3 * (season(weeks) - 1), 0, 36).round(1)


_LEVELS: Mapping[str, Background] = {
    "hours.overtime_month": _overtime,
    "hours.overtime_day": _around(1.5, 0.6, 0, 3),
    "jobs.turnover_percent": _around(2.5, 0.6, 0, 6),
    "jobs.net_loss_percent": _around(0.5, 0.8, 0, 4),
    "voice.complaints": _counts(0.06),
    "voice.dispute_cases": _counts(0.03),
    "safety.injured_people": _counts(0.01),
    "county.hotline_calls": _counts(4),
    "county.petitions_attended": _counts(0.3),
    "county.group_cases": _counts(0.05),
}


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
