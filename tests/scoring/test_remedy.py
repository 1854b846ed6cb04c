"""The smallest change that lowers a level: it does lower it, nothing smaller would, and nothing impossible is asked."""

from dataclasses import replace
from itertools import combinations, product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.scoring.judge import UNKNOWN
from service.scoring.pack import Dictionary, Level
from service.scoring.remedy import Lack, Remedy, movable, remedy
from service.scoring.score import score_panel
from service.scoring.turning import judged_with
from service.scoring.whatif import Place, what_if
from tests.scoring import randoms
from tests.scoring.works import stoppage, works

LARGEST = 4
LEVELS = {Level.BLUE: 0.05, Level.YELLOW: 3.0, Level.ORANGE: 12.0, Level.RED: 40.0}
FIGURES = [float(n) for n in range(LARGEST + 1)]


def drawn(seed: int, rules: int) -> Place:
    """A node among others, whose figures are whole numbers up to 4, and which can act on them."""
    panel = randoms.panel(seed, 5, 9)
    known = panel.dictionary
    indicators = {
        id_: replace(found, type="count", range=(0.0, float(LARGEST)), actionable=id_ != "heads")
        for id_, found in known.indicators.items()
    }
    generator = np.random.default_rng(seed)
    gaps = generator.random(panel.reported.shape) < generator.choice([0.0, 0.0, 0.2])
    panel = replace(
        panel,
        nodes=(replace(panel.nodes[0], kind="enterprise"), *panel.nodes[1:]),
        values={id_: np.where(gaps, np.nan, generator.integers(0, 5, gaps.shape)) for id_ in panel.values},
        not_applicable={},
        people={},
        reported=np.ones_like(panel.reported),
        alive=np.ones_like(panel.alive),
        dictionary=Dictionary(indicators, known.events),
    )
    pack = randoms.pack(Random(seed), 3 * rules)
    own = [rule for rule in pack.rules if rule.indicators and rule.applies_to != ("county",)]
    return Place(replace(pack, levels=LEVELS, rules=tuple(own[:rules])), panel, 0, 8)


def lowering(place: Place, size: int) -> list[dict[str, float]]:
    """Every change of so many indicators that lowers the level and leaves no rule without its figures."""
    now = judged_with(place, [{}])
    before = movable(place, now)
    several = [
        dict(zip(ids, figures, strict=True))
        for ids in combinations(before, size)
        for figures in product(FIGURES, repeat=size)
        if all(before[id_] != figure for id_, figure in zip(ids, figures, strict=True))
    ]
    if not several:
        return []
    found = judged_with(place, several)
    lost = ((found.states[:, 0] == UNKNOWN) & (now.states[:, 0] != UNKNOWN)).any(axis=0)
    return [changes for n, changes in enumerate(several) if found.level[0, n] < now.level[0, 0] and not lost[n]]


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), rules=st.integers(1, 7))
def test_the_proposal_lowers_the_level_and_nothing_smaller_does(seed: int, rules: int) -> None:
    place = drawn(seed, rules)
    before = place.score()
    found = remedy(place)
    if before.level is Level.NORMAL:
        assert found == Remedy((), before.score, Level.NORMAL, Lack.NORMAL)
        return
    sizes = [size for size in (1, 2, 3) if lowering(place, size)]
    if not sizes:
        assert (found.lack, found.changes, found.level) == (Lack.HELD, (), before.level)
        return
    assert (found.lack, len(found.changes)) == (None, sizes[0])
    after = what_if(place, {change.indicator: change.after for change in found.changes})
    assert (after.score, after.level) == (found.score, found.level)
    assert after.level < before.level
    if sizes[0] == 1:
        figures = movable(place, judged_with(place, [{}]))
        costs = [
            abs(figure - figures[id_]) / (figures[id_] or 1)
            for changes in lowering(place, 1)
            for id_, figure in changes.items()
        ]
        (change,) = found.changes
        assert abs(change.after - change.before) / (change.before or 1) == min(costs)


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 2**32), rules=st.integers(1, 9), figure=st.sampled_from([*FIGURES, 2.5, 1e9, None, "na"]))
def test_a_what_if_says_what_the_whole_panel_says_with_that_figure(
    seed: int, rules: int, figure: float | str | None
) -> None:
    place = drawn(seed, rules)
    values = {id_: block.copy() for id_, block in place.panel.values.items()}
    values["a"][0, 8] = figure if isinstance(figure, float) else np.nan
    absent = np.zeros(place.panel.reported.shape, np.bool_)
    absent[0, 8] = figure == "na"
    panel = replace(place.panel, values=values, not_applicable={"a": absent} if absent.any() else {})
    assert what_if(place, {"a": figure}) == score_panel(place.pack, panel, panel.weeks[-1:]).of(0, 0)
    assert what_if(place, {}) == place.score() == score_panel(place.pack, place.panel, panel.weeks[-1:]).of(0, 0)


@pytest.mark.parametrize(
    ("figures", "changes", "level"),
    [
        ({"days": 35.0}, {"days": (35, 30)}, "blue"),
        ({"days": 9.0}, {"days": (9, 7)}, "normal"),
        ({"people": 12.0}, {"people": (12, 9)}, "normal"),
        ({"amount": 60_000.5}, {"amount": (60_000.5, 50_000)}, "normal"),
        ({"hours": 36.4}, {"hours": (36.4, 36)}, "normal"),
        ({"stage": 4.0}, {"stage": (4, 2)}, "normal"),
        ({"closed": 1.0}, {"closed": (1, 0)}, "normal"),
        # The week ends on 2026-11-22, day 739942.
        ({"ends": 739_942.0}, {"ends": (739_942, 739_973)}, "normal"),
        # Either would do; the smaller part of what it is now is taken.
        ({"days": 9.0, "people": 40.0}, {"days": (9, 7)}, "blue"),
        ({"days": 10.0, "people": 30.0}, {"people": (30, 29)}, "blue"),
        # Two floors of yellow: one change is not enough.
        ({"stage": 4.0, "closed": 1.0}, {"stage": (4, 2), "closed": (1, 0)}, "normal"),
    ],
)
def test_the_smallest_change_is_one_that_can_be_reported(
    figures: dict[str, float], changes: dict[str, tuple[float, float]], level: str
) -> None:
    place = works(figures)
    found = remedy(place)
    assert {change.indicator: (change.before, change.after) for change in found.changes} == changes
    assert found.level.word == level
    assert what_if(place, {id_: after for id_, (_, after) in changes.items()}).level == found.level


@pytest.mark.parametrize(
    ("place", "lack", "held"),
    [
        (works({}), Lack.NORMAL, ()),
        (works(None), Lack.UNREPORTED, ("Q",)),
        (works({"days": 40.0}, events=[stoppage()]), Lack.HELD, ("E",)),
        # What is sealed and what an enterprise cannot change is no advice, nor is a past that one week cannot undo.
        (works({"petition": 6.0}), Lack.HELD, ("V",)),
        (works({"orders": 3.0}), Lack.HELD, ("O",)),
        (works({"people": 1.0}, before={"people": 600.0}), Lack.HELD, ("L",)),
    ],
)
def test_where_nothing_helps_it_says_what_holds_the_level(place: Place, lack: Lack, held: tuple[str, ...]) -> None:
    found = remedy(place)
    assert (found.changes, found.lack, found.held) == ((), lack, held)
    assert found.level == place.score().level


def test_of_too_many_combinations_the_best_are_taken_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    place = works({"stage": 4.0, "closed": 1.0, "hours": 40.0})
    monkeypatch.setattr("service.scoring.remedy.MOST_TRIED", 0)
    found = remedy(place)
    assert {change.indicator for change in found.changes} == {"stage", "closed"}
    assert found.level < place.score().level
