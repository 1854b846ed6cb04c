"""周围的读取: what nodes outside a batch contribute to it – figures of its peers, levels and silence below.

Nothing is read for a pack that does not look around. What peers contribute is kept from batch to batch, with a stamp of
everything it was made of: how many reports there are of its weeks (they are only ever added) and when a node was last
changed. What is below is counted by the database.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, literal, or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from service.alerting.tables import Score
from service.network.tables import Node
from service.reporting.panels import panel_node, read_reports
from service.reporting.tables import Report, ReportingWeek, Source
from service.rulebook.library import Rulebook
from service.scoring.climb import reporting_kinds
from service.scoring.pack import Dictionary, Level, Rule
from service.scoring.panel import Floats
from service.scoring.peers import Figures, by, group_of, pool
from service.scoring.surroundings import OPEN, REPORTING, SILENT, Census, Surroundings
from service.scoring.week import between, monday, step, sunday

Stamp = tuple[int, datetime | None]
_Key = tuple[str, str, str, str]  # digest of the pack, rule, group, week
_MOST_KEPT = 20_000
_NOBODY: Floats = np.empty(0)


@dataclass
class Kept:
    """同行的旧值: sorted values of groups by week, each with its stamp; for one thread, as an assessor is."""

    values: dict[_Key, tuple[Stamp, Floats]] = field(default_factory=dict)


@dataclass(frozen=True)
class View:
    """Which nodes and weeks are judged, by which version; the panel of all begins with `panel_start`."""

    book: Rulebook
    nodes: Sequence[Node]
    weeks: Sequence[str]
    panel_start: str
    closed: Callable[[str], bool]

    def seen_by(self, rule: Rule) -> list[str]:
        """The weeks that the rule judges, those that `for_weeks` asks for included."""
        every = {step(week, -back) for week in self.weeks for back in range(rule.for_weeks)}
        return sorted(week for week in every if week >= self.panel_start)


def read_around(session: Session, kept: Kept, view: View) -> Surroundings:
    """What is around the nodes of `view`, in a number of queries that does not depend on how many they are."""
    if len(kept.values) > _MOST_KEPT:
        kept.values.clear()
    pack, kinds = view.book.pack, {node.kind for node in view.nodes}
    peers = [rule for rule in pack.of_kind("peers") if kinds & set(rule.applies_to)]
    return Surroundings(
        _pools(session, kept, view, peers) if peers else {},
        _census(session, view) if kinds & pack.counting else None,
    )


def in_hand(session: Session, weeks: Collection[str]) -> set[str]:
    """Those of `weeks` whose closing was put in hand, so that everybody has been due for it."""
    query = select(col(ReportingWeek.week)).where(
        col(ReportingWeek.week).in_(weeks), col(ReportingWeek.closed_at).is_not(None)
    )
    return set(session.scalars(query))


def group_members(rule: Rule, groups: Collection[str]) -> ColumnElement[bool]:
    """The nodes of these groups that a peers rule may judge."""
    column = {"industry": col(Node.industry), "parent": col(Node.parent_id), "kind": col(Node.kind)}[by(rule).by]
    return and_(col(Node.kind).in_(rule.applies_to), column.in_(groups))


def groups_of(rule: Rule, nodes: Iterable[Node]) -> set[str]:
    """The groups of those nodes that the rule is for."""
    found = {group_of(rule, panel_node(node)) for node in nodes if node.kind in rule.applies_to}
    return {group for group in found if group}


def _pools(session: Session, kept: Kept, view: View, rules: Sequence[Rule]) -> dict[str, dict[tuple[str, str], Floats]]:
    wanted = {rule.id: view.seen_by(rule) for rule in rules}
    first = min(step(weeks[0], 1 - rule.weeks) for rule in rules if (weeks := wanted[rule.id]))
    stamps = _Stamps.read(session, first, view.weeks[-1])
    ripe = stamps.ripe(session, view.closed)
    found: dict[str, dict[tuple[str, str], Floats]] = {}
    for rule in rules:
        groups, weeks = groups_of(rule, view.nodes), [week for week in wanted[rule.id] if week in ripe]
        keys = {(view.book.digest, rule.id, group, week): stamps.of(rule, week) for group in groups for week in weeks}
        stale = [key for key, stamp in keys.items() if key not in kept.values or kept.values[key][0] != stamp]
        if stale:
            _refresh(session, kept, view.book.dictionary, rule, {key: keys[key] for key in stale})
        found[rule.id] = {key[2:]: kept.values[key][1] for key in keys}
    return found


@dataclass(frozen=True)
class _Stamps:
    """How many reports there are of each week, and when a node was last added or changed."""

    reports: Mapping[str, int]
    network: datetime | None

    @classmethod
    def read(cls, session: Session, first: str, last: str) -> "_Stamps":
        """Before anything else is read, so that what comes in meanwhile makes the stamp old and not the figures."""
        week = col(Report.week)
        counts = session.execute(select(week, func.count()).where(week >= first, week <= last).group_by(week))
        counted = dict(counts.all())
        return cls(
            {week: counted.get(week, 0) for week in between(first, last)},
            session.execute(select(func.max(col(Node.changed_at)))).scalar(),
        )

    def of(self, rule: Rule, week: str) -> Stamp:
        """Of what the rule's peers have to say in a week."""
        return sum(self.reports[step(week, -back)] for back in range(rule.weeks)), self.network

    def ripe(self, session: Session, closed: Callable[[str], bool]) -> set[str]:
        """Closed weeks in which peers can be compared: not those that still come in as history, whose closing will
        bring everybody up again."""
        over = [week for week in self.reports if closed(week)]
        rows = session.execute(
            select(col(ReportingWeek.week), col(ReportingWeek.closed_at)).where(col(ReportingWeek.week).in_(over))
        )
        known = dict(rows.all())
        return {week for week in over if (known[week] is not None if week in known else not self.reports[week])}


def _refresh(session: Session, kept: Kept, dictionary: Dictionary, rule: Rule, stale: Mapping[_Key, Stamp]) -> None:
    """Read the figures of these groups and weeks anew."""
    weeks = sorted({week for *_, week in stale})
    members = group_members(rule, {group for _, _, group, _ in stale})
    first = step(weeks[0], 1 - rule.weeks)
    nodes = session.scalars(select(Node).where(members).order_by(col(Node.id))).all()
    reading = read_reports(session, select(col(Node.id)).where(members), first, weeks[-1])
    read = Dictionary({id_: dictionary.indicators[id_] for id_ in (rule.of, rule.per) if id_}, {})
    panel = reading.panel(nodes, first, weeks[-1], read, lambda week: True)
    values = pool(Figures.of(rule, panel, rule.weeks - 1, len(panel.weeks)))
    for key, stamp in stale.items():
        kept.values[key] = stamp, values.get(key[2:], _NOBODY)


def _census(session: Session, view: View) -> Census:
    """How many there are below the judged nodes, by level and silence, as the current scores and reports have it."""
    pack = view.book.pack
    rules = pack.of_kind("children")
    parents = sorted(node.id for node in view.nodes if node.kind in pack.counting)
    weeks = sorted({week for rule in rules for week in view.seen_by(rule)})
    census = Census.begin(parents, weeks)
    reporting = reporting_kinds(view.book.dictionary)
    for subtree in sorted({rule.below.subtree for rule in rules if rule.below}):
        counts = census.enterprises if subtree else census.direct
        for week in weeks:
            asked = {"parents": parents, "week": week, "monday": monday(week), "sunday": sunday(week)}
            for parent, kind, level, reported, number in session.execute(_below(subtree), asked):
                place = counts[census.parents[parent], census.weeks[week]]
                place[OPEN : level + 1] += number  # every level up to its own
                if kind in reporting:
                    place[REPORTING] += number
                    place[SILENT] += 0 if reported or not view.closed(week) else number
    return census


@cache
def _below(subtree: bool) -> Select[str, str, int, bool, int]:
    """How many open nodes there are in a week below each of some parents: by kind, level and whether they reported."""
    above, below = aliased(Node), aliased(Node)
    end = func.substr(col(above.path), 1, func.length(col(above.path)) - 1).concat("0")  # see `directory.within`
    inside = and_(col(below.path) > col(above.path), col(below.path) < end, col(below.kind) == "enterprise")
    current = and_(
        col(Score.node_id) == col(below.id), col(Score.week) == bindparam("week"), col(Score.superseded_at).is_(None)
    )
    level = func.coalesce(col(Score.level), literal(int(Level.NORMAL)))
    own = and_(col(Report.week) == bindparam("week"), col(Report.source) == Source.OWN)
    reported = exists().where(col(Report.node_id) == col(below.id), own)
    return (
        select(col(above.id), col(below.kind), level, reported, func.count())
        .join(below, inside if subtree else col(below.parent_id) == col(above.id))
        .join(Score, current, isouter=True)
        .where(
            col(above.id).in_(bindparam("parents", expanding=True)),
            or_(col(below.opened).is_(None), col(below.opened) <= bindparam("sunday")),
            or_(col(below.closed).is_(None), col(below.closed) > bindparam("monday")),
        )
        .group_by(col(above.id), col(below.kind), level, reported)
    )
