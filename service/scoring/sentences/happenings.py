"""看事的类别: missing, unchanged, expiry and event, which judge what happened, and when, more than how much."""

from collections.abc import Callable

from service.scoring.amounts import counted
from service.scoring.cells import Cells, Text, shortest
from service.scoring.pack import Rule
from service.scoring.sentences.figures import absent, stated

NOT_CLOSED: Text = ("本周尚未截止", "the week is not closed yet")


def _missing(rule: Rule, cells: Cells, value: float) -> Text:
    weeks, weeks_en = _in_a_row(rule, value)
    return f"连续未报 {weeks}", f"{weeks_en} in a row without a report"


def _unchanged(rule: Rule, cells: Cells, value: float) -> Text:
    weeks, weeks_en = _in_a_row(rule, value)
    return f"各项数字连续 {weeks}完全相同", f"the same figures {weeks_en} in a row"


def _in_a_row(rule: Rule, value: float) -> Text:
    """How many weeks; at the end of counting it may be more."""
    if value >= rule.longest_run:
        return f"{shortest(value)} 周以上", f"at least {shortest(value)} weeks"
    return counted(value, "周")


def _expiry(rule: Rule, cells: Cells, value: float) -> Text:
    (said, said_en), (days, days_en) = stated(cells, rule.of, rule.carry), counted(abs(value), "天")
    if value < 0:
        return f"{said}，已过 {days}", f"{said_en}, {days_en} past"
    return f"{said}，还有 {days}", f"{said_en}, {days_en} left"


def _event(rule: Rule, cells: Cells, value: float) -> Text:
    kind = cells.panel.dictionary.events[rule.of]
    people, people_en = counted(value, "人")
    if value == 1:  # who could not count them said nothing, which is read as one
        people, people_en = "1 人或人数不明", "one person, or nobody counted"
    weeks, weeks_en = counted(rule.within_weeks, "周")
    return f"近 {weeks}内{kind.name}，{people}", f"{kind.name_en} within {weeks_en}, {people_en}"


def _lacks_report(rule: Rule, cells: Cells) -> Text | None:
    return None if cells.panel.reported[cells.node, cells.week] else ("本周没有周报", "no report this week")


def _lacks_date(rule: Rule, cells: Cells) -> Text | None:
    return None if cells.known(rule.of, range(rule.carry + 1)) else absent(cells, [rule.of], rule.carry)


def _lacks_closing(rule: Rule, cells: Cells) -> Text | None:
    return None if cells.panel.closed[cells.week] else NOT_CLOSED


FIRED: dict[str, Callable[[Rule, Cells, float], Text]] = {
    "missing": _missing,
    "unchanged": _unchanged,
    "expiry": _expiry,
    "event": _event,
}
LACKS: dict[str, Callable[[Rule, Cells], Text | None]] = {
    "missing": _lacks_closing,
    "unchanged": _lacks_report,
    "expiry": _lacks_date,
    "event": lambda rule, cells: None,
}
