"""处置台: one alert on an officer's desk – loaded under its lock, with who may do what, its record and its clocks."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlmodel import Session, col, func, select

from service.alerting.clocks import wind
from service.alerting.issue import Issuer
from service.alerting.record import record
from service.alerting.tables import Alert, Score
from service.alerting.views import fired_steps
from service.bell import Topic
from service.db import Database, wake
from service.network import duty
from service.network.directory import posts_on_path
from service.network.duty import PostView
from service.network.tables import Node
from service.response import refusals
from service.response.lifecycle import Move, Standing, State, standing
from service.response.tables import Action, Proposal, Verification
from service.response.verdicts import FindingVerdict
from service.rulebook.library import Library, Rulebook, Shelf
from service.rulebook.policy import Lifting
from service.scoring.pack import Level
from service.scoring.wording import sealed

OTHER = "other"  # 其他线索: what officers call sealed findings, whose names are not told


@dataclass(frozen=True)
class Office:
    """What every move works with."""

    db: Database
    library: Library
    base_url: str


@dataclass
class Case:
    """One alert in one transaction, held by its row lock. Columns of `alert` are set first, then the move is noted."""

    session: Session
    office: Office
    shelf: Shelf
    alert: Alert
    node: Node
    officer_id: str
    now: datetime
    posts: tuple[PostView, ...]  # on the path, as they answer for this alert

    @property
    def id(self) -> int:
        """The alert's number."""
        return self.alert.id or 0

    @property
    def state(self) -> State:
        """Where the alert stands."""
        return State(self.alert.state)

    @property
    def book(self) -> Rulebook:
        """The newest version: its policy and calendar are in force."""
        return self.shelf.newest

    def begin(self, move: Move) -> bool:
        """Whether the move is to be made; False when it has been made already. Raises Conflict when it is forbidden."""
        found = standing(move, self.state)
        if found in (Standing.PERMITTED, Standing.ALREADY):
            return found is Standing.PERMITTED
        raise refusals.out_of_turn(found, self.id)

    def note(self, line: str, *, says: bool = True, **detail: Any) -> None:
        """Put one line on the record and wind the clocks; what `says` something about the alert is an update."""
        record(self.session, self.alert, self.now, line, officer_id=self.officer_id, detail=detail)
        self.wind(says=says)

    def wind(self, *, says: bool) -> None:
        """Set what is owed now."""
        first = select(func.min(Action.at)).where(Action.alert_id == self.id, col(Action.at) >= self.alert.issued_at)
        wind(self.alert, self.book, self.now, self.session.exec(first).one(), self.now if says else None)
        self.session.add(self.alert)
        self.session.flush()

    @property
    def lifting(self) -> Lifting:
        """Who lifts an alert of this level and theme, and how."""
        return self.book.policy.lifting(Level(self.alert.level), self.alert.theme)

    def holds(self, code: str, officer_id: str | None = None) -> bool:
        """Whether an officer holds a post, is deputy of it, or stands above it on the path; when nobody stands there,
        whoever is highest on the path does."""
        return (officer_id or self.officer_id) in _people(code, self.posts)

    @property
    def kinds(self) -> frozenset[str]:
        """Kinds of node at which the officer has posts on the path."""
        return frozenset(p.kind for p in self.posts if self.officer_id in {officer.id for officer in p.officers})

    def issuer(self) -> Issuer:
        """What issues an alert, ready for this node."""
        issuer = Issuer(self.session, self.now, self.shelf, self.office.base_url)
        issuer.prepare([self.node])
        wake(self.session, Topic.DELIVER)
        return issuer

    @cached_property
    def scores(self) -> list[Score]:
        """The score that raised the alert, as it was known then, and the current one of its newest week."""
        newest = select(Score).where(
            Score.node_id == self.node.id, Score.week == self.alert.last_week, col(Score.superseded_at).is_(None)
        )
        raised = self.session.get(Score, self.alert.score_id)
        return [score for score in (raised, self.session.exec(newest).first()) if score is not None]

    @property
    def steps(self) -> dict[str, tuple[float, float]]:
        """Floor and points of every rule that has fired for the alert, the worse of what raised it and what is now."""
        worst: dict[str, tuple[float, float]] = {}
        for score in self.scores:
            for rule, (floor, points) in fired_steps(score.findings).items():
                before = worst.get(rule, (0.0, 0.0))
                worst[rule] = (max(floor, before[0]), max(points, before[1]))
        return worst

    @property
    def findings(self) -> list[str]:
        """Ids of the rules that have to be verified: those that raised the alert, and what has fired beside them."""
        return list(dict.fromkeys([*self.alert.rules, *self.steps]))

    def named(self, ids: Iterable[str]) -> list[str]:
        """Ids of findings as officers name them: OTHER stands for all sealed ones of the alert."""
        hidden = {rule.id for rule in self.book.pack.rules if sealed(rule, self.book.dictionary)}
        other = [rule for rule in self.findings if rule in hidden]
        return [rule for id_ in ids for rule in (other if id_ == OTHER and other else [id_])]

    @property
    def verdicts(self) -> dict[str, FindingVerdict]:
        """The newest verdict on each finding since the present level was issued."""
        rows = self.session.exec(
            select(Verification)
            .where(Verification.alert_id == self.id, col(Verification.at) >= self.alert.issued_at)
            .order_by(col(Verification.id))
        )
        return {row.rule: FindingVerdict(row.verdict) for row in rows}

    def proposal(self, kind: str) -> Proposal | None:
        """The open proposal of a kind. One from before the level was issued anew is void: it was about another one."""
        query = select(Proposal).where(Proposal.alert_id == self.id, Proposal.kind == kind)
        found = self.session.exec(query.where(col(Proposal.decided_at).is_(None))).first()
        if found is not None and found.at < self.alert.issued_at:
            found.decided_at, found.verdict = self.now, "withdrawn"
            self.session.add(found)
            self.session.flush()
            return None
        return found

    def propose(self, kind: str, detail: dict[str, Any]) -> None:
        """Open a proposal for a second person, on record."""
        self.session.add(Proposal(alert_id=self.id, kind=kind, officer_id=self.officer_id, at=self.now, detail=detail))
        self.session.flush()
        self.note(f"{kind}_proposed", **detail)

    def decide(self, proposal: Proposal, verdict: str) -> None:
        """Close a proposal; the move that decides it goes on record by itself."""
        proposal.decided_by, proposal.decided_at, proposal.verdict = self.officer_id, self.now, verdict
        self.session.add(proposal)
        self.session.flush()


@contextmanager
def on_desk(
    office: Office, alert_id: int, officer_id: str, now: datetime, if_match: int | None = None
) -> Iterator[Case]:
    """The alert under its lock, until the block ends and everything is committed. `if_match` is the version the officer
    has seen. Raises NotFound where the officer has no post on the path, Stale when somebody has moved since."""
    with office.db.write() as session:
        query = select(Alert, Node).join(Node, col(Node.id) == col(Alert.node_id)).where(col(Alert.id) == alert_id)
        row = session.exec(query.with_for_update(of=Alert)).first()
        if row is None:
            raise refusals.no_such_alert(alert_id)
        alert, node = row
        shelf = office.library.shelf(session)
        on_path = posts_on_path(session, [node.id], shelf.newest.calendar.is_working_day)[node.id]
        posts = duty.for_alert(on_path, node.id, node.kind, alert.theme)
        case = Case(session, office, shelf, alert, node, officer_id, now, posts)
        if not case.kinds - {"enterprise"}:  # nobody on the side of the enterprise has to do with its alerts
            raise refusals.no_such_alert(alert_id)
        if if_match is not None and if_match != alert.last_seq:
            raise refusals.stale(alert.last_seq)
        yield case


def _people(code: str, posts: tuple[PostView, ...]) -> set[str]:
    """Everybody at a post or above it; where nobody is, whoever stands highest."""
    standing_posts = [post for post in duty.ladder(code, posts) if not post.barred]
    found = {officer.id for post in standing_posts for officer in post.officers}
    if found:
        return found
    manned = [post for post in posts if post.officers and not post.barred]
    return {officer.id for officer in manned[-1].officers} if manned else set()
