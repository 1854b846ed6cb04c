"""预警列表: one page of the inbox and the numbers on its tabs, in a constant number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, false, func, or_
from sqlmodel import Session, col, select

from service.alerting.escalate import Duty
from service.alerting.tables import Alert, Notice, Score
from service.db import UtcDateTime
from service.network.directory import TokenView, inside
from service.network.tables import Node, Officer
from service.response.tables import Proposal
from service.rulebook.library import Rulebook, Shelf
from service.scoring.pack import Level
from service.scoring.wording import Wording, sealed, wording
from service.web.cases.wanted import Place, Tab, Wanted, number_of

PAGE = 25
_OPEN = col(Alert.closed_at).is_(None)


@dataclass(frozen=True)
class Row:
    """One alert as the inbox shows it; `headline` is its strongest finding, `others` how many there are beside it."""

    alert: Alert
    node: Node
    county: str
    headline: Wording | None
    others: int
    due_at: datetime | None
    late: bool
    owner: str
    waits: bool  # for a second person


@dataclass(frozen=True)
class Inbox:
    """One page; `counts` by tab are of what is open, `next` is where the next page goes on."""

    rows: Sequence[Row]
    counts: dict[str, int]
    next: Place | None


def due_at() -> ColumnElement[Any]:
    """The deadline of what is owed for an open alert, in SQL."""
    owed = case(
        (col(Alert.duty) == str(Duty.SIGN), col(Alert.sign_by)),
        (col(Alert.duty) == str(Duty.ACT), col(Alert.act_by)),
        (col(Alert.duty) == str(Duty.UPDATE), col(Alert.update_by)),
    )
    return func.coalesce(owed, col(Alert.issued_at), type_=UtcDateTime())


def due_of(alert: Alert) -> datetime | None:
    """The same of one alert; None when nothing is owed any more."""
    return {Duty.SIGN: alert.sign_by, Duty.ACT: alert.act_by, Duty.UPDATE: alert.update_by}.get(Duty(alert.duty))


def inbox(session: Session, shelf: Shelf, who: TokenView, asked: Wanted, now: datetime) -> Inbox:
    """The page that is asked for, the most serious and then the most urgent first; what is over, the latest first."""
    mine = _mine(who, shelf.newest)
    rows = _page(session, shelf.newest, who, asked, mine, now)
    shown = rows[:PAGE]
    following = _place(shown[-1][0], asked) if len(rows) > PAGE else None
    return Inbox(_rows(session, shelf, shown, now), _counts(session, who, mine, now), following)


def _counts(session: Session, who: TokenView, mine: ColumnElement[bool], now: datetime) -> dict[str, int]:
    ones = {Tab.MINE: mine, Tab.AREA: _OPEN, Tab.OVERDUE: due_at() < now}
    sums = [func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in ones.values()]
    query = select(*sums).select_from(Alert).join(Node, col(Node.id) == col(Alert.node_id))
    found = session.connection().execute(query.where(_OPEN, inside(who.prefixes))).one()
    return {str(tab): int(count) for tab, count in zip(ones, found, strict=True)}


def _page(
    session: Session, book: Rulebook, who: TokenView, asked: Wanted, mine: ColumnElement[bool], now: datetime
) -> list[tuple[Alert, Node]]:
    """Up to one row more than a page."""
    query = select(Alert, Node).join(Node, col(Node.id) == col(Alert.node_id)).where(inside(who.prefixes))
    query = query.where(col(Alert.closed_at).is_not(None) if asked.closed else _OPEN)
    if asked.tab is Tab.MINE:
        query = query.where(_was_mine(who) if asked.closed else mine)
    if asked.tab is Tab.OVERDUE:
        query = query.where(due_at() < now)
    if asked.level is not None:
        query = query.where(Alert.level == int(asked.level))
    if asked.words:
        query = query.where(_about(asked.words, book))
    if asked.after is not None:
        query = query.where(_beyond(asked.after, asked.closed))
    if asked.closed:
        query = query.order_by(col(Alert.closed_at).desc(), col(Alert.id).desc())
    else:
        query = query.order_by(col(Alert.level).desc(), due_at(), col(Alert.id))
    return [(alert, node) for alert, node in session.exec(query.limit(PAGE + 1))]


def _mine(who: TokenView, book: Rulebook) -> ColumnElement[bool]:
    """What waits for this officer: own alerts, those that ask for a signature, and proposals of others to decide."""
    if who.officer_id is None:
        return false()
    asked = (
        select(Notice.id)
        .where(col(Notice.alert_id) == col(Alert.id), Notice.officer_id == who.officer_id, col(Notice.asks))
        .where(Notice.state != "withdrawn", col(Notice.issued_at) == col(Alert.issued_at))
    )
    proposed = select(Proposal.id).where(
        col(Proposal.alert_id) == col(Alert.id),
        col(Proposal.decided_at).is_(None),
        Proposal.officer_id != who.officer_id,
        col(Proposal.at) >= col(Alert.issued_at),
    )
    return or_(
        and_(_OPEN, col(Alert.owner_id) == who.officer_id),
        and_(_OPEN, col(Alert.acknowledged_at).is_(None), asked.exists()),
        and_(_OPEN, proposed.exists(), _decides(who, book)),
    )


def _decides(who: TokenView, book: Rulebook) -> ColumnElement[bool]:
    """Alerts of a level that is lifted by a post of this officer, in the area of that post."""
    deciding = []
    for level, policy in book.policy.levels.items():
        prefixes = [post.path for post in who.posts if post.code == policy.lifted_by]
        if prefixes:
            deciding.append(and_(col(Alert.level) == int(level), inside(prefixes)))
    return or_(*deciding) if deciding else false()


def _was_mine(who: TokenView) -> ColumnElement[bool]:
    return col(Alert.owner_id) == who.officer_id if who.officer_id else false()


def _about(words: str, book: Rulebook) -> ColumnElement[bool]:
    """The number, a unit whose name holds the words, or a rule called so; a sealed one is not to be found by trying."""
    folded = words.casefold()
    found: list[ColumnElement[bool]] = [func.lower(Node.name).contains(folded, autoescape=True)]
    number = number_of(words)
    if number is not None:
        found.append(col(Alert.id) == number)
    for rule in book.pack.rules:
        named = rule.id.casefold() == folded or any(folded in name.casefold() for name in (rule.name, rule.name_en))
        if named and not sealed(rule, book.dictionary):
            found.append(cast(col(Alert.rules), Text).contains(f'"{rule.id}"', autoescape=True))
    return or_(*found)


def _beyond(place: Place, closed: bool) -> ColumnElement[bool]:
    number, level = col(Alert.id), col(Alert.level)
    if closed:
        at = col(Alert.closed_at)
        return or_(at < place.at, and_(at == place.at, number < place.id))
    due = due_at()
    later = or_(due > place.at, and_(due == place.at, number > place.id))
    return or_(level < place.level, and_(level == place.level, later))


def _place(alert: Alert, asked: Wanted) -> Place:
    at = alert.closed_at if asked.closed else due_of(alert) or alert.issued_at
    return Place(alert.level, at or alert.issued_at, alert.id or 0)


def _rows(session: Session, shelf: Shelf, found: Sequence[tuple[Alert, Node]], now: datetime) -> list[Row]:
    alerts = [alert for alert, _ in found]
    scores = {s.id: s for s in session.exec(select(Score).where(col(Score.id).in_([a.score_id for a in alerts])))}
    owners = [a.owner_id for a in alerts if a.owner_id]
    names = dict(session.exec(select(Officer.id, Officer.name).where(col(Officer.id).in_(owners))).all())
    counties = county_names(session, [node for _, node in found])
    proposals = select(Proposal.alert_id, Proposal.at).where(col(Proposal.decided_at).is_(None))
    waiting = dict(session.exec(proposals.where(col(Proposal.alert_id).in_([a.id for a in alerts]))).all())
    rows = []
    for alert, node in found:
        due, (headline, others) = due_of(alert), _headline(alert, scores.get(alert.score_id), shelf)
        proposed = waiting.get(alert.id or 0)
        rows.append(
            Row(
                alert=alert,
                node=node,
                county=counties.get(node.id, ""),
                headline=headline,
                others=others,
                due_at=due,
                late=alert.closed_at is None and due is not None and due < now,
                owner=names.get(alert.owner_id or "", ""),
                waits=alert.closed_at is None and proposed is not None and proposed >= alert.issued_at,
            )
        )
    return rows


def county_names(session: Session, nodes: Sequence[Node]) -> dict[str, str]:
    """By node the name of the county above it; empty for a county itself and for the city. One query."""
    above = {step for node in nodes for step in node.path.strip("/").split("/")}
    query = select(Node.id, Node.name).where(col(Node.id).in_(above), Node.kind == "county")
    names = dict(session.exec(query).all())
    return {
        node.id: next((names[step] for step in node.path.split("/") if step in names and step != node.id), "")
        for node in nodes
    }


def _headline(alert: Alert, score: Score | None, shelf: Shelf) -> tuple[Wording | None, int]:
    """The strongest finding in words, and how many others there are; sealed ones are other leads, counted once."""
    if score is None:
        return None, 0
    book = shelf.version(score.rule_version)
    rules = {rule.id: rule for rule in book.pack.rules}
    values = {f["rule"]: (f["value"], f["threshold"]) for f in score.findings}
    said = dict.fromkeys(
        wording(rules[id_], book.dictionary, *values.get(id_, (None, None))) for id_ in alert.rules if id_ in rules
    )
    return next(iter(said), None), max(len(said) - 1, 0)


def level_of(alert: Alert) -> Level:
    """The level of an alert."""
    return Level(alert.level)
