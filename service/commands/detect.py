"""检出的命令: `labour-watch detect` – one series in; expected figure, upper bound and alarm of every week out."""

import math
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from service.commands.sheets import STANDARD_OUTPUT, Cell, Outputs, read_rows, read_standard_rows
from service.errors import FileProblems, LineProblem, WrongUse
from service.scoring.cells import shortest
from service.scoring.detectors.detect import detect as detect_in
from service.scoring.files import Give, Row, Table, Unreadable
from service.scoring.pack import Detector
from service.scoring.particulars import LONGEST_BASELINE, METHODS, MOST_YEARS, TRANSFORMATIONS

COLUMNS = ("t", "observed", "expected", "upperbound", "alarm")
LONGEST_SERIES = 100_000  # weeks: two thousand years
_STANDARD_INPUT = Path("-")
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)


def detect(
    method: Annotated[str, typer.Option(help=" | ".join(METHODS))],
    series: Annotated[
        Path, typer.Option(help="CSV，列 t、observed；- 为标准输入 / columns t, observed; - reads standard input")
    ],
    baseline: Annotated[int, typer.Option(help="EARS：比较的周数 / weeks of the baseline")] = 7,
    alpha: Annotated[
        float | None, typer.Option(help="显著性，不写用该方法的默认值 / default: the method's own")
    ] = None,
    min_sigma: Annotated[float, typer.Option(help="EARS：标准差至少为 / least standard deviation")] = 0.0,
    k: Annotated[float, typer.Option(help="CUSUM：每周容许的偏离 / allowance a week")] = 1.04,
    h: Annotated[float, typer.Option(help="CUSUM：累积和的界限 / decision interval")] = 2.26,
    trans: Annotated[str, typer.Option(help=" | ".join(TRANSFORMATIONS))] = "standard",
    reset: Annotated[bool, typer.Option(help="CUSUM：报警后归零 / begin anew after an alarm")] = True,
    years_back: Annotated[int, typer.Option(help="farrington、noufaily：回看几年 / years back")] = 5,
) -> None:
    """逐周检出异常增多，输出 CSV / look for unusual weeks in one series, write CSV."""
    _check_word("--method", method, METHODS)
    _check_word("--trans", trans, TRANSFORMATIONS)
    _check_range("--baseline", baseline, 2, LONGEST_BASELINE)
    _check_range("--years-back", years_back, 1, MOST_YEARS)
    for name, number in (("--min-sigma", min_sigma), ("--k", k), ("--h", h)):
        _check_range(name, number, 0, 1e9)
    if alpha is not None and not 0 < alpha < 1:
        raise WrongUse(f"--alpha {alpha} 应当大于 0、小于 1", f"--alpha {alpha} should be above 0 and below 1")
    detector = Detector(method, alpha, baseline, min_sigma, k, h, trans, reset, years_back)
    weeks = _read(series)
    found = detect_in(np.array([figure for _, figure in weeks]), detector)
    columns = (found.expected.tolist(), found.upper.tolist(), found.alarm.tolist())
    with Outputs() as outputs:
        sheet = outputs.open(STANDARD_OUTPUT, COLUMNS, ())
        sheet.write(
            (str(t), observed, *map(_written, numbers))
            for (t, observed), numbers in zip(weeks, zip(*columns, strict=True), strict=True)
        )


def _written(number: float) -> Cell:
    """Empty where the method defines nothing."""
    return shortest(number) if math.isfinite(number) else ""


def _check_word(name: str, given: str, known: tuple[str, ...]) -> None:
    if given not in known:
        listed = " ".join(known)
        raise WrongUse(f"{name} {given!r} 应当是其中之一：{listed}", f"{name} {given!r} should be one of {listed}")


def _check_range(name: str, given: float, least: float, most: float) -> None:
    if not least <= given <= most:
        raise WrongUse(
            f"{name} {given:g} 应当在 {least:g} 到 {most:g} 之间",
            f"{name} {given:g} should be from {least:g} to {most:g}",
        )


def _read(path: Path) -> list[tuple[int, float]]:
    """Number and figure of each week. Raises FileProblems with everything that is wrong."""
    table = Table("<标准输入 / standard input>" if path == _STANDARD_INPUT else str(path))
    rows = read_standard_rows(table) if path == _STANDARD_INPUT else read_rows(path, table)
    found: list[tuple[int, float]] = []
    first, rows = _header(rows)
    table.read(rows, COLUMNS[:2], first, lambda names: _taking(names, found, table))
    if not found and not table.problems:
        table.note(
            1, "没有一周的数，请在列名下每周写一行", "there is no week; write a line a week below the column names"
        )
    if table.problems:
        raise FileProblems(table.problems)
    return found


def _header(rows: Iterator[Row]) -> tuple[list[str], Iterator[Row]]:
    """The names of all columns – those that are not asked for are passed over – and all rows again."""
    first = next(rows, (1, []))
    return [name.strip() for name in first[1]], chain([first], rows)


def _taking(names: list[str], found: list[tuple[int, float]], table: Table) -> Give:
    t, observed = names.index("t"), names.index("observed")
    before: list[int] = []

    def give(line: int, cells: list[str]) -> None:
        if len(found) == LONGEST_SERIES:
            text = f"超过 {LONGEST_SERIES} 周，请核对文件"
            problem = LineProblem(table.file, line, text, f"more than {LONGEST_SERIES} weeks; look at the file")
            raise FileProblems([*table.problems, problem])
        week = _week(cells[t].strip(), before)
        found.append((week, _figure(cells[observed].strip())))

    return give


def _week(written: str, before: list[int]) -> int:
    """The number of a week, which is one more than that of the row above."""
    if not _WHOLE.fullmatch(written):
        raise Unreadable(f"t {written!r} 应当是整数周序号", f"t {written!r} should be a whole number of weeks")
    week, last = int(written), before[-1] if before else None
    before[:] = [week]
    if last is not None and week != last + 1:
        raise Unreadable(
            f"t {week} 应当是 {last + 1}：各周要连续，没有的周请补一行（零也要写 0）",
            f"t {week} should be {last + 1}: weeks follow each other; add the missing ones (also those of 0)",
        )
    return week


def _figure(written: str) -> float:
    if not written:
        raise Unreadable(
            "observed 是空的：每周都要有数，零写 0", "observed is empty: every week needs a figure, zero is 0"
        )
    if not _NUMBER.fullmatch(written) or not math.isfinite(float(written)):
        raise Unreadable(
            f"observed {written!r} 应当是不小于 0 的数", f"observed {written!r} should be a number that is not below 0"
        )
    return float(written)
