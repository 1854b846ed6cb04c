"""适用范围: which nodes a rule is for; looked up once for all rules that say the same."""

from collections.abc import Collection

import numpy as np

from service.scoring.kinds import compare
from service.scoring.pack import Where
from service.scoring.panel import Bools, Panel


class Members:
    """The nodes of one panel by kind and by `where`."""

    def __init__(self, panel: Panel) -> None:
        self._panel = panel
        self._kinds: dict[tuple[str, ...], Bools] = {}
        self._others: dict[tuple[tuple[str, ...], int, int], Bools | None] = {}
        self._where: dict[Where, tuple[Bools, Bools]] = {}

    def of_kinds(self, kinds: Collection[str]) -> Bools:
        """Which nodes are of one of these kinds."""
        asked = tuple(kinds)
        if asked not in self._kinds:
            found = np.zeros(len(self._panel.nodes), np.bool_)
            for kind in asked:
                found |= self._panel.kinds == kind
            self._kinds[asked] = found
        return self._kinds[asked]

    def others(self, kinds: Collection[str], first: int, last: int) -> Bools | None:
        """Which of the nodes `first:last` are of none of these kinds; None for no node."""
        asked = tuple(kinds), first, last
        if asked not in self._others:
            others = ~self.of_kinds(kinds)[first:last]
            self._others[asked] = others if others.any() else None
        return self._others[asked]

    def where(self, where: Where) -> tuple[Bools, Bools] | None:
        """Nodes known to be as `where` asks, and nodes of which that cannot be known; None when it asks nothing."""
        if where == Where():
            return None
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
            heads = self._panel.headcounts
            fits &= np.isnan(heads) | compare(where.headcount, heads)
            unknown |= np.isnan(heads)
        if where.key is not None:
            fits &= np.array([node.key is where.key for node in nodes], np.bool_)
        return fits & ~unknown, fits & unknown
