"""数据质量: what a report may hold – every figure against the dictionary, every problem named at once.

Pure. A figure that is absent or null is missing, `"na"` is not applicable; no report is refused for what is missing.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from service.clock import calendar_day
from service.errors import FieldProblem, FieldProblems
from service.scoring.pack import Dictionary, Indicator
from service.scoring.panel import NA
from service.scoring.week import week_of

MOST_PROBLEMS = 50

Complaint = tuple[str, str, str]  # code, Chinese, English


@dataclass(frozen=True)
class Form:
    """表样: what a node of one kind reports in one week; `others` are the dictionary's ids that are not on it."""

    kind: str
    indicators: Mapping[str, Indicator]
    others: frozenset[str]


def form_of(dictionary: Dictionary, kind: str, week: str) -> Form:
    """The form that nodes of `kind` fill in for `week`; a retired indicator is on it up to the week of its `until`."""
    own = {
        id_: i
        for id_, i in dictionary.indicators.items()
        if kind in i.applies_to and (i.until is None or week <= _last_week(i.until))
    }
    return Form(kind, own, frozenset(dictionary.indicators.keys() - own.keys()))


def _last_week(until: str) -> str:
    return until if "W" in until else week_of(calendar_day(until))


def fill(form: Form, values: Mapping[str, Any], nil: bool) -> dict[str, Any]:
    """The figures to store: what was sent without its nulls and, with `nil`, 0 for every `nil_ok` one not sent.

    Raises FieldProblems with all that is wrong.
    """
    problems: list[FieldProblem] = []
    kept: dict[str, Any] = {}
    for id_, raw in values.items():
        complaint = _complaint(form, id_, raw, nil)
        if complaint is None:
            if raw is not None:
                kept[id_] = raw
        elif len(problems) < MOST_PROBLEMS:
            problems.append(FieldProblem(complaint[0], f"/values/{pointer(id_)}", *complaint[1:]))
    if problems:
        raise FieldProblems(problems)
    return kept | _zeros(form, kept) if nil else kept


def pointer(name: str) -> str:
    """`name` as one step of a JSON pointer, shortened when somebody sends a novel."""
    return name[:200].replace("~", "~0").replace("/", "~1")


def _zeros(form: Form, kept: Mapping[str, Any]) -> dict[str, Any]:
    zero = {"yes_no": False}
    return {
        id_: zero.get(i.type, 0)
        for id_, i in form.indicators.items()
        if i.nil_ok and i.type != "date" and id_ not in kept
    }


def _complaint(form: Form, id_: str, raw: Any, nil: bool) -> Complaint | None:
    indicator = form.indicators.get(id_)
    if indicator is None:
        return _foreign(form, id_)
    if raw is None or raw == NA:
        return None
    complaint = _CHECKS[indicator.type](indicator, raw)
    if complaint is None and nil and indicator.nil_ok and raw != 0:
        return (
            "nil_contradicted",
            f"零报告中{indicator.name}不能非零，请去掉 nil 或改为 0",
            f"a nil report cannot hold a {indicator.name_en!r} other than 0; drop nil or send 0",
        )
    return complaint


def _foreign(form: Form, id_: str) -> Complaint:
    if id_ in form.others:
        return (
            "not_on_the_form",
            f"{id_} 已停用或不由这一类节点（{form.kind}）填报，请去掉",
            f"{id_} is retired or not reported by a node of kind {form.kind}; leave it out",
        )
    shown = id_[:64]
    return (
        "unknown_indicator",
        f"没有指标 {shown}，请核对指标词典",
        f"there is no indicator {shown}; see the dictionary of indicators",
    )


def _number(indicator: Indicator, raw: Any) -> Complaint | None:
    if type(raw) not in (int, float):
        return _wrong_type(indicator, "数字，不加引号", "a number without quotes")
    if isinstance(raw, float) and not math.isfinite(raw):
        return _wrong_type(indicator, "有限的数字", "a finite number")
    low, high = indicator.bounds
    if low <= raw <= high:
        return None
    return (
        "out_of_range",
        f"{indicator.name}应在 {plain(low)} 到 {plain(high)} 之间",
        f"{indicator.name_en!r} must lie between {plain(low)} and {plain(high)}",
    )


def _count(indicator: Indicator, raw: Any) -> Complaint | None:
    if isinstance(raw, float) and math.isfinite(raw) and not raw.is_integer():
        return _wrong_type(indicator, "整数", "a whole number")
    return _number(indicator, raw)


def _yes_no(indicator: Indicator, raw: Any) -> Complaint | None:
    return None if isinstance(raw, bool) else _wrong_type(indicator, "true 或 false", "true or false")


def _choice(indicator: Indicator, raw: Any) -> Complaint | None:
    if type(raw) in (int, float) and raw in indicator.choices:
        return None
    listed = "、".join(f"{key} {text}" for key, text in indicator.choices.items())
    keys = ", ".join(map(str, indicator.choices))
    return ("not_a_choice", f"{indicator.name}只能是：{listed}", f"{indicator.name_en!r} must be one of {keys}")


def _date(indicator: Indicator, raw: Any) -> Complaint | None:
    try:
        calendar_day(raw if isinstance(raw, str) else "")
    except ValueError:
        return _wrong_type(indicator, "真实的日期，如 2026-11-18", "a real date like 2026-11-18")
    return None


_CHECKS: Mapping[str, Callable[[Indicator, Any], Complaint | None]] = {
    "number": _number,
    "count": _count,
    "percent": _number,
    "money": _number,
    "days": _number,
    "yes_no": _yes_no,
    "choice": _choice,
    "date": _date,
}


def plain(number: float) -> str:
    """A number as people write it: no exponent, no idle decimals."""
    return str(int(number)) if float(number).is_integer() else str(number)


def _wrong_type(indicator: Indicator, text: str, text_en: str) -> Complaint:
    return ("wrong_type", f"{indicator.name}应为{text}", f"{indicator.name_en!r} must be {text_en}")
