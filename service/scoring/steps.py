"""分值与条件: reads thresholds with points and floors, `indicator op number`, and `where`."""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import TypeVar

from service.scoring.fields import Form, Wrong, flag, guess, number, several, table, text, word
from service.scoring.pack import Condition, Dictionary, Level, Steps, Where
from service.scoring.positions import Scalar, Tree

N = TypeVar("N", float, Level)

MOST_STEPS = 50
MOST_CONDITIONS = 50
WHERE = ("industry", "headcount", "key")

NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
OPERATOR = r">=|<=|==|!=|>|<"
_CONDITION = re.compile(rf"\s*([A-Za-z][\w.-]*)\s*({OPERATOR})\s*({NUMBER})\s*", re.ASCII)
_COMPARISON = re.compile(rf"\s*({OPERATOR})\s*({NUMBER})\s*", re.ASCII)
_FALLING = ("at_most", "down")
_NOTHING = Steps("at_least", ((0.0, 0.0),))  # stands for steps that could not be read; the pack is refused anyway
_LEVELS = tuple(level.word for level in Level if level)


def indicator_id(dictionary: Dictionary | None) -> Callable[[Tree], str]:
    """Reads the id of an indicator that rules can judge; without a dictionary any id goes."""

    def read(node: Tree) -> str:
        found = _listed(text(node), dictionary and dictionary.indicators, "指标", "indicator", node)
        if dictionary and dictionary.indicators[found].type == "date":
            raise Wrong(
                f"{found} 是日期，只有 expiry 类规则能判断", f"{found} is a date; only kind expiry judges it", node
            )
        return found

    return read


def date_id(dictionary: Dictionary | None) -> Callable[[Tree], str]:
    """Reads the id of an indicator that is a date."""

    def read(node: Tree) -> str:
        found = _listed(text(node), dictionary and dictionary.indicators, "指标", "indicator", node)
        if dictionary and dictionary.indicators[found].type != "date":
            raise Wrong(f"{found} 不是日期，expiry 只判断日期", f"{found} is no date; kind expiry judges dates", node)
        return found

    return read


def event_id(dictionary: Dictionary | None) -> Callable[[Tree], str]:
    """Reads the id of a kind of event."""
    return lambda node: _listed(text(node), dictionary and dictionary.events, "即时事件", "event", node)


def _listed(found: str, known: object, what: str, what_en: str, node: Tree) -> str:
    if isinstance(known, dict) and found not in known:
        chinese, english = guess(found, known)
        raise Wrong(f"没有{what} {found}{chinese}", f"no {what_en} '{found}'{english}", node)
    return found


def condition(dictionary: Dictionary | None) -> Callable[[Tree], Condition]:
    """Reads `indicator op number`."""
    known = indicator_id(dictionary)

    def read(node: Tree) -> Condition:
        parts = _CONDITION.fullmatch(text(node))
        if not parts or not isinstance(node, Scalar):
            raise Wrong(
                f'看不懂条件 {text(node)!r}，写法如 "wage.arrears_days >= 8"，比较符为 >= > <= < == !=',
                f'cannot read condition {text(node)!r}; write "wage.arrears_days >= 8" with >= > <= < == !=',
                node,
            )
        return Condition(known(Scalar(node.line, node.column, parts[1], parts[1])), parts[2], _finite(parts[3], node))

    return read


def _finite(digits: str, node: Tree) -> float:
    value = float(digits)
    return number(Scalar(node.line, node.column, value, digits))


def read_where(form: Form) -> Where:
    """The attributes a node must have."""
    if not form.has("where"):
        return Where()
    inner = Form(form.sheet, form.at("where"), form.rule)
    inner.refuse_others(WHERE)
    if not inner.keys and inner.sound:
        inner.note(inner.node, f"where 是空的，可写 {' '.join(WHERE)}", f"where is empty; it takes {' '.join(WHERE)}")
    return Where(
        industry=inner.take("industry", several(_industry), ()),
        headcount=inner.take("headcount", _headcount, None),
        key=inner.take("key", flag, None),
    )


def _industry(node: Tree) -> str:
    found = text(node)
    if any(sign in found for sign in "，、；;"):
        raise Wrong("每个行业单独写一项：[mining, construction]", "one industry an item: [mining, construction]", node)
    return found


def _headcount(node: Tree) -> Condition | None:
    parts = _COMPARISON.fullmatch(text(node))
    if not parts:
        raise Wrong(f'看不懂 {text(node)!r}，写法如 ">= 1000"', f'cannot read {text(node)!r}; write ">= 1000"')
    people = _finite(parts[2], node)
    if people < 0 or people != int(people):
        raise Wrong(f"人数应当是不小于 0 的整数，不是 {parts[2]}", f"people are a whole number, not {parts[2]}")
    if people == 0 and parts[1] in ("<", ">="):
        raise Wrong(f"{parts[1]} 0 对所有节点都一样，等于没有写", f"{parts[1]} 0 says the same of every node")
    return Condition("headcount", parts[1], people)


def read_steps(form: Form, words: Sequence[str]) -> tuple[Steps, Steps | None]:
    """Points and floors of a rule with thresholds; the second are the `down` steps beside `up` steps."""
    present = [name for name in words if form.has(name)]
    if not present or (len(present) > 1 and present != ["up", "down"]):
        listed = " ".join(words)
        form.note(form.node, f"须有且只有一种分值：{listed}", f"exactly one kind of steps is needed: {listed}")
        return _NOTHING, None
    floors = _floors(form, present[0])
    found = [Steps(name, _points(form, name), floors) for name in present]
    if len(found) == 1:
        return found[0], None
    if floors or found[0].points[0][0] <= found[1].points[0][0]:
        form.note(
            form.at("up"),
            "up 与 down 并用时不能有 level，且 up 的阈值须都大于 down 的，请拆成两条规则",
            "up and down together take no level, and every up threshold is above every down one; make two rules",
        )
    return found[0], found[1]


def read_points(form: Form, k: int, n: int) -> Steps:
    """Of k_of_n: `points` when k conditions are true; `level` counts true conditions."""
    floors = _floors(form, "at_least")
    if any(not k <= threshold <= n for threshold, _ in floors):
        form.note(form.at("level"), f"level 的条数应在 {k} 到 {n} 之间", f"level counts from {k} to {n} conditions")
    return Steps("at_least", ((float(k), form.take("points", _weight, 0.0)),), floors)


def read_strike(form: Form) -> Steps:
    """Of unusual: `points` when the detector alarms; an alarm has no degrees, so `level` is one word (or {1: word})."""
    one_word = form.has("level") and isinstance(form.at("level"), Scalar)
    floors = ((1.0, form.take("level", _level, Level.NORMAL)),) if one_word else _floors(form, "at_least")
    return Steps("at_least", ((1.0, form.take("points", _weight, 0.0)),), floors)


def _points(form: Form, name: str) -> tuple[tuple[float, float], ...]:
    return form.take(name, _ladder(_weight, name, "分值", "points"), _NOTHING.points)


def _floors(form: Form, how: str) -> tuple[tuple[float, Level], ...]:
    return form.take("level", _ladder(_level, how, "等级", "level"), ())


def _ladder(
    read: Callable[[Tree], N], how: str, what: str, what_en: str
) -> Callable[[Tree], tuple[tuple[float, N], ...]]:
    """Reads {threshold: value}, sorted mildest threshold first; a worse threshold never gives less."""

    def read_all(node: Tree) -> tuple[tuple[float, N], ...]:
        found: dict[float, tuple[Scalar, N]] = {}
        for key, value in table(read)(node):
            threshold = number(key)
            if threshold in found:
                raise Wrong(f"阈值 {key.text} 重复", f"threshold {key.text} stands twice", key)
            found[threshold] = key, value
        if len(found) > MOST_STEPS:
            raise Wrong(f"至多 {MOST_STEPS} 个阈值", f"at most {MOST_STEPS} thresholds")
        steps = sorted(found.items(), reverse=how in _FALLING)
        for (_, (_, milder)), (_, (key, worse)) in pairwise(steps):
            if worse < milder:
                raise Wrong(
                    f"阈值 {key.text} 的{what}低于较轻阈值的{what}",
                    f"the {what_en} at {key.text} are below those of a milder threshold",
                    key,
                )
        return tuple((threshold, value) for threshold, (_, value) in steps)

    return read_all


def _weight(node: Tree) -> float:
    points = number(node)
    if points < 0:
        raise Wrong(f"分值不能是负数 {points:g}", f"points cannot be negative ({points:g})", node)
    return points


def _level(node: Tree) -> Level:
    return Level[word(_LEVELS)(node).upper()]
