"""发布: writes what was decided – the alert, its record, the messages to whoever must know – in one transaction."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service import journal
from service.alerting.clocks import ladder_of, start
from service.alerting.decide import RECORDED, Decision, Reason
from service.alerting.escalate import Duty, Ladder, Origin, Why
from service.alerting.gather import REST, below, gather, hold_back, join_above
from service.alerting.news import news_reason, step_reason, write_letter
from service.alerting.outcome import Outcome
from service.alerting.recipients import Recipients, of_step
from service.alerting.record import record
from service.alerting.tables import Alert, AlertEvent, Score
from service.alerting.tell import Word, hand_in
from service.alerting.views import raising_rules
from service.journal import JournalEntry
from service.network import duty
from service.network.directory import posts_on_path
from service.network.duty import Hole, PostView
from service.network.tables import Node
from service.notify.bundle import Below, with_gathered
from service.notify.message import NewsReason
from service.rulebook.library import Rulebook, Shelf
from service.scoring.pack import Level, State

RELEASED = "released"  # the alert above that had gathered it has ended
_LINES = {Why.RUNG: "escalated", Why.REPEAT: "repeated", Why.REMINDER: "reminded", Why.NIGHT: "night"}


@dataclass
class Issuer:
    """Issues for one batch inside its transaction; `prepare` first names the nodes that may need people."""

    session: Session
    now: datetime
    shelf: Shelf
    base_url: str
    _posts: dict[str, tuple[PostView, ...]] = field(default_factory=dict)
    _counties: dict[str, str] = field(default_factory=dict)
    _noted: set[Hole] = field(default_factory=set)

    def prepare(self, nodes: Collection[Node]) -> None:
        """Load posts and county names of these nodes in a constant number of queries."""
        if not nodes:
            return
        self._posts = posts_on_path(
            self.session, [node.id for node in nodes], self.shelf.newest.calendar.is_working_day
        )
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
        self._hurry(score, alert)
        if decision.reason is Reason.EASED_OUT:
            alert.state, alert.closed_at, alert.outcome = "lifted", self.now, Outcome.EASED_OUT
            alert.next_step_at, alert.duty = None, "none"
        elif decision.reason in (Reason.LIFTABLE, Reason.RELAPSED):
            alert.liftable_at = self.now if decision.reason is Reason.LIFTABLE else None
        if decision.reason in RECORDED:
            self._record(alert, decision.reason, score)
        return alert

    def climb(self, node: Node, scores: Sequence[Score], alert: Alert) -> None:
        """Take the step of the ladder that is due: one line of the record a rung, one message an officer. The first of
        `scores` raised the alert; the others may show that an incident stands behind it by now."""
        if alert.gathered_by is not None and alert.duty == Duty.SIGN:  # the alert above climbs for it
            alert.next_step_at = self.now + REST
            return
        clocks = ladder_of(alert, self.shelf.newest, self._origin(alert, scores))
        step = clocks.tell(alert.step, alert.next_step_at or self.now, self.now)
        alert.step, alert.next_step_at = step.step, step.next_at
        if step.why is Why.NOTHING:  # a newer version of the policy gives more time
            return
        why = step_reason(clocks.duty, step.why)
        found = of_step(clocks.duty, step, self._answering(node, alert), self.now, alert.owner_id, Level(alert.level))
        told = self._tell(node, scores[0], alert, clocks, max(len(step.rungs), 1), found, why)
        details: list[dict[str, Any]] = [
            {"rung": rung, "posts": list(clocks.policy.ladder[rung].posts)} for rung in step.rungs
        ] or [{"posts": list(step.posts)}]
        details[-1]["told"] = told
        for detail in details:
            self._record(alert, _LINES[step.why], scores[0], duty=str(clocks.duty), **detail)

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
        alert.theme, alert.judged_level, alert.judged = theme, None, None
        alert.rules = list(dict.fromkeys([*rules, *alert.rules]))
        alert.last_week = max(alert.last_week, score.week)
        alert.score_id = score.id
        _unsign(alert, decision.level, self.now)
        self._start_ladder(node, score, alert, decision.reason)
        return alert

    def reissue(self, node: Node, score: Score, alert: Alert, level: Level, officer_id: str, why: str) -> None:
        """Issue the higher level that an officer's own judgement gives an open alert."""
        before = Level(alert.level).word
        _unsign(alert, level, self.now)
        self._start_ladder(node, score, alert, Reason.WORSENED, officer_id, before=before, why=why)

    def release(self, node: Node, score: Score, alert: Alert) -> None:
        """Let an alert go on by itself after the one that had gathered it has ended: unsigned, it is issued anew."""
        alert.gathered_by = None
        if alert.acknowledged_at is not None:
            self._record(alert, RELEASED, score)
            return
        alert.issued_at = self.now
        self._start_ladder(node, score, alert, Reason.FIRST_RISK, line=RELEASED)

    def _start_ladder(
        self,
        node: Node,
        score: Score,
        alert: Alert,
        reason: Reason,
        officer_id: str | None = None,
        line: str | None = None,
        **detail: Any,
    ) -> None:
        book, alert.gathered_by = self.shelf.newest, None
        start(alert, book, self.now)
        clocks = ladder_of(alert, book, self._origin(alert, [score]))
        step = clocks.tell(0, self.now, self.now)
        alert.step, alert.next_step_at = step.step, step.next_at
        self.session.add(alert)
        self.session.flush()
        gathered = gather(self.session, self.now, book, alert, node)
        told: list[str] = []
        if step.why is not Why.NOTHING:
            why = step_reason(clocks.duty, step.why) if step.why is Why.NIGHT else news_reason(reason)
            found = of_step(clocks.duty, step, self._answering(node, alert), self.now, None, Level(alert.level))
            told = self._tell(node, score, alert, clocks, 1, found, why, below(gathered))
        detail |= {"told": told} | ({"gathered": [child.id for child, _ in gathered]} if gathered else {})
        said = line or ("judged_up" if officer_id else reason)
        record(self.session, alert, self.now, said, score=score, officer_id=officer_id, detail=detail)
        hold_back(self.session, self.now, book, [child for child, _ in gathered], told)
        join_above(self.session, self.now, book, alert, node)

    def _hurry(self, score: Score, alert: Alert) -> None:
        """Let the rungs that a night holds back come now, when a week shows an incident behind the alert."""
        if self._origin(alert, [score]) is Origin.EVENT and alert.duty != Duty.NONE:
            clocks = ladder_of(alert, self.shelf.newest, Origin.EVENT)
            if clocks.due(alert.step, self.now):
                alert.next_step_at = self.now

    def _origin(self, alert: Alert, scores: Sequence[Score]) -> Origin:
        """Whether more than figures stands behind the level: an officer's judgement, or a rule about events that fired
        and counts."""
        if alert.judged_level is not None:
            return Origin.EVENT
        for score in scores:
            incidents = {rule.id for rule in self._judged_by(score).pack.rules if rule.kind == "event"}
            if incidents & {f["rule"] for f in score.findings if f["state"] == State.FIRED and not f["trial"]}:
                return Origin.EVENT
        return Origin.SCORE

    def _judged_by(self, score: Score) -> Rulebook:
        """What fired is worded by the version that judged it; deadlines are those of the newest."""
        return self.shelf.version(score.rule_version)

    def _record(self, alert: Alert, reason: str, score: Score, **detail: Any) -> AlertEvent:
        return record(self.session, alert, self.now, reason, score=score, detail=detail)

    def _tell(
        self,
        node: Node,
        score: Score,
        alert: Alert,
        clocks: Ladder,
        lines: int,
        found: Recipients,
        why: NewsReason,
        gathered: Sequence[Below] = (),
    ) -> list[str]:
        """Write to these people, before the `lines` lines about it go on the record; to whom."""
        self._note_holes(node, found.holes)
        county, book = self._counties.get(node.id, ""), self._judged_by(score)
        letter = write_letter(alert, score, node, county, book, why, clocks, self.base_url)
        word = Word(alert, node, why, with_gathered(letter, gathered), alert.last_seq + lines)
        for person in found.people:
            hand_in(self.session, self.now, self.shelf.newest, word, person)
        return sorted(person.officer_id for person in found.people)

    def _answering(self, node: Node, alert: Alert) -> tuple[PostView, ...]:
        """The posts on the path as they answer for this alert."""
        return duty.for_alert(self._posts.get(node.id, ()), node.id, node.kind, alert.theme)

    def _note_holes(self, node: Node, holes: Sequence[Hole]) -> None:
        """One row a hole, however often it is met."""
        for hole in [h for h in dict.fromkeys(holes) if h not in self._noted and not duty.impossible(h, node.kind)]:
            self._noted.add(hole)
            subject = f"{hole.code}@{hole.node_id or node.parent_id or node.id}"
            known = select(JournalEntry.id).where(JournalEntry.kind == "hole", JournalEntry.subject == subject)
            if self.session.exec(known.limit(1)).first() is None:
                journal.note(self.session, self.now, "hole", subject, hole.text, hole.text_en)


def _unsign(alert: Alert, level: Level, now: datetime) -> None:
    """Make the alert one of this level, issued now: it is new news, and who signed the lower one has to sign again."""
    alert.level, alert.issued_at, alert.state = int(level), now, "raised"
    alert.acknowledged_at, alert.acknowledged_by, alert.owner_id = None, None, None
    alert.closed_at = alert.outcome = alert.disputed_on = alert.liftable_at = alert.contained_at = None
