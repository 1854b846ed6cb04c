"""时钟回拨: after the clock was set back, what was made under the later time would wait until it comes again.

A row that was created in the future tells of it, so it does not matter who was watching when the clock was set. What
is due by the calendar (a digest, a deadline) stays: only what waits for a technical reason is brought back.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Update, select, update
from sqlmodel import col

from service import journal
from service.alerting.tables import Notice
from service.bell import Topic
from service.db import Database, wake
from service.notify.tables import OutboxMessage
from service.reporting.tables import Due

TOLERANCE = timedelta(seconds=30)  # design.md §6: so far clocks may part
LEASE_LEFT = timedelta(minutes=1)  # for what may still be on its way under the lease of another worker


def bring_back(db: Database, now: datetime) -> int:
    """Let everything go on now that was made under a clock ahead of `now`; how many rows. A look first: there is
    nothing to do but after a jump."""
    changes = _changes(now)
    with db.read() as session:
        if not any(session.execute(select(change.table).where(*where).limit(1)).first() for change, where in changes):
            return 0
    with db.write() as session:
        count = sum(session.connection().execute(change.where(*where)).rowcount for change, where in changes)
        text, text_en = "系统时钟曾超前，{} 项待办不再等待", "the clock had been ahead; {} waiting rows go on now"
        journal.note(session, now, "clock_set_back", "", text.format(count), text_en.format(count))
        wake(session, Topic.ASSESS)
        wake(session, Topic.DELIVER)
    return count


def _changes(now: datetime) -> list[tuple[Update, list[ColumnElement[bool]]]]:
    """Each update with the rows that it is for."""
    ahead, lease = now + TOLERANCE, now + LEASE_LEFT
    notice = [col(Notice.created_at) > ahead, col(Notice.due_at) <= col(Notice.created_at)]
    message = [col(OutboxMessage.created_at) > ahead, col(OutboxMessage.available_at) > lease]
    return [
        (update(Due).values(held_until=None), [col(Due.created_at) > ahead, col(Due.held_until) > now]),
        (
            update(Notice).values(due_at=now, created_at=now),
            [col(Notice.state) == "waiting", *notice],
        ),
        (update(OutboxMessage).values(available_at=now), [col(OutboxMessage.state) == "pending", *message]),
        (update(OutboxMessage).values(available_at=lease), [col(OutboxMessage.state) == "sending", *message]),
    ]
