"""依据: says in both languages why a rule fired, or what was missing when it could not be judged."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from service.scoring.pack import Condition, Level, Rule, State, Steps
from service.scoring.panel import NA, Panel

Text = tuple[str, str]  # Chinese, English

_REACHED = {
    "at_least": ("达到", "reaching"),
    "above": ("超过", "above"),
    "at_most": ("不高于", "at most"),
    "up": ("升幅达到", "up by at least"),
    "down": ("降至或低于", "down to"),
}
_AGAINST = {
    "mean": ("前 {} 周均值", "the mean of the {} weeks before"),
    "median": ("前 {} 周中位数", "the median of the {} weeks before"),
    "lag": ("{} 周前", "{} weeks ago"),
}


@dataclass(frozen=True)
class Cells:
    """What was reported of one node, seen from one week."""

    panel: Panel
    node: int
    week: int

    def value(self, indicator: str, lag: int = 0) -> float | str | None:
        """The figure `lag` weeks before: a number, `NA`, or None for missing."""
        if self.week < lag:
            return None
        at = self.node, self.week - lag
        absent = self.panel.not_applicable.get(indicator)
        value = float(self.panel.values[indicator][at])
        if not math.isnan(value):
            return value
        return NA if absent is not None and absent[at] else None

    def known(self, indicator: str, lags: Iterable[int]) -> int:
        """How many of these weeks have a figure."""
        return sum(isinstance(self.value(indicator, lag), float) for lag in lags)

    def name(self, indicator: str) -> Text:
        """What people call the indicator."""
        found = self.panel.dictionary.indicators[indicator]
        return found.name, found.name_en

    def unit(self, indicator: str) -> str:
        """Its unit with a space before it, if it has one."""
        unit = self.panel.dictionary.indicators[indicator].unit
        return f" {unit}" if unit else ""


@lru_cache(maxsize=65_536)
def shortest(value: float) -> str:
    """A number in its shortest exact form: 25, not 25.0."""
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def reached(rule: Rule, value: float, points: float, floor: Level) -> float | None:
    """The worst threshold that `value` reaches and that explains these points and this floor."""
    for steps in rule.ladders:
        given = [t for t, p in steps.points if 0 < p <= points]
        given += [t for t, level in steps.floors if level <= floor]
        fitting = [t for t in given if _reaches(steps, value, t)]
        if fitting:
            return min(fitting) if steps.how in ("at_most", "down") else max(fitting)
    return None


def _reaches(steps: Steps, value: float, threshold: float) -> bool:
    if steps.how == "above":
        return value > threshold
    return value <= threshold if steps.how in ("at_most", "down") else value >= threshold


def explain(rule: Rule, state: State, cells: Cells, value: float | None, threshold: float | None) -> Text:
    """The reason of one finding; a silent rule needs none."""
    if state is State.OUT:
        return "不适用", "not applicable"
    if state is State.UNKNOWN:
        return _unknown(rule, cells)
    if state is not State.FIRED:
        return "", ""
    if value is None or threshold is None:
        return "数值大得无法写出", "the value is too large to be written"
    chinese, english = _FIRED[rule.kind](rule, cells, value)
    how = rule.falls.how if rule.falls and _reaches(rule.falls, value, threshold) else rule.steps.how
    by, by_en = _REACHED[how]
    lasting, lasting_en = (
        (f"（连续 {rule.for_weeks} 周）", f" ({rule.for_weeks} weeks in a row)") if rule.for_weeks > 1 else ("", "")
    )
    limit = shortest(threshold)
    return f"{chinese}，{by} {limit}{lasting}", f"{english}, {by_en} {limit}{lasting_en}"


def _threshold(rule: Rule, cells: Cells, value: float) -> Text:
    (name, name_en), unit = cells.name(rule.of), cells.unit(rule.of)
    return f"{name} {shortest(value)}{unit}", f"{name_en} {shortest(value)}"


def _ratio(rule: Rule, cells: Cells, value: float) -> Text:
    (of, of_en), (per, per_en) = cells.name(rule.of), cells.name(rule.per)
    return f"{of}占{per} {value:.3g}", f"{of_en} / {per_en} {value:.3g}"


def _sum(rule: Rule, cells: Cells, value: float) -> Text:
    chinese, english = (_ratio if rule.per else _threshold)(rule, cells, value)
    known = cells.known(rule.of, range(rule.weeks))
    return f"{rule.weeks} 周累计{chinese}（{known} 周有数）", f"{rule.weeks} weeks: {english} ({known} of them known)"


def _change(rule: Rule, cells: Cells, value: float) -> Text:
    name, name_en = cells.name(rule.of)
    against, against_en = (text.format(rule.weeks) for text in _AGAINST[rule.against])
    shown = {"absolute": f"{value:+.6g}", "percent": f"{value:+.3g}%", "ratio": f"×{value:.3g}"}[rule.by]
    return f"{name}比{against} {shown}", f"{name_en} against {against_en} {shown}"


def _missing(rule: Rule, cells: Cells, value: float) -> Text:
    most = value >= rule.most_silent
    weeks = f"{shortest(value)} 周" + ("以上" if most else "")
    return f"连续未报 {weeks}", f"{'at least ' if most else ''}{shortest(value)} weeks in a row without a report"


def _event(rule: Rule, cells: Cells, value: float) -> Text:
    kind = cells.panel.dictionary.events[rule.of]
    people = shortest(value)
    return (
        f"近 {rule.within_weeks} 周内{kind.name}，{people} 人",
        f"{kind.name_en} within {rule.within_weeks} weeks, {people} people",
    )


def _k_of_n(rule: Rule, cells: Cells, value: float) -> Text:
    return f"{len(rule.when)} 项中 {shortest(value)} 项成立", f"{shortest(value)} of {len(rule.when)} conditions hold"


_FIRED: dict[str, Callable[[Rule, Cells, float], Text]] = {
    "threshold": _threshold,
    "ratio": _ratio,
    "sum": _sum,
    "change": _change,
    "missing": _missing,
    "event": _event,
    "k_of_n": _k_of_n,
}


def _unknown(rule: Rule, cells: Cells) -> Text:
    node = cells.panel.nodes[cells.node]
    if (rule.where.headcount and node.headcount is None) or (rule.where.industry and not node.industry):
        return "节点的职工人数或行业未填", "the node's headcount or industry is not known"
    if rule.only_if and cells.value(rule.only_if.indicator) is None:
        return _absent(cells, [rule.only_if.indicator])
    found = _LACKS[rule.kind](rule, cells)
    if found is None and rule.for_weeks > 1:
        return f"前 {rule.for_weeks - 1} 周中有无法判断的周", f"a week of the {rule.for_weeks - 1} before is unknown"
    return found or ("无法判断", "not known")


def _absent(cells: Cells, indicators: Iterable[str], carry: int = 0) -> Text:
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
        return _absent(cells, lacking, rule.carry)
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
        return _absent(cells, [rule.per], rule.weeks - 1)
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
        return _absent(cells, [rule.of], rule.carry)
    name, name_en = cells.name(rule.of)
    lags = [rule.weeks] if rule.against == "lag" else range(1, rule.weeks + 1)
    known, needed = cells.known(rule.of, lags), 1 if rule.against == "lag" else rule.min_weeks
    if known < needed:
        return (
            f"{name}可比的 {len(lags)} 周中只有 {known} 周有数，至少要 {needed} 周",
            f"{name_en}: {known} of {len(lags)} weeks to compare with are known, {needed} needed",
        )
    return f"{name}的比较基数不大于 0", f"what {name_en} is compared with is not above 0"


def _lacks_closing(rule: Rule, cells: Cells) -> Text | None:
    return None if cells.panel.closed[cells.week] else ("本周尚未截止", "the week is not closed yet")


def _lacks_conditions(rule: Rule, cells: Cells) -> Text | None:
    unread: list[Condition] = [c for c in rule.when if cells.value(c.indicator) is None]
    return _absent(cells, dict.fromkeys(c.indicator for c in unread)) if unread else None


_LACKS: dict[str, Callable[[Rule, Cells], Text | None]] = {
    "threshold": _lacks_figures,
    "ratio": _lacks_figures,
    "sum": _lacks_sum,
    "change": _lacks_change,
    "missing": _lacks_closing,
    "event": lambda rule, cells: None,
    "k_of_n": _lacks_conditions,
}
