"""存档: reads everything that the database holds about one alert, in a bounded number of queries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement
from sqlmodel import Session, and_, col, or_, select

from service.alerting.retell import Retold, retell
from service.alerting.tables import Alert, AlertEvent, Mute, Notice, Score
from service.network.tables import Node, Officer, Token
from service.notify.proof import Attempt, Parcel, Sealed
from service.notify.receipts import IN_SYSTEM
from service.notify.tables import DeliveryAttempt, MessageReceipt, OutboxMessage
from service.reporting.tables import Event, Report
from service.response.tables import Action, Proposal, Verification
from service.rulebook.library import Shelf

_ARRIVED = ("delivered", "opened", "acknowledged")


@dataclass(frozen=True)
class Told:
    """One message with its attempts and receipts; `alone` where it tells of this alert only."""

    message: OutboxMessage
    attempts: tuple[DeliveryAttempt, ...]
    receipts: tuple[MessageReceipt, ...]
    alone: bool

    @property
    def parcel(self) -> Parcel:
        """What its attempts were sealed over."""
        return Parcel(
            self.message.id, self.message.channel, self.message.address, self.message.subject, self.message.body
        )

    @property
    def sealed(self) -> list[Sealed]:
        """Its attempts as links of their chain."""
        return [
            Sealed(
                Attempt(row.number, row.started_at, row.finished_at, row.outcome, row.code, row.detail),
                row.previous_hash,
                row.hash,
            )
            for row in self.attempts
        ]

    @property
    def arrived_at(self) -> datetime | None:
        """When it is first known to have arrived; what a gateway accepted has not arrived yet, and who signs in the
        system need not have read it."""
        sent = [row.finished_at for row in self.attempts if row.outcome == "delivered" and row.finished_at]
        known = [row.at for row in self.receipts if row.kind in _ARRIVED and row.detail != IN_SYSTEM]
        return min([*sent, *known], default=None)


@dataclass(frozen=True)
class Stored:
    """The rows about one alert, each kind in the order of time."""

    alert: Alert
    node: Node
    places: Mapping[str, str]  # names of the nodes on the path, by id
    events: tuple[AlertEvent, ...]
    scores: tuple[tuple[Score, Retold], ...]
    reports: tuple[Report, ...]
    incidents: tuple[Event, ...]
    messages: tuple[Told, ...]
    unsent: tuple[Notice, ...]
    verifications: tuple[Verification, ...]
    actions: tuple[Action, ...]
    proposals: tuple[Proposal, ...]
    mutes: tuple[Mute, ...]
    officers: Mapping[str, str]
    tokens: Mapping[int, Token]
    sealed_since: datetime | None  # the first seal of any attempt


def read_stored(session: Session, shelf: Shelf, alert: Alert, node: Node) -> Stored:
    """Everything about `alert`, which stands at `node`."""
    id_ = alert.id
    lines = select(AlertEvent).where(AlertEvent.alert_id == id_)
    events = tuple(session.exec(lines.order_by(col(AlertEvent.seq))))
    scores = _scores(session, alert, events)
    reports, incidents = _reports(session, alert, scores), _incidents(session, alert)
    messages = _messages(session, alert)
    notices = select(Notice).where(Notice.alert_id == id_, Notice.state != "sent").order_by(col(Notice.id))
    verified = select(Verification).where(Verification.alert_id == id_).order_by(col(Verification.id))
    actions = select(Action).where(Action.alert_id == id_).order_by(col(Action.id))
    proposals = select(Proposal).where(Proposal.alert_id == id_).order_by(col(Proposal.id))
    mutes = select(Mute).where(Mute.alert_id == id_).order_by(col(Mute.id))
    ids = node.path.strip("/").split("/")
    return Stored(
        alert=alert,
        node=node,
        places=dict(session.exec(select(Node.id, Node.name).where(col(Node.id).in_(ids))).all()),
        events=events,
        scores=tuple((score, retell(session, shelf, score, node)) for score in scores),
        reports=reports,
        incidents=incidents,
        messages=messages,
        unsent=tuple(session.exec(notices)),
        verifications=tuple(session.exec(verified)),
        actions=tuple(session.exec(actions)),
        proposals=tuple(session.exec(proposals)),
        mutes=tuple(session.exec(mutes)),
        officers=dict(session.exec(select(Officer.id, Officer.name)).all()),
        tokens=_tokens(session, reports, incidents),
        sealed_since=_sealed_since(session, messages),
    )


def _scores(session: Session, alert: Alert, events: Collection[AlertEvent]) -> list[Score]:
    """What its record names, and whatever was known of its weeks until it was over."""
    named = {alert.score_id, *(event.score_id for event in events if event.score_id)}
    weeks = select(Score).where(Score.node_id == alert.node_id)
    during: list[ColumnElement[bool]] = [col(Score.week).between(alert.first_week, alert.last_week)]
    if alert.closed_at is not None:
        during.append(col(Score.computed_at) <= alert.closed_at)
    rows = session.exec(weeks.where(or_(col(Score.id).in_(named), and_(*during))))
    return sorted(rows, key=lambda row: (row.computed_at, row.week, row.id))


def _reports(session: Session, alert: Alert, scores: Collection[Score]) -> tuple[Report, ...]:
    """The revisions that these scores read."""
    read = {(key, revision) for score in scores for key, revision in score.revisions.items()}
    weeks = {key.partition("/")[0] for key, _ in read}
    query = select(Report).where(Report.node_id == alert.node_id, col(Report.week).in_(weeks))
    found = [row for row in session.exec(query) if (f"{row.week}/{row.source}", row.revision) in read]
    return tuple(sorted(found, key=lambda row: (row.received_at, row.week, row.source, row.revision)))


def _incidents(session: Session, alert: Alert) -> tuple[Event, ...]:
    query = select(Event).where(Event.node_id == alert.node_id)
    query = query.where(col(Event.week).between(alert.first_week, alert.last_week))
    if alert.closed_at is not None:
        query = query.where(col(Event.received_at) <= alert.closed_at)
    return tuple(session.exec(query.order_by(col(Event.received_at), col(Event.id))))


def _messages(session: Session, alert: Alert) -> tuple[Told, ...]:
    """Those written for the alert, those that told of several, and what either was passed on as."""
    shared = select(Notice.message_id).where(Notice.alert_id == alert.id, col(Notice.message_id).is_not(None))
    wanted = or_(col(OutboxMessage.alert_id) == alert.id, col(OutboxMessage.id).in_(shared))
    found = {row.id: row for row in session.exec(select(OutboxMessage).where(wanted))}
    bundles = [row.occasion for row in found.values() if row.alert_id is None]
    if bundles:
        passed = or_(*(col(OutboxMessage.occasion).startswith(f"{name}~", autoescape=True) for name in bundles))
        found |= {row.id: row for row in session.exec(select(OutboxMessage).where(passed))}
    attempts: dict[str, list[DeliveryAttempt]] = {}
    tried = select(DeliveryAttempt).where(col(DeliveryAttempt.message_id).in_(found))
    for attempt in session.exec(tried.order_by(col(DeliveryAttempt.number))):
        attempts.setdefault(attempt.message_id, []).append(attempt)
    receipts: dict[str, list[MessageReceipt]] = {}
    known = select(MessageReceipt).where(col(MessageReceipt.message_id).in_(found))
    for receipt in session.exec(known.order_by(col(MessageReceipt.at), col(MessageReceipt.kind))):
        receipts.setdefault(receipt.message_id, []).append(receipt)
    rows = sorted(found.values(), key=lambda row: (row.created_at, row.occasion))
    return tuple(
        Told(row, tuple(attempts.get(row.id, ())), tuple(receipts.get(row.id, ())), row.alert_id is not None)
        for row in rows
    )


def _tokens(session: Session, reports: Collection[Report], incidents: Collection[Event]) -> dict[int, Token]:
    """With which they were sent in."""
    ids = {row.token_id for row in reports} | {row.token_id for row in incidents}
    return {row.id or 0: row for row in session.exec(select(Token).where(col(Token.id).in_(ids - {None})))}


def _sealed_since(session: Session, messages: Collection[Told]) -> datetime | None:
    """Asked only where an attempt has ended without a seal: it reads every attempt."""
    if not any(row.finished_at and not row.hash for told in messages for row in told.attempts):
        return None
    query = select(DeliveryAttempt.finished_at).where(DeliveryAttempt.hash != "")
    return session.exec(query.order_by(col(DeliveryAttempt.finished_at)).limit(1)).first()
