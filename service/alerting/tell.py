"""告知: hands news in – serious news becomes a message in the same transaction, the rest a row that waits."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.alerting.escalate import Duty
from service.alerting.load import Held, News, Withdrawn, asks, when
from service.alerting.recipients import OPERATOR, Recipient
from service.alerting.reword import reword
from service.alerting.tables import Alert, Notice
from service.network.duty import REPORTING
from service.network.tables import Node
from service.notify.message import Letter, NewsReason
from service.notify.outbox import enqueue
from service.rulebook.library import Rulebook
from service.scoring.pack import Level


@dataclass(frozen=True)
class Word:
    """What is to be told of one alert: the letter, why, and the number of the line of its record that says so."""

    alert: Alert
    node: Node
    reason: NewsReason
    letter: Letter
    line: int


def hand_in(session: Session, now: datetime, book: Rulebook, word: Word, person: Recipient) -> None:
    """Tell one person, now or when the policy says so; one row, however often it is handed in."""
    alert, level = word.alert, Level(word.alert.level)
    asked = asks(word.reason, person.codes, book.policy.levels[level])
    clock = book.policy.clock(level, alert.theme)
    letter = reword(session, now, book, word.letter, level, person.route[0].channel)
    timing = when(book.policy, book.calendar, News(level, clock, asked, _due_by(alert)), now)
    notice = Notice(
        occasion=f"alert/{alert.id}/{word.line}/{person.officer_id}",
        alert_id=alert.id or 0,
        officer_id=None if person.officer_id == OPERATOR else person.officer_id,
        reason=word.reason.value,
        asks=asked,
        level=alert.level,
        people=word.node.headcount or 0,
        issued_at=alert.issued_at,
        duty=alert.duty,
        due_by=_due_by(alert),
        letter={},
        route=[],
        held=str(timing.held),
        created_at=now,
        due_at=timing.at,
    )
    if timing.held is Held.NO and not _together(book, alert):
        notice.message_id = enqueue(session, now, notice.occasion, alert.id, letter, person.route)
        notice.state, notice.settled_at = "sent", now
    else:
        notice.letter, notice.route = asdict(letter), [asdict(address) for address in person.route]
    session.add(notice)


def withdraw(session: Session, now: datetime, alert_ids: Sequence[int], officers: Sequence[str] | None) -> int:
    """Take back what waits of alerts that another one has gathered, from these officers (None: from all); how much."""
    query = select(Notice).where(col(Notice.alert_id).in_(alert_ids), Notice.state == "waiting")
    if officers is not None:
        query = query.where(col(Notice.officer_id).in_(officers))
    rows = session.exec(query.order_by(col(Notice.id))).all()
    for row in rows:
        settle(row, now, Withdrawn.GATHERED)
        session.add(row)
    return len(rows)


def settle(notice: Notice, now: datetime, why: Withdrawn | None = None, message_id: str | None = None) -> None:
    """Close a row: told with a message, or withdrawn."""
    notice.state, notice.settled_at = ("withdrawn" if why else "sent"), now
    notice.withdrawn, notice.message_id = (str(why) if why else None), message_id


def _together(book: Rulebook, alert: Alert) -> bool:
    """Whether news waits for what comes up in the same minute: mild news goes in one message, and the silence of many
    may turn out to be one about the line above them."""
    mild = book.policy.digest is not None and Level(alert.level) in book.policy.digest.levels
    return mild or (alert.theme == REPORTING and alert.level < Level.RED)


def _due_by(alert: Alert) -> datetime | None:
    """The deadline of what is owed."""
    return {Duty.SIGN: alert.sign_by, Duty.ACT: alert.act_by, Duty.UPDATE: alert.update_by}.get(Duty(alert.duty))
