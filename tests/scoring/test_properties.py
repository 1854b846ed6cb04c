"""What must hold for any pack and any panel."""

from dataclasses import replace
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from service.scoring.around import survey
from service.scoring.pack import Pack, Rule, State
from service.scoring.panel import Panel
from service.scoring.score import Scores, score_panel
from tests.scoring import randoms

SEEDS = st.integers(0, 2**32)
few = settings(max_examples=40, deadline=None)


def part(panel: Panel, rows: list[int] | None = None, weeks: slice = slice(None)) -> Panel:
    """Some nodes of a panel, in this order, and some of its weeks."""
    rows = list(range(len(panel.nodes))) if rows is None else rows
    return replace(
        panel,
        nodes=tuple(panel.nodes[i] for i in rows),
        weeks=panel.weeks[weeks],
        values={i: block[rows, weeks] for i, block in panel.values.items()},
        not_applicable={i: block[rows, weeks] for i, block in panel.not_applicable.items()},
        people={e: block[rows, weeks] for e, block in panel.people.items()},
        reported=panel.reported[rows, weeks],
        alive=panel.alive[rows, weeks],
        closed=panel.closed[weeks],
    )


def drawn(seed: int) -> tuple[Pack, Panel]:
    return randoms.pack(Random(seed), 8), randoms.panel(seed, 6, 9)


def everything(scores: Scores) -> list[object]:
    return [scores.of(i, j) for i in range(len(scores.nodes)) for j in range(len(scores.weeks))]


@few
@given(seed=SEEDS)
def test_the_same_input_gives_the_same_scores(seed: int) -> None:
    assert everything(score_panel(*drawn(seed))) == everything(score_panel(*drawn(seed)))


@few
@given(seed=SEEDS)
def test_findings_add_up_from_the_left_to_the_score(seed: int) -> None:
    scores = score_panel(*drawn(seed))
    for i in range(len(scores.nodes)):
        for j in range(len(scores.weeks)):
            found = scores.of(i, j)
            total = 0.0
            for finding in found.findings:
                total += finding.points
                assert (finding.state is State.FIRED) or (finding.would, finding.floor) == (0.0, 0)
            assert found.score == min(100.0, total)
            assert found.level >= max((finding.floor for finding in found.findings), default=0)


@few
@given(seed=SEEDS, data=st.data())
def test_another_order_of_nodes_is_another_order_of_scores(seed: int, data: st.DataObject) -> None:
    pack, panel = drawn(seed)
    order = data.draw(st.permutations(range(len(panel.nodes))))
    whole, shuffled = score_panel(pack, panel), score_panel(pack, part(panel, order))
    assert [whole.of(i, j) for i in order for j in range(9)] == everything(shuffled)


@few
@given(seed=SEEDS)
def test_one_node_alone_has_the_bits_it_has_among_many(seed: int) -> None:
    pack, panel = randoms.pack(Random(seed), 8, randoms.ALONE), randoms.panel(seed, 6, 9)
    whole = score_panel(pack, panel)
    for i in range(len(panel.nodes)):
        assert everything(score_panel(pack, part(panel, [i]))) == [whole.of(i, j) for j in range(9)]


@few
@given(seed=SEEDS)
def test_one_node_that_is_told_what_is_around_it_has_the_bits_it_has_among_many(seed: int) -> None:
    pack, panel = randoms.pack(Random(seed), 8, (*randoms.AROUND, "threshold")), randoms.panel(seed, 12, 9)
    whole = score_panel(pack, panel)
    for i in range(len(panel.nodes)):
        alone = score_panel(pack, part(panel, [i]), around=whole.around)
        assert everything(alone) == [whole.of(i, j) for j in range(9)]


@few
@given(seed=SEEDS, data=st.data())
def test_a_panel_in_parts_has_the_bits_of_the_whole(seed: int, data: st.DataObject) -> None:
    pack, panel = randoms.pack(Random(seed), 8, (*randoms.AROUND, "threshold")), randoms.panel(seed, 12, 6)
    cuts = sorted(data.draw(st.sets(st.integers(1, 11))))
    parts = np.split(np.arange(12), cuts)
    around = survey(pack, panel.nodes, panel.weeks, parts, panel.of_nodes)
    said = [one for rows in parts for one in everything(score_panel(pack, panel.of_nodes(rows), around=around))]
    assert said == everything(score_panel(pack, panel))


@few
@given(seed=SEEDS, weeks=st.integers(1, 9))
def test_a_future_week_changes_nothing_before_it(seed: int, weeks: int) -> None:
    pack, panel = drawn(seed)
    then, now = score_panel(pack, part(panel, weeks=slice(weeks))), score_panel(pack, panel)
    assert everything(then) == [now.of(i, j) for i in range(len(panel.nodes)) for j in range(weeks)]


@few
@given(seed=SEEDS, data=st.data())
def test_weeks_asked_for_singly_have_the_bits_of_the_whole_panel(seed: int, data: st.DataObject) -> None:
    pack, panel = drawn(seed)
    asked = data.draw(st.lists(st.sampled_from(panel.weeks), min_size=1, unique=True))
    whole, part = score_panel(pack, panel), score_panel(pack, panel, asked)
    places = [(i, panel.weeks.index(week)) for i in range(len(panel.nodes)) for week in asked]
    assert everything(part) == [whole.of(i, j) for i, j in places]
    assert part.rows.tolist() == [[whole.rows[i, panel.weeks.index(w)] for w in asked] for i in range(len(part.nodes))]


@few
@given(seed=SEEDS)
def test_weeks_out_of_sight_of_a_pack_make_no_difference(seed: int) -> None:
    """A panel that begins `pack.window` weeks before the judged one says the same as one with all of the past; with
    rules of kind children each level of the tree sees that far, from the weeks that the one above asks for."""
    pack, panel = randoms.pack(Random(seed), 6), randoms.panel(seed, 8, 30)
    lasting = max((rule.for_weeks - 1 for rule in pack.of_kind("children")), default=0)
    begin = max(29 - pack.window - lasting * randoms.DEEPEST, 0)
    cut = part(panel, weeks=slice(begin, None))
    last = panel.weeks[-1:]
    assert everything(score_panel(pack, cut, last)) == everything(score_panel(pack, panel, last))


RISING = (">=", ">")


def monotone(rule: Rule) -> bool:
    """Whether the rule can only say more when a figure of `a`, `b` or `c` rises, people gather or a report is missing:
    no figure of it is measured against another that rises too, and no condition ends by rising."""
    rising = all(c.op in RISING for c in (*rule.when, *([rule.only_if] if rule.only_if else [])))
    kinds = ("threshold", "ratio", "sum", "missing", "event", "k_of_n")
    return rule.kind in kinds and rule.steps.how != "at_most" and rising


@few
@given(seed=SEEDS, by=st.sampled_from([0.0, 0.1, 1.0, 50.0]), data=st.data())
def test_what_gets_worse_never_lowers_a_monotone_rule(seed: int, by: float, data: st.DataObject) -> None:
    pack, panel = drawn(seed)
    pack = replace(pack, rules=tuple(rule for rule in pack.rules if monotone(rule)))
    i, j = data.draw(st.integers(0, 5)), data.draw(st.integers(0, 8))
    values, people = ({id_: block.copy() for id_, block in all_.items()} for all_ in (panel.values, panel.people))
    what = data.draw(st.sampled_from(["a", "b", "c", *people, "silence"]))
    reported = panel.reported.copy()
    if what == "silence":
        reported[i, j] = False
    elif what in people:
        people[what][i, j] = np.fmax(people[what][i, j], 0.0) + by if panel.alive[i, j] else np.nan
    else:
        values[what][i, j] += by
    worse = replace(panel, values=values, people=people, reported=reported)
    before, after = score_panel(pack, panel), score_panel(pack, worse)
    assert (after.score >= before.score).all()
    assert (after.level >= before.level).all()
