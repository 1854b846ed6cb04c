"""评分: a pack and a panel in, a score with its findings out; many nodes and weeks at once, the same bits for one."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from service.scoring.around import judge_around
from service.scoring.cells import Cells
from service.scoring.explain import explain, reached
from service.scoring.judge import NOT_FOR_THIS_KIND, Codes, Judged
from service.scoring.members import Members
from service.scoring.pack import Level, Pack, State
from service.scoring.panel import Bools, Floats, Panel, PanelNode
from service.scoring.sources import SOURCES_DISAGREE, told
from service.scoring.surroundings import Surroundings
from service.scoring.unusual import figure_and_bound

STATES = (State.SILENT, State.FIRED, State.UNKNOWN, State.OUT)  # by code


@dataclass(frozen=True)
class Finding:
    """触发依据: what one rule says. `points` and `floor` are what it adds: nothing for a trial rule, whose `would`
    says what it would have added. `value` is None when there is none to judge; `threshold` is the one reached."""

    rule: str
    state: State
    points: float
    floor: Level
    value: float | None
    threshold: float | None
    reason: str
    reason_en: str
    trial: bool
    would: float


@dataclass(frozen=True)
class NodeScore:
    """评分 of one node in one week; the points of `findings` add up to the sum behind `score`. `asides` is what no rule
    says: that sources disagree."""

    node: str
    week: str
    score: float
    level: Level
    judged: float
    findings: tuple[Finding, ...]
    asides: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Scores:
    """Scores of `nodes` in `weeks`. Arrays are (nodes, weeks); outside `rows` (node not open, or no rule for its kind)
    they say nothing."""

    pack: Pack
    panel: Panel
    around: Surroundings
    weeks: tuple[str, ...]
    score: Floats
    level: Codes
    judged: Floats
    rows: Bools
    _found: Judged
    _columns: tuple[int, ...]  # of `_found`, one a week

    @property
    def nodes(self) -> tuple[PanelNode, ...]:
        """The nodes of the panel."""
        return self.panel.nodes

    def of(self, i: int, j: int) -> NodeScore:
        """Node `i` in week `j`, with a finding of every rule for its kind, in the order of the pack."""
        column = self.panel.weeks.index(self.weeks[j])
        states = self._found.states[:, self._columns[j], i]
        findings = tuple(
            self._finding(r, i, self._columns[j], column)
            for r, state in enumerate(states.tolist())
            if state != NOT_FOR_THIS_KIND
        )
        level = Level(int(self.level[i, j]))
        return NodeScore(
            node=self.nodes[i].id,
            week=self.weeks[j],
            score=float(self.score[i, j]),
            level=level,
            judged=float(self.judged[i, j]),
            findings=findings,
            asides=self._asides(i, j),
        )

    def said(self, i: int, j: int) -> list[tuple[str, int, float]]:
        """Rule, code of its state (see `STATES`) and added points, of every finding of node `i`."""
        states = self._found.states[:, self._columns[j], i].tolist()
        rungs = self._found.rungs[:, self._columns[j], i].tolist()
        return [
            (rule.id, state, 0.0 if rule.trial else float(ladder.points[rung]))
            for rule, ladder, state, rung in zip(self.pack.rules, self._found.ladders, states, rungs, strict=True)
            if state != NOT_FOR_THIS_KIND
        ] + [(finding.rule, STATES.index(finding.state), finding.points) for finding in self._asides(i, j)]

    def _asides(self, i: int, j: int) -> tuple[Finding, ...]:
        """Like a rule on trial it is shown, adds nothing and sets no floor; it asks a person to find out."""
        found = self.panel.disputed.get((self.nodes[i].id, self.weeks[j]), ())
        if not found:
            return ()
        reason, reason_en = told(found, self.panel.dictionary)
        value = float(len(found))
        return (
            Finding(
                SOURCES_DISAGREE, State.FIRED, 0.0, Level.NORMAL, value, None, reason, reason_en, trial=True, would=0.0
            ),
        )

    def _finding(self, r: int, i: int, j: int, column: int) -> Finding:
        rule, found = self.pack.rules[r], self._found
        state = STATES[found.states[r, j, i]]
        ladder, rung = found.ladders[r], found.rungs[r, j, i]
        would, floor = float(ladder.points[rung]), Level(int(ladder.floors[rung]))
        judged = float(found.values[r, j, i])
        value = judged if math.isfinite(judged) and state in (State.FIRED, State.SILENT) else None
        threshold = reached(rule, value, would, floor) if value is not None and state is State.FIRED else None
        if value is not None and rule.detector:  # an alarm is told by its figure and its bound, not as a 1
            value, threshold = figure_and_bound(rule, self.panel, i, column, state is State.FIRED)
        reason, reason_en = explain(rule, state, Cells(self.panel, i, column, self.around), value, threshold)
        return Finding(
            rule=rule.id,
            state=state,
            points=0.0 if rule.trial else would,
            floor=Level.NORMAL if rule.trial else floor,
            value=value,
            threshold=threshold,
            reason=reason,
            reason_en=reason_en,
            trial=rule.trial,
            would=would,
        )


def score_panel(
    pack: Pack, panel: Panel, weeks: Sequence[str] | None = None, around: Surroundings | None = None
) -> Scores:
    """Judge every node of `panel` in `weeks` (default: all of it). What is around a node is `around`, or else what the
    panel itself holds. Raises ValueError for a week outside the panel, or when a way up goes round in a circle."""
    asked = panel.weeks if weeks is None else tuple(weeks)
    columns = [panel.weeks.index(week) for week in asked]
    start, stop = (min(columns), max(columns) + 1) if columns else (0, 0)
    found, around = judge_around(pack, panel, start, stop, around)
    picked = [column - start for column in columns]
    return Scores(
        pack=pack,
        panel=panel,
        around=around,
        weeks=asked,
        score=found.score[picked].T,
        level=found.level[picked].T,
        judged=found.judged[picked].T,
        rows=panel.alive[:, columns] & Members(panel).of_kinds(pack.kinds)[:, None],
        _found=found,
        _columns=tuple(picked),
    )
