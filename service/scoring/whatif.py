"""试算: what other figures of a node's week would have given; the real engine judges them, as nodes of one panel."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from service.scoring.around import seen
from service.scoring.build import coded
from service.scoring.frame import Strip
from service.scoring.judge import Around
from service.scoring.pack import Pack, Rule
from service.scoring.panel import Bools, Floats, Panel
from service.scoring.peers import by, group_of, own_values, sight
from service.scoring.score import Finding, NodeScore, score_panel
from service.scoring.surroundings import Surroundings

Figures = Mapping[str, float | str | None]  # by indicator; `na` is not applicable, None missing
_NOBODY: Floats = np.empty(0)


@dataclass(frozen=True)
class Place:
    """One node and one week of a panel, judged by a pack; without `given` the panel itself is all that is around."""

    pack: Pack
    panel: Panel
    node: int
    week: int
    given: Surroundings | None = None

    @cached_property
    def around(self) -> Surroundings:
        """What is around the node."""
        return self.given or score_panel(self.pack, self.panel, [self.panel.weeks[self.week]]).around

    @property
    def reported(self) -> bool:
        """Whether there is a report of the week."""
        return bool(self.panel.reported[self.node, self.week])

    def score(self) -> NodeScore:
        """As it is."""
        alone, weeks = self.panel.of_nodes([self.node]), [self.panel.weeks[self.week]]
        return score_panel(self.pack, alone, weeks, self.around).of(0, 0)

    def with_figures(self, several: Sequence[Figures]) -> Panel:
        """A panel of the weeks that the pack looks at, whose nodes are this one again and again: each with its own
        figures in the last week. Figures are a report: the week is reported where there are any."""
        begin = max(self.week - self.pack.window, 0)
        span = slice(begin, self.week + 1)
        changed = dict.fromkeys(id_ for figures in several for id_ in figures)
        values = {id_: self._again(block, span, several) for id_, block in self.panel.values.items()}
        absent = {id_: self._again(block, span, several) for id_, block in self.panel.not_applicable.items()}
        for id_ in changed:
            values[id_], absent[id_] = self._changed(id_, values[id_], absent.get(id_), several)
        reported = self._again(self.panel.reported, span, several).copy()
        reported[:, -1] |= np.array([bool(figures) for figures in several], np.bool_)
        return replace(
            self.panel,
            nodes=(self.panel.nodes[self.node],) * len(several),
            weeks=self.panel.weeks[span],
            values=values,
            not_applicable={id_: block for id_, block in absent.items() if block.any()},
            people={id_: self._again(block, span, several) for id_, block in self.panel.people.items()},
            reported=reported,
            alive=self._again(self.panel.alive, span, several),
            closed=self.panel.closed[span],
        )

    def _again(self, block: Floats | Bools, span: slice, several: Sequence[Figures]) -> np.ndarray[Any, Any]:
        row = block[self.node, span]
        return np.broadcast_to(row, (len(several), row.shape[0]))

    def _changed(
        self, id_: str, values: Floats, absent: Bools | None, several: Sequence[Figures]
    ) -> tuple[Floats, Bools]:
        values = np.array(values, order="F")
        marks = np.zeros(values.shape, np.bool_, order="F") if absent is None else np.array(absent, order="F")
        for row, figures in enumerate(several):
            if id_ in figures:
                figure = coded(figures[id_])
                marks[row, -1] = figure == -np.inf
                values[row, -1] = np.nan if marks[row, -1] else figure
        return values, marks


def what_if(place: Place, figures: Figures) -> NodeScore:
    """The score that `figures` in place of those of the week would have given."""
    panel = place.with_figures([figures])
    pools = {rule.id: _pool(place, rule, panel) for rule in place.pack.of_kind("peers")}
    around = Surroundings(pools, place.around.census)
    return score_panel(place.pack, panel, panel.weeks[-1:], around).of(0, 0)


def _pool(place: Place, rule: Rule, panel: Panel) -> dict[tuple[str, str], Floats]:
    """The pool of a rule with what the node brings into it now in place of what it did."""
    pool = dict(place.around.pools.get(rule.id, {}))
    group = group_of(rule, place.panel.nodes[place.node])
    if not group:
        return pool
    key = group, panel.weeks[-1]
    values = pool.get(key, _NOBODY)
    old = own_values(rule, place.panel.of_nodes([place.node]), place.week, place.week + 1)[0, 0]
    new = own_values(rule, panel, len(panel.weeks) - 1, len(panel.weeks))[0, 0]
    if old == old:
        values = np.delete(values, np.searchsorted(values, old))
    pool[key] = np.sort(np.append(values, new)) if new == new else values
    return pool


def seen_by_all(place: Place, panel: Panel) -> Around:
    """What the rules that look around judge of each node of `place.with_figures(…)` in its last week: the others of its
    group are the same for all of them."""
    stop = len(panel.weeks)
    found = dict(seen(place.pack, panel, stop - 1, stop, Surroundings({}, place.around.census)))
    for rule in place.pack.of_kind("peers"):
        begin = found[rule.id].begin
        first = place.week + 1 - stop
        sights = [sight(rule, place.panel, place.node, first + j, place.around) for j in range(begin, stop)]
        usable = [seen.others >= by(rule).least and 0 < seen.median < np.inf for seen in sights] & panel.closed[begin:]
        with np.errstate(all="ignore"):
            value = own_values(rule, panel, begin, stop) / np.array([seen.median for seen in sights])
        found[rule.id] = Strip(begin, np.where(usable, value, np.nan), np.nan)
    return found


def differences(before: NodeScore, after: NodeScore) -> list[tuple[Finding, Finding]]:
    """The findings of the same rules that say something else, in the order of the pack."""
    pairs = zip(before.findings, after.findings, strict=True)
    return [(old, new) for old, new in pairs if _said(old) != _said(new)]


def _said(finding: Finding) -> tuple[object, ...]:
    return finding.state, finding.would, finding.floor
