"""模拟: seeded, synthetic reports, events and outcomes for a tree of nodes – the same seed gives the same figures.

Pure. Every figure here is made up; what is written from it says so.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import cast

import numpy as np

from service.network.tree import NodeRow
from service.scoring.pack import Dictionary, Indicator
from service.scoring.panel import NA
from service.scoring.week import monday, overlaps
from service.simulation import stories
from service.simulation.background import quiet
from service.simulation.history import History, Incident
from service.simulation.stories import Story

Cell = int | float | str | bool

# Shares of enterprises that a story is dealt to; whoever is left has a quiet year.
SHARES: tuple[tuple[Story, float], ...] = (
    (stories.arrears, 0.06),
    (stories.late_payer, 0.10),
    (stories.layoffs, 0.04),
    (stories.overtime, 0.06),
    (stories.silent, 0.03),
    (stories.copying, 0.04),
    (stories.settled, 0.04),
    (stories.halted, 0.03),
    (stories.hidden, 0.02),
    (stories.sudden, 0.01),
)


@dataclass(frozen=True)
class SimulatedReport:
    """One report as the API takes it: numbers, `na`, ISO dates, true and false; missing cells are absent."""

    node: str
    week: str
    values: Mapping[str, Cell]


@dataclass(frozen=True)
class SimulatedEvent:
    """An incident of the dictionary's kinds, on a day of its week; `people` None when nobody could count them."""

    node: str
    week: str
    event: str
    people: int | None
    day: date


@dataclass(frozen=True)
class SimulatedOutcome:
    """What came of it, known only afterwards: the labels that warnings are measured against."""

    node: str
    week: str
    kind: str


@dataclass(frozen=True)
class Simulation:
    """Everything in the order of weeks, and within a week in the order of nodes."""

    reports: tuple[SimulatedReport, ...]
    events: tuple[SimulatedEvent, ...]
    outcomes: tuple[SimulatedOutcome, ...]
    observations: tuple[SimulatedReport, ...]


def simulate(nodes: Sequence[NodeRow], dictionary: Dictionary, weeks: Sequence[str], seed: int) -> Simulation:
    """Make up `weeks` of reports for every node whose kind reports anything."""
    span, asked = tuple(weeks), {kind for i in dictionary.indicators.values() for kind in i.applies_to}
    told = _deal([node for node in nodes if node.kind == "enterprise"], len(span), seed)
    histories = []
    for place, node in enumerate(nodes):
        if node.kind in asked:
            history = quiet(node, span, dictionary, np.random.Generator(np.random.PCG64([seed, place])))
            if node.id in told:
                story, peak = told[node.id]
                # Its own chance, so that a longer dictionary changes no story.
                story(history, peak, np.random.Generator(np.random.PCG64([seed, place, 1])))
            histories.append(history)
    return Simulation(
        tuple(_reports(histories, dictionary)),
        tuple(_events(histories, dictionary)),
        tuple(_outcomes(histories)),
        tuple(_observations(histories, dictionary)),
    )


def _deal(enterprises: Sequence[NodeRow], weeks: int, seed: int) -> dict[str, tuple[Story, int]]:
    """Who lives through what, and when it comes to a head: spread over the weeks, the last one just after them."""
    rng = np.random.Generator(np.random.PCG64([seed, 1 << 32]))
    order = [enterprises[int(place)] for place in rng.permutation(len(enterprises))]
    told: dict[str, tuple[Story, int]] = {}
    for story, share in SHARES:
        count = max(round(share * len(enterprises)), 1 if len(enterprises) >= 10 and share > 0.02 else 0)
        for number in range(count):
            peak = round(weeks * (number + 1) / count) - (int(rng.integers(0, 3)) if number + 1 < count else 0)
            told[order.pop().id] = (story, max(0, min(peak, weeks)))
    return told


def _alive(history: History) -> list[bool]:
    """Whether the node was open, week by week."""
    node, weeks = history.node, history.weeks
    if node.opened is None and node.closed is None:
        return [True] * len(weeks)
    return [overlaps(node.opened, node.closed, week) for week in weeks]


def _reports(histories: Sequence[History], dictionary: Dictionary) -> Iterator[SimulatedReport]:
    written = [(history, _columns(history, dictionary), _alive(history)) for history in histories]
    for week in range(len(histories[0].weeks) if histories else 0):
        for history, columns, alive in written:
            if alive[week] and not history.silent[week]:
                values = {name: cells[week] for name, cells in columns if cells[week] is not None}
                yield SimulatedReport(history.node.id, history.weeks[week], cast(dict[str, Cell], values))


def _observations(histories: Sequence[History], dictionary: Dictionary) -> Iterator[SimulatedReport]:
    seen = sorted((week, n) for n, history in enumerate(histories) for week in history.observed)
    for week, n in seen:
        history = histories[n]
        cells = {name: _cell(dictionary.indicators[name], v) for name, v in history.observed[week].items()}
        if cells and _alive(history)[week]:
            yield SimulatedReport(history.node.id, history.weeks[week], cells)


def _columns(history: History, dictionary: Dictionary) -> list[tuple[str, list[Cell | None]]]:
    """Each indicator's cells by week, None for an empty one."""
    found: list[tuple[str, list[Cell | None]]] = []
    for name, figures in history.values.items():
        if name in history.not_applicable:
            found.append((name, [NA if known else None for known in np.isfinite(figures).tolist()]))
        else:
            indicator = dictionary.indicators[name]
            found.append((name, [None if v != v else _cell(indicator, v) for v in figures.tolist()]))
    return found


def _cell(indicator: Indicator, figure: float) -> Cell:
    if indicator.type == "date":
        return date.fromordinal(int(figure)).isoformat()
    if indicator.type == "yes_no":
        return figure != 0
    return int(figure) if figure.is_integer() else figure


def _incidents(histories: Iterable[History]) -> list[tuple[Incident, History]]:
    found = [(incident, history) for history in histories for incident in history.incidents]
    alive = [(incident, history) for incident, history in found if _alive(history)[incident.week]]
    return sorted(alive, key=lambda pair: pair[0].week)


def _events(histories: Sequence[History], dictionary: Dictionary) -> Iterator[SimulatedEvent]:
    for incident, history in _incidents(histories):
        event, week = f"event.{incident.kind}", history.weeks[incident.week]
        if event in dictionary.events:
            day = monday(week) + timedelta(days=incident.week % 5)
            yield SimulatedEvent(history.node.id, week, event, incident.people, day)


def _outcomes(histories: Sequence[History]) -> Iterator[SimulatedOutcome]:
    for incident, history in _incidents(histories):
        yield SimulatedOutcome(history.node.id, history.weeks[incident.week], incident.kind)
