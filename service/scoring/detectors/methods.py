"""方法一览: the detectors by name – what they are called, what they compare a week with, how they judge."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.scoring.cells import Text
from service.scoring.detectors import cusum, ears, farrington, noufaily
from service.scoring.detectors.bounds import Bounds, Floats
from service.scoring.pack import Detector

Judge = Callable[[Floats, Detector, float, int], Bounds]


@dataclass(frozen=True)
class Method:
    """One detector. `judge` takes figures (series, `Detector.reach` + weeks), alpha and how many weeks of the history
    must be known, and answers for the weeks; `history` tells how many weeks ago those are that it compares with."""

    name: Text
    alpha: float | None  # when nobody says otherwise
    history: Callable[[Detector], Sequence[int]]
    judge: Judge
    counts: bool = True  # whether figures below 0 have no meaning to it
    limited: bool = False  # whether it says nothing below 5 reports in 4 weeks


_EARS = {"ears_c1": ("EARS C1", 0.001), "ears_c2": ("EARS C2", 0.001), "ears_c3": ("EARS C3", 0.025)}

METHODS = {
    **{
        method: Method((f"近期比较 {name}", name), alpha, ears.history, ears.ears, counts=False)
        for method, (name, alpha) in _EARS.items()
    },
    "cusum": Method(
        ("累积和 CUSUM", "CUSUM"),
        None,
        cusum.history,
        lambda series, detector, alpha, least: cusum.cusum_window(series, detector, least),
    ),
    "farrington": Method(
        ("往年同期 Farrington", "Farrington"),
        0.01,
        farrington.history,
        lambda series, detector, alpha, least: farrington.farrington(series, detector, alpha),
        limited=True,
    ),
    "noufaily": Method(
        ("往年全年 Noufaily", "Noufaily"),
        0.005,
        noufaily.history,
        lambda series, detector, alpha, least: noufaily.noufaily(series, detector, alpha),
        limited=True,
    ),
}


def alpha_of(detector: Detector) -> float:
    """The alpha of the rule, or the method's own; 0 where the method knows none."""
    return detector.alpha or METHODS[detector.method].alpha or 0.0
