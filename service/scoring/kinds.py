"""规则类别: the value that each kind of rule judges, for all nodes and weeks at once.

NaN is the value of a rule that is unknown.
"""

from collections.abc import Callable

import numpy as np

from service.scoring.frame import Counts, Frame
from service.scoring.pack import Condition, Rule
from service.scoring.panel import Bools, Floats
from service.scoring.unusual import unusual

NO_EVENT = -np.inf  # below every threshold: silent, not unknown
LONG_PAST = np.inf  # above every threshold of `at_most`: silent, not unknown


def threshold(rule: Rule, frame: Frame) -> Floats:
    """The figure itself, or the newest one that is carried."""
    return _carried(frame, rule.of, rule.carry)


def ratio(rule: Rule, frame: Frame) -> Floats:
    """`of / per`; unknown where `per` is not above 0."""
    return _divided(_carried(frame, rule.of, rule.carry), _carried(frame, rule.per, rule.carry))


def sum_(rule: Rule, frame: Frame) -> Floats:
    """The known figures of the window, divided by the newest known `per` where the rule has one."""
    total, known = frame.summed(rule.of, 0, rule.weeks)
    value = _enough(total, known, rule.min_weeks)
    return _divided(value, _newest(frame, rule.per, rule.weeks)) if rule.per else value


def change(rule: Rule, frame: Frame) -> Floats:
    """This week against its own past, as `by` says; `percent` is 100 × the difference / the base."""
    now = _carried(frame, rule.of, rule.carry)
    base = _base(rule, frame)
    if rule.by == "absolute":
        return now - base
    value = 100 * (now - base) / base if rule.by == "percent" else now / base
    return _unknown(value, base <= 0)


def missing(rule: Rule, frame: Frame) -> Floats:
    """Closed weeks in a row up to this one without a report."""
    return np.where(frame.closed(), np.minimum(frame.silent_weeks(), rule.longest_run), np.nan)


def unchanged(rule: Rule, frame: Frame) -> Floats:
    """Weeks in a row with the same figures; unknown in a week without a report."""
    return np.minimum(frame.same_weeks(), rule.longest_run)  # NaN stays NaN


def expiry(rule: Rule, frame: Frame) -> Floats:
    """Days from the Sunday of the week to the date; long past it, nothing is judged any more."""
    left = _carried(frame, rule.of, rule.carry) - frame.sundays()
    return left if rule.stop_after is None else np.where(left < -rule.stop_after, LONG_PAST, left)


def event(rule: Rule, frame: Frame) -> Floats:
    """The most people of any such event in the window; a window without one is silent."""
    most = np.full(frame.shape, NO_EVENT, order="F")
    if frame.happened(rule.of):
        for lag in range(rule.within_weeks):
            np.fmax(most, frame.people(rule.of, lag), out=most)
    return most


def k_of_n(rule: Rule, frame: Frame) -> Floats:
    """How many conditions are true; unknown where the unknown ones could still make it `k`."""
    true = np.zeros(frame.shape, np.int16, order="F")
    unknown = np.zeros(frame.shape, np.int16, order="F")
    for condition in rule.when:
        true += holds(condition, frame)
        unknown += frame.missing(condition.indicator)
    return np.where((true < rule.k) & (true + unknown >= rule.k), np.nan, true)


def around(rule: Rule, frame: Frame) -> Floats:
    """Of kinds peers and children: what was seen around the node before (see `around.py`)."""
    return frame.around(rule.id)


KINDS: dict[str, Callable[[Rule, Frame], Floats]] = {
    "threshold": threshold,
    "ratio": ratio,
    "sum": sum_,
    "change": change,
    "missing": missing,
    "unchanged": unchanged,
    "expiry": expiry,
    "event": event,
    "peers": around,
    "children": around,
    "k_of_n": k_of_n,
    "unusual": unusual,
}


_OPERATORS: dict[str, Callable[[Floats, float], Bools]] = {
    ">=": lambda values, number: values >= number,
    ">": lambda values, number: values > number,
    "<=": lambda values, number: values <= number,
    "<": lambda values, number: values < number,
    "==": lambda values, number: values == number,
    "!=": lambda values, number: (values != number) & ~np.isnan(values),
}


def holds(condition: Condition, frame: Frame) -> Bools:
    """Whether a condition is known to be true this week."""
    return compare(condition, frame.lag(condition.indicator, 0))


def compare(condition: Condition, values: Floats) -> Bools:
    """Whether each value fulfils `op number`; an unknown one does not, whatever the operator."""
    return _OPERATORS[condition.op](values, condition.number)


def out_of_play(rule: Rule, frame: Frame) -> Bools | None:
    """Where a figure the rule needs is not applicable; None for nowhere."""
    if not frame.block.panel.not_applicable:
        return None
    needed = [frame.not_applicable(id_, 0) for id_ in (rule.of, rule.per) if id_ and rule.kind != "event"]
    if rule.against == "lag":
        needed.append(frame.not_applicable(rule.of, rule.weeks))
    if rule.only_if:
        needed.append(frame.not_applicable(rule.only_if.indicator, 0))
    marks = [mark for mark in needed if mark is not None]
    conditions = [frame.not_applicable(c.indicator, 0) for c in rule.when]
    if conditions and all(mark is not None for mark in conditions):
        marks.append(np.logical_and.reduce([mark for mark in conditions if mark is not None]))
    return np.logical_or.reduce(marks) if marks else None


def _carried(frame: Frame, indicator: str, carry: int) -> Floats:
    """The newest known value of this and the `carry` weeks before; `na` ends the search."""
    value = frame.lag(indicator, 0)
    ended = frame.not_applicable(indicator, 0)
    for lag in range(1, carry + 1):
        wanted = np.isnan(value) if ended is None else np.isnan(value) & ~ended
        if not wanted.any():
            break
        value = np.where(wanted, frame.lag(indicator, lag), value)
        mark = frame.not_applicable(indicator, lag)
        if mark is not None:
            ended = mark if ended is None else ended | mark
    return value


def _newest(frame: Frame, indicator: str, weeks: int) -> Floats:
    """The newest known value of this and the weeks before, `weeks` in all; `na` is passed over."""
    value = frame.lag(indicator, 0)
    for lag in range(1, weeks):
        wanted = np.isnan(value)
        if not wanted.any():
            break
        value = np.where(wanted, frame.lag(indicator, lag), value)
    return value


def _divided(value: Floats, per: Floats) -> Floats:
    return _unknown(value / per, per <= 0)


def _enough(value: Floats, known: Counts, least: int) -> Floats:
    """The value where enough weeks are known."""
    few = known < least
    return np.where(few, np.nan, value) if few.any() else value


def _unknown(value: Floats, where: Bools) -> Floats:
    """A fresh array with NaN put in; there is rarely a place for it, so that a choice for each cell would be waste."""
    if where.any():
        value[where] = np.nan
    return value


def _base(rule: Rule, frame: Frame) -> Floats:
    """What a change is measured against; NaN when it is not known."""
    if rule.against == "lag":
        return frame.lag(rule.of, rule.weeks)
    if rule.against == "mean":
        total, known = frame.summed(rule.of, 1, rule.weeks)
        return _enough(total / known, known, rule.min_weeks)
    before = np.sort([frame.lag(rule.of, lag) for lag in range(rule.weeks, 0, -1)], axis=0)  # NaN goes last
    known = np.count_nonzero(~np.isnan(before), axis=0)
    low = np.take_along_axis(before, np.maximum(known - 1, 0)[None] // 2, 0)[0]
    high = np.take_along_axis(before, known[None] // 2, 0)[0]
    median = np.where(known % 2 == 1, low, (low + high) / 2)
    return np.where(known >= rule.min_weeks, median, np.nan)
