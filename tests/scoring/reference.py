"""The rules once more, node by node and week by week in plain Python, written from the words of rules/README.md.

Nothing here is shared with service/scoring but the frozen values of a pack; the engine must give the same bits.
"""

import math
import statistics

from service.scoring.pack import Level, Pack, Rule
from service.scoring.week import sunday
from tests.scoring.reference_around import children_value, peers_value
from tests.scoring.reference_ears import unusual_value
from tests.scoring.reference_history import History, added, divided, fits, holds, known, sum_value

Answer = tuple[str, float, Level]  # state, points, floor


def score(pack: Pack, history: History, week: int) -> tuple[float, Level, float, dict[str, Answer]]:
    """Score, level, judged share, and what each rule for this kind of node says."""
    total, attainable, known = 0.0, 0.0, 0.0
    level = Level.NORMAL
    answers: dict[str, Answer] = {}
    for rule in pack.rules:
        if history.node.kind not in rule.applies_to:
            continue
        state, points, floor = answers[rule.id] = answer(rule, history, week)
        if rule.trial:
            continue
        total += points
        level = max(level, floor)
        if state != "out_of_play":
            attainable += most(rule)
            known += most(rule) if state != "unknown" else 0.0
    total = min(100.0, total)
    level = max([level, *(reached for reached, begins in pack.levels.items() if total >= begins)])
    return total, level, known / attainable if attainable > 0 else 1.0, answers


def most(rule: Rule) -> float:
    steps = rule.steps.points + (rule.falls.points if rule.falls else ())
    return max(points for _, points in steps)


def answer(rule: Rule, history: History, week: int) -> Answer:
    where = fits(rule, history.node)
    name = history.weeks[week]
    outside = bool((rule.since and name < rule.since) or (rule.until and name > rule.until))
    now = one_week(rule, history, week)
    if where is False or outside or now is None:
        return "out_of_play", 0.0, Level.NORMAL
    past = [one_week(rule, history, week - n) for n in range(1, rule.for_weeks)]
    if where is None or now == "unknown" or "unknown" in past:
        return "unknown", 0.0, Level.NORMAL
    all_weeks = [(0.0, Level.NORMAL) if said is None or isinstance(said, str) else said for said in [now, *past]]
    points, floor = min(points for points, _ in all_weeks), min(floor for _, floor in all_weeks)
    return "fired" if points > 0 or floor > Level.NORMAL else "silent", points, floor


def one_week(rule: Rule, history: History, week: int) -> tuple[float, Level] | str | None:
    """Points and floor of one week by itself, "unknown", or None for out of play."""
    needed = [history.cell(i, week) for i in (rule.of, rule.per) if i and rule.kind != "event"]
    if rule.against == "lag":
        needed.append(history.cell(rule.of, week - rule.weeks))
    if rule.only_if:
        needed.append(history.cell(rule.only_if.indicator, week))
    conditions = [history.cell(c.indicator, week) for c in rule.when]
    if "na" in needed or (conditions and all(cell == "na" for cell in conditions)):
        return None
    if rule.only_if:
        held = holds(rule.only_if, history.figure(rule.only_if.indicator, week))
        if held is None:
            return "unknown"
        if not held:
            return 0.0, Level.NORMAL
    value = VALUES[rule.kind](rule, history, week)
    return "unknown" if value is None or math.isnan(value) else worth(rule, value)


def worth(rule: Rule, value: float) -> tuple[float, Level]:
    points, floor = 0.0, Level.NORMAL
    for steps in [rule.steps] + ([rule.falls] if rule.falls else []):
        points = max([points, *(p for t, p in steps.points if reaches(steps.how, value, t))])
        floor = max([floor, *(level for t, level in steps.floors if reaches(steps.how, value, t))])
    return points, floor


def reaches(how: str, value: float, threshold: float) -> bool:
    if how in ("at_least", "up"):
        return value >= threshold
    return value > threshold if how == "above" else value <= threshold


def carried(rule: Rule, history: History, indicator: str, week: int) -> float | None:
    for back in range(rule.carry + 1):
        cell = history.cell(indicator, week - back)
        if cell == "na":
            return None
        if isinstance(cell, float):
            return cell
    return None


def threshold_value(rule: Rule, history: History, week: int) -> float | None:
    return carried(rule, history, rule.of, week)


def ratio_value(rule: Rule, history: History, week: int) -> float | None:
    return divided(carried(rule, history, rule.of, week), carried(rule, history, rule.per, week))


def change_value(rule: Rule, history: History, week: int) -> float | None:
    now = carried(rule, history, rule.of, week)
    before = known(history, rule.of, range(week - rule.weeks, week))
    if rule.against == "lag":
        base = history.figure(rule.of, week - rule.weeks)
    elif len(before) < rule.min_weeks:
        base = None
    else:
        base = added(before) / len(before) if rule.against == "mean" else statistics.median(before)
    if now is None or base is None:
        return None
    if rule.by == "absolute":
        return now - base
    if base <= 0:
        return None
    return 100 * (now - base) / base if rule.by == "percent" else now / base


def missing_value(rule: Rule, history: History, week: int) -> float | None:
    if week >= 0 and not history.closed[week]:
        return None
    count = 0
    while week >= 0 and history.closed[week] and history.alive[week] and not history.reported[week]:
        count, week = count + 1, week - 1
    return float(count)


def unchanged_value(rule: Rule, history: History, week: int) -> float | None:
    if week < 0 or not history.reported[week]:
        return None
    told = [i.id for i in history.town.dictionary.indicators.values() if not i.stock]
    count = 0
    while week >= 0 and history.reported[week] and any(history.figure(i, week) for i in told):
        count, week = count + 1, week - 1
        if any(history.cell(i, week) != history.cell(i, week + 1) for i in told):
            break
    return float(count)


def expiry_value(rule: Rule, history: History, week: int) -> float | None:
    date = carried(rule, history, rule.of, week)
    if date is None:
        return None
    left = date - (sunday(history.weeks[0]).toordinal() + 7 * week)
    return math.inf if rule.stop_after is not None and left < -rule.stop_after else left


def event_value(rule: Rule, history: History, week: int) -> float | None:
    window = range(max(week - rule.within_weeks + 1, 0), week + 1)
    seen = history.people.get(rule.of, [None] * len(history.weeks))
    return max([people for w in window if history.alive[w] and (people := seen[w]) is not None], default=-math.inf)


def k_of_n_value(rule: Rule, history: History, week: int) -> float | None:
    cells = [(condition, history.cell(condition.indicator, week)) for condition in rule.when]
    true = sum(isinstance(cell, float) and holds(condition, cell) is True for condition, cell in cells)
    unknown = sum(cell is None for _, cell in cells)
    return None if true < rule.k <= true + unknown else float(true)


VALUES = {
    "threshold": threshold_value,
    "ratio": ratio_value,
    "sum": sum_value,
    "change": change_value,
    "missing": missing_value,
    "event": event_value,
    "k_of_n": k_of_n_value,
    "unchanged": unchanged_value,
    "expiry": expiry_value,
    "unusual": unusual_value,
    "peers": peers_value,
    "children": children_value,
}
