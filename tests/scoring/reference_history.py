"""What the plain-Python reference knows of nodes: a cell a week, and sums over them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from service.scoring.pack import Condition, Dictionary, Level, Rule
from service.scoring.panel import PanelNode

Cell = float | str | None  # a figure, "na", or missing


@dataclass
class Town:
    """All nodes of a panel; `judge` says the level of one of them in a week, and is asked once."""

    dictionary: Dictionary
    judge: Callable[["History", int], Level]
    nodes: list["History"] = field(default_factory=list)
    levels: dict[tuple[str, int], Level] = field(default_factory=dict)

    def level(self, history: "History", week: int) -> Level:
        key = history.node.id, week
        if key not in self.levels:
            self.levels[key] = self.judge(history, week)
        return self.levels[key]


@dataclass(frozen=True)
class History:
    """One node: a cell a week by indicator, people a week by event, and the weeks' own marks."""

    node: PanelNode
    weeks: Sequence[str]
    cells: Mapping[str, Sequence[Cell]]
    people: Mapping[str, Sequence[float | None]]
    reported: Sequence[bool]
    alive: Sequence[bool]
    closed: Sequence[bool]
    town: Town

    def cell(self, indicator: str, week: int) -> Cell:
        return self.cells[indicator][week] if week >= 0 and self.alive[week] else None

    def figure(self, indicator: str, week: int) -> float | None:
        found = self.cell(indicator, week)
        return found if isinstance(found, float) else None


def fits(rule: Rule, node: PanelNode) -> bool | None:
    """Whether `where` holds; None when that is not known."""
    said: list[bool | None] = []
    if rule.where.industry:
        said.append(node.industry in rule.where.industry if node.industry else None)
    if rule.where.headcount:
        said.append(holds(rule.where.headcount, None if node.headcount is None else float(node.headcount)))
    if rule.where.key is not None:
        said.append(node.key == rule.where.key)
    return False if False in said else None if None in said else True


def holds(condition: Condition, value: float | None) -> bool | None:
    if value is None:
        return None
    number = condition.number
    return {
        ">=": value >= number,
        ">": value > number,
        "<=": value <= number,
        "<": value < number,
        "==": value == number,
        "!=": value != number,
    }[condition.op]


def divided(value: float | None, per: float | None) -> float | None:
    return None if value is None or per is None or per <= 0 else value / per


def known(history: History, indicator: str, weeks: range) -> list[float]:
    """The known figures of these weeks, oldest first."""
    return [figure for week in weeks if (figure := history.figure(indicator, week)) is not None]


def added(figures: list[float]) -> float:
    total = 0.0
    for figure in figures:
        total = total + figure
    return total


def sum_value(rule: Rule, history: History, week: int) -> float | None:
    window = range(week - rule.weeks + 1, week + 1)
    figures = known(history, rule.of, window)
    if len(figures) < rule.min_weeks:
        return None
    if not rule.per:
        return added(figures)
    per = known(history, rule.per, window)
    return divided(added(figures), per[-1] if per else None)
