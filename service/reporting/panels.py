"""数据面板的来源: the newest revisions and the events of many nodes, read in a constant number of queries."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import Session, col

from service.network.tables import Node
from service.reporting.tables import Event, Expectation, Report, ReportingWeek
from service.scoring.build import build_panel, number
from service.scoring.pack import Dictionary
from service.scoring.panel import Panel, PanelEvent, PanelNode, PanelReport
from service.scoring.week import between


@dataclass(frozen=True)
class Reading:
    """What was read: reports by node, and which revision of which week and source each was."""

    reports: Mapping[str, Sequence[tuple[str, str, int, Mapping[str, Any]]]]  # node → (week, source, revision, values)
    events: Sequence[tuple[str, str, str, int | None]]  # node, week, event, people
    excused: Mapping[str, frozenset[str]] = field(default_factory=dict)  # node → weeks of 停工放假

    def revisions(self, node: str, first: str, last: str) -> dict[str, int]:
        """`"2026-W47/own": revision` for every report of the node in those weeks."""
        return {f"{w}/{s}": r for w, s, r, _ in self.reports.get(node, ()) if first <= w <= last}

    def weeks(self, node: str) -> set[str]:
        """Weeks in which the node has a report or an event."""
        return {w for w, *_ in self.reports.get(node, ())} | {w for n, w, *_ in self.events if n == node}

    def panel(
        self,
        nodes: Sequence[Node],
        first: str,
        last: str,
        dictionary: Dictionary,
        closed: Callable[[str], bool],
    ) -> Panel:
        """The dense block of these nodes and weeks, in the words of `dictionary`."""
        reports = [
            PanelReport(node.id, week, _numbers(dictionary, values), source)
            for node in nodes
            for week, source, _, values in self.reports.get(node.id, ())
            if first <= week <= last
        ]
        wanted = {node.id for node in nodes}
        events = [
            PanelEvent(n, w, e, None if p is None else float(p))
            for n, w, e, p in self.events
            if n in wanted and first <= w <= last and e in dictionary.events
        ]
        known = [replace(panel_node(n), excused=self.excused.get(n.id, frozenset())) for n in nodes]
        return build_panel(known, between(first, last), reports, events, dictionary, closed)


def panel_node(node: Node) -> PanelNode:
    """What a rule may know of a stored node."""
    return PanelNode(
        id=node.id,
        kind=node.kind,
        industry=node.industry,
        headcount=node.headcount,
        key=node.key,
        opened=node.opened,
        closed=node.closed,
        parent=node.parent_id,
    )


def read_reports(
    session: Session,
    nodes: Collection[str] | Select[str],
    first: str,
    last: str,
    known_at: datetime | None = None,
) -> Reading:
    """Newest revisions and all events of `nodes` from `first` to `last`; with `known_at`, as they were known then."""
    reports: dict[str, list[tuple[str, str, int, Mapping[str, Any]]]] = {}
    newest: dict[tuple[str, str, str], tuple[int, Mapping[str, Any]]] = {}
    query = select(
        col(Report.node_id), col(Report.week), col(Report.source), col(Report.revision), col(Report.values)
    ).where(col(Report.node_id).in_(nodes), col(Report.week) >= first, col(Report.week) <= last)
    events = select(col(Event.node_id), col(Event.week), col(Event.event), col(Event.people)).where(
        col(Event.node_id).in_(nodes), col(Event.week) >= first, col(Event.week) <= last
    )
    if known_at is not None:
        query = query.where(col(Report.received_at) <= known_at)
        events = events.where(col(Event.received_at) <= known_at)
    excused: dict[str, frozenset[str]] = {}
    stood_still = select(col(Expectation.node_id), col(Expectation.week)).where(
        col(Expectation.state) == "excused",
        col(Expectation.node_id).in_(nodes),
        col(Expectation.week).between(first, last),
    )
    for node, week in session.connection().execute(stood_still):
        excused[node] = excused.get(node, frozenset()) | {week}
    for node, week, source, revision, values in session.connection().execute(query):
        if newest.get((node, week, source), (0, {}))[0] < revision:
            newest[node, week, source] = (revision, values)
    for (node, week, source), (revision, values) in sorted(newest.items(), key=lambda item: item[0]):
        reports.setdefault(node, []).append((week, source, revision, values))
    happened = [(n, w, e, p) for n, w, e, p in session.connection().execute(events.order_by(col(Event.id)))]
    return Reading(reports, happened, excused)


def first_week(session: Session) -> str | None:
    """The first week of the panel: the earliest that was expected, reported, or in which something happened."""
    columns = (ReportingWeek.week, Report.week, Event.week)
    earliest = select(*(select(func.min(column)).scalar_subquery() for column in columns))
    return min((week for week in session.connection().execute(earliest).one() if week is not None), default=None)


def _numbers(dictionary: Dictionary, values: Mapping[str, Any]) -> dict[str, float | str]:
    out: dict[str, float | str] = {}
    for id_, raw in values.items():
        indicator = dictionary.indicators.get(id_)
        # A figure whose indicator a later version no longer has is kept in the report and read by no rule.
        value = number(indicator, raw) if indicator else None
        if value is not None:
            out[id_] = value
    return out
