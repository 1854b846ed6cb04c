"""表格: reads the rows of nodes.csv and events.csv; every problem with its line, none of them a crash."""

import csv
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeVar

import numpy as np

from service.clock import calendar_day
from service.errors import LineProblem
from service.scoring.build import cell, coded
from service.scoring.indicators import NODE_KINDS
from service.scoring.pack import Dictionary, Indicator
from service.scoring.panel import PanelEvent, PanelNode
from service.scoring.week import week_number

V = TypeVar("V")
Row = tuple[int, list[str]]  # line in the file and cells; the first row is the header
MOST_PROBLEMS = 200  # of one file; a wrong column would otherwise be told three million times

_MOST_REMEMBERED = 100_000
_NODE_COLUMNS = ("node", "parent", "kind", "name", "industry", "headcount", "key", "opened", "closed")
_EVENT_COLUMNS = ("node", "week", "event", "people")
_FLAGS = {"": False, "0": False, "false": False, "1": True, "true": True}


class Unreadable(Exception):
    """One cell or row cannot be taken."""

    def __init__(self, text: str, text_en: str) -> None:
        super().__init__(text)
        self.text, self.text_en = text, text_en


class _Full(Exception):
    """There are so many problems that reading on says nothing new."""


@dataclass
class Table:
    """One file being read."""

    file: str
    problems: list[LineProblem] = field(default_factory=list)

    def note(self, line: int, text: str, text_en: str) -> None:
        """Keep one problem; the last one kept says that there may be more."""
        self.problems.append(LineProblem(self.file, line, text, text_en))
        if len(self.problems) == MOST_PROBLEMS:
            self.problems.append(
                LineProblem(self.file, line, "问题太多，不再往下读", "too many problems; stopped reading")
            )
            raise _Full

    def read(self, rows: Iterable[Row], needs: Sequence[str], known: Iterable[str], take: "Take") -> None:
        """Give each row under a sound header to `take`; what it cannot take is noted."""
        iterator = iter(rows)
        line, names = next(iterator, (1, []))
        if not names and not self.problems:
            self.note(line, "文件是空的，或第一行不是列名", "the file is empty, or its first line has no column names")
            return
        names = [name.strip() for name in names]
        if not self._header(line, names, needs, set(known)):
            return
        give = take(names)
        try:
            for line, cells in iterator:
                self._give(give, line, cells, len(names))
        except _Full:
            return

    def _give(self, give: "Give", line: int, cells: list[str], width: int) -> None:
        if not cells:
            return
        try:
            if len(cells) != width:
                raise Unreadable(f"应有 {width} 格，实有 {len(cells)} 格", f"{len(cells)} cells instead of {width}")
            give(line, cells)
        except Unreadable as wrong:
            self.note(line, wrong.text, wrong.text_en)

    def _header(self, line: int, names: list[str], needs: Sequence[str], known: set[str]) -> bool:
        before = len(self.problems)
        for name in needs:
            if name not in names:
                self.note(line, f"缺少列 {name}", f"column {name} is missing")
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                self.note(line, f"列 {name!r} 重复", f"column {name!r} stands twice")
            elif name not in known:
                self.note(line, f"未知的列 {name!r}", f"unknown column {name!r}")
        return len(self.problems) == before


Give = Callable[[int, list[str]], None]  # takes one row; raises Unreadable
Take = Callable[[list[str]], Give]  # is told the columns first


def csv_rows(table: Table, lines: Iterable[str]) -> Iterator[Row]:
    """The rows of a CSV text, each with the line it begins on; a text that is no CSV ends with a problem."""
    reader = csv.reader(lines, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        table.note(line, "不是合格的 CSV，请检查引号", f"not CSV, look at the quotation marks: {error}")


def read_nodes(table: Table, rows: Iterable[Row]) -> list[PanelNode]:
    """Nodes in file order; a parent may stand after its children."""
    nodes: dict[str, tuple[int, PanelNode]] = {}

    def take(names: list[str]) -> Give:
        def give(line: int, cells: list[str]) -> None:
            node = _node(dict(zip(names, (written.strip() for written in cells), strict=True)))
            if node.id in nodes:
                first = nodes[node.id][0]
                raise Unreadable(
                    f"节点 {node.id} 重复，已见于第 {first} 行", f"node {node.id} stands in line {first} too"
                )
            nodes[node.id] = line, node

        return give

    table.read(rows, ("node", "kind"), _NODE_COLUMNS, take)
    _check_parents(table, nodes)
    return [node for _, node in nodes.values()]


def _node(cells: Mapping[str, str]) -> PanelNode:
    if not cells["node"]:
        raise Unreadable("节点编号是空的", "the node has no id")
    if cells["kind"] not in NODE_KINDS:
        listed = " ".join(NODE_KINDS)
        raise Unreadable(f"kind {cells['kind']!r} 不在 {listed} 之中", f"kind {cells['kind']!r} is none of {listed}")
    heads = cells.get("headcount", "")
    if heads and not (heads.isascii() and heads.isdigit() and len(heads) < 16):
        raise Unreadable(f"headcount {heads!r} 应当是整数", f"headcount {heads!r} should be a whole number")
    flag = cells.get("key", "").lower()
    if flag not in _FLAGS:
        raise Unreadable(f"key {flag!r} 应当是 1、0 或空", f"key {flag!r} should be 1, 0 or empty")
    opened, closed = _day(cells, "opened"), _day(cells, "closed")
    if opened and closed and closed < opened:
        raise Unreadable("closed 早于 opened", "closed is before opened")
    return PanelNode(
        id=cells["node"],
        kind=cells["kind"],
        industry=cells.get("industry") or None,
        headcount=int(heads) if heads else None,
        key=_FLAGS[flag],
        opened=opened,
        closed=closed,
        parent=cells.get("parent") or None,
    )


def _day(cells: Mapping[str, str], name: str) -> date | None:
    written = cells.get(name, "")
    try:
        return calendar_day(written) if written else None
    except ValueError:
        raise Unreadable(f"{name} {written!r} 应当是日期，如 2026-11-22", f"{name} {written!r} is no date") from None


def _check_parents(table: Table, nodes: Mapping[str, tuple[int, PanelNode]]) -> None:
    checked: set[str] = set()
    for line, node in nodes.values():
        if node.parent and node.parent not in nodes:
            table.problems.append(
                LineProblem(table.file, line, f"没有上级节点 {node.parent}", f"there is no parent {node.parent}")
            )
        way: dict[str, None] = {}
        at = node.id
        while at in nodes and at not in checked and at not in way:
            way[at] = None
            at = nodes[at][1].parent or ""
        if at in way:
            table.problems.append(LineProblem(table.file, line, "上级关系成环", "the way up goes round in a circle"))
        checked.update(way)


class Memory(dict[str, V]):
    """Remembers what a cell text means; most texts of a large file come again and again."""

    def __init__(self, read: Callable[[str], V]) -> None:
        self._read = read

    def __missing__(self, written: str) -> V:
        value = self._read(written)
        if len(self) < _MOST_REMEMBERED:
            self[written] = value
        return value


def figure(indicator: Indicator) -> Callable[[str], float]:
    """Reads a cell of the indicator's column into a figure as columns hold it. It raises Unreadable."""

    def read(written: str) -> float:
        try:
            return coded(cell(indicator, written))
        except ValueError:
            expected, expected_en = _EXPECTED.get(indicator.type, ("数字", "a number"))
            raise Unreadable(
                f"{indicator.id} {written!r} 应当是{expected}、na 或空",
                f"{indicator.id} {written!r} should be {expected_en}, na or empty",
            ) from None

    return read


_EXPECTED = {"date": ("日期（如 2026-11-22）", "a date such as 2026-11-22"), "yes_no": ("1 或 0", "1 or 0")}


def index(written: str, nodes: Mapping[str, int]) -> int:
    """The index of the node a cell names. Raises Unreadable."""
    name = written.strip()
    if name not in nodes:
        raise Unreadable(f"没有节点 {name!r}，请核对 nodes.csv", f"there is no node {name!r} in nodes.csv")
    return nodes[name]


def week(written: str) -> int:
    """The number of the week a cell names. Raises Unreadable."""
    try:
        return week_number(written.strip())
    except ValueError:
        raise Unreadable(
            f"{written!r} 不是日历上的周，写法如 2026-W47", f"{written!r} is no ISO week, such as 2026-W47"
        ) from None


def read_events(
    table: Table, rows: Iterable[Row], nodes: Mapping[str, int], dictionary: Dictionary
) -> list[PanelEvent]:
    """Events in file order; empty `people` means that nobody could count them."""
    found: list[PanelEvent] = []

    def take(names: list[str]) -> Give:
        def give(_line: int, cells: list[str]) -> None:
            record = dict(zip(names, (written.strip() for written in cells), strict=True))
            index(record["node"], nodes)
            week(record["week"])
            if record["event"] not in dictionary.events:
                name = record["event"]
                raise Unreadable(f"没有即时事件 {name!r}", f"there is no event {name!r} in indicators.yaml")
            found.append(PanelEvent(record["node"], record["week"], record["event"], _people(record)))

        return give

    table.read(rows, ("node", "week", "event"), _EVENT_COLUMNS, take)
    return found


_PEOPLE = Indicator("people", "人数", "people", "count")


def _people(record: Mapping[str, str]) -> float | None:
    value = figure(_PEOPLE)(record.get("people", ""))
    return value if np.isfinite(value) else None
