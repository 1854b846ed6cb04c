"""稽核: once an hour, whether every open alert has somebody, a clock and a message, and whether anything lies still.

What the other parts promise is read back from the rows; whatever is found here is a fault of theirs, or a hole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import ColumnElement, and_, exists, func, or_
from sqlmodel import Session, col, select

from service import journal
from service.alerting.tables import Alert, Notice
from service.journal import Beat, JournalEntry
from service.notify.tables import OutboxMessage
from service.watching.figures import AUDIT_BEAT, LATE, late_messages

EVERY = timedelta(hours=1)
AGAIN = timedelta(days=1)
NAMED = 20  # numbers of alerts that an entry names


@dataclass(frozen=True)
class Finding:
    """One kind of thing that should not be: how many, and the first of them."""

    kind: str
    count: int
    first: tuple[int, ...]
    text: str
    text_en: str


def audit_due(session: Session, now: datetime) -> bool:
    """Whether the last audit is an hour old; one from the future is a clock that was set back."""
    last = session.exec(select(Beat.at).where(Beat.name == AUDIT_BEAT)).first()
    return last is None or abs(now - last) >= EVERY


def audit(session: Session, now: datetime) -> list[Finding]:
    """Look for everything; all kinds, those without any too."""
    found = [_alerts(session, kind, condition, *words) for kind, condition, *words in _questions(now)]
    return [
        *found,
        Finding(
            "message_stuck",
            late_messages(session, now),
            (),
            "通知到时未被取走",
            "messages are due and nobody takes them",
        ),
        Finding("news_stuck", _late_news(session, now), (), "待发消息到时未写成通知", "news is due and not written"),
    ]


def put_down(session: Session, now: datetime, findings: list[Finding]) -> None:
    """The figures for /metrics, and an entry a day for every kind that is found."""
    counts = orjson.dumps({finding.kind: finding.count for finding in findings}).decode()
    session.merge(Beat(name=AUDIT_BEAT, at=now, detail=counts))
    query = select(JournalEntry.subject).where(JournalEntry.kind == "audit", col(JournalEntry.at) > now - AGAIN)
    known = set(session.exec(query))
    for finding in findings:
        if finding.count and finding.kind not in known:
            named = (
                f"（{', '.join(map(str, finding.first))}{' …' if finding.count > NAMED else ''}）"
                if finding.first
                else ""
            )
            text, text_en = f"{finding.count} {finding.text}{named}", f"{finding.count} {finding.text_en}"
            journal.note(session, now, "audit", finding.kind, text, text_en, alerts=list(finding.first))


def _questions(now: datetime) -> Iterator[tuple[str, ColumnElement[bool], str, str]]:
    told = exists().where(col(Notice.alert_id) == col(Alert.id))
    person = exists().where(col(Notice.alert_id) == col(Alert.id), col(Notice.officer_id).is_not(None))
    message = exists().where(col(OutboxMessage.alert_id) == col(Alert.id))
    signed = col(Alert.acknowledged_at).is_not(None)
    yield (
        "no_owner",
        or_(and_(signed, col(Alert.owner_id).is_(None)), and_(~signed, ~person)),
        "个未结预警没有责任人",
        "open alerts have nobody who answers for them",
    )
    yield (
        "no_clock",
        or_(_no_deadline(), and_(col(Alert.next_step_at).is_(None), col(Alert.step) == 0, _alone())),
        "个未结预警没有时限或下一步",
        "open alerts have no deadline or no next step",
    )
    yield (
        "stalled",
        and_(col(Alert.next_step_at) < now - LATE, _alone()),
        "个未结预警的下一步到时未做",
        "open alerts whose next step is due and was not taken",
    )
    yield "no_message", and_(~told, ~message), "个未结预警没有通知任何人", "open alerts of which nobody was told"


def _no_deadline() -> ColumnElement[bool]:
    return or_(
        and_(col(Alert.duty) == "act", col(Alert.act_by).is_(None)),
        and_(col(Alert.duty) == "update", col(Alert.update_by).is_(None)),
        col(Alert.duty).not_in(("sign", "act", "update")),
    )


def _alone() -> ColumnElement[bool]:
    return col(Alert.gathered_by).is_(None)  # otherwise the alert above climbs for it


def _alerts(session: Session, kind: str, condition: ColumnElement[bool], text: str, text_en: str) -> Finding:
    open_ = col(Alert.closed_at).is_(None)
    count = session.exec(select(func.count()).select_from(Alert).where(open_, condition)).one()
    query = select(Alert.id).where(open_, condition).order_by(col(Alert.id)).limit(NAMED)
    first = tuple(id_ for id_ in session.exec(query) if id_ is not None) if count else ()
    return Finding(kind, count, first, text, text_en)


def _late_news(session: Session, now: datetime) -> int:
    late = (Notice.state == "waiting", col(Notice.due_at) < now - EVERY)
    return session.exec(select(func.count()).select_from(Notice).where(*late)).one()
