"""看数的类别: threshold, ratio, sum, change and k_of_n, which judge what the node itself reported."""

import statistics
from collections.abc import Callable, Iterable

import numpy as np

from service.scoring.amounts import counted, figure, in_words, plain, spaced
from service.scoring.cells import Cells, Text
from service.scoring.kinds import compare
from service.scoring.pack import Condition, Rule
from service.scoring.wording import is_share, worded

_AGAINST = {
    "mean": ("前 {}均值", "the mean of the {} before"),
    "median": ("前 {}中位数", "the median of the {} before"),
    "lag": (" {}前的", "the figure of {} ago"),
}
_OPERATORS = {
    ">=": ("至少", "at least"),
    ">": ("超过", "above"),
    "<=": ("至多", "at most"),
    "<": ("低于", "below"),
    "==": ("等于", "equal to"),
    "!=": ("不等于", "other than"),
}


def stated(cells: Cells, indicator: str, carry: int = 0) -> Text:
    """An indicator and its newest figure: 拖欠工资天数 35 天; of an older week, it says so."""
    (name, name_en), (shown, shown_en) = cells.name(indicator), _newest(cells, indicator, carry + 1)
    if in_words(cells.panel.dictionary.indicators[indicator]):
        return f"{name}“{shown}”", f"{name_en} is {shown_en}"
    return f"{name} {shown}", f"{name_en} at {shown_en}"


def whole(cells: Cells, indicator: str, weeks: int) -> Text:
    """What another figure is a part of: 在册职工人数 100 人, Employees on the books (100 people)."""
    (name, name_en), (shown, shown_en) = cells.name(indicator), _newest(cells, indicator, weeks)
    return f"{name} {shown}", f"{name_en} ({shown_en})"


def _newest(cells: Cells, indicator: str, weeks: int) -> Text:
    found = cells.newest(indicator, weeks)
    if found is None:
        return "–", "–"
    value, lag = found
    shown, shown_en = figure(cells.panel.dictionary.indicators[indicator], value)
    if not lag:
        return shown, shown_en
    ago, ago_en = counted(lag, "周")
    return f"{shown}（{ago}前的数）", f"{shown_en} as of {ago_en} ago"


def condition(asked: Condition, cells: Cells) -> Text:
    """Beside what the rule judges, the condition without which it says nothing."""
    (said, said_en), (word, word_en) = stated(cells, asked.indicator), _OPERATORS[asked.op]
    number, number_en = figure(cells.panel.dictionary.indicators[asked.indicator], asked.number)
    return f"；同时{said}（条件：{word} {number}）", f"; with {said_en} (condition: {word_en} {number_en})"


def _threshold(rule: Rule, cells: Cells, value: float) -> Text:
    return stated(cells, rule.of, rule.carry)


def _ratio(rule: Rule, cells: Cells, value: float) -> Text:
    return _in_proportion(
        rule, cells, value, stated(cells, rule.of, rule.carry), whole(cells, rule.per, rule.carry + 1)
    )


def _in_proportion(rule: Rule, cells: Cells, value: float, of: Text, per: Text) -> Text:
    shown, shown_en = worded(rule, cells.panel.dictionary, value)
    if is_share(rule, cells.panel.dictionary):
        return f"{of[0]}，占{spaced(per[0])}的 {shown}", f"{of[1]}, {shown_en} of {per[1]}"
    return f"{of[0]}，按{spaced(per[0])}计为 {shown}", f"{of[1]}, which over {per[1]} is {shown_en}"


def _sum(rule: Rule, cells: Cells, value: float) -> Text:
    (name, name_en), lags = cells.name(rule.of), range(rule.weeks - 1, -1, -1)
    figures = [found for found in (cells.value(rule.of, lag) for lag in lags) if isinstance(found, float)]
    total, total_en = figure(cells.panel.dictionary.indicators[rule.of], sum(figures) if rule.per else value)
    chinese = f"{name} {rule.weeks} 周累计 {total}（其中 {len(figures)} 周有数）"
    english = f"{name_en} over {counted(rule.weeks, '周')[1]} at {total_en} ({len(figures)} of them known)"
    if not rule.per:
        return chinese, english
    return _in_proportion(rule, cells, value, (chinese, english), whole(cells, rule.per, rule.weeks))


def _change(rule: Rule, cells: Cells, value: float) -> Text:
    said, said_en = stated(cells, rule.of, rule.carry)
    base, base_en = figure(cells.panel.dictionary.indicators[rule.of], _base(rule, cells))
    weeks = counted(rule.weeks, "周")
    against, against_en = (text.format(span) for text, span in zip(_AGAINST[rule.against], weeks, strict=True))
    against, against_en = spaced(f"{against} {base}"), f"{against_en} ({base_en})"
    if rule.by == "ratio":
        times = plain(value)
        return f"{said}，是{against}的 {times} 倍", f"{said_en}, {times} times {against_en}"
    size, size_en = worded(rule, cells.panel.dictionary, abs(value))
    way, way_en = ("低", "below") if value < 0 else ("高", "above")
    return f"{said}，比{against}{way} {size}", f"{said_en}, {size_en} {way_en} {against_en}"


def _base(rule: Rule, cells: Cells) -> float:
    """What the change was measured against, for reading."""
    lags = [rule.weeks] if rule.against == "lag" else range(rule.weeks, 0, -1)
    known = [found for found in (cells.value(rule.of, lag) for lag in lags) if isinstance(found, float)]
    return statistics.median(known) if rule.against == "median" else sum(known) / len(known)


def _k_of_n(rule: Rule, cells: Cells, value: float) -> Text:
    figures = [(c, cells.value(c.indicator)) for c in rule.when]
    true = [c.indicator for c, found in figures if isinstance(found, float) and compare(c, np.array(found))]
    said = [stated(cells, indicator) for indicator in dict.fromkeys(true)]
    holding, holding_en = "、".join(text for text, _ in said), "; ".join(text for _, text in said)
    count = plain(value)
    return (
        f"{len(rule.when)} 项条件中 {count} 项成立（{holding}）",
        f"{count} of {len(rule.when)} conditions hold ({holding_en})",
    )


def absent(cells: Cells, indicators: Iterable[str], carry: int = 0) -> Text:
    """Says which figures are not there."""
    names = [cells.name(indicator) for indicator in indicators]
    chinese, english = "、".join(name for name, _ in names), ", ".join(name_en for _, name_en in names)
    if carry:
        return f"本周和前 {carry} 周都没有数：{chinese}", f"no figure this week or in the {carry} before: {english}"
    return f"本周没有数：{chinese}", f"no figure this week: {english}"


def _lacks_figures(rule: Rule, cells: Cells) -> Text | None:
    needed = [id_ for id_ in (rule.of, rule.per) if id_]
    lags = range(rule.carry + 1)
    lacking = [id_ for id_ in needed if not cells.known(id_, lags)]
    if lacking:
        return absent(cells, lacking, rule.carry)
    return _not_positive(rule, cells, rule.carry + 1)


def _lacks_sum(rule: Rule, cells: Cells) -> Text | None:
    known = cells.known(rule.of, range(rule.weeks))
    if known < rule.min_weeks:
        name, name_en = cells.name(rule.of)
        return (
            f"{rule.weeks} 周中{name}只有 {known} 周有数，至少要 {rule.min_weeks} 周",
            f"{name_en}: {known} of {rule.weeks} weeks known, {rule.min_weeks} needed",
        )
    if rule.per and not cells.known(rule.per, range(rule.weeks)):
        return absent(cells, [rule.per], rule.weeks - 1)
    return _not_positive(rule, cells, rule.weeks)


def _not_positive(rule: Rule, cells: Cells, weeks: int) -> Text | None:
    if not rule.per:
        return None
    newest = next((v for v in (cells.value(rule.per, lag) for lag in range(weeks)) if isinstance(v, float)), None)
    if newest is None or newest > 0:
        return None
    name, name_en = cells.name(rule.per)
    return f"{name}不大于 0，无法相除", f"{name_en} is not above 0, so nothing can be divided by it"


def _lacks_change(rule: Rule, cells: Cells) -> Text | None:
    if not cells.known(rule.of, range(rule.carry + 1)):
        return absent(cells, [rule.of], rule.carry)
    name, name_en = cells.name(rule.of)
    lags = [rule.weeks] if rule.against == "lag" else range(1, rule.weeks + 1)
    known, needed = cells.known(rule.of, lags), 1 if rule.against == "lag" else rule.min_weeks
    if known < needed:
        return (
            f"{name}可比的 {len(lags)} 周中只有 {known} 周有数，至少要 {needed} 周",
            f"{name_en}: {known} of {len(lags)} weeks to compare with are known, {needed} needed",
        )
    return f"{name}的比较基数不大于 0", f"what {name_en} is compared with is not above 0"


def _lacks_conditions(rule: Rule, cells: Cells) -> Text | None:
    unread: list[Condition] = [c for c in rule.when if cells.value(c.indicator) is None]
    return absent(cells, dict.fromkeys(c.indicator for c in unread)) if unread else None


FIRED: dict[str, Callable[[Rule, Cells, float], Text]] = {
    "threshold": _threshold,
    "ratio": _ratio,
    "sum": _sum,
    "change": _change,
    "k_of_n": _k_of_n,
}
LACKS: dict[str, Callable[[Rule, Cells], Text | None]] = {
    "threshold": _lacks_figures,
    "ratio": _lacks_figures,
    "sum": _lacks_sum,
    "change": _lacks_change,
    "k_of_n": _lacks_conditions,
}
