"""催报: one neutral message an officer about the units that still owe this week's report."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from service.alerting.recipients import NOBODY, addresses
from service.network import duty
from service.network.directory import posts_on_path
from service.network.duty import PostView
from service.network.rota import WorkingDay
from service.network.tables import Node
from service.notify.outbox import enqueue
from service.notify.reminder import reminder
from service.reporting.expect import unreported
from service.reporting.tables import Expectation, ReportingWeek
from service.rulebook.library import Rulebook

# Who is asked first: the unit's own reporter, else whoever looks after it.
_ASKED = {"enterprise": ("enterprise.reporter", "township.organiser"), "township": ("township.organiser",)}
_ASKED_ABOVE = ("county.officer",)


def remind(session: Session, now: datetime, book: Rulebook) -> int:
    """Remind of every open week whose reminder is due; how many units were named."""
    count = 0
    for row in session.exec(select(ReportingWeek).where(col(ReportingWeek.closes_at) > now)).all():
        if book.deadlines(row.week).remind_at <= now:
            owed = unreported(session, row.week)
            _remind_week(session, now, row, owed, book.calendar.is_working_day)
            count += len(owed)
    return count


def _remind_week(
    session: Session, now: datetime, week: ReportingWeek, owed: Sequence[Expectation], working: WorkingDay
) -> None:
    ids = [expectation.node_id for expectation in owed]
    if not ids:
        return
    nodes = {node.id: node for node in session.exec(select(Node).where(col(Node.id).in_(ids)))}
    posts = posts_on_path(session, ids, working)
    lists: dict[str, tuple[PostView | None, list[Node]]] = {}
    for expectation in owed:
        expectation.reminded_at = now
        node = nodes[expectation.node_id]
        post, officer = whom_to_ask(node, posts.get(node.id, ()), now)
        lists.setdefault(officer, (post, []))[1].append(node)
    for officer, (post, units) in lists.items():
        route = [*(addresses(post, now) if post else ()), NOBODY]
        letter = reminder(week.week, week.due_at, [unit.name for unit in units])
        enqueue(session, now, f"remind/{week.week}/{officer}/{units[0].id}", None, letter, route)


def whom_to_ask(node: Node, posts: Sequence[PostView], now: datetime) -> tuple[PostView | None, str]:
    """The post and the officer who are reminded for a unit: its own reporter, else whoever looks after it; without a
    post nobody can be reached, and it is the operator."""
    for code in _ASKED.get(node.kind, _ASKED_ABOVE):
        found = duty.answer(code, posts, now)
        own = found.post is not None and (found.post.code == code or code != "enterprise.reporter")
        if found.officer and own:
            return found.post, found.officer.id
    return None, "operator"
