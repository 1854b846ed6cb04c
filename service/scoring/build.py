"""数据面板的搭建: reports and events of many nodes → the dense block that rules judge."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from service.clock import calendar_day
from service.scoring.pack import Dictionary, Indicator
from service.scoring.panel import (
    NA,
    OWN,
    Bools,
    Disagreement,
    Floats,
    Indices,
    Panel,
    PanelEvent,
    PanelNode,
    PanelReport,
)
from service.scoring.sources import disagreements
from service.scoring.week import monday, week_number

_NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_YES_NO = {"true": 1.0, "false": 0.0, "1": 1.0, "0": 0.0}
_NOT_APPLICABLE = -math.inf  # in columns; no cell can hold it, because infinities are refused
_MISSING = math.nan


def cell(indicator: Indicator, written: str) -> float | str | None:
    """What a person wrote in a table: a number, `NA`, or None for an empty cell. Raises ValueError when unreadable."""
    content = written.strip()
    if not content or content == NA:
        return content or None
    if indicator.type == "date":
        return float(calendar_day(content).toordinal())
    if indicator.type == "yes_no":
        if content.lower() not in _YES_NO:
            raise ValueError(f"neither yes nor no: {content!r}")
        return _YES_NO[content.lower()]
    if not _NUMBER.fullmatch(content) or not math.isfinite(float(content)):
        raise ValueError(f"not a number: {content!r}")
    return float(content)


def number(indicator: Indicator, raw: object) -> float | str | None:
    """What a stored report holds: a number, `NA`, or None. A figure that the indicator's type cannot read (its type was
    another one when it was stored) is missing."""
    try:
        if isinstance(raw, str):
            return cell(indicator, raw)
        value = float(raw) if isinstance(raw, int | float) else math.nan
    except (ValueError, OverflowError):
        return None
    return value if math.isfinite(value) and indicator.type != "date" else None


@dataclass(frozen=True)
class Columns:
    """Reports as columns: report r is of node `nodes[r]` (an index) in week `weeks[r]` (a `week_number`), and its
    figures are `values[i][r]` as `coded`. `observed` is which of them are observations; None for none."""

    nodes: Indices
    weeks: Indices
    values: Mapping[str, Floats]
    observed: Bools | None = None

    def of_nodes(self, rows: Indices) -> "Columns":
        """The reports of some nodes, whose indices become their places in `rows`; reports must be in the order of
        nodes."""
        begins, ends = (np.searchsorted(self.nodes, rows, side) for side in ("left", "right"))
        counts = ends - begins
        at = np.arange(counts.sum()) + np.repeat(begins - np.cumsum(counts) + counts, counts)
        nodes = np.repeat(np.arange(len(rows)), counts)
        observed = None if self.observed is None else self.observed[at]
        return Columns(nodes, self.weeks[at], {id_: figures[at] for id_, figures in self.values.items()}, observed)

    def beside(self, seen: "Columns") -> "Columns":
        """These own reports together with `seen`, which are observations, in the order of nodes."""
        nodes, weeks = np.concatenate([self.nodes, seen.nodes]), np.concatenate([self.weeks, seen.weeks])
        observed = np.repeat([False, True], [len(self.nodes), len(seen.nodes)])
        order = np.lexsort((observed, weeks, nodes))
        nothing, unseen = np.full(len(self.nodes), _MISSING), np.full(len(seen.nodes), _MISSING)
        values = {
            id_: np.concatenate([self.values.get(id_, nothing), seen.values.get(id_, unseen)])[order]
            for id_ in {**self.values, **seen.values}
        }
        return Columns(nodes[order], weeks[order], values, observed[order])

    def figures(self, row: int) -> dict[str, float | str]:
        """What one report says: a number or `NA` of each indicator that it has an answer of."""
        said = {id_: float(column[row]) for id_, column in self.values.items()}
        return {id_: NA if value == _NOT_APPLICABLE else value for id_, value in said.items() if value == value}


def coded(value: float | str | None) -> float:
    """A figure as columns hold it."""
    return _MISSING if value is None else _NOT_APPLICABLE if isinstance(value, str) else value


def build_panel(
    nodes: Sequence[PanelNode],
    weeks: Sequence[str],
    reports: Iterable[PanelReport],
    events: Iterable[PanelEvent],
    dictionary: Dictionary,
    closed: Callable[[str], bool] | None = None,
) -> Panel:
    """The panel of `nodes` × `weeks` (consecutive); what lies outside is left out. `closed=None`: every week is."""
    index, numbers = {node.id: i for i, node in enumerate(nodes)}, {week: week_number(week) for week in weeks}
    inside = [report for report in reports if report.node in index and report.week in numbers]
    used = dict.fromkeys(id_ for report in inside for id_ in report.values if id_ in dictionary.indicators)
    columns = Columns(
        np.array([index[report.node] for report in inside], np.intp),
        np.array([numbers[report.week] for report in inside], np.intp),
        {id_: np.array([coded(report.values.get(id_)) for report in inside], np.float64) for id_ in used},
        np.array([report.source != OWN for report in inside], np.bool_),
    )
    return panel_of(nodes, weeks, columns, events, dictionary, closed)


def panel_of(
    nodes: Sequence[PanelNode],
    weeks: Sequence[str],
    reports: Columns,
    events: Iterable[PanelEvent],
    dictionary: Dictionary,
    closed: Callable[[str], bool] | None = None,
) -> Panel:
    """The panel of reports that are columns already; all of them lie in `weeks`."""
    alive = _alive(nodes, weeks)
    at = reports.nodes, reports.weeks - (week_number(weeks[0]) if weeks else 0)
    reported = np.zeros(alive.T.shape, np.bool_).T  # week by week in memory, so that a lag is a contiguous column
    own = slice(None) if reports.observed is None else ~reports.observed
    reported[at[0][own], at[1][own]] = True
    nothing = np.broadcast_to(np.float64(np.nan), reported.shape)  # shared by all indicators that nobody reported
    values, absent = dict.fromkeys(dictionary.indicators, nothing), {}
    for id_ in dictionary.indicators.keys() & reports.values.keys():
        values[id_], not_applicable = _spread(dictionary.indicators[id_], reports.values[id_], at, alive)
        if not_applicable.any():
            absent[id_] = not_applicable
    return Panel(
        nodes=tuple(nodes),
        weeks=tuple(weeks),
        values=values,
        not_applicable=absent,
        people=_people(nodes, weeks, events, dictionary, alive),
        reported=reported & alive,
        alive=alive,
        closed=np.array([closed is None or closed(week) for week in weeks], np.bool_),
        dictionary=dictionary,
        disputed=_disputed(nodes, weeks, reports, at, alive, dictionary),
    )


def _disputed(
    nodes: Sequence[PanelNode],
    weeks: Sequence[str],
    reports: Columns,
    at: tuple[Indices, Indices],
    alive: Bools,
    dictionary: Dictionary,
) -> dict[tuple[str, str], tuple[Disagreement, ...]]:
    """Where the own report and an observation of it disagree; observations are few, so they are gone through singly."""
    found: dict[tuple[str, str], tuple[Disagreement, ...]] = {}
    if reports.observed is None or not reports.observed.any():
        return found
    seen = {(int(at[0][row]), int(at[1][row])): int(row) for row in np.flatnonzero(reports.observed)}
    for row in np.flatnonzero(~reports.observed & np.isin(at[0], [node for node, _ in seen])):
        cell = int(at[0][row]), int(at[1][row])
        if cell in seen and alive[cell]:
            apart = disagreements(reports.figures(int(row)), reports.figures(seen[cell]), dictionary)
            if apart:
                found[nodes[cell[0]].id, weeks[cell[1]]] = apart
    return found


def _spread(indicator: Indicator, figures: Floats, at: tuple[Indices, Indices], alive: Bools) -> tuple[Floats, Bools]:
    """One indicator's figures on the block; of several for one cell the more serious known one counts."""
    block = np.full(alive.T.shape, np.nan).T
    absent = np.zeros(alive.T.shape, np.bool_).T
    marked = figures == _NOT_APPLICABLE
    known = ~np.isnan(figures) & ~marked
    more_serious = np.fmin if indicator.worse == "down" else np.fmax
    more_serious.at(block, (at[0][known], at[1][known]), figures[known])
    absent[at[0][marked], at[1][marked]] = True
    block[~alive] = np.nan
    return block, absent & np.isnan(block) & alive


def _people(
    nodes: Sequence[PanelNode],
    weeks: Sequence[str],
    events: Iterable[PanelEvent],
    dictionary: Dictionary,
    alive: Bools,
) -> dict[str, Floats]:
    rows, columns = ({name: i for i, name in enumerate(names)} for names in ([node.id for node in nodes], weeks))
    found: dict[str, Floats] = {}
    for event in events:
        if event.event in dictionary.events and event.node in rows and event.week in columns:
            i, j = rows[event.node], columns[event.week]
            block = found.setdefault(event.event, np.full(alive.T.shape, np.nan).T)
            if alive[i, j]:
                block[i, j] = np.fmax(block[i, j], 1.0 if event.people is None else event.people)
    return found


def _alive(nodes: Sequence[PanelNode], weeks: Sequence[str]) -> Bools:
    """Whether the half-open life of each node touches each week (as `week.overlaps` says of one)."""
    mondays = np.array([monday(week).toordinal() for week in weeks], np.int64)
    opened = np.array([node.opened.toordinal() if node.opened else 0 for node in nodes], np.int64)
    closed = np.array([node.closed.toordinal() if node.closed else 10**7 for node in nodes], np.int64)
    return ((opened <= mondays[:, None] + 6) & (closed > mondays[:, None])).T
