"""节点树: what a tree of nodes must be – checked before anything is stored, with the line of every problem.

Pure: rows in, problems and paths out.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from service.errors import LineProblem
from service.network.duty import KINDS

PATH_LIMIT = 1000  # characters of a stored path
_ID = re.compile(r"[^\s/\x00-\x1f\x7f-\x9f]{1,64}")


@dataclass(frozen=True)
class NodeRow:
    """节点 as a file gives it; `line` is 0 for one that is stored already."""

    id: str
    parent: str | None
    kind: str  # one of KINDS; anything else has been reported where it was read
    name: str
    industry: str | None = None
    headcount: int | None = None
    key: bool = False
    opened: date | None = None
    closed: date | None = None
    line: int = 0


@dataclass(frozen=True)
class Place:
    """Where a node stands: the path of ids from the root, each followed by a slash, and its depth (root 0)."""

    path: str
    depth: int


Report = Callable[[int, str, str], None]


def problems_to(file: str, problems: list[LineProblem]) -> Report:
    """A function that adds `line, Chinese, English` to `problems` as problems of `file`."""
    return lambda line, text, text_en: problems.append(LineProblem(file, line, text, text_en))


def is_id(text: str) -> bool:
    """Whether `text` can be an id: 1–64 characters without slash, space or control characters."""
    return _ID.fullmatch(text) is not None


def check_tree(stored: Mapping[str, NodeRow], rows: Iterable[NodeRow], report: Report) -> dict[str, NodeRow]:
    """Lay `rows` over `stored`, report what keeps them from being one tree, and return the whole by id."""
    fresh = _unique(rows, report)
    whole = {**stored, **fresh}
    # A row may be wrong because of another, stored one: it is named by the line that changed the tree.
    for node in [n for n in whole.values() if n.line]:
        _check_parent(node, whole, report)
    for node in [n for n in whole.values() if not n.line and n.parent in fresh]:
        _check_kinds(node, whole, report, fresh[str(node.parent)].line)
    _check_root(whole, report)
    _check_cycles(whole, report)
    return whole


def places(nodes: Mapping[str, NodeRow]) -> dict[str, Place]:
    """The place of every node of a sound tree, parents before children."""
    children: dict[str | None, list[str]] = {}
    for node in nodes.values():
        children.setdefault(node.parent, []).append(node.id)
    found: dict[str, Place] = {}
    waiting = [(root, "", 0) for root in children.get(None, [])]
    while waiting:
        top, above, depth = waiting.pop()
        found[top] = Place(f"{above}{top}/", depth)
        waiting += [(child, found[top].path, depth + 1) for child in reversed(children.get(top, []))]
    return found


def check_lengths(nodes: Mapping[str, NodeRow], found: Mapping[str, Place], report: Report) -> None:
    """Report the nodes whose path would not fit into its column."""
    for node, place in found.items():
        if len(place.path) > PATH_LIMIT:
            report(
                nodes[node].line,
                f"节点 {node} 层级过深",
                f"node {node} lies too deep: its path is over {PATH_LIMIT} characters",
            )


def _unique(rows: Iterable[NodeRow], report: Report) -> dict[str, NodeRow]:
    fresh: dict[str, NodeRow] = {}
    for row in rows:
        if row.id in fresh:
            first = fresh[row.id].line
            report(row.line, f"节点 {row.id} 重复，第 {first} 行已有", f"node {row.id} again, first on line {first}")
        else:
            fresh[row.id] = row
    return fresh


def _check_parent(node: NodeRow, whole: Mapping[str, NodeRow], report: Report) -> None:
    if node.parent is None:
        return
    if node.parent not in whole:
        text = f"节点 {node.id} 的上级 {node.parent} 不存在，请先添加或改正"
        report(node.line, text, f"parent {node.parent} of {node.id} is nowhere; add it or correct the id")
        return
    _check_kinds(node, whole, report, node.line)


def _check_kinds(node: NodeRow, whole: Mapping[str, NodeRow], report: Report, line: int) -> None:
    parent = whole[str(node.parent)]
    if not {node.kind, parent.kind} <= set(KINDS):
        return
    if KINDS.index(node.kind) > KINDS.index(parent.kind):
        text = f"{node.id}（{node.kind}）不能在 {parent.id}（{parent.kind}）之下"
        report(line, text, f"{node.id} is a {node.kind} and cannot stand below {parent.id}, a {parent.kind}")


def _check_root(whole: Mapping[str, NodeRow], report: Report) -> None:
    roots = sorted((n for n in whole.values() if n.parent is None), key=lambda n: n.line)
    for extra in roots[1:]:
        text = f"只能有一个根节点，已有 {roots[0].id}；请为 {extra.id} 填写上级"
        report(
            extra.line, text, f"only one node may have no parent: {roots[0].id} has none already; give {extra.id} one"
        )


def _check_cycles(whole: Mapping[str, NodeRow], report: Report) -> None:
    done: set[str] = set()
    for start in whole:
        trail: dict[str, None] = {}
        step: str | None = start
        while step is not None and step in whole and step not in done and step not in trail:
            trail[step] = None
            step = whole[step].parent
        if step in trail:
            _report_cycle([*list(trail)[list(trail).index(step) :], step], whole, report)
        done.update(trail)


def _report_cycle(ring: list[str], whole: Mapping[str, NodeRow], report: Report) -> None:
    line = max(whole[node].line for node in ring)
    report(line, f"上级关系成环：{' → '.join(ring)}", f"parents go in a circle: {' → '.join(ring)}")
