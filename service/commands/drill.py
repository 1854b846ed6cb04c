"""演练的命令: who would be told of an alert, when, by which channel and why – nothing is sent, nothing is written."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Annotated, Any, Literal

import orjson
import typer
from sqlalchemy import text
from sqlmodel import Session

from service.alerting.drill import Drill, Line, Scenario, timetable, wound
from service.alerting.escalate import Duty, Origin, Why
from service.alerting.news import post_title
from service.alerting.recipients import OPERATOR, Recipient
from service.clock import SHANGHAI
from service.commands.context import Dir, opened
from service.commands.situation import instant_of, level_of, node_of, theme_of
from service.network import duty
from service.network.directory import posts_on_path
from service.network.duty import Hole, PostView
from service.network.tables import Node
from service.reporting.calendar import Calendar
from service.rulebook.library import Library, Rulebook

_DAYS = "一二三四五六日"
_DUTIES = {Duty.SIGN: ("签收", "sign"), Duty.ACT: ("处置", "act"), Duty.UPDATE: ("续报", "update")}
_WHY = {
    Why.REPEAT: ("到顶后重复", "again at the top"),
    Why.REMINDER: ("到期前提醒", "reminder"),
    Why.NIGHT: ("夜间由值班岗研判", "night: the desk judges who is woken"),
}
_SCENARIOS = {
    Scenario.NOBODY: ("无人应答", "nobody answers"),
    Scenario.SIGNED: ("责任人立即签收，此后无处置", "signed at once, then forgotten"),
    Scenario.HANDLED: ("责任人立即签收并处置，此后无续报", "signed and handled at once, then no news"),
}


@dataclass(frozen=True)
class _Place:
    """Where the imagined alert stands: the node, its posts as they answer, the rules in force."""

    node: Node
    posts: tuple[PostView, ...]
    book: Rulebook


def drill(
    node: Annotated[str, typer.Argument(help="节点编号 / node id")],
    level: Annotated[str, typer.Argument(help="等级 / level: blue, yellow, orange, red")],
    at: Annotated[str | None, typer.Option(help="发布时刻，默认现在 / when it is issued, default now")] = None,
    nobody_answers: Annotated[bool, typer.Option("--nobody-answers", help="无人应答 / nobody answers")] = False,
    theme: Annotated[str, typer.Option(help="主题 / theme")] = "wages",
    event: Annotated[bool, typer.Option("--event", help="背后有即时事件 / an incident stands behind it")] = False,
    output: Annotated[Literal["text", "json"], typer.Option("--format", help="text, json")] = "text",
    directory: Dir = None,
) -> None:
    """演练一个预警：何时、经何渠道、通知谁、为什么；不发送、不写库 / an imagined alert; nothing is sent."""
    issued, rank = instant_of(at), level_of(level)
    origin = Origin.EVENT if event else Origin.SCORE
    scenarios = [Scenario.NOBODY] if nobody_answers else [Scenario.SIGNED, Scenario.HANDLED]
    with opened(directory) as (_, database), database.read() as session:
        session.execute(text("PRAGMA query_only = ON" if database.sqlite else "SET TRANSACTION READ ONLY"))
        place = _place(session, node, theme, Library(database).shelf(session).newest)
    drills = [Drill(rank, theme, issued, origin, scenario) for scenario in scenarios]
    if output == "json":
        typer.echo(orjson.dumps([_as_json(one, place) for one in drills], option=orjson.OPT_INDENT_2).decode())
        return
    for one in drills:
        typer.echo("\n".join(_as_text(one, place)))


def _place(session: Session, node_id: str, theme: str, book: Rulebook) -> _Place:
    node, theme = node_of(session, node_id), theme_of(theme, book)
    posts = posts_on_path(session, [node.id], book.calendar.is_working_day).get(node.id, ())
    return _Place(node, duty.for_alert(posts, node.id, node.kind, theme), book)


def _lines(one: Drill, place: _Place) -> list[Line]:
    owner = duty.answer(place.book.policy.levels[one.level].owner, place.posts, one.at).officer
    lines = timetable(one, place.book.policy, place.book.calendar, place.posts, owner.id if owner else None)
    return [replace(line, told=replace(line.told, holes=_holes(line, place))) for line in lines]


def _holes(line: Line, place: _Place) -> tuple[Hole, ...]:
    return tuple(hole for hole in line.told.holes if not duty.impossible(hole, place.node.kind))


def _as_text(one: Drill, place: _Place) -> list[str]:
    calendar, policy = place.book.calendar, place.book.policy
    clocks, (chinese, english) = wound(one, policy, calendar), _SCENARIOS[one.scenario]
    asked, asked_english = _DUTIES[clocks.duty]
    clock = "昼夜 wall" if policy.clock(one.level, one.theme) == "wall" else "工作时间 working"
    behind = "有即时事件 an incident" if one.origin is Origin.EVENT else "仅凭评分 figures alone"
    return [
        f"演练（不发送、不写库）：{chinese} / drill (nothing is sent or written): {english}",
        f"{place.node.name}（{place.node.id}）{one.level.chinese}预警 {one.level.word}，"
        f"主题 theme {one.theme}，{behind}",
        f"发布 issued {_when(one.at, calendar)}；时钟 clock {clock}；"
        f"应于此前{asked} {asked_english} by {_when(clocks.due_at, calendar)}",
        *(text_ for line in _lines(one, place) for text_ in _step(line, calendar)),
        "",
    ]


def _step(line: Line, calendar: Calendar) -> list[str]:
    return [
        f"{_when(line.at, calendar)}  {_reason(line)}：{'，'.join(line.telling.posts)}",
        *(f"    → {_person(person)}" for person in line.told.people),
        *(f"    ! {hole.text} / {hole.text_en}" for hole in line.told.holes),
    ]


def _reason(line: Line) -> str:
    if line.telling.why is not Why.RUNG:
        return " / ".join(_WHY[line.telling.why])
    numbers = "、".join(str(rung + 1) for rung in line.telling.rungs)
    verb, english = _DUTIES[line.duty]
    return f"第 {numbers} 级，尚未{verb} / rung {numbers}, {english} is owed"


def _person(person: Recipient) -> str:
    if person.post is None:
        return f"无人可达，写入运维控制台 / nobody can be reached: the operator's console ({OPERATOR})"
    officer = next(officer for officer in person.post.officers if officer.id == person.officer_id)
    standing_in = [code for code in person.codes if code != person.post.code]
    instead = f"，代 standing in for {'，'.join(standing_in)}" if standing_in else ""
    title = f"{post_title(person.post.code)} {person.post.code}@{person.post.node_id}"
    return f"{officer.name}（{officer.id}），{title}{instead}，渠道 by {person.route[0].channel}"


def _when(at: datetime | None, calendar: Calendar) -> str:
    """With the day of the week and whether people work on it, so that a moved deadline explains itself."""
    assert at is not None  # an open alert has a deadline
    local = at.astimezone(SHANGHAI)
    rest = "" if calendar.is_working_day(local.date()) else "休"
    made_up = "班" if not rest and local.weekday() >= 5 else ""
    return f"{local:%Y-%m-%d %H:%M} 周{_DAYS[local.weekday()]}{rest}{made_up}"


def _as_json(one: Drill, place: _Place) -> dict[str, Any]:
    clocks, lines = wound(one, place.book.policy, place.book.calendar), _lines(one, place)
    return {
        "node": place.node.id,
        "name": place.node.name,
        "level": one.level.word,
        "theme": one.theme,
        "origin": str(one.origin),
        "scenario": str(one.scenario),
        "clock": place.book.policy.clock(one.level, one.theme),
        "issued_at": _iso(one.at),
        "duty": str(clocks.duty),
        "due_at": _iso(clocks.due_at),
        "steps": [_step_json(line) for line in lines],
    }


def _step_json(line: Line) -> dict[str, Any]:
    return {
        "at": _iso(line.at),
        "why": str(line.telling.why),
        "rungs": list(line.telling.rungs),
        "posts": list(line.telling.posts),
        "told": [
            {
                "officer": person.officer_id,
                "post": person.post.code if person.post else None,
                "node": person.post.node_id if person.post else None,
                "for": list(person.codes),
                "channel": person.route[0].channel,
            }
            for person in line.told.people
        ],
        "holes": [{"post": h.code, "node": h.node_id, "text": h.text, "text_en": h.text_en} for h in line.told.holes],
    }


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(SHANGHAI).isoformat(timespec="minutes") if at else None
