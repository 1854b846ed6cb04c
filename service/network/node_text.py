"""节点的文字形式: the fields of one node as text, as nodes.csv and network.yaml both hold them.

Pure: text in, rows and problems out.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from service.clock import calendar_day
from service.errors import LineProblem
from service.network.duty import KINDS
from service.network.tree import NodeRow, Report, is_id, problems_to

COLUMNS = ("node", "parent", "kind", "name", "industry", "headcount", "key", "opened", "closed")
REQUIRED = ("node", "parent", "kind", "name")
_YES = {
    "true": True,
    "yes": True,
    "1": True,
    "是": True,
    "": False,
    "false": False,
    "no": False,
    "0": False,
    "否": False,
}
_WHOLE = re.compile(r"\d{1,9}", re.ASCII)


def read_nodes_csv(text: str, file: str) -> tuple[list[NodeRow], list[LineProblem]]:
    """Read nodes.csv into rows with their lines, and every problem that reading alone can show."""
    problems: list[LineProblem] = []
    report = problems_to(file, problems)
    rows: list[NodeRow] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if _header_fits(header, report):
            rows = [
                node for line, cells in _records(reader, header, report) if (node := read_node(cells, line, report))
            ]
    except csv.Error as error:
        report(reader.line_num, f"CSV 格式错误：{error}", f"not readable as CSV: {error}")
    if not rows and not problems:
        report(1, "文件中没有节点", "there is no node in the file")
    return rows, problems


def read_node(cells: Mapping[str, str], line: int, report: Report) -> NodeRow | None:
    """Read one node; None only when it has no usable id, other problems leave a row to check the tree with."""
    node = cells.get("node", "")
    if not is_id(node):
        text = f"节点编号 {node!r} 无效：1–64 个字符，不含斜杠、空格和控制字符"
        report(line, text, f"node id {node!r} is not 1–64 characters without slash, space or control characters")
        return None
    opened, closed = _day(cells, "opened", line, report), _day(cells, "closed", line, report)
    if opened and closed and closed < opened:
        report(line, f"关闭日期 {closed} 早于开办日期 {opened}", f"closed {closed} is before opened {opened}")
    return NodeRow(
        id=node,
        parent=cells.get("parent") or None,
        kind=_kind(cells, line, report),
        name=_label(cells, "name", 200, line, report) or "",
        industry=_label(cells, "industry", 60, line, report),
        headcount=_headcount(cells, line, report),
        key=_key(cells, line, report),
        opened=opened,
        closed=closed,
        line=line,
    )


def node_cells(row: NodeRow) -> dict[str, str]:
    """The text of every column; what `read_node` reads back as the same row."""
    return {
        "node": row.id,
        "parent": row.parent or "",
        "kind": row.kind,
        "name": row.name,
        "industry": row.industry or "",
        "headcount": "" if row.headcount is None else str(row.headcount),
        "key": "true" if row.key else "",
        "opened": row.opened.isoformat() if row.opened else "",
        "closed": row.closed.isoformat() if row.closed else "",
    }


def _header_fits(header: list[str], report: Report) -> bool:
    unknown = [name for name in header if name not in COLUMNS]
    missing = [name for name in REQUIRED if name not in header]
    twice = sorted({name for name in header if header.count(name) > 1 and name in COLUMNS})
    if unknown:
        report(
            1, f"未知的列：{', '.join(unknown)}；可用：{', '.join(COLUMNS)}", f"unknown columns: {', '.join(unknown)}"
        )
    if missing:
        report(1, f"缺少列：{', '.join(missing)}", f"columns are missing: {', '.join(missing)}")
    if twice:
        report(1, f"列重复：{', '.join(twice)}", f"columns stand twice: {', '.join(twice)}")
    return not (unknown or missing or twice)


def _records(reader: Any, header: list[str], report: Report) -> Iterator[tuple[int, dict[str, str]]]:
    line = 2
    for cells in reader:
        if len(cells) > len(header):
            report(line, "单元格多于表头列数", "there are more cells than columns in the header")
        elif any(cell.strip() for cell in cells):
            padded = cells + [""] * (len(header) - len(cells))
            yield line, {name: cell.strip() for name, cell in zip(header, padded, strict=True)}
        line = reader.line_num + 1  # a quoted cell may hold line breaks


def _kind(cells: Mapping[str, str], line: int, report: Report) -> str:
    kind = cells.get("kind", "")
    if kind not in KINDS:
        known = ", ".join(reversed(KINDS))
        report(line, f"节点类型 {kind!r} 无效，应为 {known}", f"kind {kind!r} is none of {known}")
    return kind


def _label(cells: Mapping[str, str], column: str, limit: int, line: int, report: Report) -> str | None:
    text = cells.get(column, "")
    if column == "name" and not text:
        report(line, "名称不能为空", "the name is empty")
    if len(text) > limit or any(ord(character) < 32 for character in text):
        report(
            line, f"{column} 须在 {limit} 字以内且不换行", f"{column} must be one line of at most {limit} characters"
        )
    return text or None


def _headcount(cells: Mapping[str, str], line: int, report: Report) -> int | None:
    text = cells.get("headcount", "")
    if text and not _WHOLE.fullmatch(text):
        report(line, f"职工人数 {text!r} 不是整数", f"headcount {text!r} is not a whole number")
        return None
    return int(text) if text else None


def _key(cells: Mapping[str, str], line: int, report: Report) -> bool:
    text = cells.get("key", "").lower()
    if text not in _YES:
        report(line, f"重点企业标记 {text!r} 无效，应为 true、false 或空", f"key {text!r} is not true, false or empty")
    return _YES.get(text, False)


def _day(cells: Mapping[str, str], column: str, line: int, report: Report) -> date | None:
    text = cells.get(column, "")
    if not text:
        return None
    try:
        return calendar_day(text)
    except ValueError:
        report(line, f"{column} 的日期 {text!r} 无效，应为 YYYY-MM-DD", f"{column}: {text!r} is not a date YYYY-MM-DD")
        return None
