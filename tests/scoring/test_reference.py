"""The engine and a plain Python reference give the same bits, on random packs and on a million rows."""

from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.scoring.pack import Pack, State
from service.scoring.panel import Panel
from service.scoring.score import Scores, score_panel
from tests.scoring import randoms, reference


def assert_same(pack: Pack, panel: Panel, scores: Scores, i: int) -> None:
    """Every bit of node `i` is what the reference says."""
    history = randoms.history(panel, i)
    for j, week in enumerate(scores.weeks):
        wanted = reference.score(pack, history, panel.weeks.index(week))
        got = scores.of(i, j)
        said = {f.rule: (f.state.value, f.would, max(f.floor, _floor(scores, i, j, f.rule))) for f in got.findings}
        assert (got.score, got.level, got.judged, said) == wanted, (panel.nodes[i], week)


def _floor(scores: Scores, i: int, j: int, rule: str) -> int:
    """The floor a trial rule would set; findings say what is set."""
    r = [rule.id for rule in scores.pack.rules].index(rule)
    found = scores._found
    return int(found.ladders[r].floors[found.rungs[r, scores._columns[j], i]])


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), rules=st.integers(1, 8), nodes=st.integers(1, 5), weeks=st.integers(1, 9))
def test_any_pack_on_any_panel_scores_as_the_reference_does(seed: int, rules: int, nodes: int, weeks: int) -> None:
    pack, panel = randoms.pack(Random(seed), rules), randoms.panel(seed, nodes, weeks)
    scores = score_panel(pack, panel)
    for i in range(nodes):
        assert_same(pack, panel, scores, i)


@pytest.mark.parametrize("seed", range(5))
def test_a_million_rows_have_the_same_bits_as_the_reference(seed: int) -> None:
    """5 × 240 nodes × 21 weeks × 40 rules = 1,008,000 rows."""
    rules, nodes, weeks = 40, 240, 21
    pack, panel = randoms.pack(Random(seed), rules), randoms.panel(seed, nodes, weeks)
    scores = score_panel(pack, panel)
    states = [state.value for state in (State.SILENT, State.FIRED, State.UNKNOWN, State.OUT)]
    for i in range(nodes):
        history = randoms.history(panel, i)
        for j in range(weeks):
            score, level, judged, answers = reference.score(pack, history, j)
            assert (scores.score[i, j], scores.level[i, j], scores.judged[i, j]) == (score, level, judged)
            said = {rule: states[code] for rule, code, _ in scores.said(i, j)}
            assert said == {rule: state for rule, (state, _, _) in answers.items()}


def test_the_random_packs_reach_every_state_of_every_kind() -> None:
    pack, panel = randoms.pack(Random(1), 120), randoms.panel(1, 60, 12)
    scores = score_panel(pack, panel)
    kinds = {rule.id: rule.kind for rule in pack.rules}
    seen = {(kinds[rule], code) for i in range(60) for j in range(12) for rule, code, _ in scores.said(i, j)}
    never = {("event", 2)}  # an event is unknown only through `only_if` or `where`
    assert seen | never == {(kind, code) for kind in randoms.KINDS for code in range(4)} | never
    assert np.isfinite(scores.score).all()
