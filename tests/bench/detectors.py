"""Detectors: how often they alarm without a cause, and how fast they are, beside R's `surveillance` where there is one.

    ./run bench detectors [SERIES]      series a scenario, 100 unless told

Rates are measured on the design of Noufaily et al. 2013 (see scenarios.py) with the methods' own parameters, and
written to service/scoring/detectors/measured.py, which is what people are shown. Times are CPU seconds of one core.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from time import process_time

import numpy as np

from service.scoring.detectors import cusum, detect, ears, measured, quiet
from service.scoring.detectors.methods import METHODS, alpha_of
from service.scoring.pack import Detector
from service.scoring.unusual import Lack, judge
from tests.bench.scenarios import JUDGED, scenarios, simulate

SERIES = 100  # of each scenario, as in the paper
SEED = 2013
_R = """
suppressMessages(library(surveillance))
y <- as.matrix(read.csv("{folder}/series.csv", header = FALSE))
spent <- 0
for (column in seq_len(ncol(y))) {{
  counts <- sts(observed = y[, column], frequency = 52, start = c(2000, 1))
  control <- list(range = {first}:nrow(y), b = 5, w = 3, reweight = TRUE, weightsThreshold = 2.58, glmWarnings = FALSE,
    alpha = 0.005, trend = TRUE, pThresholdTrend = 1, limit54 = c(5, 4), noPeriods = 10, pastWeeksNotIncluded = 26,
    thresholdMethod = "nbPlugin")
  spent <- spent + system.time(found <- farringtonFlexible(counts, control))[["user.self"]]
  write(as.numeric(upperbound(found)), "{folder}/bounds.txt", ncolumns = 1, append = TRUE)
}}
cat(spent)
"""


def counts(detector: Detector, series: int) -> list[tuple[int, int]]:
    """Alarms and judged weeks of each class."""
    generator = np.random.default_rng(SEED)
    total = np.zeros((2, quiet.CLASSES), np.int64)
    ago = METHODS[detector.method].history(detector)
    for scenario in scenarios():
        figures = simulate(scenario, series, generator)[:, -(JUDGED + detector.reach) :]
        with np.errstate(all="ignore"):
            bounds, lacks = judge(detector, figures)
            places = quiet.classes_of([figures[:, detector.reach - lag :][:, :JUDGED] for lag in ago])
        known = lacks == Lack.NOTHING
        total[0] += np.bincount(places[known & (bounds.alarm == 1)], minlength=quiet.CLASSES)
        total[1] += np.bincount(places[known], minlength=quiet.CLASSES)
    return [(int(alarms), int(weeks)) for alarms, weeks in total.T]


def render(found: dict[str, list[tuple[int, int]]]) -> str:
    """The module that the product reads."""
    rows = "".join(
        f'    "{method}": (\n' + "".join(f"        ({alarms}, {weeks}),\n" for alarms, weeks in cells) + "    ),\n"
        for method, cells in found.items()
    )
    return (
        '"""误报实测结果: alarms and quiet weeks by method and class (see `quiet`), of `./run bench detectors`."""\n\n'
        f"MEASURED: dict[str, tuple[tuple[int, int], ...]] = {{\n{rows}}}\n"
    )


def show(found: dict[str, list[tuple[int, int]]]) -> None:
    """The table, alarms in 100 quiet weeks."""
    edges = ("0", *(f"{edge:g}" for edge in quiet.LEVELS), "…")
    names = [f"{low}–{high}" for low, high in pairwise(edges)]
    print(
        "误报（每 100 个平稳周）/ false alarms in 100 quiet weeks, by mean of the history; ≤ and >: variance/mean 1.5"
    )
    print(f"{'':12}{'all':>7}" + "".join(f"{name + side:>10}" for name in names for side in ("≤", ">")))
    for method, cells in found.items():
        alarms, weeks = (sum(part) for part in zip(*cells, strict=True))
        rates = [f"{100 * a / n:.2f}" if n >= quiet.LEAST else "–" for a, n in cells]
        print(f"{method:12}{100 * alarms / weeks:7.2f}" + "".join(f"{rate:>10}" for rate in rates) + f"   n={weeks}")


def speed(work: Callable[[], object], amount: int, times: int) -> float:
    """Series-weeks a second, the best of some times."""
    spent = []
    for _ in range(times):
        begin = process_time()
        work()
        spent.append(process_time() - begin)
    return amount / min(spent)


def race() -> None:
    """EARS and CUSUM on 8192 series of 130 weeks."""
    figures = np.asfortranarray(np.random.default_rng(SEED).poisson(5, (8192, 130)), dtype=np.float64)
    with np.errstate(all="ignore"):
        for method in ("ears_c1", "ears_c2", "ears_c3", "cusum"):
            detector = Detector(method)
            weeks = 130 - (cusum.REFERENCE if method == "cusum" else detector.reach)

            def work(detector: Detector = detector) -> object:
                if detector.method == "cusum":
                    return cusum.cusum(figures, detector)
                return ears.ears(figures, detector, alpha_of(detector), detector.baseline)

            print(f"{method:12}{speed(work, 8192 * weeks, 15) / 1e6:8.1f} million series-weeks/s")


def race_with_r() -> None:
    """Noufaily on the same series as R, and whether the bounds are the same."""
    detector, generator = Detector("noufaily"), np.random.default_rng(SEED)
    drawn = [simulate(scenario, 1, generator)[0, -312:] for scenario in scenarios()]
    figures = np.array(drawn)
    with np.errstate(all="ignore"):
        ours = speed(lambda: METHODS["noufaily"].judge(figures, detector, 0.005, 0), 42 * (312 - detector.reach), 3)
    print(f"noufaily    {ours:8.0f} series-weeks/s")
    if not shutil.which("Rscript"):
        print("R 未安装，未比较 / R is not installed: not compared")
        return
    some = figures[::6]
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "series.csv").open("w") as file:
            csv.writer(file).writerows(some.T.tolist())
        script = _R.format(folder=folder, first=detector.reach + 1)
        answer = subprocess.run(["Rscript", "-e", script], capture_output=True, text=True, check=False)
        if answer.returncode:
            print("R 没有 surveillance 包，未比较 / R has no package surveillance: not compared")
            return
        theirs = [float(line.replace("NA", "nan")) for line in (Path(folder) / "bounds.txt").read_text().split()]
    bounds = [detect.detect(series, detector).upper[detector.reach :] for series in some]
    same = np.isclose(np.concatenate(bounds), theirs, rtol=1e-6, equal_nan=True)
    rate = len(theirs) / float(answer.stdout)
    print(f"R           {rate:8.0f} series-weeks/s, ours are {ours / rate:.0f} × as many", end="; ")
    print(f"{same.sum()} of {len(same)} bounds equal")


def main(arguments: list[str]) -> None:
    """Measure, print, write."""
    series = int(arguments[0]) if arguments else SERIES
    found = {name: counts(detector, series) for name, detector in quiet.settings().items()}
    show(found)
    if series == SERIES:
        Path(measured.__file__).write_text(render(found), "utf-8")
    race()
    race_with_r()


if __name__ == "__main__":
    main(sys.argv[1:])
