"""环顾: what rules of kinds peers and children judge, and in which order nodes are judged so that they can."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from service.scoring.climb import Marks, Tree, climb
from service.scoring.frame import Strip
from service.scoring.judge import Around, Codes, Judged, judge
from service.scoring.pack import Pack, Rule
from service.scoring.panel import Floats, Indices, Panel, PanelNode
from service.scoring.peers import Figures, against_peers, pool, pooled
from service.scoring.surroundings import Census, Surroundings

TOO_FEW = -np.inf  # below every threshold: silent, not unknown


def judge_around(
    pack: Pack, panel: Panel, start: int, stop: int, given: Surroundings | None
) -> tuple[Judged, Surroundings]:
    """Judge the week columns `start:stop` with what is around: `given`, or else what is in the panel itself."""
    if given is not None or not (pack.of_kind("peers") or pack.counting):
        given = given or Surroundings()
        return judge(pack, panel, start, stop, seen(pack, panel, start, stop, given)), given
    tree = Tree.of(panel.nodes if pack.counting else ())
    looking = tree.above(panel.nodes, pack.counting)
    # Each level may look at some weeks more of the level below it.
    reach = max((rule.for_weeks - 1 for rule in pack.of_kind("children")), default=0)
    first = max(start - reach * (int(tree.depth.max()) + 1), 0) if looking.size else start
    figures = _figures(pack, panel, first, stop)
    pools = {rule: pool(of_rule) for rule, of_rule in figures.items()}
    found = judge(pack, panel, first, stop, seen(pack, panel, first, stop, Surroundings(pools), figures))
    if not looking.size:
        return found, Surroundings(pools)

    def again(rows: Indices, census: Census) -> Codes:
        part = panel.of_nodes(rows)
        said = judge(pack, part, first, stop, seen(pack, part, first, stop, Surroundings(pools, census)))
        found.put(rows, said)
        return said.level.T

    marks = Marks.of(pack, panel, first, stop, found.level.T)
    census = climb(tree, panel.nodes, panel.weeks[first:stop], looking, marks, again)
    return found.after(start - first), Surroundings(pools, census)


def survey(
    pack: Pack,
    nodes: Sequence[PanelNode],
    weeks: Sequence[str],
    parts: Sequence[Indices],
    panel_of: Callable[[Indices], Panel],
) -> Surroundings:
    """What is around nodes that are too many for one panel; `panel_of` makes that of some of them, all of `weeks`."""
    counting = pack.counting
    pools = {
        rule.id: pooled(pool(Figures.of(rule, panel_of(part), 0, len(weeks))) for part in parts)
        for rule in pack.of_kind("peers")
    }
    tree = Tree.of(nodes if counting else ())
    looking = tree.above(nodes, counting)
    if not looking.size:
        return Surroundings(pools)

    def levels(rows: Indices, census: Census | None = None) -> tuple[Panel, Codes]:
        panel = panel_of(rows)
        around = seen(pack, panel, 0, len(weeks), Surroundings(pools, census))
        return panel, judge(pack, panel, 0, len(weeks), around).level.T

    def marks(part: Indices) -> Marks:
        panel, level = levels(part)
        return Marks.of(pack, panel, 0, len(weeks), level)

    every = Marks.joined(marks(part) for part in parts)
    census = climb(tree, nodes, weeks, looking, every, lambda rows, census: levels(rows, census)[1])
    return Surroundings(pools, census)


def seen(
    pack: Pack,
    panel: Panel,
    start: int,
    stop: int,
    around: Surroundings,
    figures: Mapping[str, Figures] | None = None,
) -> Around:
    """What each rule that looks around judges in the week columns `start:stop` of a panel, and in those before that
    its `for_weeks` asks for; `figures` of the peers rules, if they are there already."""
    found: dict[str, Strip[np.float64]] = {}
    figures = _figures(pack, panel, start, stop) if figures is None else figures
    for rule in pack.of_kind("peers"):
        begin = _begin(rule, start)
        value = against_peers(rule, figures[rule.id], panel.closed[begin:stop], around.pools.get(rule.id, {}))
        found[rule.id] = Strip(begin, value, np.nan)
    if around.census:
        for rule in pack.of_kind("children"):
            begin = _begin(rule, start)
            found[rule.id] = Strip(begin, _below(rule, panel, begin, stop, around.census), np.nan)
    return found


def _figures(pack: Pack, panel: Panel, start: int, stop: int) -> dict[str, Figures]:
    return {rule.id: Figures.of(rule, panel, _begin(rule, start), stop) for rule in pack.of_kind("peers")}


def _begin(rule: Rule, start: int) -> int:
    return max(start - rule.for_weeks + 1, 0)


def _below(rule: Rule, panel: Panel, start: int, stop: int, census: Census) -> Floats:
    below = rule.below
    assert below is not None, rule.id  # the form sees to it that kind children has one
    of, number = census.below(below, [node.id for node in panel.nodes], panel.weeks[start:stop])
    with np.errstate(all="ignore"):
        value = number / of if below.share else number.astype(np.float64)
    value = np.where(number < below.least, TOO_FEW, value)
    unknown = of == 0 if below.level is not None else (of == 0) | ~panel.closed[start:stop]
    return np.where(unknown, np.nan, value)
