"""看数的类别: threshold, ratio, sum, change and k_of_n, which judge what the node itself reported."""

from collections.abc import Callable, Iterable

from service.scoring.cells import Cells, Text, shortest
from service.scoring.pack import Condition, Rule

_AGAINST = {
    "mean": ("前 {} 周均值", "the mean of the {} weeks before"),
    "median": ("前 {} 周中位数", "the median of the {} weeks before"),
    "lag": ("{} 周前", "{} weeks ago"),
}


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


def _k_of_n(rule: Rule, cells: Cells, value: float) -> Text:
    return f"{len(rule.when)} 项中 {shortest(value)} 项成立", f"{shortest(value)} of {len(rule.when)} conditions hold"


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
