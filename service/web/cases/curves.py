"""指标曲线: the figure behind a finding over half a year, the range that was usual before, the threshold. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from service.scoring.build import number
from service.scoring.pack import Dictionary, Rule
from service.scoring.unusual import judge
from service.scoring.week import between, step
from service.scoring.wording import worded

WEEKS = 26
FEWEST = 6  # known weeks before a range is called usual
_LOW, _HIGH = 0.1, 0.9  # nine weeks of ten lie below the high one, nine above the low one
Figures = Mapping[str, Mapping[str, Any]]  # week → indicator → figure, as reported


@dataclass(frozen=True)
class Curve:
    """One series by week, None where nothing is known; `bands` are what was to be expected, `unit` as `worded` says
    it; `expects` tells that a detector made the band and not the unit's own past."""

    rule: Rule
    dictionary: Dictionary
    weeks: tuple[str, ...]
    values: tuple[float | None, ...]
    bands: tuple[tuple[float, float] | None, ...]
    threshold: float | None
    expects: bool

    def read(self, figure: float) -> tuple[str, str]:
        """A figure of the curve in words of both languages."""
        return worded(self.rule, self.dictionary, figure)


def reach(rules: Sequence[Rule]) -> int:
    """How many weeks of reports curves of these rules are drawn from."""
    return WEEKS + max((rule.detector.reach for rule in rules if rule.detector), default=WEEKS)


def curve(
    rule: Rule, dictionary: Dictionary, figures: Figures, first_raised: str, last: str, threshold: float | None
) -> Curve | None:
    """The curve of a finding up to week `last`; None for a rule that judges no figure of its own."""
    if rule.of not in dictionary.indicators or rule.kind == "event":
        return None
    back = WEEKS + (rule.detector.reach if rule.detector else WEEKS)
    weeks = between(step(last, 1 - back), last)
    values = [_value(rule, dictionary, figures.get(week, {})) for week in weeks]
    if not any(value is not None for value in values[-WEEKS:]):
        return None
    if rule.detector:
        bands = _expected(rule, values)
    else:
        before = [v for w, v in zip(weeks, values, strict=True) if v is not None and w < first_raised]
        bands = [usual(before[-WEEKS:])] * WEEKS
    comparable = rule.kind in ("threshold", "ratio") and not rule.detector
    return Curve(
        rule,
        dictionary,
        tuple(weeks[-WEEKS:]),
        tuple(values[-WEEKS:]),
        tuple(bands),
        threshold if comparable else None,
        expects=rule.detector is not None,
    )


def usual(figures: Sequence[float]) -> tuple[float, float] | None:
    """Between what four of five of these lie; None where they are too few to say."""
    if len(figures) < FEWEST:
        return None
    ordered = sorted(figures)
    last = len(ordered) - 1
    return ordered[math.floor(_LOW * last)], ordered[math.ceil(_HIGH * last)]


def _expected(rule: Rule, values: Sequence[float | None]) -> list[tuple[float, float] | None]:
    """What the detector of a rule expects at most in each of the last weeks."""
    assert rule.detector is not None  # the caller has looked
    series = np.array([[math.nan if value is None else value for value in values]])
    with np.errstate(all="ignore"):  # infinities are answers here
        bounds, _ = judge(rule.detector, series)
    upper, expected = bounds.upper[0][-WEEKS:].tolist(), bounds.expected[0][-WEEKS:].tolist()
    return [
        (max(0.0, min(e, u)), u) if math.isfinite(u) and math.isfinite(e) else None
        for e, u in zip(expected, upper, strict=True)
    ]


def _value(rule: Rule, dictionary: Dictionary, figures: Mapping[str, Any]) -> float | None:
    """What the rule sees of a week: a figure, or one for each of another where it is a ratio."""
    own = _figure(dictionary, rule.of, figures)
    if not rule.per or own is None or rule.kind != "ratio":
        return own
    per = _figure(dictionary, rule.per, figures)
    return own / per if per else None


def _figure(dictionary: Dictionary, id_: str, figures: Mapping[str, Any]) -> float | None:
    indicator = dictionary.indicators.get(id_)
    value = number(indicator, figures.get(id_)) if indicator else None
    return value if isinstance(value, float) and math.isfinite(value) else None
