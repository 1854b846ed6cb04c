"""Who takes part in the rules bench: each judges the same nodes in its own way, and says how it is timed."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib import import_module
from time import process_time
from typing import Any

import numpy as np

from service.scoring.panel import Panel
from service.scoring.score import score_panel
from tests.bench.contest import WEEKS, contest
from tests.bench.written import source

Totals = tuple[Iterable[float], Iterable[int], Iterable[float]]  # score, level, judged share of each node


@dataclass(frozen=True)
class Contender:
    """`prepare` brings the figures into the form it likes best, which is not timed; `judge` is."""

    name: str
    nodes: int  # as many as it judges in about a second
    prepare: Callable[[Panel], Any]
    judge: Callable[[Any], Totals]


def ours(nodes: int) -> Contender:
    """The engine of the service."""
    pack, _ = contest()

    def judge(panel: Panel) -> Totals:
        found = score_panel(pack, panel, WEEKS[-1:])
        return found.score[:, 0], found.level[:, 0], found.judged[:, 0]

    return Contender("labour-watch (NumPy)", nodes, lambda panel: panel, judge)


def plain_python(nodes: int = 20_000) -> Contender:
    """The pack written out in plain Python, on lists."""
    written = _written("{indicator}[n][{week}]")

    def judge(figures: list[list[list[float]]]) -> Totals:
        count = len(figures[0])
        out = [0.0] * count, [0] * count, [0.0] * count
        written(*figures, *out)
        return out

    return Contender("plain Python", nodes, lambda panel: [block.tolist() for block in panel.values.values()], judge)


def numba(nodes: int) -> Contender | None:
    """The same text compiled by numba, a node's weeks side by side in memory; None where it is not installed."""
    try:
        compiled = import_module("numba").njit(_written("{indicator}[n, {week}]"))
    except ImportError:
        return None

    def judge(figures: list[Any]) -> Totals:
        count = len(figures[0])
        out = np.empty(count), np.empty(count, np.int8), np.empty(count)
        compiled(*figures, *out)
        return out

    def prepare(panel: Panel) -> list[Any]:
        return [np.ascontiguousarray(block) for block in panel.values.values()]

    return Contender("numba", nodes, prepare, judge)


def rule_engine(nodes: int = 500) -> Contender | None:
    """The pack in `rule-engine`; None where it is not installed."""
    try:
        side = import_module("tests.bench.rule_engine_side").RuleEngineSide(contest()[0])
    except ImportError:
        return None

    def prepare(panel: Panel) -> list[dict[str, list[float]]]:
        return [{id_: block[n].tolist() for id_, block in panel.values.items()} for n in range(len(panel.nodes))]

    def judge(rows: list[dict[str, list[float]]]) -> Totals:
        totals = [side.judge(row) for row in rows]
        return [t[0] for t in totals], [t[1] for t in totals], [t[2] for t in totals]

    return Contender("rule-engine", nodes, prepare, judge)


def rates(contenders: Sequence[Contender], panels: Sequence[Panel], rounds: int = 5) -> list[float]:
    """Nodes a second of each, the best of some rounds in turn: what else the machine does then meets all alike."""
    ready = [contender.prepare(panel) for contender, panel in zip(contenders, panels, strict=True)]
    best = [0.0] * len(contenders)
    for round_ in range(rounds + 1):  # the first one warms up: numba compiles
        for n, contender in enumerate(contenders):
            begin = process_time()
            contender.judge(ready[n])
            if round_:
                best[n] = max(best[n], contender.nodes / (process_time() - begin))
    return best


def differing(first: Totals, second: Totals) -> int:
    """How many nodes are not the same to the last bit."""
    return sum(a != b for a, b in zip(zip(*first, strict=True), zip(*second, strict=True), strict=True))


def _written(cell: str) -> Callable[..., None]:
    pack, dictionary = contest()
    space: dict[str, Any] = {"NAN": float("nan")}
    exec(compile(source(pack, list(dictionary.indicators), cell), "written", "exec"), space)
    found: Callable[..., None] = space["judge"]
    return found
