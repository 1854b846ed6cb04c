"""数据面板: a dense block of node × week, the only thing the rules see.

Values are float64 with NaN for missing; not applicable is a mask of its own, because missing makes a rule
unknown and not applicable takes it out of play. Dates are proleptic Gregorian ordinals.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from service.scoring.pack import Dictionary

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]

NA = "na"
OWN = "own"
OBSERVATION = "observation"


@dataclass(frozen=True)
class PanelNode:
    """What a rule may know of a node (`where`, `applies_to`)."""

    id: str
    kind: str
    industry: str | None = None
    headcount: int | None = None
    key: bool = False
    opened: date | None = None
    closed: date | None = None
    parent: str | None = None
    excused: frozenset[str] = frozenset()  # weeks in which it stood still (停工放假): saying nothing then is no silence


@dataclass(frozen=True)
class PanelReport:
    """The newest revision of one source's report; a value is a number, `NA`, or absent (see `build.number`)."""

    node: str
    week: str
    values: Mapping[str, float | str]
    source: str = OWN


@dataclass(frozen=True)
class Disagreement:
    """One indicator of which the own report and an observation say something else: a figure, or `NA`."""

    indicator: str
    own: float | str
    observed: float | str


@dataclass(frozen=True)
class PanelEvent:
    """One incident; `people` is None when nobody could count them."""

    node: str
    week: str
    event: str
    people: float | None


@dataclass(frozen=True)
class Panel:
    """Shapes: values[i], not_applicable[i], people[e], `reported` and `alive` are (nodes, weeks); `closed` is (weeks,).

    A node that is not `alive` in a week (not open yet, or closed) has no values, events or reports there. `reported` is
    where there is an own report: who is visited and says nothing himself is silent. `disputed` is by node and week.
    """

    nodes: tuple[PanelNode, ...]
    weeks: tuple[str, ...]
    values: Mapping[str, Floats]
    not_applicable: Mapping[str, Bools]  # only indicators that somebody reported `na` for
    people: Mapping[str, Floats]  # only events that happened: most people, 1 when unknown, NaN for none
    reported: Bools
    alive: Bools
    closed: Bools
    dictionary: Dictionary
    disputed: Mapping[tuple[str, str], tuple[Disagreement, ...]] = field(default_factory=dict)

    def of_nodes(self, rows: Sequence[int] | Indices) -> "Panel":
        """The panel of some of its nodes, in this order."""
        return replace(
            self,
            nodes=tuple(self.nodes[row] for row in rows),
            values={id_: block[rows] for id_, block in self.values.items()},
            not_applicable={id_: block[rows] for id_, block in self.not_applicable.items()},
            people={id_: block[rows] for id_, block in self.people.items()},
            reported=self.reported[rows],
            alive=self.alive[rows],
        )

    @cached_property
    def kinds(self) -> NDArray[np.str_]:
        """Of each node."""
        return np.array([node.kind for node in self.nodes], np.str_)

    @cached_property
    def headcounts(self) -> Floats:
        """Of each node; NaN when it is not known."""
        return np.array([np.nan if node.headcount is None else node.headcount for node in self.nodes], np.float64)
