"""评分的落实: judges the due weeks of claimed nodes, and the later weeks that looked back on them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from service.alerting.claim import Claim
from service.alerting.decide import CORRECTABLE_WEEKS
from service.alerting.neighbours import Kept, View, read_around
from service.alerting.tables import Score
from service.alerting.views import stored_findings
from service.network.tables import Node
from service.reporting.panels import Reading, first_week, read_reports
from service.reporting.tables import AROUND, Cause, Event, Report, ReportingWeek, Source
from service.rulebook.library import Rulebook, Shelf
from service.scoring.score import NodeScore, score_panel
from service.scoring.week import between, distance, overlaps, step, week_at

LATER = "later"  # the cause of a week that is judged again because an earlier one changed
LONGEST_HOLIDAY_WEEKS = 3


@dataclass(frozen=True)
class Judged:
    """One freshly scored week; `score` is not in the database yet."""

    score: Score
    causes: frozenset[str]
    book: Rulebook


@dataclass(frozen=True)
class Batch:
    """What is known of the claimed nodes: current scores, the weeks to judge, and where a week to judge is old, the
    newest week with news."""

    current: Mapping[tuple[str, str], Score]
    causes: Mapping[str, Mapping[str, frozenset[str]]]
    newest: Mapping[str, str]


def read_batch(session: Session, claimed: Claim, shelf: Shelf, now: datetime) -> Batch:
    """Load what judging and deciding need, in a constant number of queries."""
    ids = [node.id for node in claimed.nodes]
    earliest = min((week for weeks in claimed.causes.values() for week in weeks), default=None)
    if earliest is None:
        return Batch({}, {}, {})
    longest_run = max(n for book in shelf.books for n in book.pack.clean_reports_to_lift.values())
    rows = session.exec(
        select(Score).where(
            col(Score.node_id).in_(ids),
            col(Score.superseded_at).is_(None),
            col(Score.week) >= step(earliest, -longest_run),
        )
    )
    current = {(row.node_id, row.week): row for row in rows}
    causes = {id_: dict(claimed.causes[id_]) for id_ in ids}
    reach = _Reach.of(shelf)
    for node, week in current:
        why = [why for due, why in claimed.causes[node].items() if due < week <= step(due, reach.after(why))]
        if why:
            quiet = all(causes == {Cause.PEER} for causes in why)
            causes[node].setdefault(week, frozenset({Cause.PEER if quiet else LATER}))
    # Only for old weeks does it matter what else is known of a node.
    old = distance(earliest, week_at(now)) > CORRECTABLE_WEEKS
    return Batch(current, causes, _newest(session, ids) if old else {})


@dataclass(frozen=True)
class _Reach:
    """How many weeks after a change the last one is that may look back on it: on the node's own figures, and on what
    is below it. Whom a change among its peers concerns is due already (see `ripples.py`)."""

    own: int
    below: int

    @classmethod
    def of(cls, shelf: Shelf) -> "_Reach":
        counting = [rule.for_weeks - 1 for book in shelf.books for rule in book.pack.of_kind("children")]
        return cls(max(book.pack.window for book in shelf.books), max(counting, default=0))

    def after(self, causes: frozenset[str]) -> int:
        return self.below if causes <= AROUND else self.own


def _newest(session: Session, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for table in (Report, Event):
        rows = session.exec(
            select(table.node_id, func.max(table.week)).where(col(table.node_id).in_(ids)).group_by(table.node_id)
        )
        for node, week in rows:
            found[node] = max(week, found.get(node, week))
    return found


def judge(session: Session, claimed: Claim, batch: Batch, shelf: Shelf, now: datetime, kept: Kept) -> list[Judged]:
    """Score every week that has to be judged: nodes as claimed, weeks in order; unchanged scores are left out."""
    weeks = sorted({week for due in batch.causes.values() for week in due})
    if not weeks:
        return []
    panel_start = min(first_week(session) or weeks[0], weeks[0])
    start = max(panel_start, step(weeks[0], -max(book.pack.window for book in shelf.books)))
    reading = read_reports(session, [node.id for node in claimed.nodes], start, weeks[-1])
    closings = _closings(session, weeks, shelf)
    bench = _Bench(session, claimed.nodes, batch, reading, panel_start, closings, now, kept)
    scored: dict[tuple[str, str], Judged] = {}
    for book in shelf.books:
        of_book = [week for week in weeks if bench.book(week, shelf) is book]
        scored |= bench.score(book, of_book)
    keys = [(node.id, week) for node in claimed.nodes for week in weeks]
    return [scored[key] for key in keys if key in scored and _changed(batch.current.get(key), scored[key].score)]


def _closings(session: Session, weeks: Sequence[str], shelf: Shelf) -> dict[str, datetime]:
    """When each week closes; the deadline frozen at its opening goes before the calendar's. It starts a little before
    `weeks`, because a long holiday can keep the week before open too."""
    span = between(step(weeks[0], -LONGEST_HOLIDAY_WEEKS), weeks[-1])
    rows = session.exec(
        select(ReportingWeek.week, ReportingWeek.closes_at).where(
            col(ReportingWeek.week) >= span[0], col(ReportingWeek.week) <= span[-1]
        )
    )
    frozen = dict(rows.all())
    return {week: frozen.get(week) or shelf.newest.deadlines(week).closes_at for week in span}


@dataclass(frozen=True)
class _Bench:
    """Everything read, ready to be judged version by version."""

    session: Session
    nodes: Sequence[Node]
    batch: Batch
    reading: Reading
    panel_start: str
    closings: Mapping[str, datetime]
    now: datetime
    kept: Kept

    def closed(self, week: str) -> bool:
        return week not in self.closings or self.closings[week] <= self.now

    def book(self, week: str, shelf: Shelf) -> Rulebook:
        """A closed week is judged by the version in force at its close, the open one by the newest."""
        return shelf.at(self.closings[week]) if self.closed(week) else shelf.newest

    def score(self, book: Rulebook, weeks: Sequence[str]) -> dict[tuple[str, str], Judged]:
        wanted = set(weeks)
        nodes = [n for n in self.nodes if n.kind in book.pack.kinds and self.batch.causes[n.id].keys() & wanted]
        if not nodes:
            return {}
        first = max(self.panel_start, step(weeks[0], -book.pack.window))
        panel = self.reading.panel(nodes, first, weeks[-1], book.dictionary, self.closed)
        around = read_around(self.session, self.kept, View(book, nodes, weeks, self.panel_start, self.closed))
        scores = score_panel(book.pack, panel, weeks, around)
        return {
            (node.id, week): Judged(self.row(scores.of(i, j), book), self.batch.causes[node.id][week], book)
            for i, node in enumerate(nodes)
            for j, week in enumerate(weeks)
            if self.judged(node, week)
        }

    def judged(self, node: Node, week: str) -> bool:
        """An open week is judged only once it has a report or an event; a change around the node alone judges a week
        again that was judged before, and does not bring forward one whose closing is still to come."""
        causes = self.batch.causes[node.id].get(week, frozenset())
        if not causes or not overlaps(node.opened, node.closed, week):
            return False
        if causes <= AROUND and (node.id, week) not in self.batch.current:
            return False
        return self.closed(week) or week in self.reading.weeks(node.id)

    def row(self, score: NodeScore, book: Rulebook) -> Score:
        revisions = self.reading.revisions(score.node, step(score.week, -book.pack.window), score.week)
        return Score(
            node_id=score.node,
            week=score.week,
            score=score.score,
            level=int(score.level),
            judged=score.judged,
            reported=f"{score.week}/{Source.OWN}" in revisions,
            closed=self.closed(score.week),
            findings=stored_findings(score),
            rule_version=book.version,
            pack_digest=book.digest,
            revisions=revisions,
            computed_at=self.now,
            decision="",  # until it is decided, in the same transaction
        )


def _changed(old: Score | None, new: Score) -> bool:
    """Whether the new score says anything the current one does not; if not, judging again leaves no trace."""
    if old is None:
        return True
    return any(
        getattr(old, name) != getattr(new, name)
        for name in ("score", "level", "judged", "reported", "closed", "findings", "pack_digest", "revisions")
    )
