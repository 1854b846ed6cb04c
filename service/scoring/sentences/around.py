"""环顾的类别: peers and children, which hold a node against others; they are counted and never named."""

from collections.abc import Callable

from service.scoring.amounts import counted, plain, share, spaced
from service.scoring.cells import Cells, Text
from service.scoring.pack import Below, Rule
from service.scoring.peers import Sight, by, group_of, sight
from service.scoring.sentences import figures, happenings

_GROUPS = {
    "industry": ("同行业", "of its industry"),
    "parent": ("同一上级下", "under the same parent"),
    "kind": ("同类", "of its kind"),
}
_NO_GROUP = {
    "industry": ("节点的行业未填", "the node's industry is not known"),
    "parent": ("节点没有上级", "the node has no parent"),
    "kind": ("节点没有类别", "the node has no kind"),
}


def _peers(rule: Rule, cells: Cells, value: float) -> Text:
    seen, (group, group_en) = _seen(rule, cells), _GROUPS[by(rule).by]
    (name, name_en), (own, own_en), (median, median_en) = _name(rule, cells), *_shown(rule, cells, seen)
    return (
        f"{name} {own}，为{group}其余 {seen.others} 家中位数 {spaced(median)}的 {plain(value)} 倍",
        f"{name_en} at {own_en}, {plain(value)} times the median {median_en} of {seen.others} others {group_en}",
    )


def _name(rule: Rule, cells: Cells) -> Text:
    name, name_en = cells.name(rule.of)
    if rule.per:
        per, per_en = cells.name(rule.per)
        name, name_en = f"{name}与{per}之比", f"{name_en} per {per_en}"
    if rule.weeks > 1:
        return f"{rule.weeks} 周累计{name}", f"{name_en}, {rule.weeks} weeks together,"
    return name, name_en


def _shown(rule: Rule, cells: Cells, seen: Sight) -> tuple[Text, Text]:
    """The own value and the median of the others."""
    if rule.per:
        return (plain(seen.own, seen.median),) * 2, (plain(seen.median, seen.own),) * 2
    unit = cells.panel.dictionary.indicators[rule.of].unit
    return counted(seen.own, unit, seen.median), counted(seen.median, unit, seen.own)


def _seen(rule: Rule, cells: Cells) -> Sight:
    return sight(rule, cells.panel, cells.node, cells.week, cells.around)


def _lacks_peers(rule: Rule, cells: Cells) -> Text | None:
    if not cells.panel.closed[cells.week]:
        return happenings.NOT_CLOSED
    group = by(rule).by
    if not group_of(rule, cells.panel.nodes[cells.node]):
        return _NO_GROUP[group]
    seen, (where, where_en) = _seen(rule, cells), _GROUPS[group]
    if seen.own != seen.own:
        return figures.LACKS["sum"](rule, cells)
    (name, name_en), least = cells.name(rule.of), by(rule).least
    if seen.others < least:
        return (
            f"{where}其余只有 {seen.others} 家有数，至少要 {least} 家：{name}",
            f"{name_en}: {seen.others} others {where_en} are known and {least} are needed",
        )
    if not seen.median > 0:
        return (
            f"{where}其余 {seen.others} 家的中位数不大于 0，无法相比：{name}",
            f"{name_en}: the median of {seen.others} others {where_en} is not above 0",
        )
    return None


def _children(rule: Rule, cells: Cells, value: float) -> Text:
    of, number = _counts(rule, cells)
    (whom, whom_en), (what, what_en) = _WHOM[_below(rule).subtree], _what(_below(rule))
    part = f"（{share(number / of)}）" if _below(rule).share else ""
    part_en = f" ({share(number / of)})" if part else ""
    return f"辖区内 {of} {whom}中有 {number} {whom[0]}{what}{part}", f"{number} of {of} {whom_en} {what_en}{part_en}"


_WHOM = {True: ("家企业", "enterprises below"), False: ("个直接下级", "nodes directly below")}


def _what(below: Below) -> Text:
    if below.level is None:
        return "本周未报", "did not report this week"
    word = below.level.word
    return f"达到{below.level.chinese}或更高", f"are at {word} or above" if word != "red" else "are at red"


def _counts(rule: Rule, cells: Cells) -> tuple[int, int]:
    if cells.around.census is None:
        return 0, 0
    node, week = cells.panel.nodes[cells.node].id, cells.panel.weeks[cells.week]
    of, number = cells.around.census.below(_below(rule), [node], [week])
    return int(of[0, 0]), int(number[0, 0])


def _lacks_children(rule: Rule, cells: Cells) -> Text | None:
    below = _below(rule)
    if below.level is None and not cells.panel.closed[cells.week]:
        return happenings.NOT_CLOSED
    if _counts(rule, cells)[0]:
        return None
    whom, whom_en = ("企业", "enterprises below") if below.subtree else ("直接下级", "nodes directly below")
    if below.level is None:
        return f"本周没有应报的{whom}", f"there are no {whom_en} that have to report this week"
    return f"本周没有{whom}", f"there are no {whom_en} this week"


def _below(rule: Rule) -> Below:
    assert rule.below is not None, rule.id  # the form sees to it that kind children has one
    return rule.below


FIRED: dict[str, Callable[[Rule, Cells, float], Text]] = {"peers": _peers, "children": _children}
LACKS: dict[str, Callable[[Rule, Cells], Text | None]] = {"peers": _lacks_peers, "children": _lacks_children}
