"""体检: what an operator should look at – the database, the calendar, failures and holes on record."""

from typing import Annotated

import typer
from sqlmodel import Session, col, select

from service.clock import SHANGHAI, SystemClock
from service.commands.context import Dir, opened
from service.errors import Findings
from service.journal import JournalEntry
from service.network.tables import Contact, Node, Post
from service.rulebook.library import Library


def doctor(
    directory: Dir = None,
    last: Annotated[int, typer.Option(min=1, max=1000, help="最多列出多少条记录 / entries to list")] = 20,
) -> None:
    """检查实例；有问题时退出码为 1 / check the instance; exit 1 when there is something to look at."""
    with opened(directory) as (settings, database), database.read() as session:
        problems = [*_setup(session), *_calendar(Library(database), session)]
        entries = session.exec(select(JournalEntry).order_by(col(JournalEntry.id).desc()).limit(last)).all()
        kind = "SQLite" if database.sqlite else "PostgreSQL"
        typer.echo(f"数据库可用（{kind}）/ database fine ({kind}); {settings.dir}")
    for problem in problems:
        typer.echo(problem)
    for entry in reversed(entries):
        at = entry.at.astimezone(SHANGHAI)
        typer.echo(f"{at:%Y-%m-%d %H:%M} [{entry.kind}] {entry.subject} {entry.text} / {entry.text_en}")
    if problems or entries:
        raise Findings(
            f"{len(problems) + len(entries)} 处需要关注", f"{len(problems) + len(entries)} thing(s) to look at"
        )
    typer.echo("一切正常 / all well")


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


def _calendar(library: Library, session: Session) -> list[str]:
    calendar, year = library.shelf(session).newest.calendar, SystemClock().now().astimezone(SHANGHAI).year
    if any(day.year == year for day in calendar.holidays):
        return []
    return [
        f"calendar.yaml 里没有 {year} 年的节假日，按周一至周五计算 / calendar.yaml has no holidays of {year}: Mon–Fri"
    ]
