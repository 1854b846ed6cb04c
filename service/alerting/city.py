"""市级日报的内容: what the city's duty desk is told once a day; its absence says that something is wrong, too."""

from datetime import datetime, timedelta

from sqlalchemy import select as columns_of
from sqlmodel import Session, col, func, or_, select

from service.alerting.load import Held
from service.alerting.recipients import NOBODY, addresses
from service.alerting.tables import Alert, ChainCheckpoint, Notice
from service.clock import SHANGHAI
from service.journal import JournalEntry
from service.network.directory import posts_on_path
from service.network.tables import Node, Officer
from service.notify.daily import Day, daily
from service.notify.outbox import enqueue
from service.rulebook.library import Rulebook
from service.rulebook.night import Hours
from service.scoring.pack import Level

DESK = "city.duty"
_DAY = timedelta(days=1)


def tell_city(session: Session, now: datetime, book: Rulebook, told: datetime | None) -> datetime | None:
    """Write the letter of the newest digest time to every city's desk, on every day of the year, once; which time that
    was, to be given as `told` the next time. A day that was slept through is not made up for, and nothing is told
    before there has been an alert."""
    digest = book.policy.digest
    if digest is None:
        return None
    at = Hours(digest.at, digest.at).end_after(now) - _DAY
    if told == at:
        return told
    first = session.exec(select(func.min(Alert.raised_at))).one()
    if first is not None and first <= at:
        for city in session.exec(select(Node).where(Node.kind == "city").order_by(col(Node.id))):
            posts = posts_on_path(session, [city.id], book.calendar.is_working_day).get(city.id, ())
            desk = next((post for post in posts if post.code == DESK), None)
            route = [*(addresses(desk, now) if desk else ()), NOBODY]
            letter = daily(day_of(session, city, at))
            enqueue(session, now, f"city/{city.id}/{at.astimezone(SHANGHAI):%Y-%m-%d}", None, letter, route)
    return at


def day_of(session: Session, city: Node, at: datetime) -> Day:
    """How things stand at `at` below a city."""
    columns = (Alert.level, Alert.duty, Alert.sign_by, Alert.act_by, Alert.update_by, Alert.gathered_by)
    query = columns_of(*map(col, columns), col(Node.path)).join(Node, col(Node.id) == col(Alert.node_id))
    rows = session.execute(query.where(col(Alert.closed_at).is_(None))).all()
    below = [row for row in rows if row.path.startswith(city.path)]
    names = dict(session.exec(select(Node.id, Node.name).where(Node.kind == "county").order_by(col(Node.id))).all())
    counties: dict[str, dict[Level, int]] = {}
    for row in below:
        county = next((names[id_] for id_ in row.path.split("/") if id_ in names), city.name)
        counts = counties.setdefault(county, {})
        counts[Level(row.level)] = counts.get(Level(row.level), 0) + 1
    due = [{"sign": row.sign_by, "act": row.act_by, "update": row.update_by}.get(row.duty) for row in below]
    recent = select(JournalEntry.text).where(JournalEntry.kind == "hole", col(JournalEntry.at) > at - _DAY)
    over = (
        select(Officer.name)
        .join(Notice, col(Notice.officer_id) == col(Officer.id))
        .where(
            Notice.held == str(Held.BUDGET), or_(col(Notice.settled_at).is_(None), col(Notice.settled_at) > at - _DAY)
        )
    )
    newest = select(ChainCheckpoint.digest).order_by(col(ChainCheckpoint.id).desc()).limit(1)
    return Day(
        day=at.astimezone(SHANGHAI).date(),
        counties=dict(sorted(counties.items())),
        unsigned=sum(1 for row in below if row.duty == "sign"),
        overdue=sum(1 for instant in due if instant is not None and instant <= at),
        gathered=sum(1 for row in below if row.gathered_by is not None),
        holes=session.exec(recent.order_by(col(JournalEntry.id))).all(),
        over_budget=session.exec(over.distinct().order_by(col(Officer.name))).all(),
        checkpoint=session.exec(newest).first() or "",
    )
