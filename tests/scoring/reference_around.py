"""Kinds peers and children once more, in plain Python: they ask the other nodes of the town."""

import math
import statistics
from collections.abc import Iterator

from service.scoring.pack import Rule
from service.scoring.panel import PanelNode
from tests.scoring.reference_history import History, fits, sum_value


def peers_value(rule: Rule, history: History, week: int) -> float | None:
    """The own value against the median of the others of the group."""
    assert rule.group is not None
    group, own = _group(rule, history.node), sum_value(rule, history, week)
    if week < 0 or not history.closed[week] or not history.alive[week] or not group or own is None:
        return None
    others = [_brings(rule, h, week) for h in history.town.nodes if h is not history and _group(rule, h.node) == group]
    known = [value for value in others if value is not None]
    if len(known) < rule.group.least:
        return None
    median = statistics.median(known)
    return own / median if 0 < median < math.inf else None


def _group(rule: Rule, node: PanelNode) -> str | None:
    assert rule.group is not None
    return {"industry": node.industry, "parent": node.parent, "kind": node.kind}[rule.group.by]


def _brings(rule: Rule, other: History, week: int) -> float | None:
    """What another node brings into the group."""
    belongs = other.node.kind in rule.applies_to and fits(rule, other.node) is True and other.alive[week]
    if not belongs or "na" in [other.cell(i, week) for i in (rule.of, rule.per) if i]:
        return None
    return sum_value(rule, other, week)


def children_value(rule: Rule, history: History, week: int) -> float | None:
    """How many below count, or which part of them."""
    assert rule.below is not None
    town = history.town
    if week < 0 or (rule.below.level is None and not history.closed[week]):
        return None
    below = [h for h in _below(history) if h.alive[week]]
    if not rule.below.subtree:
        below = [h for h in below if h.node.parent == history.node.id]
    else:
        below = [h for h in below if h.node.kind == "enterprise"]
    if rule.below.level is None:
        reporting = {kind for i in town.dictionary.indicators.values() for kind in i.applies_to}
        below = [h for h in below if h.node.kind in reporting]
        number = sum(not h.reported[week] for h in below)
    else:
        number = sum(town.level(h, week) >= rule.below.level for h in below)
    if not below:
        return None
    if number < rule.below.least:
        return -math.inf
    return number / len(below) if rule.below.share else float(number)


def _below(history: History) -> Iterator[History]:
    for other in history.town.nodes:
        if other.node.parent == history.node.id:
            yield other
            yield from _below(other)
