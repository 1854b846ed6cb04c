"""周围: what other nodes contribute to the rules that look around – figures of peers, levels and silence below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from service.scoring.pack import Below, Level
from service.scoring.panel import Floats

Counts = NDArray[np.int32]
Pool = Mapping[tuple[str, str], Floats]  # (group, week) → the known values of its nodes, sorted

# What is counted of the nodes below: those that are open, those at or above each level (by its number), those of a kind
# that reports, and those of them that did not.
OPEN, REPORTING, SILENT, CLASSES = 0, len(Level), len(Level) + 1, len(Level) + 2


@dataclass(frozen=True)
class Census:
    """清点: of parents and weeks, how many nodes below are of each class; arrays are (parents, weeks, CLASSES)."""

    parents: Mapping[str, int]
    weeks: Mapping[str, int]
    direct: Counts
    enterprises: Counts  # of the whole subtree

    @classmethod
    def begin(cls, parents: Sequence[str], weeks: Sequence[str]) -> "Census":
        """Nobody counted yet."""
        shape = len(parents), len(weeks), CLASSES
        rows, columns = ({name: i for i, name in enumerate(names)} for names in (parents, weeks))
        return cls(rows, columns, np.zeros(shape, np.int32), np.zeros(shape, np.int32))

    def below(self, below: Below, nodes: Sequence[str], weeks: Sequence[str]) -> tuple[Counts, Counts]:
        """Of how many below each node and week, and how many of them count; (nodes, weeks), 0 for whoever is no parent
        and for weeks that were not counted."""
        whole = self.enterprises if below.subtree else self.direct
        places = [(i, self.parents[node]) for i, node in enumerate(nodes) if node in self.parents]
        columns = [(j, self.weeks[week]) for j, week in enumerate(weeks) if week in self.weeks]
        found = np.zeros((len(nodes), len(weeks), CLASSES), np.int32)
        if places and columns:
            (rows, parents), (cols, counted) = zip(*places, strict=True), zip(*columns, strict=True)
            found[np.ix_(rows, cols)] = whole[np.ix_(parents, counted)]
        silent = below.level is None
        return found[..., REPORTING if silent else OPEN], found[..., SILENT if below.level is None else below.level]


@dataclass(frozen=True)
class Surroundings:
    """Everything that nodes outside a panel contribute to it; `pools` by rule."""

    pools: Mapping[str, Pool] = field(default_factory=dict)
    census: Census | None = None


NOTHING_AROUND = Surroundings()
