"""Detectors agree with what R's `surveillance` printed: every bound and every alarm."""

import numpy as np
import pytest

from service.scoring.detectors.detect import detect
from service.scoring.detectors.noufaily import noufaily
from service.scoring.pack import Detector

from .golden import SERIES, Printed, agree, printed, series

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


FARRINGTON = {"b5_w3_a0.05": 0.05, "b5_w3_a0.01": 0.01}
NOUFAILY = {
    "noufaily_b5_np10_wt2.58_pw26_nbPlugin_a0.005": Detector("noufaily", years_back=5),
    "noufaily_b4_np10_wt2.58_pw26_nbPlugin_a0.005": Detector("noufaily", years_back=4),
}


def compare(name: str, detector: Detector, wanted: Printed, relative: float) -> None:
    """Every bound and alarm of `detect`, from the first week that was printed."""
    found, first = detect(series(name), detector), int(wanted["t"][0])
    assert agree(found.upper[first:], wanted["upperbound"], relative)
    assert agree(found.alarm[first:], wanted["alarm"], 0)


@pytest.mark.parametrize(("file", "config", "detector"), EARS)
@pytest.mark.parametrize("name", SERIES)
def test_ears(file: str, config: str, detector: Detector, name: str) -> None:
    wanted = printed(file)[config, name]
    assert wanted["t"][0] == detector.reach
    compare(name, detector, wanted, 1e-9)


@pytest.mark.parametrize(("config", "detector"), CUSUM)
@pytest.mark.parametrize("name", SERIES)
def test_cusum_without_a_reset(config: str, detector: Detector, name: str) -> None:
    compare(name, detector, printed("cusum")[config, name], 1e-9)


@pytest.mark.parametrize(("config", "name"), [key for key in printed("farrington") if key[0] in FARRINGTON])
def test_farrington(config: str, name: str) -> None:
    compare(name, Detector("farrington", FARRINGTON[config]), printed("farrington")[config, name], 1e-6)


@pytest.mark.parametrize(("config", "name"), [key for key in printed("farringtonFlexible") if key[0] in NOUFAILY])
def test_noufaily(config: str, name: str) -> None:
    wanted, detector = printed("farringtonFlexible")[config, name], NOUFAILY[config]
    compare(name, detector, wanted, 1e-6)
    with np.errstate(all="ignore"):
        found = noufaily(series(name)[None], detector, 0.005)
    begin = int(wanted["t"][0]) - detector.reach
    assert found.dispersion is not None
    assert agree(found.dispersion[0, begin:], wanted["phi"], 1e-6)
    assert agree(found.expected[0, begin:], wanted["expected"], 1e-6)
