"""分值阶梯: the rung of a rule's thresholds that a value stands on; rung 0 gives nothing, a higher one never less."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from service.scoring.pack import Level, Steps
from service.scoring.panel import Bools, Floats

N = TypeVar("N", float, Level)

Rungs = NDArray[np.int8]  # one byte is enough: `steps.MOST_STEPS` twice


@dataclass(frozen=True)
class Ladder:
    """Points and floors by rung; `sides` are the thresholds either way, `order` the rung that each of them leads to."""

    sides: tuple[tuple[str, tuple[float, ...]], ...]
    order: Rungs
    points: Floats
    floors: Rungs

    def climb(self, values: Floats) -> Rungs:
        """The rung of each value; NaN stays on rung 0."""
        if len(self.sides) == 1 and self.sides[0][1]:
            return _climbed(*self.sides[0], values)
        place: Rungs = np.zeros(values.shape, np.int8, order="F")
        begin = 0
        for how, thresholds in self.sides:
            if not thresholds:
                continue
            side = _climbed(how, thresholds, values)
            place += side + begin * (side > 0).view(np.int8) if begin else side
            begin += len(thresholds)
        return place if len(self.sides) == 1 else self.order[place]


def _climbed(how: str, thresholds: Sequence[float], values: Floats) -> Rungs:
    """How many of the thresholds each value reaches."""
    side: Rungs = reaches(how, values, thresholds[0]).view(np.int8)
    for threshold in thresholds[1:]:
        side += reaches(how, values, threshold).view(np.int8)
    return side


def reaches(how: str, values: Floats, threshold: float) -> Bools:
    """Whether each value reaches a threshold of steps read `how`; NaN reaches none."""
    if how == "above":
        return values > threshold
    return values <= threshold if how in ("at_most", "down") else values >= threshold


@cache
def ladder_of(sides_of_rule: tuple[Steps, ...]) -> Ladder:
    """The ladder of a rule's steps; one that looks both ways has its rungs in the order of their points."""
    sides, given = [], [(0.0, Level.NORMAL)]
    for steps in sides_of_rule:
        rungs = _rungs(steps)
        sides.append((steps.how, tuple(threshold for threshold, _ in rungs)))
        given += [both for _, both in rungs]
    ranked = sorted(range(len(given)), key=given.__getitem__)
    return Ladder(
        sides=tuple(sides),
        order=np.argsort(ranked).astype(np.int8),
        points=np.array([given[i][0] for i in ranked], np.float64),
        floors=np.array([given[i][1] for i in ranked], np.int8),
    )


def _rungs(steps: Steps) -> list[tuple[float, tuple[float, Level]]]:
    """Every threshold, mildest first, with the points and the floor that hold from there on, unless it is neither."""
    falling = steps.how in ("at_most", "down")
    thresholds = sorted({t for t, _ in steps.points} | {t for t, _ in steps.floors}, reverse=falling)
    found = [(t, (_at(steps.points, t, falling, 0.0), _at(steps.floors, t, falling, Level.NORMAL))) for t in thresholds]
    return [(t, given) for t, given in found if given > (0.0, Level.NORMAL)]


def _at(table: Sequence[tuple[float, N]], threshold: float, falling: bool, nothing: N) -> N:
    reached = [value for t, value in table if (t >= threshold if falling else t <= threshold)]
    return reached[-1] if reached else nothing
