"""The same pack in `rule-engine`: each rule is one expression that gives the step it reaches, or null.

It has no weeks, so that the figures of a window are put together for it in plain Python; that is part of its time. It
counts in decimals, so that a node at a threshold can come out otherwise than in float64.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import rule_engine

from service.scoring.pack import Pack, Rule
from tests.bench.written import LAST, given, thresholds

Row = Mapping[str, Sequence[float]]  # twelve weeks of each indicator, oldest first; NaN for missing
Thing = dict[str, float | None]
_PER = "v == null or p == null or p <= 0"
_VALUES = {  # kind and `by`: when the value is unknown, and what it is
    ("threshold", ""): ("v == null", "v"),
    ("ratio", ""): (_PER, "v / p"),
    ("sum", ""): ("v == null", "v"),
    ("sum", "per"): (_PER, "v / p"),
    ("change", "absolute"): ("v == null or b == null", "v - b"),
    ("change", "percent"): ("v == null or b == null or b <= 0", "100 * (v - b) / b"),
    ("change", "ratio"): ("v == null or b == null or b <= 0", "v / b"),
}


class RuleEngineSide:
    """A pack ready to judge nodes one by one."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        context = rule_engine.Context(resolver=rule_engine.resolve_item, default_value=None)
        self._rules = [(rule, rule_engine.Rule(_expression(rule), context=context)) for rule in pack.rules]

    def judge(self, row: Row) -> tuple[float, int, float]:
        """Score, level and judged share of one node in the last week."""
        total, floor, in_play, answered = 0.0, 0, 0.0, 0.0
        for rule, engine in self._rules:
            weeks = range(LAST - rule.for_weeks + 1, LAST + 1)
            reached = [engine.evaluate(_THINGS[rule.kind](rule, row, week)) for week in weeks]
            most = max(points for _, points in rule.steps.points)
            in_play += most
            if None in reached:
                continue
            answered += most
            step = int(min(reached))
            if step:
                threshold = thresholds(rule.steps)[step - 1]
                total += given(rule.steps.points, threshold)
                floor = max(floor, int(given(rule.steps.floors, threshold)))
        total = min(total, 100.0)
        levels = [int(level) for level, begins in self._pack.levels.items() if total >= begins]
        return total, max([floor, *levels]), answered / in_play


def _expression(rule: Rule) -> str:
    if rule.kind == "k_of_n":
        named = [(f"c{n}", condition) for n, condition in enumerate(rule.when)]
        true = " + ".join(f"({name} != null and {name} {c.op} {c.number!r} ? 1 : 0)" for name, c in named)
        either = " + ".join(f"({name} == null or {name} {c.op} {c.number!r} ? 1 : 0)" for name, c in named)
        return f"({true}) >= {rule.k} ? 1 : (({either}) >= {rule.k} ? null : 0)"
    unknown, value = _VALUES[rule.kind, rule.by or ("per" if rule.kind == "sum" and rule.per else "")]
    sign, ladder = ">" if rule.steps.how == "above" else ">=", "0"
    for step, threshold in enumerate(thresholds(rule.steps), 1):
        ladder = f"({value} {sign} {threshold!r} ? {step} : {ladder})"
    answer = f"({unknown} ? null : {ladder})"
    if not rule.only_if:
        return answer
    return f"c == null ? null : (c {rule.only_if.op} {rule.only_if.number!r} ? {answer} : 0)"


def _known(row: Row, indicator: str, week: int) -> float | None:
    figure = row[indicator][week]
    return figure if figure == figure else None


def _newest(row: Row, indicator: str, week: int, weeks: int) -> float | None:
    return next((f for lag in range(weeks) if (f := _known(row, indicator, week - lag)) is not None), None)


def _window(row: Row, indicator: str, first: int, weeks: int, least: int) -> tuple[float | None, int]:
    known = [figure for figure in row[indicator][first : first + weeks] if figure == figure]
    total = 0.0
    for figure in known:
        total += figure
    return (total if len(known) >= least else None), len(known)


def _of_figures(rule: Rule, row: Row, week: int) -> Thing:
    thing: Thing = {"v": _newest(row, rule.of, week, rule.carry + 1)}
    if rule.per:
        thing["p"] = _newest(row, rule.per, week, rule.carry + 1)
    if rule.only_if:
        thing["c"] = _known(row, rule.only_if.indicator, week)
    return thing


def _of_sum(rule: Rule, row: Row, week: int) -> Thing:
    thing: Thing = {"v": _window(row, rule.of, week - rule.weeks + 1, rule.weeks, rule.min_weeks)[0]}
    if rule.per:
        thing["p"] = _newest(row, rule.per, week, rule.weeks)
    return thing


def _of_change(rule: Rule, row: Row, week: int) -> Thing:
    if rule.against == "lag":
        return {"v": _known(row, rule.of, week), "b": _known(row, rule.of, week - rule.weeks)}
    total, known = _window(row, rule.of, week - rule.weeks, rule.weeks, rule.min_weeks)
    return {"v": _known(row, rule.of, week), "b": None if total is None else total / known}


def _of_conditions(rule: Rule, row: Row, week: int) -> Thing:
    return {f"c{n}": _known(row, condition.indicator, week) for n, condition in enumerate(rule.when)}


_THINGS: dict[str, Callable[[Rule, Row, int], Any]] = {
    "threshold": _of_figures,
    "ratio": _of_figures,
    "sum": _of_sum,
    "change": _of_change,
    "k_of_n": _of_conditions,
}
