"""判定: what every rule says of every node and week, and what it adds up to; array in, array out."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from service.scoring.frame import Block, Frame
from service.scoring.kinds import KINDS, compare, holds, out_of_play, reaches
from service.scoring.pack import Level, Pack, Rule, Where
from service.scoring.panel import Bools, Floats, Panel

HIGHEST = 100.0
SILENT, FIRED, UNKNOWN, OUT, NOT_FOR_THIS_KIND = range(5)

Codes = NDArray[np.int8]
_CELLS = 16_384  # judged at once, so that the arrays of a rule stay in the processor's cache


@dataclass(frozen=True)
class Judged:
    """Totals are (weeks, nodes), what single rules say is (rules, weeks, nodes).

    `points` and `floors` are those of trial rules too; `values` is NaN where a rule is unknown.
    """

    score: Floats
    level: Codes
    judged: Floats
    states: Codes
    points: Floats
    floors: Codes
    values: Floats


@dataclass(frozen=True)
class _Says:
    """One rule on one block, (nodes, weeks)."""

    points: Floats
    floors: Codes
    unknown: Bools
    values: Floats


def judge(pack: Pack, panel: Panel, start: int, stop: int) -> Judged:
    """Judge all nodes in the week columns `start:stop`."""
    weeks, nodes, rules = stop - start, len(panel.nodes), len(pack.rules)
    found = Judged(
        score=np.zeros((weeks, nodes)),
        level=np.zeros((weeks, nodes), np.int8),
        judged=np.ones((weeks, nodes)),
        states=np.full((rules, weeks, nodes), NOT_FOR_THIS_KIND, np.int8),
        points=np.zeros((rules, weeks, nodes)),
        floors=np.zeros((rules, weeks, nodes), np.int8),
        values=np.full((rules, weeks, nodes), np.nan),
    )
    members = _Members(panel)
    size = max(_CELLS // max(weeks, 1), 1)
    with np.errstate(all="ignore"):  # NaN and infinities are answers here; what they mean is sorted out by each kind
        for first in range(0, nodes, size):
            block = Block(panel, first, min(first + size, nodes), start, stop, pack.window)
            for r, rule in enumerate(pack.rules):
                _judge_rule(rule, block, members, found, r)
            _add_up(pack, found, slice(block.first, block.last))
    return found


def of_kinds(panel: Panel, kinds: Collection[str]) -> Bools:
    """Which nodes are of one of these kinds."""
    return np.array([node.kind in kinds for node in panel.nodes], np.bool_)


class _Members:
    """Which nodes a rule is for; looked up once for all rules that say the same."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._kinds: dict[tuple[str, ...], Bools] = {}
        self._where: dict[Where, tuple[Bools, Bools]] = {}

    def kinds(self, applies_to: tuple[str, ...]) -> Bools:
        if applies_to not in self._kinds:
            self._kinds[applies_to] = of_kinds(self._panel, applies_to)
        return self._kinds[applies_to]

    def where(self, where: Where) -> tuple[Bools, Bools]:
        """Nodes known to be as `where` asks, and nodes of which that cannot be known."""
        if where not in self._where:
            self._where[where] = self._ask(where)
        return self._where[where]

    def _ask(self, where: Where) -> tuple[Bools, Bools]:
        nodes = self._panel.nodes
        fits, unknown = np.ones(len(nodes), np.bool_), np.zeros(len(nodes), np.bool_)
        if where.industry:
            fits &= np.array([not node.industry or node.industry in where.industry for node in nodes], np.bool_)
            unknown |= np.array([not node.industry for node in nodes], np.bool_)
        if where.headcount:
            heads = np.array([np.nan if node.headcount is None else node.headcount for node in nodes], np.float64)
            fits &= np.isnan(heads) | compare(where.headcount, heads)
            unknown |= np.isnan(heads)
        if where.key is not None:
            fits &= np.array([node.key is where.key for node in nodes], np.bool_)
        return fits & ~unknown, fits & unknown


def _judge_rule(rule: Rule, block: Block, members: _Members, found: Judged, r: int) -> None:
    nodes = slice(block.first, block.last)
    own = members.kinds(rule.applies_to)[nodes]
    if not own.any():
        return
    says, out = _over_weeks(rule, block)
    if rule.where != Where():
        fits, open_ = (mask[nodes, None] for mask in members.where(rule.where))
        out = _either(out, ~fits & ~open_)
        says = _Says(says.points * fits, says.floors * fits, says.unknown | open_, says.values)
    if rule.since or rule.until:
        weeks = block.panel.weeks[block.start : block.stop]
        out = _either(out, np.array([not (rule.since or "") <= w <= (rule.until or "9") for w in weeks], np.bool_))
    _write(says, out, own, found, (r, slice(None), nodes))


def _either(one: Bools | None, other: Bools) -> Bools:
    return other if one is None else one | other


def _write(says: _Says, out: Bools | None, own: Bools, found: Judged, place: tuple[int, slice, slice]) -> None:
    states = ((says.points > 0) | (says.floors > 0)).astype(np.int8)  # silent or fired
    states[says.unknown] = UNKNOWN
    points, floors = says.points, says.floors
    if out is not None:
        states[np.broadcast_to(out, states.shape)] = OUT
        points, floors = points * ~out, floors * ~out
    if not own.all():
        states[~own] = NOT_FOR_THIS_KIND
        points, floors = points * own[:, None], floors * own[:, None]
    found.states[place], found.points[place] = states.T, points.T
    found.floors[place], found.values[place] = floors.T, says.values.T


def _over_weeks(rule: Rule, block: Block) -> tuple[_Says, Bools | None]:
    """The rule on its block, `for_weeks` included: the least of the last weeks, each judged by itself."""
    earlier = rule.for_weeks - 1
    frame = Frame(block, earlier)
    out = out_of_play(rule, frame)
    says = _weekly(rule, frame, out)
    if not earlier:
        return says, out
    points, floors, unknown = says.points[:, earlier:], says.floors[:, earlier:], says.unknown[:, earlier:]
    weeks = points.shape[1]
    for begin in range(earlier):
        window = slice(begin, begin + weeks)
        points = np.minimum(points, says.points[:, window])
        floors = np.minimum(floors, says.floors[:, window])
        unknown = unknown | says.unknown[:, window]
    known = ~unknown
    least = _Says(points * known, floors * known, unknown, says.values[:, earlier:])
    return least, None if out is None else out[:, earlier:]


def _weekly(rule: Rule, frame: Frame, out: Bools | None) -> _Says:
    """Each week of the frame by itself. A week out of play is not unknown and gives nothing."""
    values = KINDS[rule.kind](rule, frame)
    points, floors = np.zeros(frame.shape), np.zeros(frame.shape, np.int8)
    for steps in rule.ladders:
        for threshold, given in steps.points:
            np.copyto(points, given, where=reaches(steps.how, values, threshold))
        for threshold, level in steps.floors:
            np.copyto(floors, np.int8(level), where=reaches(steps.how, values, threshold))
    unknown = np.isnan(values)
    if rule.only_if:
        true = holds(rule.only_if, frame)
        points, floors = points * true, floors * true
        unknown = (unknown & true) | frame.missing(rule.only_if.indicator)
    if out is not None:
        points, floors, unknown = points * ~out, floors * ~out, unknown & ~out
    return _Says(points, floors, unknown, values)


def _add_up(pack: Pack, found: Judged, nodes: slice) -> None:
    """Points left to right in the order of the pack; the level is the score's or the highest floor."""
    total = np.zeros(found.score[:, nodes].shape)
    in_play, answered = np.zeros(total.shape), np.zeros(total.shape)
    floor = np.zeros(total.shape, np.int8)
    for r, rule in enumerate(pack.rules):
        if rule.trial:
            continue
        states = found.states[r, :, nodes]
        total += found.points[r, :, nodes]
        np.maximum(floor, found.floors[r, :, nodes], out=floor)
        in_play += rule.attainable * (states <= UNKNOWN)
        answered += rule.attainable * (states <= FIRED)
    score = np.minimum(total, HIGHEST)
    for level in list(Level)[1:]:
        np.copyto(floor, np.maximum(floor, np.int8(level)), where=score >= pack.levels[level])
    found.score[:, nodes], found.level[:, nodes] = score, floor
    found.judged[:, nodes] = np.where(in_play > 0, answered / in_play, 1.0)
