"""催报一户: somebody reminds one unit of its weekly report – once a day, in neutral words, and says who was told."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum

from sqlmodel import Session, col, select

from service.alerting.recipients import NOBODY, addresses
from service.alerting.remind import whom_to_ask
from service.clock import SHANGHAI
from service.network.directory import posts_on_path
from service.network.tables import Node
from service.notify.outbox import enqueue
from service.notify.reminder import reminder
from service.reporting.tables import Expectation, Nudge, Report, Source
from service.rulebook.library import Rulebook


class Nudged(StrEnum):
    """What came of it."""

    TOLD = "told"  # somebody was written to
    SELF = "self"  # whoever answers for the unit is the one who reminds: nothing was written
    NOBODY = "nobody"  # nobody on the path can be reached
    ALREADY = "already"  # today somebody has reminded of it
    REPORTED = "reported"  # there is a report by now
    NOT_DUE = "not_due"  # nothing is owed for the week


@dataclass(frozen=True)
class NudgeAnswer:
    """What came of it; `officer` and `post` (node/code) were told."""

    outcome: Nudged
    officer: str = ""
    post: str = ""


def nudge(
    session: Session, now: datetime, book: Rulebook, node: Node, week: str, token_id: int, officer_id: str | None
) -> NudgeAnswer:
    """Remind `node` of `week` in the caller's transaction; the unit's own post is asked first."""
    query = select(Expectation).where(Expectation.node_id == node.id, Expectation.week == week)
    owed = session.exec(query.with_for_update()).first()
    if owed is None or owed.state != "due":
        return NudgeAnswer(Nudged.NOT_DUE)
    if reported(session, node.id, week):
        return NudgeAnswer(Nudged.REPORTED)
    if nudged_today(session, node.id, week, now):
        return NudgeAnswer(Nudged.ALREADY)
    answer, message = _tell(session, now, book, node, owed, officer_id)
    session.add(Nudge(node_id=node.id, week=week, at=now, token_id=token_id, message_id=message))
    session.flush()
    return answer


def reported(session: Session, node_id: str, week: str) -> bool:
    """Whether the unit itself has reported for the week."""
    own = select(Report.id).where(Report.node_id == node_id, Report.week == week, Report.source == str(Source.OWN))
    return session.exec(own.limit(1)).first() is not None


def nudged_today(session: Session, node_id: str, week: str, now: datetime) -> bool:
    """Whether somebody has reminded the unit of the week since midnight in Baoji."""
    since = select(Nudge.id).where(Nudge.node_id == node_id, Nudge.week == week, col(Nudge.at) >= midnight(now))
    return session.exec(since.limit(1)).first() is not None


def midnight(now: datetime) -> datetime:
    """The beginning of the day in Baoji."""
    return datetime.combine(now.astimezone(SHANGHAI).date(), time(), SHANGHAI)


def _tell(
    session: Session, now: datetime, book: Rulebook, node: Node, owed: Expectation, officer_id: str | None
) -> tuple[NudgeAnswer, str | None]:
    posts = posts_on_path(session, [node.id], book.calendar.is_working_day)[node.id]
    post, officer = whom_to_ask(node, posts, now)
    if post is None:
        return NudgeAnswer(Nudged.NOBODY), None
    if officer == officer_id:
        return NudgeAnswer(Nudged.SELF), None
    name = next((person.name for person in post.officers if person.id == officer), officer)
    day = now.astimezone(SHANGHAI).date().isoformat()
    letter = reminder(owed.week, owed.due_at, [node.name])
    route = [*addresses(post, now), NOBODY]
    message = enqueue(session, now, f"nudge/{owed.week}/{node.id}/{day}", None, letter, route)
    return NudgeAnswer(Nudged.TOLD, name, f"{post.node_id}/{post.code}"), message
