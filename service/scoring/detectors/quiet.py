"""平稳时的误报: how often a detector alarms without a cause, as measured in simulated series of the same class.

A class is how large the figures of the history are and how much they scatter. What a method's alpha promises is not
what it does on counts that scatter more than chance alone: only the measured rate is shown to people.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from service.scoring.detectors.bounds import Floats, baseline, filled
from service.scoring.detectors.ears import GAP
from service.scoring.detectors.measured import MEASURED
from service.scoring.detectors.methods import METHODS, alpha_of
from service.scoring.pack import Detector

LEVELS = (1.0, 5.0, 20.0)  # mean of the history: below 1, from 1, from 5, from 20
SCATTERED = 1.5  # variance of the history divided by its mean: up to it, above it
LEAST_SIGMAS = (0.5, 1.0)
CLASSES = 2 * (len(LEVELS) + 1)
LEAST = 500  # weeks without which nothing is said

Indices = NDArray[np.intp]


def classes_of(columns: Sequence[Floats]) -> Indices:
    """The class of each series by the weeks of its history; a missing week is NaN."""
    figures, there = zip(*map(filled, columns), strict=True)
    found = baseline(figures, there, 2)
    scattered = found.sigma * found.sigma > SCATTERED * found.mean
    return 2 * np.searchsorted(LEVELS, found.mean, side="right") + scattered


def misfires(detector: Detector, history: Sequence[float]) -> float | None:
    """The share of quiet weeks in which the method alarms on a series with such a history; None where this was not
    measured: for parameters that are none of `settings`."""
    name = next((name for name, known in settings().items() if _alike(known, detector)), "")
    if not name:
        return None
    (place,) = classes_of([np.array([figure]) for figure in history])
    alarms, weeks = MEASURED[name][place]
    return alarms / weeks if weeks >= LEAST else None


def settings() -> dict[str, Detector]:
    """What is measured, by name: each method with its own parameters, EARS also with least deviations."""
    own = {method: Detector(method) for method in METHODS}
    floors = {f"{m} {least:g}": Detector(m, min_sigma=least) for m in METHODS if m in GAP for least in LEAST_SIGMAS}
    return own | floors


def _alike(one: Detector, other: Detector) -> bool:
    return replace(one, alpha=alpha_of(one)) == replace(other, alpha=alpha_of(other))
