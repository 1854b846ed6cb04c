"""The simulation design of Noufaily et al. 2013: 42 scenarios of weekly counts over twelve years.

Mean exp(theta + beta t + sum over j = 1…m of gamma1 cos(2 pi j t / 52) + gamma2 sin(2 pi j t / 52)), variance phi times
the mean (Poisson where phi is 1). Seven sets of parameters, each without and with the trend beta and with none, one and
two seasonal waves. Four past outbreaks lie in weeks 313 to 575, the last 49 weeks are judged. The paper was not at
hand: the sets are those that two independent public replications of it have, and agree on where both give them.
Ours, not verified: past outbreaks have 2 to 10 standard deviations' worth of cases, spread over log-normal delays, and
begin early enough not to reach into the weeks judged; there is no current outbreak: false alarms are what is counted.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

WEEKS, JUDGED = 624, 49
_OUTBREAKS, _FIRST, _LAST = 4, 312, 560
_SETS = (  # theta, beta, gamma1, gamma2, phi
    (0.1, 0.0025, 0.6, 0.6, 1.5),
    (-2.0, 0.005, 0.1, 0.3, 2.0),
    (1.5, 0.003, 0.2, -0.4, 1.0),
    (0.5, 0.002, 0.5, 0.5, 5.0),
    (2.5, 0.001, 1.0, 0.1, 3.0),
    (3.75, 0.001, 0.1, -0.1, 1.1),
    (5.0, 0.0001, 0.05, 0.01, 1.2),
)

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Scenario:
    """One of the 42; `waves` are the seasonal ones, `beta` is 0 without a trend."""

    theta: float
    beta: float
    gamma1: float
    gamma2: float
    phi: float
    waves: int

    def means(self) -> Floats:
        """The expected count of each week."""
        week = np.arange(1, WEEKS + 1)
        predictor = self.theta + self.beta * week
        for j in range(1, self.waves + 1):
            turn = 2 * np.pi * j * week / 52
            predictor = predictor + self.gamma1 * np.cos(turn) + self.gamma2 * np.sin(turn)
        means: Floats = np.exp(predictor)
        return means


def scenarios() -> Iterator[Scenario]:
    """All 42, in the order of the paper."""
    for theta, beta, gamma1, gamma2, phi in _SETS:
        for slope in (0.0, beta):
            for waves in range(3):
                yield Scenario(theta, slope, gamma1, gamma2, phi, waves)


def simulate(scenario: Scenario, series: int, generator: np.random.Generator) -> Floats:
    """Counts (series, weeks) with outbreaks in the past and none in the weeks judged."""
    means = np.broadcast_to(scenario.means(), (series, WEEKS))
    if scenario.phi == 1:
        counts = generator.poisson(means)
    else:
        counts = generator.negative_binomial(means / (scenario.phi - 1), 1 / scenario.phi)
    for row in counts:
        _add_outbreaks(row, scenario, generator)
    return np.asfortranarray(counts, dtype=np.float64)


def _add_outbreaks(row: NDArray[np.int64], scenario: Scenario, generator: np.random.Generator) -> None:
    means = scenario.means()
    for begin in generator.integers(_FIRST, _LAST, _OUTBREAKS):
        cases = generator.poisson(generator.integers(2, 11) * np.sqrt(scenario.phi * means[begin]))
        weeks = begin + np.floor(generator.lognormal(0, 0.5, cases)).astype(np.int64)
        np.add.at(row, weeks[weeks < WEEKS - JUDGED], 1)
