"""看事的类别: missing and event, which judge that something happened or was not heard of."""

from collections.abc import Callable

from service.scoring.cells import Cells, Text, shortest
from service.scoring.pack import Rule


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


def _lacks_closing(rule: Rule, cells: Cells) -> Text | None:
    return None if cells.panel.closed[cells.week] else ("本周尚未截止", "the week is not closed yet")


FIRED: dict[str, Callable[[Rule, Cells, float], Text]] = {"missing": _missing, "event": _event}
LACKS: dict[str, Callable[[Rule, Cells], Text | None]] = {
    "missing": _lacks_closing,
    "event": lambda rule, cells: None,
}
