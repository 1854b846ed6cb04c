"""平直历史: whether R keeps the trend of a history without any variation, which is a matter of rounding.

Residuals and slope of such a fit are noise in the last digit, and R tests this noise for significance. `detect` prints
what R prints, so the fit is done here as R's is: Householder reflections in the order of LINPACK, one number at a time.
No rule depends on it: to a rule a history without variance is unknown.
"""

import math
from collections.abc import Sequence

_MOST_STEPS = 25
_TOLERANCE = 1e-8


def slope_and_error(value: float, times: Sequence[float]) -> tuple[float, float, float]:
    """Intercept, slope and the slope's standard error of the Poisson regression of `value` > 0 at all `times`."""
    predictor = [math.log(value + 0.1)] * len(times)
    means = [math.exp(eta) for eta in predictor]
    deviance = _deviance(value, means)
    for _ in range(_MOST_STEPS):
        roots = [math.sqrt(mean * mean / mean) for mean in means]
        response = [
            (eta + (value - mean) / mean) * root for eta, mean, root in zip(predictor, means, roots, strict=True)
        ]
        level, slope, pivot = _solve([*roots], [t * root for t, root in zip(times, roots, strict=True)], response)
        predictor = [level + slope * t for t in times]
        means = [math.exp(eta) for eta in predictor]
        before, deviance = deviance, _deviance(value, means)
        if abs(deviance - before) / (abs(deviance) + 0.1) < _TOLERANCE:
            break
    off = [(value - mean) / mean for mean in means]
    spread = sum(root * root * part * part for root, part in zip(roots, off, strict=True)) / (len(times) - 2)
    return level, slope, math.sqrt(spread / (pivot * pivot))


def _deviance(value: float, means: Sequence[float]) -> float:
    return 2 * sum(value * math.log(value / mean) - (value - mean) for mean in means)


def _solve(first: list[float], second: list[float], response: list[float]) -> tuple[float, float, float]:
    """Least squares on two columns, which are used up; the last number is the second pivot."""
    corner = _reflect(first, [second, response], 0)
    pivot = _reflect(second, [response], 1)
    slope = response[1] / pivot
    return (response[0] - slope * second[0]) / corner, slope, pivot


def _reflect(column: list[float], others: Sequence[list[float]], top: int) -> float:
    """Turn `column` from row `top` on into its length with the other sign, the others with it; that length."""
    length = math.copysign(math.sqrt(_dot(column, column, top)), column[top])
    inverse = 1.0 / length
    for row in range(top, len(column)):
        column[row] *= inverse
    column[top] += 1
    for other in others:
        share = -_dot(column, other, top) / column[top]
        for row in range(top, len(column)):
            other[row] += share * column[row]
    return -length


def _dot(one: Sequence[float], other: Sequence[float], top: int) -> float:
    total = 0.0
    for row in range(top, len(one)):
        total += one[row] * other[row]
    return total
