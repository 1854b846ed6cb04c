"""判定: what every rule says of every node and week, and what it adds up to; arrays in, arrays out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from service.scoring.frame import Block, Frame, Strip
from service.scoring.kinds import KINDS, holds, out_of_play
from service.scoring.ladder import Ladder, Rungs, ladder_of
from service.scoring.members import Members
from service.scoring.pack import Level, Pack, Rule
from service.scoring.panel import Bools, Floats, Indices, Panel

HIGHEST = 100.0
SILENT, FIRED, UNKNOWN, OUT, NOT_FOR_THIS_KIND = range(5)

Codes = NDArray[np.int8]
Around = Mapping[str, Strip[np.float64]]
NOTHING_SEEN: Around = {}
_CELLS = 16_384  # judged at once, so that the arrays of a rule stay in the processor's cache


@dataclass(frozen=True)
class Judged:
    """Totals are (weeks, nodes), what single rules say is (rules, weeks, nodes); trial rules are judged like others.

    `rungs` are those of `ladders`; `values` is NaN where a rule is unknown.
    """

    ladders: tuple[Ladder, ...]
    score: Floats
    level: Codes
    judged: Floats
    states: Codes
    rungs: Rungs
    values: Floats

    def put(self, rows: Indices, again: "Judged") -> None:
        """Overwrite what was found of some nodes."""
        for name in ("score", "level", "judged", "states", "rungs", "values"):
            getattr(self, name)[..., rows] = getattr(again, name)

    def after(self, weeks: int) -> "Judged":
        """Without the first `weeks` weeks."""
        totals = {name: getattr(self, name)[weeks:] for name in ("score", "level", "judged")}
        rules = {name: getattr(self, name)[:, weeks:] for name in ("states", "rungs", "values")}
        return Judged(self.ladders, **totals, **rules)


@dataclass(frozen=True)
class _Says:
    """One rule on one block, (nodes, weeks): on rung 0 where it is unknown or out of play, and never both of these."""

    rungs: Rungs
    unknown: Bools
    out: Bools | None
    values: Floats


def judge(pack: Pack, panel: Panel, start: int, stop: int, around: Around = NOTHING_SEEN) -> Judged:
    """Judge all nodes in the week columns `start:stop`; `around` is what the rules that look around judge."""
    weeks, nodes, rules = stop - start, len(panel.nodes), len(pack.rules)
    found = Judged(
        ladders=tuple(ladder_of(rule.ladders) for rule in pack.rules),
        score=np.empty((weeks, nodes)),
        level=np.empty((weeks, nodes), np.int8),
        judged=np.empty((weeks, nodes)),
        states=np.full((rules, weeks, nodes), NOT_FOR_THIS_KIND, np.int8),
        rungs=np.zeros((rules, weeks, nodes), np.int8),
        values=np.empty((rules, weeks, nodes)),
    )
    members = Members(panel)
    size = max(_CELLS // max(weeks, 1), 1)
    with np.errstate(all="ignore"):  # NaN and infinities are answers here; what they mean is sorted out by each kind
        for first in range(0, nodes if weeks else 0, size):
            block = Block(panel, first, min(first + size, nodes), start, stop, pack.longest_run, around)
            _judge_block(pack, block, members, found)
    return found


def _judge_block(pack: Pack, block: Block, members: Members, found: Judged) -> None:
    nodes = slice(block.first, block.last)
    tally = _Tally(block.shape)
    for r, (rule, ladder) in enumerate(zip(pack.rules, found.ladders, strict=True)):
        others = members.others(rule.applies_to, block.first, block.last)
        if others is not None and others.all():
            continue
        says = _in_its_time(rule, block, _fitting(rule, members, nodes, _over_weeks(rule, ladder, block)))
        if others is not None:
            says = _without(says, others[:, None])
        found.rungs[r, :, nodes], found.values[r, :, nodes] = says.rungs.T, says.values.T
        found.states[r, :, nodes] = _states(says, others).T
        if not rule.trial:
            tally.add(rule, ladder, says)
    score, level, judged = tally.close(pack)
    found.score[:, nodes], found.level[:, nodes], found.judged[:, nodes] = score.T, level.T, judged.T


def _fitting(rule: Rule, members: Members, nodes: slice, says: _Says) -> _Says:
    """Out of play where `where` does not hold; unknown where the attribute is not known."""
    asked = members.where(rule.where)
    if asked is None:
        return says
    fits, open_ = (mask[nodes, None] for mask in asked)
    out = ~(fits | open_) if says.out is None else says.out | ~(fits | open_)
    return _Says(says.rungs * fits, (says.unknown | open_) & ~out, out, says.values)


def _in_its_time(rule: Rule, block: Block, says: _Says) -> _Says:
    if rule.since is None and rule.until is None:
        return says
    first, last = rule.since or "", rule.until or "9999-W99"
    return _without(says, np.array([not first <= week <= last for week in block.weeks], np.bool_))


def _without(says: _Says, gone: Bools) -> _Says:
    out = np.broadcast_to(gone, says.rungs.shape) if says.out is None else says.out | gone
    return _Says(says.rungs * ~gone, says.unknown & ~gone, out, says.values)


def _states(says: _Says, others: Bools | None) -> Codes:
    """One byte each; at most one of the three terms is not 0."""
    states: Codes = (says.rungs > 0).view(np.int8)
    states += UNKNOWN * says.unknown.view(np.int8)
    if says.out is not None:
        states += OUT * says.out.view(np.int8)
    if others is not None:
        states[others] = NOT_FOR_THIS_KIND
    return states


def _over_weeks(rule: Rule, ladder: Ladder, block: Block) -> _Says:
    """The rule on its block, `for_weeks` included: the least of the last weeks, each judged by itself."""
    earlier = rule.for_weeks - 1
    says = _weekly(rule, ladder, block.frame(earlier))
    if not earlier:
        return says
    weeks = says.rungs.shape[1] - earlier
    spans = [slice(begin, begin + weeks) for begin in range(earlier + 1)]
    unknown = np.logical_or.reduce([says.unknown[:, span] for span in spans])
    out = None if says.out is None else says.out[:, earlier:]
    if out is not None:
        unknown &= ~out
    least = np.minimum.reduce([says.rungs[:, span] for span in spans]) * ~unknown
    return _Says(least, unknown, out, says.values[:, earlier:])


def _weekly(rule: Rule, ladder: Ladder, frame: Frame) -> _Says:
    """Each week of the frame by itself."""
    values = KINDS[rule.kind](rule, frame)
    rungs, unknown, out = ladder.climb(values), np.isnan(values), out_of_play(rule, frame)
    if rule.only_if:
        true = holds(rule.only_if, frame)
        rungs *= true.view(np.int8)
        unknown = (unknown & true) | frame.missing(rule.only_if.indicator)
    if out is not None:
        rungs *= ~out
        unknown &= ~out
    return _Says(rungs, unknown, out, values)


class _Tally:
    """The sum of a block, rule by rule from the left; a number stands for an array of it for as long as it can."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._total = np.zeros(shape, order="F")
        self._floor = np.zeros(shape, np.int8, order="F")
        self._in_play: Any = 0.0
        self._answered: Any = 0.0

    def add(self, rule: Rule, ladder: Ladder, says: _Says) -> None:
        """Add what one active rule says."""
        if says.rungs.any():
            self._total += ladder.points.take(says.rungs, mode="clip")  # clip only spares a copy: no rung lies outside
            if rule.steps.floors:
                np.maximum(self._floor, ladder.floors.take(says.rungs, mode="clip"), out=self._floor)
        playing = None if says.out is None else ~says.out
        self._in_play = self._in_play + (rule.attainable if playing is None else rule.attainable * playing)
        if says.unknown.any() or playing is not None:
            known = ~says.unknown if playing is None else playing & ~says.unknown
            self._answered = self._answered + rule.attainable * known
        else:
            self._answered = self._answered + rule.attainable

    def close(self, pack: Pack) -> tuple[Floats, Codes, Floats]:
        """Score, level and judged share."""
        score = np.minimum(self._total, HIGHEST)
        by_score = np.zeros(score.shape, np.int8, order="F")
        for level in list(Level)[1:]:
            by_score += (score >= pack.levels[level]).view(np.int8)
        in_play, answered = np.broadcast_to(self._in_play, score.shape), np.broadcast_to(self._answered, score.shape)
        judged = np.where(in_play > 0, answered / in_play, 1.0)
        return score, np.maximum(self._floor, by_score), judged
