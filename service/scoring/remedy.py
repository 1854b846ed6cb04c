"""改善: the smallest change in what an enterprise can act on that would lower the level of a week.

Figures are tried where a rule changes its answer (`turning`): first one indicator, then two and so on; where that would
be too many, the best one after the other.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations, product

import numpy as np

from service.scoring.cells import Cells
from service.scoring.judge import FIRED, UNKNOWN, Judged
from service.scoring.pack import Indicator, Level, Rule
from service.scoring.panel import NA
from service.scoring.turning import Values, judged_with, turning_points
from service.scoring.whatif import Place

MOST_TRIED = 20_000  # variants of one search; beyond it indicators are changed one after the other
_ORDINARY_STEP = 1.0  # what a change from 0, of a word or by a year is worth beside relative changes


class Lack(StrEnum):
    """Why there is nothing to propose."""

    NORMAL = "normal"  # there is no lower level
    UNREPORTED = "unreported"  # the first thing to do is to report
    HELD = "held"  # what can be changed this week does not lower it


@dataclass(frozen=True)
class Change:
    """One figure of the week; `before` is the newest known one, which may be of an earlier week."""

    indicator: str
    before: float
    after: float


@dataclass(frozen=True)
class Remedy:
    """What would lower the level, to which score and level; or why nothing does, and the rules that hold it."""

    changes: tuple[Change, ...]
    score: float
    level: Level
    lack: Lack | None = None
    held: tuple[str, ...] = ()


def remedy(place: Place) -> Remedy:
    """The smallest change that lowers the level: the fewest indicators, then the smallest relative change."""
    now = judged_with(place, [{}])
    level, score = Level(int(now.level[0, 0])), float(now.score[0, 0])
    if level is Level.NORMAL:
        return Remedy((), score, level, Lack.NORMAL)
    if not place.reported:
        return Remedy((), score, level, Lack.UNREPORTED, _holding(place, now, 0))
    return _Search(place, now).run()


def movable(place: Place, now: Judged) -> dict[str, float]:
    """The newest figures of the indicators that a fired rule reads and that an enterprise can act on."""
    known = place.panel.dictionary.indicators
    kind, cells = place.panel.nodes[place.node].kind, Cells(place.panel, place.node, place.week)
    read = dict.fromkeys(id_ for rule in _fired(place, now, 0) for id_ in rule.indicators if _open(known[id_], kind))
    found = {id_: cells.newest(id_, place.pack.window + 1) for id_ in read if cells.value(id_) != NA}
    return {id_: newest[0] for id_, newest in found.items() if newest is not None}


def _open(indicator: Indicator, kind: str) -> bool:
    """Sealed figures are no advice: a proposal would tell them."""
    return indicator.actionable and not indicator.sealed and kind in indicator.applies_to


def _fired(place: Place, found: Judged, variant: int) -> list[Rule]:
    states = found.states[:, 0, variant].tolist()
    return [rule for rule, state in zip(place.pack.rules, states, strict=True) if state == FIRED and not rule.trial]


def _holding(place: Place, found: Judged, variant: int) -> tuple[str, ...]:
    """The rules that hold the level: those whose floor it is, else all that fired, the weightiest first."""
    rungs = found.rungs[:, 0, variant].tolist()
    fired = {rule.id for rule in _fired(place, found, variant)}
    weights = {
        rule.id: (int(ladder.floors[rung]), float(ladder.points[rung]))
        for rule, ladder, rung in zip(place.pack.rules, found.ladders, rungs, strict=True)
        if rule.id in fired
    }
    level = int(found.level[0, variant])
    floors = [id_ for id_, (floor, _) in weights.items() if floor >= level]
    return tuple(sorted(floors or weights, key=weights.__getitem__, reverse=True))


class _Search:
    """The search for one place, whose level is not normal."""

    def __init__(self, place: Place, now: Judged) -> None:
        self._place, self._now = place, now
        self._level = int(now.level[0, 0])
        self._unknown = now.states[:, 0, 0] == UNKNOWN
        self._before = movable(place, now)
        self._candidates = turning_points(place, now, self._before)

    def run(self) -> Remedy:
        """Fewer indicators first, as long as all their combinations can be tried."""
        tried = 0
        for size in range(1, len(self._candidates) + 1):
            tried += sum(math.prod(len(self._candidates[id_]) for id_ in ids) for ids in self._sets(size))
            if tried > MOST_TRIED:
                break
            found = self._smallest(self._combined(size))
            if found is not None:
                return self._remedy(found)
        return self._one_by_one()

    def _sets(self, size: int) -> Iterator[tuple[str, ...]]:
        return combinations(self._candidates, size)

    def _combined(self, size: int) -> Iterator[Values]:
        for ids in self._sets(size):
            for figures in product(*(self._candidates[id_] for id_ in ids)):
                yield dict(zip(ids, figures, strict=True))

    def _smallest(self, several: Iterable[Values]) -> Values | None:
        """The least change of those that lower the level."""
        ranked = [(cost, level, n, values) for n, (level, _, cost, values) in enumerate(self._judge(several))]
        lower = [entry for entry in ranked if entry[1] < self._level]
        return min(lower, key=lambda entry: entry[:3])[3] if lower else None

    def _judge(self, several: Iterable[Values]) -> Iterator[tuple[int, float, float, Values]]:
        """Level, score and cost of all that leave no rule without its figures: that would be no improvement."""
        variants = list(several)
        if not variants:
            return
        found = judged_with(self._place, variants)
        sound = ~((found.states[:, 0] == UNKNOWN) & ~self._unknown[:, None]).any(axis=0)
        for n in np.flatnonzero(sound).tolist():
            yield int(found.level[0, n]), float(found.score[0, n]), self._cost(variants[n]), variants[n]

    def _one_by_one(self) -> Remedy:
        """The best indicator first, then the next; what turns out not to be needed is left out again."""
        chosen: Values = {}
        best = self._level, float(self._now.score[0, 0])
        while best[0] == self._level:
            options = (
                {**chosen, id_: v} for id_ in self._candidates if id_ not in chosen for v in self._candidates[id_]
            )
            level, score, _, values = min(self._judge(options), key=lambda o: o[:3], default=(*best, 0.0, chosen))
            if (level, score) >= best:
                end = judged_with(self._place, [chosen])
                now = float(self._now.score[0, 0])
                return Remedy((), now, Level(self._level), Lack.HELD, _holding(self._place, end, 0))
            best, chosen = (level, score), values
        return self._remedy(self._without_needless(chosen))

    def _without_needless(self, chosen: Values) -> Values:
        for id_ in sorted(chosen, key=lambda i: -self._cost({i: chosen[i]})):
            fewer = {other: value for other, value in chosen.items() if other != id_}
            nearer = [fewer, *({**fewer, id_: value} for value in self._candidates[id_])]
            chosen = self._smallest(nearer) or chosen
        return chosen

    def _remedy(self, values: Values) -> Remedy:
        found = judged_with(self._place, [values])
        changes = tuple(Change(id_, self._before[id_], after) for id_, after in values.items())
        return Remedy(changes, float(found.score[0, 0]), Level(int(found.level[0, 0])))

    def _cost(self, values: Values) -> float:
        return sum(self._relative(id_, after) for id_, after in values.items())

    def _relative(self, id_: str, after: float) -> float:
        before, kind = self._before[id_], self._place.panel.dictionary.indicators[id_].type
        if kind in ("yes_no", "choice"):
            return _ORDINARY_STEP * abs(after - before)
        if kind == "date":
            return _ORDINARY_STEP * abs(after - before) / 365
        return abs(after - before) / (abs(before) or _ORDINARY_STEP)
