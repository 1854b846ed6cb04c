"""近期比较 EARS: C1, C2 and C3 of the CDC – this week against the mean and deviation of the weeks just before.

C1 looks at the `baseline` weeks before this one, C2 leaves two weeks out between, C3 lowers the bound of C2 by what the
two weeks before exceeded theirs. Source: Hutwagner et al. 2003; Fricker, Hegler & Dunfee 2008; C3 by the formula of the
manual of R `surveillance`, not by its code, which looks at this week's count where the manual has the baseline mean.
"""

from statistics import NormalDist

import numpy as np

from service.scoring.detectors.bounds import Bounds, Floats, above, deviation_of, mean_of
from service.scoring.pack import Detector

GAP = {"ears_c1": 0, "ears_c2": 2, "ears_c3": 2}  # weeks left out between the baseline and the week judged
_REMEMBERED = 2  # earlier weeks whose excess counts, of C3


def history(detector: Detector) -> range:
    """How many weeks ago the weeks of the baseline were, oldest first."""
    return range(detector.baseline + GAP[detector.method], GAP[detector.method], -1)


def remembered(detector: Detector) -> int:
    """How many earlier weeks are held against their own baselines."""
    return _REMEMBERED if detector.method == "ears_c3" else 0


def ears(series: Floats, detector: Detector, alpha: float, least: int) -> Bounds:
    """Judge the columns of `series` after the first `detector.reach`; a baseline needs `least` known weeks."""
    earlier = remembered(detector)
    weeks = series.shape[1] - detector.reach + earlier  # the remembered ones stand in front
    columns = [series[:, begin : begin + weeks] for begin in range(detector.baseline)]
    mean, known = mean_of(columns, least)
    sigma = deviation_of(columns, mean, known)
    if detector.min_sigma > 0:
        np.maximum(sigma, detector.min_sigma, out=sigma)
    observed = series[:, series.shape[1] - weeks :]
    quantile = NormalDist().inv_cdf(1 - alpha)
    if not earlier:
        upper = sigma * quantile + mean
        return Bounds(mean, upper, above(observed, upper))
    excess = np.maximum((observed - mean) / sigma - 1, 0)
    excess[np.isnan(observed) | np.isnan(mean)] = 0  # a week that cannot be judged exceeds nothing
    mean, sigma, observed = mean[:, earlier:], sigma[:, earlier:], observed[:, earlier:]
    upper = _lowered(mean, sigma, quantile - (excess[:, 1:-1] + excess[:, :-2]))
    return Bounds(mean, upper, above(observed, upper))


def _lowered(mean: Floats, sigma: Floats, factor: Floats) -> Floats:
    """The bound of C3: never below 0, and 0 where a baseline without variance makes it indefinite."""
    return np.where(np.isnan(mean), np.nan, np.fmax(mean + sigma * factor, 0))
