"""往年全年 Noufaily: this week against all weeks of the years before but the last half year, with a seasonal factor.

Noufaily et al. 2013: ten seasons (the seven weeks around the week of the year, and nine of five weeks), always a trend,
only weeks far above expectation weighed down, the bound a quantile of the negative binomial distribution.
"""

import numpy as np

from service.scoring.detectors import quantiles
from service.scoring.detectors.bounds import Bounds, Floats, above
from service.scoring.detectors.farrington import HALF, YEAR, YEARS_FOR_TREND
from service.scoring.detectors.glm import design_of
from service.scoring.detectors.outlook import outlook, too_few
from service.scoring.pack import Detector

SEASONS = 10
_LEFT_OUT = 26  # newest weeks, in which an outbreak may be going on
_FAR = 2.58
_PART = 5  # weeks of a season; the first has 2 * HALF + 1


def seasons(detector: Detector) -> list[list[int]]:
    """How many weeks ago the weeks of each season were, oldest first; the first season is that of the week judged."""
    found: list[list[int]] = [[] for _ in range(SEASONS)]
    for ago in range(YEAR * detector.years_back + HALF, _LEFT_OUT, -1):
        after = (HALF - ago) % YEAR - 2 * HALF  # weeks since the last such seven weeks
        found[max(0, -(-after // _PART))].append(ago)
    return [season for season in found if season]  # of one year there are not all


def history(detector: Detector) -> list[int]:
    """How many weeks ago the weeks compared with were, season by season."""
    return [ago for season in seasons(detector) for ago in season]


def noufaily(series: Floats, detector: Detector, alpha: float) -> Bounds:
    """Judge the columns of `series` after the first `detector.reach`; below 5 reports in 4 weeks there is no bound, and
    no alarm."""
    tried = detector.years_back >= YEARS_FOR_TREND
    found = outlook(
        series, detector.reach, design_of(seasons(detector)), _FAR, lambda refit: np.full(refit.free.shape, tried)
    )
    few = too_few(series, detector.reach)
    upper = np.where(few, np.nan, quantiles.count(found.mean, found.dispersion, 1 - alpha))
    alarm = np.where(few, 0.0, above(series[:, detector.reach :], upper))
    alarm[(upper < np.log(found.mean)) | np.isnan(found.mean)] = np.nan  # figures scatter too much for a bound
    return Bounds(np.where(few, np.nan, found.mean), upper, alarm, found.dispersion)
