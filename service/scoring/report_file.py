"""周报表: reads the rows of reports.csv into columns, millions of them without an object each."""

from array import array
from collections.abc import Iterable, Mapping

import numpy as np

from service.errors import LineProblem
from service.scoring.build import Columns
from service.scoring.files import MOST_PROBLEMS, Give, Memory, Row, Table, figure, index, week
from service.scoring.pack import Dictionary


def read_reports(table: Table, rows: Iterable[Row], nodes: Mapping[str, int], dictionary: Dictionary) -> Columns:
    """Reports in the order of nodes; `nodes` gives each node's index. An empty cell is missing, `na` not applicable."""
    taken = _Reports(nodes, dictionary)
    table.read(rows, ("node", "week"), ("node", "week", *dictionary.indicators), taken.take)
    return taken.columns(table)


class _Reports:
    """Grows columns row by row; a cell text is read once and remembered."""

    def __init__(self, nodes: Mapping[str, int], dictionary: Dictionary) -> None:
        self._nodes, self._dictionary = nodes, dictionary
        self._weeks = Memory(week)
        self._lines, self._at, self._when = array("q"), array("q"), array("q")
        self._values: dict[str, array[float]] = {}

    def take(self, names: list[str]) -> Give:
        """See `files.Take`."""
        node, when = names.index("node"), names.index("week")
        ids = [name for name in names if name in self._dictionary.indicators]
        places = [names.index(name) for name in ids]
        reads = [Memory(figure(self._dictionary.indicators[name])) for name in ids]
        self._values = {name: array("d") for name in ids}
        columns = list(self._values.values())

        def give(line: int, cells: list[str]) -> None:
            place = index(cells[node], self._nodes), self._weeks[cells[when]]
            figures = [read[cells[i]] for read, i in zip(reads, places, strict=True)]
            self._lines.append(line)
            self._at.append(place[0])
            self._when.append(place[1])
            for column, value in zip(columns, figures, strict=True):
                column.append(value)

        return give

    def columns(self, table: Table) -> Columns:
        """Everything in the order of nodes and weeks; a second row for the same node and week is noted."""
        at, when = np.array(self._at, np.intp), np.array(self._when, np.intp)
        order = np.lexsort((np.array(self._lines), when, at))
        at, when = at[order], when[order]
        for place in np.flatnonzero((np.diff(at) == 0) & (np.diff(when) == 0))[:MOST_PROBLEMS]:
            first, second = (self._lines[order[i]] for i in (place, place + 1))
            text, text_en = f"同一节点同一周已见于第 {first} 行", f"line {first} has the same node and week"
            table.problems.append(LineProblem(table.file, second, text, text_en))
        values = {}
        for name in list(self._values):  # one after the other, so that a large file is not in memory twice
            values[name] = np.array(self._values.pop(name), np.float64)[order]
        return Columns(at, when, values)
