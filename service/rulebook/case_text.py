"""用例文本: reads cases/*.yaml; a series is one value a week, right-aligned: its last one is of the judged week.

"0x9 35" = nine zeros, then 35 · "_" = no value · "na" = not applicable · "0+7x5" = 0 7 14 21 28 35. Pure.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass

from service.errors import LineProblem
from service.scoring.build import cell
from service.scoring.fields import Form, Sheet, Wrong, flag, guess, items_of, number, table, text, week, whole, word
from service.scoring.indicators import NODE_KINDS
from service.scoring.pack import Dictionary, Level, Pack
from service.scoring.panel import PanelEvent, PanelNode, PanelReport
from service.scoring.positions import Scalar, Sequence, Tree, read_tree
from service.scoring.steps import event_id
from service.scoring.week import between, step

LONGEST_SERIES = 520
HEADCOUNT = "staff.headcount"  # what `where: {headcount: …}` sees when the case's node does not say
LISTS = ("fired", "unknown", "trial")

_MISSING = "_"
_REPEATED = re.compile(r"(.+?)x(\d{1,4})", re.ASCII)
_RAMP = re.compile(r"([-+]?\d+(?:\.\d+)?)([-+]\d+(?:\.\d+)?)x(\d{1,4})", re.ASCII)

Figures = tuple[float | str | None, ...]


@dataclass(frozen=True)
class Want:
    """One line of `expect`; `value` is a number, a level or a tuple of rule ids."""

    what: str
    value: float | str | tuple[str, ...]
    line: int
    column: int


@dataclass(frozen=True)
class Case:
    """用例: the weeks of one node, and what is expected of the last of them."""

    name: str
    file: str
    line: int
    week: str
    node: PanelNode
    weeks: tuple[str, ...]
    reports: tuple[PanelReport, ...]
    events: tuple[PanelEvent, ...]
    wants: tuple[Want, ...]


def read_cases(files: Mapping[str, str], pack: Pack, dictionary: Dictionary) -> tuple[list[Case], list[LineProblem]]:
    """All cases of `cases/*`, in byte order of the file names, and every problem in them."""
    cases: list[Case] = []
    problems: list[LineProblem] = []
    for name in sorted((name for name in files if name.startswith("cases/")), key=os.fsencode):
        tree, broken = read_tree(name, files[name])
        problems += broken
        if tree:
            form = Form(Sheet(name, problems), tree)
            form.refuse_others(("cases",))
            found = [_case(Form(form.sheet, item), pack, dictionary) for item in items_of(form, "cases")]
            cases += [case for case in found if case]
    return cases, problems


def _case(form: Form, pack: Pack, dictionary: Dictionary) -> Case | None:
    """None, with the reasons noted, when anything in it is wrong."""
    form.refuse_others(("name", "week", "weeks", "events", "node", "expect"))
    name, last = form.need("name", text, ""), form.need("week", week, "")
    series = _series(form, dictionary)
    node = _node(form, series, dictionary)
    events = _events(form, dictionary, last)
    wants = _wants(form, pack)
    if not form.sound:
        return None
    first = step(last, 1 - max(map(len, series.values()), default=1))
    weeks = tuple(between(min([first, *(event.week for event in events)]), last))
    return Case(name, form.sheet.file, form.node.line, last, node, weeks, _reports(series, weeks), events, wants)


def _series(form: Form, dictionary: Dictionary) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    for key, written in form.take("weeks", table(_scalar), ()):
        indicator = dictionary.indicators.get(key.text)
        if indicator is None:
            chinese, english = guess(key.text, dictionary.indicators)
            form.note(key, f"没有指标 {key.text}{chinese}", f"no indicator {key.text}{english}")
            continue
        if key.text in found:
            form.note(key, f"指标 {key.text} 重复", f"indicator {key.text} stands twice")
        try:
            found[key.text] = tuple(
                v for token in written.text.split() for v in _figures(indicator.id, token, dictionary)
            )
        except ValueError:
            form.note(
                written, f"看不懂序列 {written.text!r}，写法如 0x9 35", f"cannot read {written.text!r}; write 0x9 35"
            )
            continue
        if len(found[key.text]) > LONGEST_SERIES:
            form.note(written, f"序列超过 {LONGEST_SERIES} 周", f"more than {LONGEST_SERIES} weeks")
    return found


def _figures(indicator: str, token: str, dictionary: Dictionary) -> Figures:
    """The values that one word of a series stands for. Raises ValueError."""
    ramp, repeated = _RAMP.fullmatch(token), _REPEATED.fullmatch(token)
    if ramp:
        start, by = float(ramp[1]), float(ramp[2])
        return tuple(start + by * n for n in range(int(ramp[3]) + 1))
    written, times = (repeated[1], int(repeated[2])) if repeated else (token, 1)
    return (None if written == _MISSING else cell(dictionary.indicators[indicator], written),) * times


def _scalar(node: Tree) -> Scalar:
    if not isinstance(node, Scalar):
        raise Wrong("应当是序列，如 0x9 35", "should be a series such as 0x9 35", node)
    return node


def _reports(series: Mapping[str, Figures], weeks: tuple[str, ...]) -> tuple[PanelReport, ...]:
    """A report for each week in which anything but `_` stands."""
    found = []
    for back, when in enumerate(reversed(weeks), 1):
        values = {
            id_: v for id_, figures in series.items() if back <= len(figures) and (v := figures[-back]) is not None
        }
        if values:
            found.append(PanelReport("case", when, values))
    return tuple(reversed(found))


def _node(form: Form, series: Mapping[str, Figures], dictionary: Dictionary) -> PanelNode:
    """The node: an enterprise, unless the case says or its indicators are reported by another kind."""
    kinds = [set(dictionary.indicators[id_].applies_to) for id_ in series]
    common = set(NODE_KINDS).intersection(*kinds) if kinds else set()
    kind = "enterprise" if "enterprise" in common or not common else sorted(common)[0]
    heads = next((int(v) for v in reversed(series.get(HEADCOUNT, ())) if isinstance(v, float)), None)
    if not form.has("node"):
        return PanelNode("case", kind, headcount=heads)
    inner = Form(form.sheet, form.at("node"))
    inner.refuse_others(("kind", "industry", "headcount", "key"))
    return PanelNode(
        id="case",
        kind=inner.take("kind", word(NODE_KINDS), kind),
        industry=inner.take("industry", text, None),
        headcount=inner.take("headcount", whole(0, 10**9), heads),
        key=inner.take("key", flag, False),
    )


def _events(form: Form, dictionary: Dictionary, last: str) -> tuple[PanelEvent, ...]:
    if not form.has("events"):
        return ()
    known, found = event_id(dictionary), []
    for key, happened in form.take("events", table(_list), ()):
        try:
            kind = known(key)
        except Wrong as wrong:
            form.note(key, wrong.text, wrong.text_en)
            continue
        for item in happened:
            inner = Form(form.sheet, item)
            inner.refuse_others(("week", "people"))
            when, people = inner.need("week", week, ""), inner.take("people", number, None)
            if when > last:
                inner.note(inner.at("week"), f"晚于本例的周 {last}", f"after the week of the case, {last}")
            found.append(PanelEvent("case", when, kind, people))
    return tuple(found)


def _list(node: Tree) -> list[Tree]:
    if not isinstance(node, Sequence):
        raise Wrong(
            "应当是列表，如 [{week: 2026-W19, people: 12}]", "should be a list: [{week: 2026-W19, people: 12}]", node
        )
    return node.items


def _wants(form: Form, pack: Pack) -> tuple[Want, ...]:
    if not form.has("expect"):
        form.note(form.node, "缺少字段 expect", "field expect is missing")
        return ()
    inner = Form(form.sheet, form.at("expect"))
    rules = [rule.id for rule in pack.rules]
    found = []
    for key in inner.keys:
        if key.text in LISTS:
            value: float | str | tuple[str, ...] = inner.take(key.text, lambda node: _ids(node, rules), ())
        elif key.text == "level":
            value = inner.take(key.text, word([level.word for level in Level]), "")
        elif key.text == "score" or key.text in rules:
            value = inner.take(key.text, number, 0.0)
        else:
            chinese, english = guess(key.text, (*rules, *LISTS, "score", "level"))
            inner.note(key, f"没有规则 {key.text}{chinese}", f"no rule {key.text}{english}")
            continue
        found.append(Want(key.text, value, key.line, key.column))
    return tuple(found)


def _ids(node: Tree, rules: list[str]) -> tuple[str, ...]:
    return tuple(word(rules)(item) for item in _list(node))
