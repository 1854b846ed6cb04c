"""逐周检出: one series from its first week to its last, in the numbers that R's `surveillance` prints."""

from dataclasses import replace

import numpy as np

from service.scoring.detectors.bounds import Bounds, Floats
from service.scoring.detectors.cusum import REFERENCE, cusum
from service.scoring.detectors.ears import ears
from service.scoring.detectors.farrington import as_rounded, farrington
from service.scoring.detectors.methods import alpha_of
from service.scoring.detectors.noufaily import noufaily
from service.scoring.pack import Detector


def detect(series: Floats, detector: Detector) -> Bounds:
    """Judge every week of `series` (weeks,), none of them missing; NaN where there is not enough history."""
    weeks = len(series)
    needed = REFERENCE if detector.method == "cusum" else detector.reach
    found = Bounds(*(np.full(weeks, np.nan) for _ in range(3)))
    if weeks <= needed:
        return found
    with np.errstate(all="ignore"):  # infinities are answers here
        judged = _judged(series[None], detector)
    for all_weeks, part in zip(
        (found.expected, found.upper, found.alarm), (judged.expected, judged.upper, judged.alarm), strict=True
    ):
        all_weeks[needed:] = part[0]
    return found


def _judged(series: Floats, detector: Detector) -> Bounds:
    alpha = alpha_of(detector)
    if detector.method == "cusum":
        return cusum(series, detector)
    if detector.method == "farrington":
        return as_rounded(series, detector, alpha, farrington(series, detector, alpha))
    if detector.method == "noufaily":
        found = noufaily(series, detector, alpha)
        # Where the bound is below the logarithm of the mean and so says nothing, R prints it, and no alarm.
        return replace(found, alarm=np.where(np.isnan(found.alarm) & ~np.isnan(found.upper), 0.0, found.alarm))
    return ears(series, detector, alpha, detector.baseline)
