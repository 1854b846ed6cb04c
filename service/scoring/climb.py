"""逐级: counts the nodes below level by level upwards, so that whoever is above sees fresh levels and silence below."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

import numpy as np

from service.scoring.judge import Codes
from service.scoring.members import Members
from service.scoring.pack import Dictionary, Level, Pack
from service.scoring.panel import Bools, Indices, Panel, PanelNode
from service.scoring.surroundings import Census, Counts

Judge = Callable[[Indices, Census], Codes]  # levels (nodes, weeks) of these nodes, with what is counted below them


@dataclass(frozen=True)
class Marks:
    """What those above count of nodes, (nodes, weeks)."""

    level: Codes
    alive: Bools
    reporting: Bools  # open, and of a kind that reports
    silent: Bools

    @classmethod
    def of(cls, pack: Pack, panel: Panel, start: int, stop: int, level: Codes) -> "Marks":
        """The marks of a panel's nodes in the week columns `start:stop`; whom no rule judges is normal."""
        alive, members = panel.alive[:, start:stop], Members(panel)
        reporting = alive & members.of_kinds(sorted(reporting_kinds(panel.dictionary)))[:, None]
        silent = reporting & ~panel.reported[:, start:stop] & panel.closed[start:stop]
        judged = members.of_kinds(sorted(pack.kinds))[:, None]
        return cls(np.where(judged, level, np.int8(Level.NORMAL)), alive, reporting, silent)

    @classmethod
    def joined(cls, parts: Iterable["Marks"]) -> "Marks":
        """The marks of the nodes of one part after the other."""
        every = list(parts)
        names = ("level", "alive", "reporting", "silent")
        return cls(*(np.concatenate([getattr(part, name) for part in every]) for name in names))

    def classes(self, rows: Indices) -> Iterator[Bools]:
        """Which of these nodes are of each class of a census."""
        alive, level = self.alive[rows], self.level[rows]
        yield alive
        for at_least in list(Level)[1:]:
            yield alive & (level >= at_least)
        yield self.reporting[rows]
        yield self.silent[rows]


def reporting_kinds(dictionary: Dictionary) -> frozenset[str]:
    """Node kinds of which a report is expected."""
    return frozenset(kind for indicator in dictionary.indicators.values() for kind in indicator.applies_to)


@dataclass(frozen=True)
class Tree:
    """The way up from nodes: the index of each node's parent (-1 for none) and how many nodes are above it."""

    parent: Indices
    depth: Indices

    @classmethod
    def of(cls, nodes: Sequence[PanelNode]) -> "Tree":
        """Parents that are not among `nodes` are none. Raises ValueError when a way up goes round in a circle."""
        index = dict(zip(map(attrgetter("id"), nodes), range(len(nodes)), strict=True))
        index[None] = -1
        parent = np.fromiter((index.get(id_, -1) for id_ in map(attrgetter("parent"), nodes)), np.intp, len(nodes))
        depth = np.zeros(len(nodes), np.intp)
        below = np.flatnonzero(parent >= 0)
        up = parent[below]
        while below.size:
            depth[below] += 1
            if depth[below[0]] > len(nodes):
                raise ValueError(f"the way up from {nodes[int(below[0])].id} goes round in a circle")
            up = parent[up]
            below, up = below[up >= 0], up[up >= 0]
        return cls(parent, depth)

    def levels(self) -> Iterator[Indices]:
        """The nodes of each level, the lowest first."""
        for depth in range(int(self.depth.max(initial=-1)), -1, -1):
            yield np.flatnonzero(self.depth == depth)

    @property
    def parents(self) -> Indices:
        """Nodes that have somebody below them."""
        found = np.zeros(len(self.parent), np.bool_)
        found[self.parent[self.parent >= 0]] = True
        return np.flatnonzero(found)

    def above(self, nodes: Sequence[PanelNode], kinds: Collection[str]) -> Indices:
        """Nodes of these kinds that have somebody below them."""
        return np.array([row for row in self.parents.tolist() if nodes[row].kind in kinds], np.intp)


def climb(
    tree: Tree, nodes: Sequence[PanelNode], weeks: Sequence[str], looking: Indices, marks: Marks, judge: Judge
) -> Census:
    """Count everybody below everybody. `judge` gives the levels of the `looking` nodes once all below them are counted;
    they replace those of `marks`."""
    parents = tree.parents
    census = Census.begin([nodes[int(row)].id for row in parents], weeks)
    slots = np.full(len(nodes), -1, np.intp)
    slots[parents] = np.arange(len(parents))
    enterprise = np.array(list(map(attrgetter("kind"), nodes)), np.str_) == "enterprise"
    for rows in tree.levels():
        again = np.intersect1d(rows, looking)
        if again.size:
            marks.level[again] = judge(again, census)
        rows = rows[tree.parent[rows] >= 0]
        _count(census.direct, slots[tree.parent[rows]], marks, rows)
        _count(census.enterprises, slots[tree.parent[rows[enterprise[rows]]]], marks, rows[enterprise[rows]])
        between = rows[slots[rows] >= 0]
        np.add.at(census.enterprises, slots[tree.parent[between]], census.enterprises[slots[between]])
    return census


def _count(counts: Counts, slots: Indices, marks: Marks, rows: Indices) -> None:
    """Add nodes to the counts of their parents, whose places are `slots`."""
    parents, weeks, _ = counts.shape
    for place, mask in enumerate(marks.classes(rows)):
        i, j = mask.nonzero()
        counts[..., place] += np.bincount(slots[i] * weeks + j, minlength=parents * weeks).reshape(parents, weeks)
