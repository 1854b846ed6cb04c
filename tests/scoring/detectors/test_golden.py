"""Detectors agree with what R's `surveillance` printed: every bound and every alarm."""

import numpy as np
import pytest

from service.scoring.detectors.cusum import cusum
from service.scoring.detectors.ears import ears
from service.scoring.pack import Detector

from .golden import SERIES, agree, printed, series

EARS = [
    ("earsC1", "default", Detector("ears_c1", 0.001)),
    ("earsC1", "alpha0.01", Detector("ears_c1", 0.01)),
    ("earsC1", "base14_alpha0.05", Detector("ears_c1", 0.05, baseline=14)),
    ("earsC1", "base8_minSigma0.5", Detector("ears_c1", 0.001, baseline=8, min_sigma=0.5)),
    ("earsC2", "default", Detector("ears_c2", 0.001)),
    ("earsC2", "alpha0.01", Detector("ears_c2", 0.01)),
    ("earsC2", "base14_alpha0.05", Detector("ears_c2", 0.05, baseline=14)),
    ("earsC2", "base8_minSigma0.5", Detector("ears_c2", 0.001, baseline=8, min_sigma=0.5)),
    ("earsC3_documented_formula", "default", Detector("ears_c3", 0.025)),
    ("earsC3_documented_formula", "alpha0.01", Detector("ears_c3", 0.01)),
    ("earsC3_documented_formula", "base14_alpha0.05", Detector("ears_c3", 0.05, baseline=14)),
]
CUSUM = [
    ("k1.04_h2.26_standard_mMean", Detector("cusum", reset=False)),
    ("k1.04_h2.26_rossi_mMean", Detector("cusum", trans="rossi", reset=False)),
    ("k0.5_h4_anscombe_mMean", Detector("cusum", k=0.5, h=4, trans="anscombe", reset=False)),
]


@pytest.mark.parametrize(("file", "config", "detector"), EARS)
@pytest.mark.parametrize("name", SERIES)
def test_ears(file: str, config: str, detector: Detector, name: str) -> None:
    wanted = printed(file)[config, name]
    with np.errstate(all="ignore"):
        found = ears(series(name)[None], detector, detector.alpha or 0, detector.baseline)
    assert wanted["t"][0] == detector.reach
    assert agree(found.upper[0], wanted["upperbound"], 1e-9)
    assert agree(found.alarm[0], wanted["alarm"], 0)


@pytest.mark.parametrize(("config", "detector"), CUSUM)
@pytest.mark.parametrize("name", SERIES)
def test_cusum_without_a_reset(config: str, detector: Detector, name: str) -> None:
    wanted = printed("cusum")[config, name]
    with np.errstate(all="ignore"):
        found = cusum(series(name)[None], detector)
    assert agree(found.upper[0], wanted["upperbound"], 1e-9)
    assert agree(found.alarm[0], wanted["alarm"], 0)
