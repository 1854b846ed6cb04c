"""The numbers of tests/golden: what R's `surveillance` printed of each series."""

import csv
import gzip
from collections import defaultdict
from functools import cache
from pathlib import Path

import numpy as np

from service.scoring.detectors.bounds import Floats

FOLDER = Path(__file__).parents[2] / "golden"
SERIES = tuple(sorted(path.stem for path in (FOLDER / "series").glob("*.csv")))
Printed = dict[str, Floats]  # column → its figures, beginning with row `first` of the series


@cache
def series(name: str) -> Floats:
    """The figures of a series."""
    with (FOLDER / "series" / f"{name}.csv").open() as file:
        return np.array([float(row["observed"]) for row in csv.DictReader(file)])


@cache
def printed(file: str) -> dict[tuple[str, str], Printed]:
    """What was printed, by configuration and series; `t` begins with 0; NaN is empty."""
    rows: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    with gzip.open(FOLDER / f"{file}.csv.gz", "rt") as text:
        for row in csv.DictReader(text):
            rows[row["config"], row["series"]].append(row)
    return {key: {name: _column(found, name) for name in found[0].keys() - _WORDS} for key, found in rows.items()}


_WORDS = {"series", "detector", "config"}


def _column(rows: list[dict[str, str]], name: str) -> Floats:
    figures = np.array([float(row[name].strip() or "nan") for row in rows])
    return figures - 1 if name == "t" else figures


def agree(ours: Floats, theirs: Floats, relative: float) -> bool:
    """Whether two columns are the same, also in where they are not defined."""
    return bool(np.allclose(ours, theirs, rtol=relative, atol=1e-12, equal_nan=True))
