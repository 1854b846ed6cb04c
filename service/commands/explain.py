"""说明命令: `labour-watch explain` – why a score is what it is, what would lower its level, and what if."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import orjson
import typer
from sqlmodel import Session, col, select

from service.alerting.retell import retell
from service.alerting.tables import Score
from service.commands.context import Dir, opened
from service.commands.explain_text import lines
from service.commands.score import EventsFile, Job, ObservationsFile, read_job
from service.errors import FieldProblems, WrongUse
from service.network.tables import Node
from service.reporting.quality import fill, form_of
from service.rulebook.library import Library
from service.scoring.account import account, compared
from service.scoring.build import number
from service.scoring.fields import guess
from service.scoring.pack import Dictionary, Indicator, Pack
from service.scoring.panel import NA
from service.scoring.remedy import remedy
from service.scoring.score import NodeScore
from service.scoring.week import monday
from service.scoring.whatif import Figures, Place, what_if

NodeId = Annotated[str, typer.Argument(help="节点编号 / node id")]
Week = Annotated[str | None, typer.Option(help="报告周，如 2026-W47，默认最近的 / week, default the newest")]
Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="ID=VALUE", help="试算：换成这个数，可重复 / what if, repeatable")
]
Lang = Annotated[Literal["both", "zh", "en"], typer.Option(help="zh, en, both")]
Form = Annotated[Literal["text", "json"], typer.Option("--format", help="text, json")]
RulesDir = Annotated[Path | None, typer.Option("--rules", help="规则目录，不用数据库时 / rules, without a database")]
NodesFile = Annotated[Path | None, typer.Option("--nodes", help="nodes.csv 或 .parquet / nodes")]
ReportsFile = Annotated[Path | None, typer.Option("--reports", help="reports.csv 或 .parquet / reports")]
Sealed = Annotated[
    bool, typer.Option("--show-sealed", help="显示密封指标，只限责任岗位 / show what is sealed: for the post only")
]


@dataclass(frozen=True)
class _Told:
    """One score and what it was made of; `place` is None where that has changed since."""

    score: NodeScore
    pack: Pack
    dictionary: Dictionary
    name: str
    kind: str
    place: Place | None


def explain(
    node: NodeId,
    week: Week = None,
    settings: Set = None,
    lang: Lang = "both",
    form: Form = "text",
    show_sealed: Sealed = False,
    rules: RulesDir = None,
    nodes: NodesFile = None,
    reports: ReportsFile = None,
    events: EventsFile = None,
    observations: ObservationsFile = None,
    directory: Dir = None,
) -> None:
    """说明一个评分：依据、无法判断的、怎样降级、试算 / explain a score, from the instance or from files."""
    _check_week(week)
    if not any((rules, nodes, reports, events, observations)):
        told = _of_instance(directory, node, week)
    elif rules and nodes and reports and directory is None:
        told = _of_files(read_job(rules, nodes, reports, events, observations), node, week)
    else:
        raise WrongUse(
            "用文件时须同时给出 --rules、--nodes、--reports，且不能有 --dir",
            "from files, --rules, --nodes and --reports are all needed, without --dir",
        )
    found = remedy(told.place) if told.place else None
    said = account(told.score, told.pack, told.dictionary, found, told.name, show_sealed)
    tried = _tried(told, settings, show_sealed) if settings else None
    if form == "json":
        typer.echo(orjson.dumps(said | ({"what_if": tried} if tried else {}), option=orjson.OPT_INDENT_2))
    else:
        typer.echo("\n".join(lines(said, tried, lang)))


def _check_week(week: str | None) -> None:
    try:
        if week is not None:
            monday(week)
    except ValueError:
        raise WrongUse(f"{week} 不是日历上的周，写法如 2026-W47", f"{week} is no ISO week, such as 2026-W47") from None


def _of_instance(directory: Path | None, node: str, week: str | None) -> _Told:
    """The current score in the instance's database."""
    with opened(directory) as (_, database), database.read() as session:
        found = session.get(Node, node)
        if found is None:
            raise _no_node(node, session.exec(select(Node.id)).all())
        score = _stored(session, found, week)
        retold = retell(session, Library(database).shelf(session), score, found)
        book = retold.book
        return _Told(retold.score, book.pack, book.dictionary, found.name, found.kind, retold.place)


def _stored(session: Session, node: Node, week: str | None) -> Score:
    query = select(Score).where(Score.node_id == node.id, col(Score.superseded_at).is_(None))
    scores = session.exec((query if week is None else query.where(Score.week == week)).order_by(col(Score.week).desc()))
    found = scores.first()
    if found is not None:
        return found
    newest = session.exec(select(Score.week).where(Score.node_id == node.id).order_by(col(Score.week).desc())).first()
    if newest is None:
        raise WrongUse(f"节点 {node.id} 还没有评分", f"node {node.id} has no score yet")
    raise WrongUse(
        f"节点 {node.id} 没有 {week} 的评分，最近的是 {newest}",
        f"node {node.id} has no score of {week}; the newest is {newest}",
    )


def _of_files(job: Job, node: str, week: str | None) -> _Told:
    """The score that the files give."""
    ids = [known.id for known in job.nodes]
    if node not in ids:
        raise _no_node(node, ids)
    if not job.weeks:
        raise WrongUse(
            "周报和事件都是空的，没有可说明的周", "there are neither reports nor events, so no week to explain"
        )
    if week is not None and week not in job.weeks:
        span = f"{job.weeks[0]}–{job.weeks[-1]}"
        raise WrongUse(f"文件里没有 {week}（有 {span}）", f"{week} is not in the files, which hold {span}")
    index, column = ids.index(node), job.weeks.index(week or job.weeks[-1])
    kind, panel = job.nodes[index].kind, job.panel(np.array([index], np.intp))
    if kind not in job.pack.kinds:
        raise WrongUse(f"没有适用于 {kind} 的规则，{node} 不评分", f"no rule is for a {kind}; {node} is not scored")
    if not panel.alive[0, column]:
        shown = job.weeks[column]
        raise WrongUse(f"节点 {node} 在 {shown} 尚未开立或已关闭", f"node {node} is not open in {shown}")
    place = Place(job.pack, panel, 0, column, job.around())
    return _Told(place.score(), job.pack, job.dictionary, node, kind, place)


def _no_node(node: str, known: Sequence[str]) -> WrongUse:
    chinese, english = guess(node, known)
    return WrongUse(f"没有节点 {node}{chinese}", f"there is no node {node}{english}")


def _tried(told: _Told, settings: Sequence[str], show_sealed: bool) -> dict[str, Any]:
    if told.place is None:
        raise WrongUse(
            "评分所依据的内容已经变化，正待重评，请稍后再试算",
            "what the score was made of has changed and it will be judged anew; try again in a moment",
        )
    after = what_if(told.place, _figures(told, settings, show_sealed))
    return compared(told.score, after, told.pack, told.dictionary, show_sealed)


def _figures(told: _Told, settings: Sequence[str], show_sealed: bool) -> Figures:
    """What `--set` says, checked as the figures of a report are."""
    known, values = told.dictionary.indicators, dict(map(_assignment, settings))
    secret = [id_ for id_ in values if id_ in known and known[id_].sealed and not show_sealed]
    if secret:
        raise WrongUse(
            f"{secret[0]} 是密封指标，责任岗位才可试算（--show-sealed）",
            f"{secret[0]} is sealed; only the responsible post may try it (--show-sealed)",
        )
    raw = {id_: _raw(known.get(id_), written) for id_, written in values.items()}
    try:
        fill(form_of(told.dictionary, told.kind, told.score.week), raw, nil=False)
    except FieldProblems as wrong:
        texts, texts_en = "；".join(p.text for p in wrong.problems), "; ".join(p.text_en for p in wrong.problems)
        raise WrongUse(texts, texts_en) from wrong
    return {id_: None if figure is None else number(known[id_], figure) for id_, figure in raw.items()}


def _assignment(setting: str) -> tuple[str, str]:
    id_, sign, written = setting.partition("=")
    if not sign or not id_.strip():
        raise WrongUse(
            f"看不懂 --set {setting}，写法如 --set wage.arrears_days=0",
            f"cannot read --set {setting}; write --set wage.arrears_days=0",
        )
    return id_.strip(), written.strip()


_YES_NO: Mapping[str, bool] = {"1": True, "true": True, "是": True, "0": False, "false": False, "否": False}


def _raw(indicator: Indicator | None, written: str) -> float | bool | str | None:
    """As a report would hold it; what cannot be read stays text and is complained of."""
    if not written or written == NA or indicator is None or indicator.type == "date":
        return written or None
    if indicator.type == "yes_no":
        return _YES_NO.get(written.lower(), written)
    try:
        return float(written)
    except ValueError:
        return written
