"""依据: says in both languages why a rule fired, or what was missing when it could not be judged."""

from service.scoring.amounts import spaced
from service.scoring.cells import Cells, Text
from service.scoring.pack import Level, Rule, State, Steps
from service.scoring.sentences import around, figures, happenings, unusual
from service.scoring.sentences.figures import absent, condition
from service.scoring.wording import in_words, worded

_FIRED = figures.FIRED | happenings.FIRED | unusual.FIRED | around.FIRED
_LACKS = figures.LACKS | happenings.LACKS | unusual.LACKS | around.LACKS
_REACHED = {
    "at_least": ("达到", "reaching the threshold of"),
    "above": ("超过", "above the threshold of"),
    "at_most": ("不超过", "not above the threshold of"),
    "up": ("升幅达到", "reaching the threshold of"),
    "down": ("降幅达到", "reaching the threshold of"),
}


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
    parts = [_FIRED[rule.kind](rule, cells, value), _limit(rule, cells, value, threshold)]
    if rule.only_if:
        parts.append(condition(rule.only_if, cells))
    chinese, english = ("".join(texts) for texts in zip(*parts, strict=True))
    if rule.for_weeks > 1:
        return f"{chinese}（连续 {rule.for_weeks} 周）", f"{english} ({rule.for_weeks} weeks in a row)"
    return chinese, english


def _limit(rule: Rule, cells: Cells, value: float, threshold: float) -> Text:
    """The threshold that was reached; where words tell the value they tell the threshold too."""
    dictionary = cells.panel.dictionary
    if in_words(rule, dictionary):
        return "", ""
    how = rule.falls.how if rule.falls and _reaches(rule.falls, value, threshold) else rule.steps.how
    if rule.by == "ratio":
        how = "at_least" if how == "up" else "at_most"
    sign = -1 if how == "down" else 1  # a fall is told by its size
    by, by_en = _REACHED[how]
    limit, limit_en = worded(rule, dictionary, sign * threshold, sign * value)
    return f"，{by} {spaced(limit)}的标准", f", {by_en} {limit_en}"


def _unknown(rule: Rule, cells: Cells) -> Text:
    node = cells.panel.nodes[cells.node]
    if (rule.where.headcount and node.headcount is None) or (rule.where.industry and not node.industry):
        return "节点的职工人数或行业未填", "the node's headcount or industry is not known"
    if rule.only_if and cells.value(rule.only_if.indicator) is None:
        return absent(cells, [rule.only_if.indicator])
    found = _LACKS[rule.kind](rule, cells)
    if found is None and rule.for_weeks > 1:
        return f"前 {rule.for_weeks - 1} 周中有无法判断的周", f"a week of the {rule.for_weeks - 1} before is unknown"
    return found or ("无法判断", "not known")
