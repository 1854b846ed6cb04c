"""What nodes report while nothing happens to them, under the shipped dictionary."""

from dataclasses import replace

import numpy as np
import pytest

from service.network.tree import NodeRow
from service.rulebook.folder import read_folder
from service.scoring.pack import Dictionary
from service.scoring.parse import parse_rules
from service.scoring.week import between
from service.shipped import shipped
from service.simulation import background
from service.simulation.background import quiet
from service.simulation.demo import demo_nodes
from service.simulation.generate import simulate

DICTIONARY = parse_rules(read_folder(shipped("rules")))[1]
WEEKS = tuple(between("2025-W40", "2026-W13"))
MILL = NodeRow("e", "t", "enterprise", "模拟", "textiles", 400)


def reported(node: NodeRow) -> set[str]:
    return set(quiet(node, WEEKS, DICTIONARY, np.random.default_rng(1)).values)


def test_every_indicator_known_here_is_in_the_shipped_dictionary() -> None:
    assert set(background._LEVELS) | background.OF_BUREAUS <= set(DICTIONARY.indicators)


def test_an_enterprise_leaves_empty_what_only_bureaus_know() -> None:
    of_enterprises = {i.id for i in DICTIONARY.indicators.values() if "enterprise" in i.applies_to}
    assert reported(replace(MILL, industry="construction")) == of_enterprises - background.OF_BUREAUS


@pytest.mark.parametrize(("industry", "some"), [("construction", True), ("textiles", False), (None, False)])
def test_only_construction_reports_on_its_sites(industry: str | None, some: bool) -> None:
    assert any(id_.startswith("sites.") for id_ in reported(replace(MILL, industry=industry))) is some


def test_a_quiet_figure_is_one_that_nobody_would_ask_back() -> None:
    history = quiet(MILL, WEEKS, DICTIONARY, np.random.default_rng(2))
    for name, figures in history.values.items():
        usual = DICTIONARY.indicators[name].usual
        known = figures[np.isfinite(figures)]
        assert usual is None or ((usual[0] <= known) & (known <= usual[1])).all(), name


def test_a_longer_dictionary_changes_no_story() -> None:
    few = dict(list(DICTIONARY.indicators.items())[:4])
    short = simulate(demo_nodes(), Dictionary(few, DICTIONARY.events), WEEKS, 5)
    long = simulate(demo_nodes(), DICTIONARY, WEEKS, 5)
    assert short.events
    assert (short.events, short.outcomes) == (long.events, long.outcomes)
