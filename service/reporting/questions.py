"""问题: which questions the form of a node asks for one week, grouped by theme, with what was told last. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from service.reporting.quality import Form
from service.scoring.pack import Indicator
from service.scoring.week import monday, step

LOOK_BACK = 8  # weeks in which the last figure is looked for; longer than any month

History = Mapping[str, Mapping[str, Any]]  # week → the newest figures told for it


@dataclass(frozen=True)
class Question:
    """One indicator as it is asked; `last` is the newest figure told in the weeks before, None where there is none."""

    indicator: Indicator
    last: Any = None
    last_week: str | None = None


@dataclass(frozen=True)
class Section:
    """The questions of one theme, the first part of their ids, in the order of the dictionary."""

    theme: str
    questions: tuple[Question, ...]


def sections(form: Form, week: str, history: History) -> tuple[Section, ...]:
    """What is asked for `week`, theme by theme. `history` may hold the week itself: what was told stays on the form."""
    asked: dict[str, list[Question]] = {}
    for indicator in form.indicators.values():
        if due(indicator, week, history):
            asked.setdefault(theme_of(indicator.id), []).append(_question(indicator, week, history))
    return tuple(Section(theme, tuple(found)) for theme, found in asked.items())


def due(indicator: Indicator, week: str, history: History) -> bool:
    """Whether the unit is asked for it: a monthly figure in the first week of the month, and after that until it has
    been told; one that others tell never, unless this week holds it already."""
    if indicator.id in history.get(week, {}):
        return True
    if not indicator.asked:
        return False
    return indicator.every != "month" or indicator.id not in _told_this_month(week, history)


def month_of(week: str) -> tuple[int, int]:
    """Year and month a week belongs to: those of its Thursday, as the ISO year of a week is."""
    thursday = monday(week) + timedelta(days=3)
    return thursday.year, thursday.month


def theme_of(id_: str) -> str:
    """The theme an indicator is grouped under."""
    return id_.partition(".")[0]


def asked_of(found: Iterable[Section]) -> dict[str, Indicator]:
    """All indicators of the sections by id."""
    return {question.indicator.id: question.indicator for section in found for question in section.questions}


def first_looked_at(week: str) -> str:
    """The earliest week whose figures matter to the form of `week`."""
    return step(week, -LOOK_BACK)


def _told_this_month(week: str, history: History) -> set[str]:
    month = month_of(week)
    return {id_ for other, values in history.items() if other < week and month_of(other) == month for id_ in values}


def _question(indicator: Indicator, week: str, history: History) -> Question:
    for other in sorted(history, reverse=True):
        if first_looked_at(week) <= other < week and indicator.id in history[other]:
            return Question(indicator, history[other][indicator.id], other)
    return Question(indicator)
