"""近期比较 EARS: C1, C2 and C3 of the CDC – this week against the mean and deviation of the weeks just before.

C1 looks at the `baseline` weeks before this one, C2 leaves two weeks out between, C3 lowers the bound of C2 by what the
two weeks before exceeded theirs. Source: Hutwagner et al. 2003; Fricker, Hegler & Dunfee 2008; C3 by the formula of the
manual of R `surveillance`, not by its code, which looks at this week's count where the manual has the baseline mean.
"""

from statistics import NormalDist

import numpy as np

from service.scoring.detectors.bounds import Bounds, Floats, above, baseline, filled, full_baseline
from service.scoring.pack import Detector

GAP = {"ears_c1": 0, "ears_c2": 2, "ears_c3": 2}  # weeks left out between the baseline and the week judged
_REMEMBERED = 2  # earlier weeks whose excess counts, of C3
_AT_ONCE = 16_384  # figures judged together, so that the arrays stay in the processor's cache
_FEWEST = 128  # series together, below which calls cost more than sums


def history(detector: Detector) -> range:
    """How many weeks ago the weeks of the baseline were, oldest first."""
    return range(detector.baseline + GAP[detector.method], GAP[detector.method], -1)


def remembered(detector: Detector) -> int:
    """How many earlier weeks are held against their own baselines."""
    return _REMEMBERED if detector.method == "ears_c3" else 0


def ears(series: Floats, detector: Detector, alpha: float, least: int) -> Bounds:
    """Judge the columns of `series` after the first `detector.reach`; a baseline needs `least` known weeks."""
    nodes, weeks = len(series), series.shape[1] - detector.reach
    expected, upper, alarm = (np.empty((weeks, nodes)).T for _ in range(3))
    at_once = max(_AT_ONCE // max(weeks, 1), _FEWEST)
    for first in range(0, nodes, at_once):
        part = slice(first, first + at_once)
        block = np.asfortranarray(series[part])  # weeks that lie one after the other are read twice as fast
        expected[part], upper[part], alarm[part] = _judged(block, detector, alpha, least)
    return Bounds(expected, upper, alarm)


def _judged(series: Floats, detector: Detector, alpha: float, least: int) -> tuple[Floats, Floats, Floats]:
    earlier = remembered(detector)
    weeks = series.shape[1] - detector.reach + earlier  # the remembered ones stand in front
    begins = range(detector.baseline)
    gaps = bool(np.isnan(series).any())
    if gaps:
        figures, there = filled(series)
        found = baseline([figures[:, b : b + weeks] for b in begins], [there[:, b : b + weeks] for b in begins], least)
    else:
        found = full_baseline([series[:, b : b + weeks] for b in begins])
    mean, sigma, observed = found.mean, found.sigma, series[:, series.shape[1] - weeks :]
    if detector.min_sigma > 0:
        np.maximum(sigma, detector.min_sigma, out=sigma)
    quantile = NormalDist().inv_cdf(1 - alpha)
    if not earlier:
        sigma *= quantile
        sigma += mean
        return mean, sigma, above(observed, sigma) if gaps else (observed > sigma).astype(np.float64)
    excess = observed - mean
    excess /= sigma
    excess -= 1
    np.maximum(excess, 0, out=excess)
    if gaps:  # a week that cannot be judged exceeds nothing
        excess[np.isnan(observed) | np.isnan(mean)] = 0
    mean, observed = mean[:, earlier:], observed[:, earlier:]
    upper = _lowered(mean, sigma[:, earlier:], quantile - (excess[:, 1:-1] + excess[:, :-2]))
    return mean, upper, above(observed, upper) if gaps else (observed > upper).astype(np.float64)


def _lowered(mean: Floats, sigma: Floats, factor: Floats) -> Floats:
    """The bound of C3: never below 0, and 0 where a baseline without variance makes it indefinite."""
    factor *= sigma
    factor += mean
    np.fmax(factor, 0, out=factor)
    factor[np.isnan(mean)] = np.nan
    return factor
