"""案卷: one alert with everything that belongs to it, read at once in a number of queries that does not grow."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.alerting.retell import Retold, retell
from service.alerting.tables import Alert, AlertEvent, Mute
from service.network import duty
from service.network.directory import posts_on_path
from service.network.tables import Node, Officer
from service.reporting.panels import read_reports
from service.response.desk import Case, Office
from service.response.tables import Action, Proposal, Verification
from service.response.verdicts import still_open
from service.rulebook.library import Shelf
from service.scoring.advice import advised
from service.scoring.cells import Text
from service.scoring.remedy import remedy
from service.scoring.statement import Statement, statement
from service.scoring.week import step
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN, sealed
from service.web.cases import curves, proof, similar
from service.web.cases.findings import Shown, Standing, Told, shown
from service.web.cases.inbox import due_of
from service.web.cases.proof import Sent
from service.web.cases.similar import Past
from service.web.cases.timeline import Line, Naming, timeline
from service.web.pages.i18n import Words


@dataclass(frozen=True)
class Looking:
    """Who looks and how: `officer_id` None reads only, `show_sealed` opens what is sealed."""

    officer_id: str | None
    prefixes: Sequence[str]
    show_sealed: bool
    said: Words


@dataclass(frozen=True)
class CaseFile:
    """Everything on the page of one alert; `case` asks what may be done and is only read, `left` are the findings that
    nobody has verified, `advice` is what would lower the level (None: it cannot be told any more)."""

    case: Case
    county: Node | None
    now: Statement | None
    points: float | None
    findings: Sequence[Shown]
    left: Sequence[str]
    advice: Text | None
    lines: Sequence[Line]
    names: Mapping[str, str]
    rules: Mapping[str, str]
    actions: Sequence[Action]
    proposals: Sequence[Proposal]
    mutes: Sequence[Mute]
    sent: Sequence[Sent]
    past: Sequence[Past]
    nearby: Sequence[Past]
    sealed: bool  # whether something sealed is shown

    @property
    def alert(self) -> Alert:
        """The alert."""
        return self.case.alert

    @property
    def node(self) -> Node:
        """Its unit."""
        return self.case.node

    @property
    def due_at(self) -> datetime | None:
        """Until when what is owed is due."""
        return due_of(self.alert)


def read_case(session: Session, office: Office, alert: Alert, now: datetime, who: Looking) -> CaseFile:
    """The case of an alert in the scope of whoever looks."""
    shelf = office.library.shelf(session)
    node = session.get_one(Node, alert.node_id)
    on_path = posts_on_path(session, [node.id], shelf.newest.calendar.is_working_day)[node.id]
    posts = duty.for_alert(on_path, node.id, node.kind, alert.theme)
    case = Case(session, office, shelf, alert, node, who.officer_id or "", now, posts)
    return _file(case, who, shelf)


def _file(case: Case, who: Looking, shelf: Shelf) -> CaseFile:
    session, alert, node = case.session, case.alert, case.node
    retold = [retell(session, shelf, score, node) for score in reversed(case.scores)]
    told = [_told(one, who.show_sealed, now=place == 0) for place, one in enumerate(retold)]
    verdicts = case.verdicts
    found = shown(told, _standing(case, retold, verdicts, who))
    rows = _Rows(session, alert)
    sent = proof.proof(session, case.id)
    names = _names(session, rows, sent, alert)
    rules = _rule_names(case, who)
    county = _county(session, node)
    near = similar.nearby(session, alert, node, who.prefixes, _leading(case), county.path if county else node.path)
    return CaseFile(
        case=case,
        county=county,
        now=told[0].said if told else None,
        points=retold[0].score.score if retold else None,
        findings=found,
        left=still_open(case.findings, verdicts),
        advice=_advice(retold[0], who) if retold else None,
        lines=timeline(rows.events, Naming(names, rules, who.said)),
        names=names,
        rules=rules,
        actions=rows.actions,
        proposals=rows.proposals,
        mutes=rows.mutes,
        sent=sent,
        past=similar.same_unit(session, alert, node),
        nearby=near,
        sealed=who.show_sealed and any(one.sealed for one in found),
    )


class _Rows:
    """What stands in the tables about an alert."""

    def __init__(self, session: Session, alert: Alert) -> None:
        of = alert.id
        self.events = session.exec(
            select(AlertEvent).where(AlertEvent.alert_id == of).order_by(col(AlertEvent.seq))
        ).all()
        self.actions = session.exec(select(Action).where(Action.alert_id == of).order_by(col(Action.id))).all()
        self.proposals = session.exec(select(Proposal).where(Proposal.alert_id == of).order_by(col(Proposal.id))).all()
        self.mutes = session.exec(select(Mute).where(Mute.alert_id == of).order_by(col(Mute.id))).all()
        self.verifications = session.exec(select(Verification).where(Verification.alert_id == of)).all()

    def people(self) -> set[str]:
        """Ids of everybody who is named."""
        found: set[Any] = {event.officer_id for event in self.events} | {a.officer_id for a in self.actions}
        found |= {p.officer_id for p in self.proposals} | {m.officer_id for m in self.mutes}
        found |= {p.decided_by for p in self.proposals} | {m.approved_by for m in self.mutes}
        for event in self.events:
            found |= {event.detail.get(name) for name in ("called", "proposed_by", "officer", "recorded_by")}
            told = event.detail.get("told")
            found |= set(told) if isinstance(told, list) else set()
        return {id_ for id_ in found if isinstance(id_, str)}


def _told(one: Retold, show_sealed: bool, now: bool) -> Told:
    said = statement(one.score, one.book.pack, one.book.dictionary, one.node.name, show_sealed)
    return Told(said, one.book, now)


def _standing(case: Case, retold: Sequence[Retold], verdicts: Mapping[str, Any], who: Looking) -> Standing:
    """The findings with the figures that their curves need, in one read."""
    fired = set(case.findings)
    rules = [rule for one in retold[:1] for rule in one.book.pack.rules if rule.id in fired]
    last = case.alert.last_week
    first = step(last, 1 - curves.reach(rules))
    reading = read_reports(case.session, [case.node.id], first, last)
    figures: dict[str, dict[str, Any]] = {}
    for week, source, _, values in reading.reports.get(case.node.id, ()):
        before = figures.get(week, {})
        figures[week] = {**before, **values} if source == "own" else {**values, **before}  # the own figure goes first
    secret = frozenset() if who.show_sealed else _sealed(case)
    return Standing(case.findings, secret, verdicts, figures, case.alert.first_week, last)


def _advice(one: Retold, who: Looking) -> Text | None:
    if one.place is None:
        return None
    return advised(remedy(one.place), one.book.pack, one.book.dictionary, who.show_sealed)


def _names(session: Session, rows: _Rows, sent: Sequence[Sent], alert: Alert) -> dict[str, str]:
    wanted = rows.people() | set(proof.people(sent)) | {alert.owner_id or "", alert.acknowledged_by or ""}
    return dict(session.exec(select(Officer.id, Officer.name).where(col(Officer.id).in_(wanted))).all())


def _rule_names(case: Case, who: Looking) -> dict[str, str]:
    """By id what a rule is called to this reader."""
    said, hidden = who.said, frozenset() if who.show_sealed else _sealed(case)
    other = said.either(SEALED_NAME, SEALED_NAME_EN)
    return {r.id: other if r.id in hidden else said.either(r.name, r.name_en) for r in case.book.pack.rules}


def _county(session: Session, node: Node) -> Node | None:
    above = node.path.strip("/").split("/")
    return session.exec(select(Node).where(col(Node.id).in_(above), Node.kind == "county")).first()


def _leading(case: Case) -> str | None:
    """The strongest rule of the alert that is not sealed."""
    hidden = _sealed(case)
    return next((id_ for id_ in case.alert.rules if id_ not in hidden), None)


def _sealed(case: Case) -> frozenset[str]:
    return frozenset(rule.id for rule in case.book.pack.rules if sealed(rule, case.book.dictionary))
