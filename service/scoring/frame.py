"""时间窗: a few nodes and the weeks being judged, seen together with the weeks before them as lag columns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from service.scoring.panel import Bools, Floats, Panel

S = TypeVar("S", bound=np.generic)


@dataclass
class Block:
    """Nodes `first:last` and week columns `start:stop` of a panel, padded to `back` weeks before `start`.

    Weeks before the panel are missing for values, hold no event and are not silent. Arrays are made when a rule first
    asks for them and kept for the next rule.
    """

    panel: Panel
    first: int
    last: int
    start: int
    stop: int
    back: int
    _kept: dict[tuple[str, str], NDArray[Any]] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Nodes and judged weeks."""
        return self.last - self.first, self.stop - self.start

    def values(self, indicator: str) -> Floats:
        """Figures; NaN for missing and for not applicable."""
        return self._keep("values", indicator, lambda: self._padded(self.panel.values[indicator], np.nan))

    def known(self, indicator: str) -> Bools:
        """Where there is a figure."""
        return self._keep("known", indicator, lambda: ~np.isnan(self.values(indicator)))

    def filled(self, indicator: str) -> Floats:
        """Figures with nothing to add where there is none."""
        return self._keep("filled", indicator, lambda: np.where(self.known(indicator), self.values(indicator), 0.0))

    def absent(self, indicator: str) -> Bools | None:
        """Where the indicator is not applicable; None for nowhere."""
        whole = self.panel.not_applicable.get(indicator)
        return None if whole is None else self._keep("absent", indicator, lambda: self._padded(whole, False))

    def people(self, event: str) -> Floats:
        """The largest number of people of an event; NaN for no event."""
        return self._keep("people", event, lambda: self._padded(self.panel.people[event], np.nan))

    def silent_weeks(self) -> NDArray[np.int16]:
        """Closed weeks in a row, up to each one, in which the node was open and nobody reported."""
        return self._keep("silent", "", self._count_silent)

    def _count_silent(self) -> NDArray[np.int16]:
        silent = self._padded(self.panel.alive & self.panel.closed & ~self.panel.reported, False)
        count = np.zeros(silent.T.shape, np.int16).T
        count[:, 0] = silent[:, 0]
        for column in range(1, silent.shape[1]):
            count[:, column] = (count[:, column - 1] + 1) * silent[:, column]
        return count

    def _padded(self, whole: NDArray[S], fill: object) -> NDArray[S]:
        begin = self.start - self.back
        part = whole[self.first : self.last, max(begin, 0) : self.stop]
        if begin >= 0:
            return part
        padded = np.full((part.shape[1] - begin, part.shape[0]), fill, whole.dtype).T
        padded[:, -begin:] = part
        return padded

    def _keep(self, what: str, name: str, make: Callable[[], NDArray[S]]) -> NDArray[S]:
        if (what, name) not in self._kept:
            self._kept[what, name] = make()
        kept: NDArray[S] = self._kept[what, name]
        return kept


@dataclass(frozen=True)
class Frame:
    """The view of one rule on a block: its judged weeks, and `earlier` ones more that it judges besides."""

    block: Block
    earlier: int = 0

    @property
    def shape(self) -> tuple[int, int]:
        """Nodes and weeks, the earlier ones included."""
        nodes, weeks = self.block.shape
        return nodes, weeks + self.earlier

    def lag(self, indicator: str, lag: int) -> Floats:
        """Figures `lag` weeks before each week."""
        return self._shifted(self.block.values(indicator), lag)

    def known(self, indicator: str, lag: int) -> Bools:
        """Where there was a figure `lag` weeks before."""
        return self._shifted(self.block.known(indicator), lag)

    def filled(self, indicator: str, lag: int) -> Floats:
        """Figures `lag` weeks before, 0 where there was none: for sums only, next to `known`."""
        return self._shifted(self.block.filled(indicator), lag)

    def not_applicable(self, indicator: str, lag: int) -> Bools | None:
        """Where the indicator was not applicable `lag` weeks before; None for nowhere."""
        absent = self.block.absent(indicator)
        return None if absent is None else self._shifted(absent, lag)

    def missing(self, indicator: str) -> Bools:
        """Where there is neither a figure nor `na` this week."""
        absent = self.not_applicable(indicator, 0)
        empty = np.isnan(self.lag(indicator, 0))
        return empty if absent is None else empty & ~absent

    def people(self, event: str, lag: int) -> Floats:
        """The largest number of people of an event `lag` weeks before; NaN for no event."""
        return self._shifted(self.block.people(event), lag)

    def silent_weeks(self) -> NDArray[np.int16]:
        """Closed weeks in a row without a report."""
        return self._shifted(self.block.silent_weeks(), 0)

    def closed(self) -> Bools:
        """Whether each week is closed; those before the panel are."""
        start, stop = self.block.start - self.earlier, self.block.stop
        before = np.ones(max(-start, 0), np.bool_)
        return np.concatenate([before, self.block.panel.closed[max(start, 0) : stop]])

    def _shifted(self, padded: NDArray[S], lag: int) -> NDArray[S]:
        begin = self.block.back - self.earlier - lag
        return padded[:, begin : begin + self.shape[1]]
