"""用例文本: reads cases/*.yaml – what each case tells of its nodes and expects of the judged one. Pure."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from service.errors import LineProblem
from service.rulebook.cast import listed, read_cast
from service.rulebook.series import reports_of
from service.scoring.fields import Form, Sheet, TooMany, guess, items_of, number, text, week, word
from service.scoring.pack import Dictionary, Level, Pack
from service.scoring.panel import PanelEvent, PanelNode, PanelReport
from service.scoring.positions import Tree, read_tree
from service.scoring.week import between, step

LISTS = ("fired", "unknown", "trial")
_FIELDS = ("name", "week", "weeks", "events", "node", "others", "expect")


@dataclass(frozen=True)
class Want:
    """One line of `expect`; `value` is a number, a level or a tuple of rule ids."""

    what: str
    value: float | str | tuple[str, ...]
    line: int
    column: int


@dataclass(frozen=True)
class Case:
    """用例: the weeks of some nodes, and what is expected of the first node in the last of them."""

    name: str
    file: str
    line: int
    week: str
    nodes: tuple[PanelNode, ...]
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
        try:
            cases += _cases(Form(Sheet(name, problems), tree), pack, dictionary) if tree else []
        except TooMany:
            break
    return cases, problems


def _cases(form: Form, pack: Pack, dictionary: Dictionary) -> list[Case]:
    form.refuse_others(("cases",))
    found = [_case(Form(form.sheet, item), pack, dictionary) for item in items_of(form, "cases")]
    return [case for case in found if case]


def _case(form: Form, pack: Pack, dictionary: Dictionary) -> Case | None:
    """None, with the reasons noted, when anything in it is wrong."""
    form.refuse_others(_FIELDS)
    name, last = form.need("name", text, ""), form.need("week", week, "")
    cast = read_cast(form, dictionary, last)
    wants = _wants(form, pack)
    if not form.sound:
        return None
    longest = max((len(figures) for member in cast for figures in member.series.values()), default=1)
    events = tuple(event for member in cast for event in member.events)
    weeks = tuple(between(min([step(last, 1 - longest), *(event.week for event in events)]), last))
    return Case(
        name=name,
        file=form.sheet.file,
        line=form.node.line,
        week=last,
        nodes=tuple(member.node for member in cast),
        weeks=weeks,
        reports=tuple(report for member in cast for report in reports_of(member.node.id, member.series, weeks)),
        events=events,
        wants=wants,
    )


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
            inner.note(key, f"没有规则 {key.text}{chinese}", f"no rule '{key.text}'{english}")
            continue
        found.append(Want(key.text, value, key.line, key.column))
    return tuple(found)


def _ids(node: Tree, rules: list[str]) -> tuple[str, ...]:
    return tuple(word(rules)(item) for item in listed(node))
