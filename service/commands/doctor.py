"""体检: what an operator should look at – the database, the calendar, failures and holes on record."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Annotated

import typer
from sqlmodel import Session, col, select

from service.clock import SHANGHAI, SystemClock
from service.commands.context import Dir, opened
from service.errors import Findings
from service.journal import Beat, JournalEntry
from service.network.directory import posts_on_path
from service.network.duty import HoleReason
from service.network.rota import WorkingDay
from service.network.tables import Contact, Node, Post
from service.network.weak_points import AHEAD, weak_points
from service.notify.hold import held
from service.reporting.calendar import Calendar
from service.rulebook.library import Library
from service.watching.operator import contacts_of

BACKUP_DUE = timedelta(days=8)
MOST_NAMED = 3  # of one kind of weak point; there may be thousands of posts


def doctor(
    directory: Dir = None,
    last: Annotated[int, typer.Option(min=1, max=1000, help="最多列出多少条记录 / entries to list")] = 20,
) -> None:
    """检查实例；有问题时退出码为 1 / check the instance; exit 1 when there is something to look at."""
    with opened(directory) as (settings, database), database.read() as session:
        calendar, now = Library(database).shelf(session).newest.calendar, SystemClock().now()
        weak = _weak(session, calendar.is_working_day, now)
        # Messages go to a contact that is not verified all the same: told, but nothing is wrong.
        notes = _some(weak.pop(HoleReason.UNVERIFIED, []))
        notes += [*_unwatched(session, settings.operator), *_backup(session, now)]
        problems = [
            *_setup(session),
            *_held(session),
            *_calendar(calendar, now),
            *(line for w in weak.values() for line in _some(w)),
        ]
        entries = session.exec(select(JournalEntry).order_by(col(JournalEntry.id).desc()).limit(last)).all()
        kind = "SQLite" if database.sqlite else "PostgreSQL"
        typer.echo(f"数据库可用（{kind}）/ database fine ({kind}); {settings.dir}")
    for line in [*(f"提醒 / note: {note}" for note in notes), *problems]:
        typer.echo(line)
    for entry in reversed(entries):
        at = entry.at.astimezone(SHANGHAI)
        typer.echo(f"{at:%Y-%m-%d %H:%M} [{entry.kind}] {entry.subject} {entry.text} / {entry.text_en}")
    if problems or entries:
        raise Findings(
            f"{len(problems) + len(entries)} 处需要关注", f"{len(problems) + len(entries)} thing(s) to look at"
        )
    typer.echo("一切正常 / all well")


def _unwatched(session: Session, operator: str) -> list[str]:
    """Channels that people are told by and the weekly test message never goes through."""
    used = set(session.exec(select(Contact.channel).where(col(Contact.disabled_at).is_(None))))
    missing = sorted(used - {contact.channel for contact in contacts_of(session, operator)} - {"console"})
    if not missing:
        return []
    who = operator or "LABOUR_WATCH_OPERATOR"
    return [
        f"这些渠道没有每周自检，请给运维人员（{who}）加上联系方式：{'、'.join(missing)} / "
        f"no weekly test message goes through {', '.join(missing)}; give the operator ({who}) a contact there"
    ]


def _held(session: Session) -> list[str]:
    kept = held(session)
    if kept is None:
        return []
    since = f"{kept.since.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    return [
        f"{since} 恢复以来 {kept.messages} 条旧通知和 {kept.newer} 条新通知被压住，核对后运行 labour-watch release / "
        f"{kept.messages} messages held since the restore and {kept.newer} newer ones; check, then run "
        "`labour-watch release`"
    ]


def _backup(session: Session, now: datetime) -> list[str]:
    """Where the newest backup is, and whether it is too old."""
    beat = session.exec(select(Beat).where(Beat.name == "backup")).first()
    if beat is None:
        return ["还没有备份，请定期运行 labour-watch backup / no backup yet; run `labour-watch backup` regularly"]
    text = f"{beat.at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} {beat.detail}"
    old = now - beat.at > BACKUP_DUE
    return [f"最近备份{'已过时' if old else ''} / newest backup{', too old' if old else ''}: {text}"]


def _setup(session: Session) -> list[str]:
    found = []
    for table, text in (
        (Node, "还没有组织，请运行 labour-watch init --network FILE / no network; run `init --network FILE`"),
        (Post, "还没有岗位，预警只能发到控制台 / no posts: alerts go to the console only"),
        (Contact, "还没有联系方式，预警只能发到控制台 / no contacts: alerts go to the console only"),
    ):
        if session.exec(select(table).limit(1)).first() is None:
            found.append(text)
    return found


def _calendar(calendar: Calendar, now: datetime) -> list[str]:
    year = now.astimezone(SHANGHAI).year
    if any(day.year == year for day in calendar.holidays):
        return []
    return [
        f"calendar.yaml 里没有 {year} 年的节假日，按周一至周五计算 / calendar.yaml has no holidays of {year}: Mon–Fri"
    ]


def _weak(session: Session, working: WorkingDay, now: datetime) -> dict[HoleReason, list[str]]:
    """What is weak about posts, by kind."""
    nodes = session.exec(select(Post.node_id).distinct().order_by(Post.node_id)).all()
    paths = posts_on_path(session, nodes, working).values()
    found: dict[HoleReason, list[str]] = defaultdict(list)
    for post in {(post.node_id, post.code): post for path in paths for post in path}.values():
        for hole in weak_points(post, now, now + AHEAD):
            found[hole.reason].append(f"{hole.text} / {hole.text_en}")
    return found


def _some(lines: list[str]) -> list[str]:
    """The first of one kind, and how many more there are."""
    left = len(lines) - MOST_NAMED
    more = [f"同类的还有 {left} 处；`who` 可逐个查看 / {left} more of this kind; see `who`"] if left > 0 else []
    return lines[:MOST_NAMED] + more
