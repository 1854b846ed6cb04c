"""The engine and a plain Python reference give the same bits, on random packs and on a million rows."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.scoring.pack import Level, Pack
from service.scoring.panel import Panel
from service.scoring.score import Scores, score_panel
from tests.bench.rules import compare
from tests.scoring import randoms, reference
from tests.scoring.reference_history import History


def assert_same(pack: Pack, panel: Panel, scores: Scores, i: int, history: History) -> None:
    """Every bit of node `i`, findings too, is what the reference says."""
    trial = {rule.id for rule in pack.rules if rule.trial}
    for j, week in enumerate(scores.weeks):
        score, level, judged, answers = reference.score(pack, history, panel.weeks.index(week))
        got = scores.of(i, j)
        said = {f.rule: (f.state.value, f.would, f.floor) for f in got.findings}
        wanted = {r: (s, p, Level.NORMAL if r in trial else floor) for r, (s, p, floor) in answers.items()}
        assert (got.score, got.level, got.judged, said) == (score, level, judged, wanted), (panel.nodes[i], week)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), rules=st.integers(1, 8), nodes=st.integers(1, 5), weeks=st.integers(1, 9))
def test_any_pack_on_any_panel_scores_as_the_reference_does(seed: int, rules: int, nodes: int, weeks: int) -> None:
    pack, panel = randoms.pack(Random(seed), rules), randoms.panel(seed, nodes, weeks)
    scores = score_panel(pack, panel)
    for i, history in enumerate(randoms.histories(panel, pack)):
        assert_same(pack, panel, scores, i, history)


@pytest.mark.parametrize("seed", [11, 12])
def test_a_hundred_thousand_rows_have_the_same_bits_as_the_reference(seed: int) -> None:
    """Two times 53,760; `./run bench rules` compares a million."""
    assert compare(seed, rules=40, nodes=64, weeks=21) == 53_760


def test_the_random_packs_reach_every_state_of_every_kind() -> None:
    pack, panel = randoms.pack(Random(1), 120), randoms.panel(1, 60, 12)
    scores = score_panel(pack, panel)
    kinds = {rule.id: rule.kind for rule in pack.rules}
    seen = {(kinds[rule], code) for i in range(60) for j in range(12) for rule, code, _ in scores.said(i, j)}
    never = {("event", 2)}  # an event is unknown only through `only_if` or `where`
    assert seen | never == {(kind, code) for kind in randoms.KINDS for code in range(4)} | never
    assert np.isfinite(scores.score).all()
