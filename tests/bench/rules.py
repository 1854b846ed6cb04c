"""The scoring engine beside others: nodes a second, milliseconds for one node, and its bits against two references.

    python -m tests.bench.rules [NODES]

Times are CPU seconds of one core, the best of five rounds in which the contenders take turns; twenty rules over twelve
weeks, the last week judged. `rule-engine` and `numba` are the extra `bench`.
"""

import sys
from contextlib import redirect_stdout
from importlib import import_module
from io import StringIO
from random import Random
from time import process_time

import numpy as np

from service.__main__ import run
from service.rulebook.folder import read_folder
from service.scoring.pack import Dictionary, Pack, State
from service.scoring.panel import Panel, PanelNode
from service.scoring.parse import parse_rules
from service.scoring.score import STATES, score_panel
from service.scoring.week import between, step
from service.shipped import shipped
from tests.bench.contenders import Contender, differing, numba, ours, plain_python, rates, rule_engine
from tests.bench.contest import WEEKS, contest, figures
from tests.scoring import randoms, reference

MILLION = 1_000_000
CHUNK = 50_000
INSTALL = ".venv/bin/pip install -c constraints.txt -e '.[bench]'"


def compare(seed: int, rules: int, nodes: int, weeks: int) -> int:
    """How many rule rows of a random pack were compared; AssertionError at the first that differs by a bit."""
    pack, panel = randoms.pack(Random(seed), rules), randoms.panel(seed, nodes, weeks)
    scores = score_panel(pack, panel)
    for i, history in enumerate(randoms.histories(panel, pack)):
        for j in range(weeks):
            score, level, judged, answers = reference.score(pack, history, j)
            assert (scores.score[i, j], scores.level[i, j], scores.judged[i, j]) == (score, level, judged)
            said = {rule: STATES[code] for rule, code, _ in scores.said(i, j)}
            assert said == {rule: State(state) for rule, (state, _, _) in answers.items()}
    return rules * nodes * weeks


def race(nodes: int) -> None:
    """Print nodes a second of all contenders that are installed, and how ours compares."""
    mine, absent = ours(nodes), []
    others: list[Contender] = []
    for name, contender in {
        "numba": numba(nodes),
        "plain Python": plain_python(),
        "rule-engine": rule_engine(),
    }.items():
        if contender is None:
            absent.append(name)
        else:
            others.append(contender)
    contenders = [mine, *others]
    panels = [figures(contender.nodes, seed=1) for contender in contenders]
    best = rates(contenders, panels)
    for contender, rate in zip(contenders, best, strict=True):
        print(f"  {contender.name:22}{rate:>14,.0f} nodes/s{best[0] / rate:>10.2f} ×")
    for contender, panel in zip(others, panels[1:], strict=True):
        apart = differing(mine.judge(panel), contender.judge(contender.prepare(panel)))
        print(f"  {contender.name:22}{apart:>14,} of {contender.nodes:,} nodes with other bits than ours")
    for name in absent:
        print(f"  {name:22} 未安装 / not installed: {INSTALL}")


def one_node(pack: Pack, panel: Panel, weeks: list[str]) -> float:
    """Milliseconds for one node in one week, the best of twenty times ten."""
    best = float("inf")
    for _ in range(20):
        begin = process_time()
        for _ in range(10):
            score_panel(pack, panel, weeks)
        best = min(best, (process_time() - begin) * 100)
    return best


def same_bits(nodes: int) -> None:
    """A million nodes judged by the engine and in plain Python; AssertionError at the first that differs by a bit."""
    mine, plain = ours(CHUNK), plain_python(CHUNK)
    for seed in range(nodes // CHUNK):
        panel = figures(CHUNK, seed=100 + seed)
        assert differing(mine.judge(panel), plain.judge(plain.prepare(panel))) == 0, seed


def rulebook() -> None:
    """Print how long the rules that are shipped take: to check, for many nodes and for one."""
    import_module("service.commands.rules")
    begin = process_time()
    with redirect_stdout(StringIO()):
        assert run(["rules", "check", str(shipped("rules"))]) == 0
    checked = process_time() - begin
    pack, dictionary = parse_rules(read_folder(shipped("rules")))
    weeks = between(step(WEEKS[-1], -pack.window), WEEKS[-1])
    many, one = (panel_of(nodes, dictionary, weeks) for nodes in (2_000, 1))
    begin = process_time()
    score_panel(pack, many, weeks[-1:])
    rate = len(many.nodes) / (process_time() - begin)
    print(f"the rulebook: {len(pack.rules)} rules of all kinds, {len(weeks)} weeks")
    print(f"  rules check           {checked:>14.2f} s after import")
    print(f"  many nodes            {rate:>14,.0f} nodes/s")
    print(f"  one node              {one_node(pack, one, weeks[-1:]):>14.2f} ms")


def panel_of(nodes: int, dictionary: Dictionary, weeks: list[str]) -> Panel:
    """Figures of many enterprises, a tenth of them missing."""
    generator = np.random.default_rng(1)
    shape = len(weeks), nodes
    values = {
        id_: np.where(generator.random(shape) < 0.1, np.nan, np.floor(generator.exponential(2.0, shape))).T
        for id_ in dictionary.indicators
    }
    return Panel(
        nodes=tuple(PanelNode(str(i), "enterprise", "mining", 100) for i in range(nodes)),
        weeks=tuple(weeks),
        values=values,
        not_applicable={},
        people={id_: np.where(generator.random(shape) < 0.99, np.nan, 3.0).T for id_ in dictionary.events},
        reported=(generator.random(shape) < 0.9).T,
        alive=np.ones(shape, np.bool_).T,
        closed=np.ones(len(weeks), np.bool_),
        dictionary=dictionary,
    )


def main(nodes: int) -> None:
    """Print the tables."""
    pack, _ = contest()
    print(f"{len(pack.rules)} rules of five kinds, {len(WEEKS)} weeks, the last judged; × says how much faster ours is")
    race(nodes)
    print(f"  one node              {one_node(pack, figures(1, seed=1), WEEKS[-1:]):>14.2f} ms")
    same_bits(MILLION)
    print(f"  {MILLION:,} nodes         the same bits as plain Python")
    rows, seed = 0, 0
    while rows < MILLION:
        rows, seed = rows + compare(seed, rules=40, nodes=240, weeks=21), seed + 1
    print(f"  {rows:,} rule rows     the same bits as the reference, every kind")
    rulebook()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
