"""发布: writes what was decided – the alert, its record, the messages to whoever must know – in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service import journal
from service.alerting.decide import RECORDED, Decision, Reason
from service.alerting.escalate import Ladder, ladder
from service.alerting.news import ESCALATED, news_reason, write_letter
from service.alerting.record import record
from service.alerting.tables import Alert, AlertEvent, Outcome, Score
from service.alerting.views import raising_rules
from service.journal import JournalEntry
from service.network import duty
from service.network.directory import posts_on_path
from service.network.duty import Hole, PostView
from service.network.tables import Node
from service.notify.message import NewsReason
from service.notify.outbox import Address, enqueue
from service.rulebook.library import Rulebook, Shelf
from service.scoring.pack import Level

# Where a message goes when nobody on the path can be reached: the console of the operator, who sees it in the log.
NOBODY = Address(officer_id=None, post="", channel="console", address="operator", contact_id=None)


@dataclass
class Issuer:
    """Issues for one batch inside its transaction; `prepare` first names the nodes that may need people."""

    session: Session
    now: datetime
    shelf: Shelf
    base_url: str
    _posts: dict[str, tuple[PostView, ...]] = field(default_factory=dict)
    _counties: dict[str, str] = field(default_factory=dict)

    def prepare(self, nodes: Collection[Node]) -> None:
        """Load posts and county names of these nodes in a constant number of queries."""
        if not nodes:
            return
        self._posts = posts_on_path(self.session, [node.id for node in nodes])
        above = {id_ for node in nodes for id_ in node.path.strip("/").split("/")}
        counties = dict(
            self.session.exec(select(Node.id, Node.name).where(col(Node.id).in_(above), Node.kind == "county")).all()
        )
        for node in nodes:
            self._counties[node.id] = next((counties[i] for i in node.path.split("/") if i in counties), "")

    def apply(self, node: Node, score: Score, decision: Decision, alert: Alert | None) -> Alert | None:
        """Carry out one decision; the node's alert afterwards."""
        if decision.reason in RECORDED:
            self.session.flush()  # alert and record name the score
        if decision.raises:
            return self._raise(node, score, decision, alert)
        if alert is None or alert.closed_at is not None or decision.reason is Reason.HISTORY:
            return alert
        alert.last_week = max(alert.last_week, score.week)
        if decision.reason is Reason.EASED_OUT:
            alert.state, alert.closed_at, alert.outcome = "lifted", self.now, Outcome.EASED_OUT
            alert.next_step_at, alert.duty = None, "none"
        elif decision.reason is Reason.LIFTABLE:
            alert.liftable_at = self.now
        if decision.reason in RECORDED:
            self._record(alert, decision.reason, score)
        return alert

    def climb(self, node: Node, score: Score, alert: Alert) -> None:
        """Take every rung of the ladder whose time has come: one record a rung, one message an officer."""
        clocks = self._ladder(alert)
        rungs = clocks.due(alert.step, self.now)
        alert.step += len(rungs)
        alert.next_step_at = clocks.rung_at(alert.step)
        if not rungs:  # a newer version of the policy gives more time
            return
        told = self._tell(node, score, alert, len(rungs), clocks.posts(rungs), ESCALATED)
        for rung in rungs:
            last = {"told": told} if rung == rungs[-1] else {}
            self._record(alert, "escalated", score, rung=rung, posts=list(clocks.policy.ladder[rung].posts), **last)

    def _raise(self, node: Node, score: Score, decision: Decision, alert: Alert | None) -> Alert:
        rules = raising_rules(score.findings)
        themes = {rule.id: rule.theme for rule in self._judged_by(score).pack.rules}
        theme = themes[rules[0]] if rules else "reporting"
        if alert is None or (alert.closed_at is not None and decision.reason is not Reason.REOPENED):
            alert = Alert(
                node_id=node.id,
                rules=[],
                first_week=score.week,
                raised_at=self.now,
                level=0,
                state="",
                theme="",
                last_week=score.week,
                score_id=score.id,
                issued_at=self.now,
                sign_by=self.now,
            )
        elif alert.closed_at is not None:
            alert.first_week, alert.rules, alert.raised_at = score.week, [], self.now
        alert.level, alert.theme = int(decision.level), theme
        alert.rules = list(dict.fromkeys([*rules, *alert.rules]))
        alert.last_week = max(alert.last_week, score.week)
        alert.score_id, alert.issued_at = score.id, self.now
        # A level that has risen is new news: who signed the lower one has to sign again.
        alert.state, alert.acknowledged_at, alert.acknowledged_by = "raised", None, None
        alert.closed_at = alert.outcome = alert.liftable_at = alert.owner_id = None
        alert.duty = "sign"
        self._start_ladder(node, score, alert, decision.reason)
        return alert

    def _start_ladder(self, node: Node, score: Score, alert: Alert, reason: Reason) -> None:
        clocks = self._ladder(alert)
        rungs = clocks.due(0, self.now)
        alert.step = len(rungs)
        alert.sign_by, alert.next_step_at = clocks.sign_by, clocks.rung_at(alert.step)
        self.session.add(alert)
        self.session.flush()
        posts = (*clocks.posts(rungs), *clocks.policy.copy)
        self._record(alert, reason, score, told=self._tell(node, score, alert, 1, posts, news_reason(reason)))

    def _ladder(self, alert: Alert) -> Ladder:
        book = self.shelf.newest
        return ladder(book.policy, Level(alert.level), alert.theme, alert.issued_at, book.calendar)

    def _judged_by(self, score: Score) -> Rulebook:
        """What fired is worded by the version that judged it; deadlines are those of the newest."""
        return self.shelf.version(score.rule_version)

    def _record(self, alert: Alert, reason: str, score: Score, **detail: Any) -> AlertEvent:
        return record(self.session, alert, self.now, reason, score=score, detail=detail)

    def _tell(
        self, node: Node, score: Score, alert: Alert, lines: int, codes: Sequence[str], why: NewsReason
    ) -> list[str]:
        """Write to whoever answers for these posts, before the `lines` lines about it go on the record; to whom."""
        posts = self._posts.get(node.id, ())
        answers = [duty.answer(code, posts, self.now) for code in codes]
        self._note_holes(node, [hole for answer in answers for hole in answer.holes])
        told: dict[str, PostView] = {}
        for found in answers:
            if found.officer and found.post:
                told.setdefault(found.officer.id, found.post)
        routes = {officer: self._route(post, posts) for officer, post in told.items()} or {"operator": [NOBODY]}
        clocks = self._ladder(alert)
        for officer, route in routes.items():
            letter = write_letter(
                alert, score, node, self._counties.get(node.id, ""), self._judged_by(score), why, clocks, self.base_url
            )
            enqueue(
                self.session, self.now, f"alert/{alert.id}/{alert.last_seq + lines}/{officer}", alert.id, letter, route
            )
        return sorted(routes)

    def _route(self, post: PostView, posts: Sequence[PostView]) -> list[Address]:
        """Every address in the order they are tried: of the officer at `post`, then of the posts above."""
        candidates = duty.ladder(post.code, posts)
        above = candidates[next(i for i, p in enumerate(candidates) if p == post) :]
        return [*dict.fromkeys(a for p in above for a in addresses(p, self.now)), NOBODY]

    def _note_holes(self, node: Node, holes: Sequence[Hole]) -> None:
        """One row a hole, however often it is met."""
        for hole in dict.fromkeys(holes):
            subject = f"{hole.code}@{hole.node_id or node.parent_id or node.id}"
            known = select(JournalEntry.id).where(JournalEntry.kind == "hole", JournalEntry.subject == subject)
            if self.session.exec(known.limit(1)).first() is None:
                journal.note(self.session, self.now, "hole", subject, hole.text, hole.text_en)


def addresses(post: PostView, now: datetime) -> list[Address]:
    """Where whoever answers for `post` now is reached, the preferred address first."""
    officer = duty.answer(post.code, [post], now).officer
    if officer is None:
        return []
    return [
        Address(
            officer_id=officer.id,
            post=f"{post.node_id}/{post.code}",
            channel=contact.channel,
            address=contact.address,
            contact_id=contact.id,
        )
        for contact in officer.contacts
    ]
