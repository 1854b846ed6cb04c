"""The scoring engine: nodes a second, milliseconds for one node, and its bits against a plain Python reference.

    python -m tests.bench.rules [NODES]

Times are CPU seconds of one core, for twenty-one rules over twelve weeks; the reference judges a million rule rows.
"""

import sys
from random import Random
from time import process_time

import numpy as np

from service.rulebook.folder import read_folder
from service.scoring.pack import Dictionary, State
from service.scoring.panel import Panel, PanelNode
from service.scoring.parse import parse_rules
from service.scoring.score import STATES, score_panel
from service.scoring.week import between
from service.shipped import shipped
from tests.scoring import randoms, reference

WEEKS = between("2026-W36", "2026-W47")
MILLION = 1_000_000


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


def panel_of(nodes: int, dictionary: Dictionary) -> Panel:
    """Figures of many enterprises, a tenth of them missing."""
    generator = np.random.default_rng(1)
    shape = len(WEEKS), nodes
    values = {
        id_: np.where(generator.random(shape) < 0.1, np.nan, np.floor(generator.exponential(2.0, shape))).T
        for id_ in dictionary.indicators
    }
    return Panel(
        nodes=tuple(PanelNode(str(i), "enterprise", "mining", 100) for i in range(nodes)),
        weeks=tuple(WEEKS),
        values=values,
        not_applicable={},
        people={id_: np.where(generator.random(shape) < 0.99, np.nan, 3.0).T for id_ in dictionary.events},
        reported=(generator.random(shape) < 0.9).T,
        alive=np.ones(shape, np.bool_).T,
        closed=np.ones(len(WEEKS), np.bool_),
        dictionary=dictionary,
    )


def main(nodes: int) -> None:
    """Print the table."""
    pack, dictionary = parse_rules(read_folder(shipped("rules")))
    panel, one = panel_of(nodes, dictionary), panel_of(1, dictionary)
    last = WEEKS[-1:]
    score_panel(pack, panel, last)
    begin = process_time()
    score_panel(pack, panel, last)
    whole = process_time() - begin
    begin = process_time()
    for _ in range(100):
        score_panel(pack, one, last)
    single = (process_time() - begin) * 10
    print(f"{len(pack.rules)} rules, {len(WEEKS)} weeks, last week judged")
    print(f"  {nodes:>9,} nodes   {nodes / whole:>12,.0f} nodes/s")
    print(f"          1 node    {single:>12.2f} ms")
    rows, seed = 0, 0
    while rows < MILLION:
        rows, seed = rows + compare(seed, rules=40, nodes=240, weeks=21), seed + 1
    print(f"  {rows:>9,} rows    the same bits as the reference")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
