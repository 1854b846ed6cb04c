"""模拟的等级: what the shipped rules make of simulated weeks."""

from collections import Counter
from pathlib import Path

import pytest

from service.network.tree import NodeRow
from service.scoring.build import build_panel, number
from service.scoring.pack import Level
from service.scoring.panel import PanelEvent, PanelNode, PanelReport
from service.scoring.parse import parse_rules
from service.scoring.score import Scores, score_panel
from service.scoring.week import between, step
from service.shipped import shipped
from service.simulation.demo import demo_nodes
from service.simulation.generate import Simulation, simulate

WEEKS = between(step("2026-W46", -25), "2026-W46")


def panel_node(node: NodeRow) -> PanelNode:
    return PanelNode(node.id, node.kind, node.industry, node.headcount, node.key, node.opened, node.closed, node.parent)


def scored(seed: int) -> tuple[Scores, Simulation]:
    """The demo's enterprises over 26 weeks, judged by the shipped rules."""
    folder: Path = shipped("rules")
    files = {str(path.relative_to(folder)): path.read_text(encoding="utf-8") for path in folder.rglob("*.yaml")}
    pack, dictionary = parse_rules(files)
    simulation = simulate(demo_nodes(), dictionary, WEEKS, seed)
    read = dictionary.indicators
    reports = [
        PanelReport(
            r.node,
            r.week,
            {name: found for name, cell in r.values.items() if (found := number(read[name], cell)) is not None},
        )
        for r in (*simulation.reports, *simulation.observations)
    ]
    events = [PanelEvent(e.node, e.week, e.event, e.people) for e in simulation.events]
    panel = build_panel([panel_node(node) for node in demo_nodes()], WEEKS, reports, events, dictionary)
    return score_panel(pack, panel), simulation


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_demo_ends_mildly_with_something_to_see_at_every_height(seed: int) -> None:
    scores, _ = scored(seed)
    last = Counter(Level(int(level)) for level in scores.level[:, -1][scores.rows[:, -1]])
    assert 1 <= last[Level.RED] <= 3
    assert 1 <= last[Level.YELLOW] + last[Level.ORANGE] <= 8
    assert last[Level.NORMAL] + last[Level.BLUE] >= 45
    assert sum(last.values()) == 57


def test_most_planted_incidents_were_preceded_by_a_warning() -> None:
    scores, simulation = scored(1)
    nodes, weeks = [node.id for node in demo_nodes()], list(WEEKS)
    assert simulation.outcomes
    warned = [
        scores.level[nodes.index(outcome.node), weeks.index(step(outcome.week, -1))] >= Level.YELLOW
        for outcome in simulation.outcomes
    ]
    assert sum(map(bool, warned)) >= len(warned) / 2
