"""A pack written out as one plain Python function, as somebody would who knows its rules by heart: a node at a time,
no array library. It is also what numba compiles. Nothing of service/scoring but the frozen values of the pack is used.
"""

from collections.abc import Callable

from service.scoring.pack import Condition, Level, Pack, Rule, Steps

LAST = 11  # the judged week is the last of twelve


class _Writer:
    """Lines of source; `cell` says how a figure is reached."""

    def __init__(self, cell: str) -> None:
        self._cell = cell
        self.lines: list[str] = []

    def line(self, depth: int, text: str) -> None:
        self.lines.append("    " * depth + text)

    def figure(self, indicator: str, week: int | str) -> str:
        return self._cell.format(indicator=indicator, week=week)


def source(pack: Pack, indicators: list[str], cell: str) -> str:
    """The source of `judge(<indicators>, score, level, judged)`, which fills the last three for every node; `cell` is
    such as `{indicator}[n, {week}]`."""
    out = _Writer(cell)
    out.line(0, f"def judge({', '.join(indicators)}, score, level, judged):")
    out.line(1, "for n in range(len(score)):")
    out.line(2, "total = 0.0; floor = 0; in_play = 0.0; answered = 0.0")
    for rule in pack.rules:
        _write_rule(out, rule)
    out.line(2, "if total > 100.0: total = 100.0")
    for reached, begins in pack.levels.items():
        out.line(2, f"if total >= {begins!r} and floor < {int(reached)}: floor = {int(reached)}")
    out.line(2, "score[n] = total; level[n] = floor")
    out.line(2, "judged[n] = answered / in_play if in_play > 0.0 else 1.0")
    return "\n".join(out.lines) + "\n"


def _write_rule(out: _Writer, rule: Rule) -> None:
    """The rule in each of its weeks; of several the least rung counts, and one that is unknown makes all so."""
    top = len(thresholds(rule.steps))
    out.line(2, f"rung = {top}; unknown = False")
    for week in range(LAST - rule.for_weeks + 1, LAST + 1):
        out.line(2, "value = NAN")
        _KINDS[rule.kind](out, rule, week)
        out.line(2, "if value != value: here = -1")
        for step, threshold in reversed(list(enumerate(thresholds(rule.steps), 1))):
            sign = ">" if rule.steps.how == "above" else ">="
            out.line(2, f"elif value {sign} {threshold!r}: here = {step}")
        out.line(2, "else: here = 0")
        if rule.only_if:
            asked = out.figure(rule.only_if.indicator, week)
            out.line(2, f"if {asked} != {asked}: here = -1")
            out.line(2, f"elif not ({_held(out, rule.only_if, week)}): here = 0")
        out.line(2, "if here < 0: unknown = True")
        out.line(2, "elif here < rung: rung = here")
    most = max(points for _, points in rule.steps.points)
    out.line(2, f"in_play += {most!r}")
    out.line(2, "if not unknown:")
    out.line(3, f"answered += {most!r}")
    for step, threshold in enumerate(thresholds(rule.steps), 1):
        out.line(3, f"{'if' if step == 1 else 'elif'} rung == {step}:")
        out.line(4, f"total += {given(rule.steps.points, threshold)!r}")
        set_floor = int(given(rule.steps.floors, threshold))
        if set_floor:
            out.line(4, f"if floor < {set_floor}: floor = {set_floor}")


def thresholds(steps: Steps) -> list[float]:
    """Every threshold at which points or a floor begin, mildest first."""
    return sorted({t for t, _ in steps.points} | {t for t, _ in steps.floors})


def given(table: tuple[tuple[float, float | Level], ...], threshold: float) -> float:
    """The points, or the number of the floor, from a threshold on."""
    return float(max([0, *(value for t, value in table if t <= threshold)]))


def _held(out: _Writer, condition: Condition, week: int) -> str:
    return f"{out.figure(condition.indicator, week)} {condition.op} {condition.number!r}"


def _newest(out: _Writer, name: str, indicator: str, week: int, weeks: int) -> None:
    """`name` is the newest known figure of so many weeks up to this one."""
    out.line(2, f"{name} = {out.figure(indicator, week)}")
    for lag in range(1, weeks):
        out.line(2, f"if {name} != {name}: {name} = {out.figure(indicator, week - lag)}")


def _threshold(out: _Writer, rule: Rule, week: int) -> None:
    _newest(out, "value", rule.of, week, rule.carry + 1)


def _ratio(out: _Writer, rule: Rule, week: int) -> None:
    _newest(out, "value", rule.of, week, rule.carry + 1)
    _newest(out, "per", rule.per, week, rule.carry + 1)
    out.line(2, "value = value / per if per > 0.0 else NAN")


def _add(out: _Writer, rule: Rule, first: int, weeks: int) -> None:
    """The sum and the number of the known figures of some weeks, oldest first."""
    out.line(2, "added = 0.0; known = 0")
    out.line(2, f"for week in range({first}, {first + weeks}):")
    out.line(3, f"x = {out.figure(rule.of, 'week')}")
    out.line(3, "if x == x: added += x; known += 1")


def _sum(out: _Writer, rule: Rule, week: int) -> None:
    _add(out, rule, week - rule.weeks + 1, rule.weeks)
    out.line(2, f"if known >= {rule.min_weeks}: value = added")
    if rule.per:
        _newest(out, "per", rule.per, week, rule.weeks)
        out.line(2, "value = value / per if per > 0.0 else NAN")


def _change(out: _Writer, rule: Rule, week: int) -> None:
    out.line(2, f"now = {out.figure(rule.of, week)}; base = NAN")
    if rule.against == "lag":
        out.line(2, f"base = {out.figure(rule.of, week - rule.weeks)}")
    else:
        _add(out, rule, week - rule.weeks, rule.weeks)
        out.line(2, f"if known >= {rule.min_weeks}: base = added / known")
    if rule.by == "absolute":
        out.line(2, "value = now - base")
    else:
        out.line(2, f"if base > 0.0: value = {'100 * (now - base) / base' if rule.by == 'percent' else 'now / base'}")


def _k_of_n(out: _Writer, rule: Rule, week: int) -> None:
    out.line(2, "true = 0; open_ = 0")
    for condition in rule.when:
        asked = out.figure(condition.indicator, week)
        out.line(2, f"if {asked} != {asked}: open_ += 1")
        out.line(2, f"elif {_held(out, condition, week)}: true += 1")
    out.line(2, f"if true >= {rule.k} or true + open_ < {rule.k}: value = float(true)")


_KINDS: dict[str, Callable[[_Writer, Rule, int], None]] = {
    "threshold": _threshold,
    "ratio": _ratio,
    "sum": _sum,
    "change": _change,
    "k_of_n": _k_of_n,
}
