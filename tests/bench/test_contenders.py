"""The contest of `./run bench rules` is fair: the same nodes, the same answers, rules that fire and stay silent."""

from service.scoring.pack import State
from service.scoring.score import STATES, score_panel
from tests.bench.contenders import differing, ours, plain_python
from tests.bench.contest import WEEKS, contest, figures


def test_the_pack_written_out_in_plain_python_has_the_bits_of_the_engine() -> None:
    panel = figures(400, seed=7)
    plain = plain_python()
    assert differing(ours(400).judge(panel), plain.judge(plain.prepare(panel))) == 0


def test_each_rule_of_the_contest_fires_and_stays_silent_somewhere() -> None:
    pack, _ = contest()
    scores = score_panel(pack, figures(3_000, seed=7), WEEKS[-1:])
    seen = {(rule, STATES[code]) for i in range(3_000) for rule, code, _ in scores.said(i, 0)}
    assert seen >= {(rule.id, state) for rule in pack.rules for state in (State.FIRED, State.SILENT)}
    assert len(pack.rules) == 20
