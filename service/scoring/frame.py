"""时间窗: a few nodes and the weeks being judged, seen together with the weeks before them as lag columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from service.scoring.panel import Bools, Floats, Panel
from service.scoring.week import monday

Counts = NDArray[np.int16]
S = TypeVar("S", bound=np.generic)


@dataclass(frozen=True)
class Strip(Generic[S]):
    """Some week columns of some nodes, the first of them column `begin` of the panel; before it, all is `fill`."""

    begin: int
    columns: NDArray[S]
    fill: Any

    def cut(self, begin: int, width: int) -> NDArray[S]:
        """Columns `begin` to `begin + width` of the panel."""
        first = begin - self.begin
        if first >= 0:
            return self.columns[:, first : first + width]
        filled = np.full((width, self.columns.shape[0]), self.fill, self.columns.dtype).T
        filled[:, -first:] = self.columns[:, : max(first + width, 0)]
        return filled


@dataclass
class Block:
    """Nodes `first:last` and week columns `start:stop` of a panel, seen as far back as the panel goes; runs of weeks
    are counted from `runs` weeks before `start`.

    Weeks before the panel are missing for values, hold no event and are not silent. Strips are made when a rule first
    asks for them and kept for the next rule.
    """

    panel: Panel
    first: int
    last: int
    start: int
    stop: int
    runs: int = 0
    around: Mapping[str, Strip[np.float64]] = field(default_factory=dict)  # what rules that look around judge, by rule
    _values: dict[str, Strip[np.float64]] = field(default_factory=dict)
    _strips: dict[str, Strip[Any]] = field(default_factory=dict)
    _frames: dict[int, "Frame"] = field(default_factory=dict)
    _sums: dict[tuple[str, int, int, int], tuple[Floats, Counts]] = field(default_factory=dict)

    @property
    def shape(self) -> tuple[int, int]:
        """Nodes and judged weeks."""
        return self.last - self.first, self.stop - self.start

    @property
    def weeks(self) -> tuple[str, ...]:
        """The judged weeks."""
        return self.panel.weeks[self.start : self.stop]

    def frame(self, earlier: int) -> "Frame":
        """The block as seen by a rule that judges `earlier` weeks more."""
        if earlier not in self._frames:
            nodes, weeks = self.shape
            self._frames[earlier] = Frame(self, self.start - earlier, (nodes, weeks + earlier))
        return self._frames[earlier]

    def values(self, indicator: str) -> Strip[np.float64]:
        """Figures; NaN for missing and for not applicable."""
        strip = self._values.get(indicator)
        if strip is None:
            whole = self.panel.values[indicator]
            strip = self._values[indicator] = Strip(0, whole[self.first : self.last, : self.stop], np.nan)
        return strip

    def summed(self, indicator: str, frame: "Frame", first: int, weeks: int) -> tuple[Floats, Counts]:
        """See `Frame.summed`."""
        key = indicator, frame.begin, first, weeks
        if key not in self._sums:
            total, known = np.zeros(frame.shape, order="F"), np.zeros(frame.shape, np.int16, order="F")
            strip = self.values(indicator)
            for begin in range(frame.begin - first - weeks + 1, frame.begin - first + 1):
                _add(strip.cut(begin, frame.shape[1]), total, known)
            self._sums[key] = total, known
        return self._sums[key]

    def absent(self, indicator: str) -> Strip[np.bool_] | None:
        """Where the indicator is not applicable; None for nowhere."""
        whole = self.panel.not_applicable.get(indicator)
        return None if whole is None else Strip(0, whole[self.first : self.last, : self.stop], False)

    def people(self, event: str) -> Strip[np.float64]:
        """The largest number of people of an event; NaN for no event."""
        return Strip(0, self.panel.people[event][self.first : self.last, : self.stop], np.nan)

    def silent_weeks(self) -> Strip[np.int16]:
        """Closed weeks in a row, up to each one, in which the node was open and nobody reported."""
        return self._kept("silent", self._count_silent, 0)

    def same_weeks(self) -> Strip[np.float64]:
        """Weeks in a row, up to each one, with the same figures; NaN without a report, 0 where all figures are 0."""
        return self._kept("same", self._count_same, np.nan)

    def _count_silent(self) -> Counts:
        closed = self.panel.closed[self._begin : self.stop]
        silent = self._run(self.panel.alive) & ~self._run(self.panel.reported) & closed
        self._stood_still(silent)
        count = np.empty(silent.T.shape, np.int16).T
        count[:, 0] = silent[:, 0]
        for column in range(1, silent.shape[1]):
            count[:, column] = (count[:, column - 1] + 1) * silent[:, column]
        return count

    def _stood_still(self, silent: Bools) -> None:
        """Take the weeks out in which a node stood still; hardly any node has one."""
        nodes = self.panel.nodes[self.first : self.last]
        at = {week: column for column, week in enumerate(self.panel.weeks[self._begin : self.stop])}
        for row in [row for row, node in enumerate(nodes) if node.excused]:
            silent[row, [at[week] for week in nodes[row].excused & at.keys()]] = False

    def _count_same(self) -> Floats:
        """What is not reported is as much a part of a week as what is: missing or `na` is like nothing but itself."""
        reported = self._run(self.panel.reported)
        same, telling = np.ones_like(reported[:, 1:]), np.zeros_like(reported)
        for indicator in self.panel.dictionary.indicators.values():
            if indicator.stock:
                continue
            figures = self._run(self.panel.values[indicator.id])
            empty = np.isnan(figures)
            if not empty.all():
                telling |= np.abs(figures) > 0
                same &= (figures[:, 1:] == figures[:, :-1]) | (empty[:, 1:] & empty[:, :-1])
            if indicator.id in self.panel.not_applicable:
                absent = self._run(self.panel.not_applicable[indicator.id])
                same &= absent[:, 1:] == absent[:, :-1]
        count = np.empty(reported.T.shape, np.float64).T
        count[:, 0] = telling[:, 0]
        for column in range(1, reported.shape[1]):
            again = same[:, column - 1] & reported[:, column - 1]
            count[:, column] = (count[:, column - 1] * again + 1) * telling[:, column]
        count[~reported] = np.nan
        return count

    @property
    def _begin(self) -> int:
        return max(self.start - self.runs, 0)

    def _run(self, whole: NDArray[S]) -> NDArray[S]:
        return whole[self.first : self.last, self._begin : self.stop]

    def _kept(self, what: str, make: Callable[[], NDArray[S]], fill: object) -> Strip[S]:
        if what not in self._strips:
            self._strips[what] = Strip(self._begin, make(), fill)
        return self._strips[what]


def _add(figures: Floats, total: Floats, known: Counts) -> None:
    """Add what is known to the totals. The bits of it are kept and those of NaN are cleared, which is quicker than a
    choice for each cell."""
    there = figures == figures
    if there.all():
        total += figures
        known += 1
        return
    kept = np.negative(there.view(np.int8)).astype(np.int64)
    np.bitwise_and(kept, figures.view(np.int64), out=kept)
    total += kept.view(np.float64)
    known += there


@dataclass(frozen=True)
class Frame:
    """The view of one rule on a block: the weeks it judges, beginning with column `begin` of the panel (which may lie
    before the panel when the rule judges earlier weeks besides)."""

    block: Block
    begin: int
    shape: tuple[int, int]  # nodes and weeks

    def lag(self, indicator: str, lag: int) -> Floats:
        """Figures `lag` weeks before each week."""
        return self._cut(self.block.values(indicator), lag)

    def stretch(self, indicator: str, back: int) -> Floats:
        """Figures of all the weeks from `back` weeks before the first one to the last one, in one block."""
        return self.block.values(indicator).cut(self.begin - back, self.shape[1] + back)

    def summed(self, indicator: str, first: int, weeks: int) -> tuple[Floats, Counts]:
        """Sum and number of the known figures of `weeks` weeks, the newest of them `first` weeks before each week.

        Added week by week from the oldest, never by a library sum, whose order of additions is not ours.
        """
        return self.block.summed(indicator, self, first, weeks)

    def not_applicable(self, indicator: str, lag: int) -> Bools | None:
        """Where the indicator was not applicable `lag` weeks before; None for nowhere."""
        absent = self.block.absent(indicator)
        return None if absent is None else self._cut(absent, lag)

    def missing(self, indicator: str) -> Bools:
        """Where there is neither a figure nor `na` this week."""
        absent = self.not_applicable(indicator, 0)
        empty = np.isnan(self.lag(indicator, 0))
        return empty if absent is None else empty & ~absent

    def happened(self, event: str) -> bool:
        """Whether the event happened to anybody in the panel."""
        return event in self.block.panel.people

    def people(self, event: str, lag: int) -> Floats:
        """The largest number of people of an event `lag` weeks before; NaN for no event."""
        return self._cut(self.block.people(event), lag)

    def silent_weeks(self) -> Counts:
        """Closed weeks in a row without a report."""
        return self._cut(self.block.silent_weeks(), 0)

    def same_weeks(self) -> Floats:
        """Weeks in a row with the same figures; NaN without a report."""
        return self._cut(self.block.same_weeks(), 0)

    def sundays(self) -> Floats:
        """The last day of each week, as a date's ordinal."""
        first = monday(self.block.panel.weeks[0]).toordinal() + 6 if self.block.panel.weeks else 0
        return first + 7.0 * np.arange(self.begin, self.begin + self.shape[1], dtype=np.float64)

    def around(self, rule: str) -> Floats:
        """What a rule that looks around judges; NaN where nobody looked."""
        strip = self.block.around.get(rule)
        if strip is None:
            return np.broadcast_to(np.float64(np.nan), self.shape)
        own = strip.columns[self.block.first : self.block.last]
        return self._cut(Strip(strip.begin, own, strip.fill), 0)

    def closed(self) -> Bools:
        """Whether each week is closed; those before the panel are."""
        before = np.ones(max(-self.begin, 0), np.bool_)
        return np.concatenate([before, self.block.panel.closed[max(self.begin, 0) : self.block.stop]])

    def _cut(self, strip: Strip[S], lag: int) -> NDArray[S]:
        return strip.cut(self.begin - lag, self.shape[1])
