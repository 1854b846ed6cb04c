"""What must hold of every detector, whatever the figures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.scoring.detectors.bounds import Floats
from service.scoring.detectors.cusum import REFERENCE, cusum
from service.scoring.pack import Detector
from service.scoring.particulars import METHODS
from service.scoring.unusual import judge

DETECTORS = [
    *(Detector(method, baseline=4, years_back=1) for method in METHODS),
    Detector("cusum", trans="anscombe"),
    Detector("cusum", trans="rossi", reset=False),
    Detector("noufaily", years_back=3),
]
each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda d: f"{d.method} {d.trans} {d.years_back}")
FIGURES = (0.0, 1.0, 2.0, 3.0, 5.0, 8.0, 40.0, 0.5, 1e6, np.nan)
SEEDS = st.integers(0, 2**32)
few = settings(max_examples=5, deadline=None)


def said(detector: Detector, series: Floats) -> list[Floats]:
    """Everything a rule sees of the weeks after the first `reach`."""
    with np.errstate(all="ignore"):
        bounds, lacks = judge(detector, np.asfortranarray(series))
    return [bounds.expected, bounds.upper, bounds.alarm, lacks.astype(np.float64)]


def same(ours: list[Floats], theirs: list[Floats]) -> bool:
    """Whether all is equal to the last bit."""
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(ours, theirs, strict=True))


def drawn(seed: int, detector: Detector, series: int, weeks: int) -> Floats:
    """Figures of some series about one level each, some of them with gaps or wild ones."""
    generator = np.random.default_rng(seed)
    shape = series, detector.reach + weeks
    counts = generator.poisson(generator.choice([0.3, 2, 9, 1e4], (series, 1)), shape)
    return np.where(generator.random(shape) < 0.1, generator.choice(FIGURES, shape), counts)


@each
def test_a_series_alone_has_the_bits_it_has_among_a_thousand(detector: Detector) -> None:
    crowd = drawn(1, detector, 1000, 1)
    whole = said(detector, crowd)
    for place in (0, 137, 512, 999):
        alone = slice(place, place + 1)
        assert same(said(detector, crowd[alone]), [part[alone] for part in whole])
    assert same(said(detector, crowd[300:703]), [part[300:703] for part in whole])


@each
@few
@given(seed=SEEDS, order=st.permutations(range(5)))
def test_another_order_of_series_is_another_order_of_answers(detector: Detector, seed: int, order: list[int]) -> None:
    series = drawn(seed, detector, 5, 2)
    assert same(said(detector, series[order]), [part[order] for part in said(detector, series)])


@each
@few
@given(seed=SEEDS)
def test_a_week_depends_on_its_window_alone(detector: Detector, seed: int) -> None:
    """Neither on when the series begins nor on what comes after."""
    series = drawn(seed, detector, 2, 6)
    whole = said(detector, series)
    for week in range(6):
        window = series[:, week : week + detector.reach + 1]
        assert same(said(detector, window), [part[:, week : week + 1] for part in whole])


@each
@few
@given(seed=SEEDS)
def test_what_can_be_judged_has_a_bound_that_the_alarm_breaks(detector: Detector, seed: int) -> None:
    series = drawn(seed, detector, 20, 3)
    expected, upper, alarm, lacks = said(detector, series)
    judged = lacks == 0
    assert not np.isnan([expected[judged], upper[judged], alarm[judged]]).any()
    if detector.method != "cusum":
        assert (alarm[judged] == (series[:, detector.reach :] > upper)[judged]).all()


@each
def test_a_higher_figure_never_ends_an_alarm(detector: Detector) -> None:
    generator = np.random.default_rng(5)
    past = generator.poisson(4, (1, detector.reach)).astype(np.float64)
    series = np.hstack([np.repeat(past, 60, axis=0), np.arange(60.0)[:, None]])
    _, _, alarm, _ = said(detector, series)
    known = alarm[~np.isnan(alarm)].tolist()
    assert known == sorted(known)
    assert known[-1] == 1


ARL = [(0.25, 1.0, 0.0, 7.03457), (1.0, 1.0, 0.0, 35.29171), (0.5, 2.0, 1.0, 4.4494), (1.04, 2.26, 1.0, 12.86832)]


@pytest.mark.parametrize(("k", "h", "shift", "weeks"), ARL)
def test_cusum_alarms_after_as_many_weeks_as_theory_says(k: float, h: float, shift: float, weeks: float) -> None:
    """Figures 1 + z with a history of 1: the standard transformation makes z of them. Of tests/golden."""
    normal = np.random.default_rng(7).standard_normal((6000, 400)) + 1 + shift
    series = np.hstack([np.ones((6000, REFERENCE)), normal])
    alarm = cusum(series, Detector("cusum", k=k, h=h)).alarm
    assert (alarm.argmax(axis=1) + 1).mean() == pytest.approx(weeks, rel=0.05)


@each
def test_history_of_every_odd_kind_is_answered(detector: Detector) -> None:
    weeks = detector.reach + 1
    odd = [
        *(np.full(weeks, figure) for figure in (0, 5, np.nan, -3, 1e300, 1e-300)),
        *(np.where(np.arange(weeks) == weeks - 1, figure, 0) for figure in (9, 1e300)),
        np.where(np.arange(weeks) % 2, 1e200, 0),
        np.where(np.arange(weeks) == 3, 1e5, 2),
    ]
    _, _, alarm, lacks = said(detector, np.array(odd, np.float64))
    assert (lacks[:4] > 0).all()
    assert set(alarm[lacks == 0].tolist()) <= {0.0, 1.0}
