"""谁负责: `labour-watch who` – who answers for an alert at a node, by which channel, when and why, and the holes."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
import typer

from service.alerting.callout import Call, Callout, Subject, callout
from service.clock import SHANGHAI
from service.commands.context import Dir, opened
from service.commands.situation import instant_of, level_of, node_of, theme_of
from service.network.directory import posts_on_path
from service.network.duty import How
from service.rulebook.library import Library, Rulebook

_HOW = {
    How.OVERRIDE: "换班 override",
    How.ROTA: "轮值 on the rota",
    How.NEXT: "轮值顶班 next on the rota",
    How.HOLDER: "责任人 holder",
    How.DEPUTY: "代理人 deputy",
}
_CLOCK = {"wall": "昼夜连续 wall clock", "working": "工作时间 working clock"}

NodeId = Annotated[str, typer.Argument(help="节点编号 / node id")]
LevelWord = Annotated[str, typer.Argument(help="等级 / level: blue, yellow, orange, red")]
At = Annotated[
    str | None, typer.Option(help="发布时刻，如 2026-11-18T10:00，默认现在 / when it is issued, default now")
]
Theme = Annotated[str, typer.Option(help="主题，如 reporting / theme of the alert, such as reporting")]
Form = Annotated[Literal["text", "json"], typer.Option("--format", help="text, json")]


def who(
    node: NodeId, level: LevelWord, at: At = None, theme: Theme = "", form: Form = "text", directory: Dir = None
) -> None:
    """谁负责：责任岗、抄送、逐级通知谁、何时、为什么，以及漏洞 / who answers, when and why, and what is missing."""
    wanted, when = level_of(level), instant_of(at)
    with opened(directory) as (_, database), database.read() as session:
        book = Library(database).shelf(session).newest
        found = node_of(session, node)
        subject = Subject(found.id, found.kind, wanted, theme_of(theme, book))
        posts = posts_on_path(session, [found.id], book.calendar.is_working_day)[found.id]
        name = found.name
    told = callout(subject, posts, book.policy, book.calendar, when)
    if form == "json":
        typer.echo(orjson.dumps(_as_json(subject, told, when), option=orjson.OPT_INDENT_2).decode())
    else:
        typer.echo("\n".join(_as_text(subject, name, told, when, book)))


def _as_text(subject: Subject, name: str, told: Callout, at: datetime, book: Rulebook) -> Iterable[str]:
    level = subject.level
    day = "工作日 working day" if book.calendar.is_working_day(at.astimezone(SHANGHAI).date()) else "休息日 day of rest"
    theme = f" · {subject.theme}" if subject.theme else ""
    yield f"{name} {subject.node_id} · {level.chinese} {level.word}{theme} · {_local(at)}（{day}）"
    yield f"签收时限 / sign by {_local(told.sign_by)}；首次处置 / act by {_local(told.act_by)}；{_CLOCK[told.clock]}"
    yield "责任岗 / owner"
    yield _line(told.owner)
    if told.copies:
        yield "抄送 / copies"
        yield from map(_line, told.copies)
    yield "无人签收时逐级通知 / while nobody signs"
    yield from (_line(call) for rung in told.rungs for call in rung)
    if told.night:
        yield "夜间仅凭评分的红色，此时只告知 / at night, when figures alone make it red, only"
        yield from map(_line, told.night)
    yield "漏洞 / holes" if told.holes else "没有漏洞 / no holes"
    yield from (f"  - {hole.text} / {hole.text_en}" for hole in told.holes)


def _as_json(subject: Subject, told: Callout, at: datetime) -> dict[str, Any]:
    return {
        "node": subject.node_id,
        "level": subject.level.word,
        "theme": subject.theme,
        "at": _iso(at),
        "clock": told.clock,
        "sign_by": _iso(told.sign_by),
        "act_by": _iso(told.act_by),
        "owner": _call(told.owner),
        "copies": list(map(_call, told.copies)),
        "ladder": [[_call(call) for call in rung] for rung in told.rungs],
        "night": list(map(_call, told.night)),
        "holes": [
            {"post": h.code, "node": h.node_id, "reason": str(h.reason), "text": h.text, "text_en": h.text_en}
            for h in told.holes
        ],
    }


def _line(call: Call) -> str:
    post, officer, how = call.answer.post, call.answer.officer, call.answer.how
    if post is None or officer is None or how is None:
        return f"  {_local(call.at)}  {call.code}  无人，只发到控制台 / nobody: the operator's console"
    stands_in = post.code != call.code
    asked, why = (f"{call.code} → ", "，上一级顶替 next above") if stands_in else ("", "")
    channels = "、".join(c.channel + ("" if c.verified else "（未核验 unverified）") for c in officer.contacts)
    place = f"{asked}{post.code}@{post.node_id}"
    return f"  {_local(call.at)}  {place}  {officer.name} {officer.id}  {channels}  {_HOW[how]}{why}"


def _call(call: Call) -> dict[str, Any]:
    post, officer, how = call.answer.post, call.answer.officer, call.answer.how
    contacts = officer.contacts if officer else ()
    return {
        "asked": call.code,
        "at": _iso(call.at),
        "post": post.code if post else None,
        "node": post.node_id if post else None,
        "officer": officer.id if officer else None,
        "name": officer.name if officer else None,
        "channels": [{"channel": contact.channel, "verified": contact.verified} for contact in contacts],
        "how": str(how) if how else None,
    }


def _local(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def _iso(at: datetime) -> str:
    return at.astimezone(SHANGHAI).isoformat()
