"""转折点: the figures of one indicator at which some rule answers otherwise, found with the real engine.

A rule is judged at places spread from the figure reported to the bounds of its indicator; between two places whose
answers differ it looks closer, until they are neighbours. So no kind of rule has to be solved for its figures.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from service.scoring.grid import Grid, grid_of
from service.scoring.judge import FIRED, Judged, judge
from service.scoring.kinds import compare
from service.scoring.pack import Condition
from service.scoring.whatif import Place, seen_by_all

Values = Mapping[str, float]
Fan = tuple[str, list[int]]  # an indicator and steps of its grid, the nearest to the figure of now first

_FAN = 32  # places between two figures looked at in one round
_AT_ONCE = 1000  # variants of one panel, so that a long window stays small


def judged_with(place: Place, several: Sequence[Values]) -> Judged:
    """What all rules say of the week with each of these figures: one week, a node for each."""
    parts = [_judged(place, several[n : n + _AT_ONCE]) for n in range(0, len(several), _AT_ONCE)]
    if len(parts) == 1:
        return parts[0]
    names = ("score", "level", "judged", "states", "rungs", "values")
    return Judged(parts[0].ladders, *(np.concatenate([getattr(p, name) for p in parts], axis=-1) for name in names))


def _judged(place: Place, several: Sequence[Values]) -> Judged:
    panel = place.with_figures(several)
    stop = len(panel.weeks)
    return judge(place.pack, panel, stop - 1, stop, seen_by_all(place, panel))


def turning_points(place: Place, now: Judged, figures: Values) -> dict[str, list[float]]:
    """For each indicator of `figures` (what it is now) the figures that make a fired rule milder or a condition untrue,
    in rising order; an indicator without any is left out."""
    spread = _Spread(place, now, figures)
    fans = spread.sides()
    while fans:
        fans = spread.look(fans)
    found = {id_: spread.found[id_] | _breaking(place, id_, figures[id_], spread.grids[id_]) for id_ in figures}
    return {id_: sorted(spread.grids[id_].figure(step) for step in steps) for id_, steps in found.items() if steps}


class _Spread:
    """Looks at the steps of several grids at once; `found` are the steps that make a fired rule milder."""

    def __init__(self, place: Place, now: Judged, figures: Values) -> None:
        self._place, self._figures = place, figures
        self._rungs = now.rungs[:, 0, :1]
        active = np.array([not rule.trial for rule in place.pack.rules], np.bool_)
        self._fired = (now.states[:, 0, :1] == FIRED) & active[:, None]
        self.grids = {id_: grid_of(place.panel.dictionary.indicators[id_], now) for id_, now in figures.items()}
        self.found: dict[str, set[int]] = {id_: set() for id_ in figures}

    def sides(self) -> list[Fan]:
        """From the figures of now to the bounds, both ways."""
        fans = []
        for id_, grid in self.grids.items():
            below, above = grid.around(self._figures[id_])
            near = min(below, grid.last), max(above, grid.first)  # a figure that was reported may lie outside
            fans += [(id_, grid.between(near[0], grid.first, _FAN)), (id_, grid.between(near[1], grid.last, _FAN))]
        return [(id_, steps) for id_, steps in fans if steps]

    def look(self, fans: Sequence[Fan]) -> list[Fan]:
        """Judge these steps; what lies between two whose answers differ is to be looked at next."""
        places = [(id_, step) for id_, steps in fans for step in steps]
        judged = judged_with(self._place, [{id_: self.grids[id_].figure(step)} for id_, step in places])
        milder = ((judged.rungs[:, 0] < self._rungs) & self._fired).any(axis=0).tolist()
        answers = dict(zip(places, map(bytes, judged.rungs[:, 0].T.copy()), strict=True))
        gentle = {place for place, better in zip(places, milder, strict=True) if better}
        closer: list[Fan] = []
        for id_, steps in fans:
            self.found[id_] |= {step for step in (steps[0], steps[-1]) if (id_, step) in gentle}
            for near, far in pairwise(steps):
                if answers[id_, near] == answers[id_, far]:
                    continue
                if abs(far - near) > 1:
                    closer.append((id_, self.grids[id_].between(near, far, _FAN)))
                elif (id_, far) in gentle:
                    self.found[id_].add(far)
        return closer


def _breaking(place: Place, id_: str, figure: float, grid: Grid) -> set[int]:
    """Steps at which a condition on the indicator that holds now does not: alone that need not make its rule milder."""
    rules = [rule for rule in place.pack.rules if not rule.trial]
    asked = {c for rule in rules for c in (*rule.when, rule.only_if) if c and c.indicator == id_ and _true(c, figure)}
    found: set[int] = set()
    for condition in asked:
        below, above = grid.around(condition.number)
        near = [step for step in range(below, above + 1) if grid.first <= step <= grid.last]
        found |= {step for step in near if not _true(condition, grid.figure(step))}
    return found


def _true(condition: Condition, figure: float) -> bool:
    return bool(compare(condition, np.array(figure)))
