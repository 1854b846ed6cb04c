"""Kind unusual by EARS once more, in plain Python, from the formulas in the manual of R `surveillance`."""

import math
from statistics import NormalDist

from service.scoring.pack import Detector, Rule
from tests.scoring.reference_history import History, added, known

ALPHA = {"ears_c1": 0.001, "ears_c2": 0.001, "ears_c3": 0.025}
GAP = {"ears_c1": 0, "ears_c2": 2, "ears_c3": 2}


def unusual_value(rule: Rule, history: History, week: int) -> float | None:
    """1 for an alarm, 0 for none."""
    detector = rule.detector
    assert detector is not None
    figure, base = history.figure(rule.of, week), _baseline(detector, rule.of, history, week)
    if figure is None or base is None:
        return None
    mean, sigma = base
    factor = NormalDist().inv_cdf(1 - (detector.alpha or ALPHA[detector.method]))
    if detector.method != "ears_c3":
        return float(figure > sigma * factor + mean)
    excess = 0.0
    for earlier in (week - 1, week - 2):
        before, then = _baseline(detector, rule.of, history, earlier), history.figure(rule.of, earlier)
        if then is None:
            continue
        if before is None:
            if _steady(detector, rule.of, history, earlier):
                return None
            continue
        excess = excess + max(_deviations(then - before[0], before[1]) - 1, 0.0)
    bound = mean + sigma * (factor - excess)
    return float(figure > (0.0 if math.isnan(bound) else max(bound, 0.0)))


def _deviations(distance: float, sigma: float) -> float:
    """Divides; a deviation too small for a float makes it endless, or nothing at all."""
    if sigma == 0:
        return math.copysign(math.inf, distance) if distance else math.nan
    return distance / sigma


def _figures(detector: Detector, indicator: str, history: History, week: int) -> list[float]:
    last = week - GAP[detector.method]
    return known(history, indicator, range(last - detector.baseline, last))


def _enough(detector: Detector, figures: list[float]) -> bool:
    return 3 * len(figures) >= 2 * detector.baseline


def _steady(detector: Detector, indicator: str, history: History, week: int) -> bool:
    """Whether the baseline is known and without variance."""
    figures = _figures(detector, indicator, history, week)
    return _enough(detector, figures) and min(figures) == max(figures) and detector.min_sigma == 0


def _baseline(detector: Detector, indicator: str, history: History, week: int) -> tuple[float, float] | None:
    """Mean and deviation of the weeks before; None when too few are known or they do not vary."""
    figures = _figures(detector, indicator, history, week)
    if not _enough(detector, figures) or _steady(detector, indicator, history, week):
        return None
    mean = added(figures) / len(figures)
    sigma = math.sqrt(added([(figure - mean) * (figure - mean) for figure in figures]) / (len(figures) - 1))
    return mean, max(sigma, detector.min_sigma)
