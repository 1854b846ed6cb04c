"""演示: a fresh instance with Baoji's demo network and 26 simulated weeks behind it, ready to try."""

import csv
import shutil
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table
from sqlmodel import Session, col, func, select

from service.alerting.tables import Alert, Score
from service.app import Instance, assemble
from service.clock import SHANGHAI, FrozenClock, SystemClock
from service.commands.context import Dir, connect, settings_of
from service.commands.demo_people import demo_password, make_logins
from service.commands.instance import prepare, sealer_of
from service.commands.rehearse import Rehearsal
from service.commands.serve import Host, Port, bind, serve_all
from service.db import Database
from service.errors import WrongUse
from service.network.directory import issue_token
from service.network.tables import Node, Post, Tenure
from service.notify.tables import OutboxMessage
from service.scoring.pack import Level
from service.scoring.week import between, monday, step, week_at
from service.settings import Settings
from service.simulation.demo import demo_network, demo_nodes
from service.simulation.files import write_files
from service.simulation.generate import Simulation, simulate

WEEKS = 26
SEED = 26
DEFAULT = Path("var/demo")
MARK = "README.txt"  # written by the simulation; a folder with it is a demo that may be replaced
SHOWN = 15
WIDTH = 120  # where there is no terminal to ask
EXAMPLE_NODE = "e01"


def demo(
    directory: Dir = None,
    host: Host = "127.0.0.1",
    port: Port = 8000,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="准备好后即结束 / end when it is ready")] = False,
) -> None:
    """演示：新建实例，26 周模拟数据走完真实流程，然后提供服务 / a fresh instance, 26 simulated weeks, then serves."""
    if not no_serve:
        bind(host, port).close()
    folder = _fresh(directory)
    now = SystemClock().now()
    settings = settings_of(folder).model_copy(update={"database_url": None, "base_url": f"http://{host}:{port}"})
    _build(settings, now)
    database = connect(settings)
    with database.read() as session:
        _show(session, Console(width=None if sys.stdout.isatty() else WIDTH))
    with database.write() as session:
        password = demo_password(settings.dir)
        logins = make_logins(session, now, EXAMPLE_NODE, password)
    database.close()
    _say_what_to_try(settings, logins, password)
    if not no_serve:
        serve_all(settings, host, port)


def _fresh(directory: Path | None) -> Path:
    """An empty folder: the one that was named, or the demo's own, which is made anew each time."""
    folder = directory or DEFAULT
    if directory is None and (folder / MARK).is_file():
        shutil.rmtree(folder)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise WrongUse(f"{folder} 不是空目录，请换一个", f"{folder} is not an empty folder; name another one")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _build(settings: Settings, now: datetime) -> None:
    weeks = between(step(week_at(now), -WEEKS), step(week_at(now), -1))
    clock = FrozenClock(datetime.combine(monday(weeks[0]), time(8), SHANGHAI))
    network = settings.dir / "network.yaml"
    network.write_text(demo_network(), encoding="utf-8")
    prepare(settings, clock.now(), None, network)
    instance = assemble(settings, connect(settings), clock, sealer_of(settings))
    try:
        nodes, dictionary = demo_nodes(), instance.library.current().dictionary
        simulation = simulate(nodes, dictionary, weeks, SEED)
        write_files(settings.dir, nodes, simulation, dictionary, SEED)
        tokens = _issue_tokens(instance.db, clock.now(), settings.dir)
        _rehearse(instance, clock, simulation, tokens, weeks, now)
    finally:
        instance.close()


def _rehearse(
    instance: Instance,
    clock: FrozenClock,
    simulation: Simulation,
    tokens: Mapping[str, str],
    weeks: Sequence[str],
    now: datetime,
) -> None:
    progress = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    instance.intake.start()
    printed = (instance.settings.dir / "console.log").open("w", encoding="utf-8")
    with printed, progress, instance.deliverer(printed) as deliverer:
        task = progress.add_task("模拟 26 周 / 26 weeks", total=len(weeks))
        rehearsal = Rehearsal(instance, clock, deliverer, simulation, tokens)
        rehearsal.run(weeks, now, lambda: progress.advance(task))
    instance.intake.stop()


def _issue_tokens(database: Database, now: datetime, folder: Path) -> dict[str, str]:
    """A token for every node, and one for the officer at the city's duty desk; kept in files of the demo only."""
    with database.write() as session:
        ids = session.exec(select(Node.id).order_by(col(Node.path))).all()
        tokens = {id_: issue_token(session, now, node_id=id_, label="demo") for id_ in ids}
        officer = issue_token(session, now, officer_id=_duty_officer(session), label="demo")
    with _private(folder / "tokens.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([("node", "token"), *tokens.items()])
    _private(folder / f"{EXAMPLE_NODE}.token").write_text(tokens[EXAMPLE_NODE] + "\n")
    _private(folder / "officer.token").write_text(officer + "\n")
    return tokens


def _duty_officer(session: Session) -> str:
    query = select(Tenure.officer_id).join(Post).join(Node).where(Node.kind == "city", Post.role == "duty")
    return session.exec(query.order_by(col(Tenure.position)).limit(1)).one()


def _private(path: Path) -> Path:
    path.touch(mode=0o600)
    return path


def _show(session: Session, console: Console) -> None:
    console.print(_levels(session))
    console.print(_alerts(session))
    delivered = session.exec(select(func.count(col(OutboxMessage.id))).where(OutboxMessage.state == "delivered")).one()
    raised = session.exec(select(func.count(col(Alert.id)))).one()
    console.print(
        f"共 {raised} 个预警，送达 {delivered} 条通知；全文在 console.log / "
        f"{raised} alerts, {delivered} messages delivered; texts in console.log"
    )


def _levels(session: Session) -> Table:
    week = session.exec(select(func.max(Score.week)).where(col(Score.closed))).one()
    table = Table(title=f"{week} 等级分布 / levels (模拟数据 synthetic)")
    for heading in ("层级 / kind", *(f"{level.chinese} {level.word}" for level in Level), "未报 / silent"):
        table.add_column(heading, justify="left" if "kind" in heading else "right")
    rows = session.exec(
        select(Node.kind, Score.level, Score.reported)
        .join(Node, col(Node.id) == col(Score.node_id))
        .where(Score.week == week, col(Score.superseded_at).is_(None))
    ).all()
    for kind in sorted({kind for kind, _, _ in rows}, reverse=True):
        of_kind = [(level, reported) for k, level, reported in rows if k == kind]
        counts = [str(sum(1 for level, _ in of_kind if level == wanted)) for wanted in Level]
        table.add_row(kind, *counts, str(sum(1 for _, reported in of_kind if not reported)))
    return table


def _alerts(session: Session) -> Table:
    table = Table(title=f"最近的预警 / latest alerts ({SHOWN})")
    for heading in (
        "编号 / no.",
        "等级 / level",
        "单位 / unit",
        "发布 / issued",
        "状态 / state",
        "送达 / delivered to",
    ):
        table.add_column(heading)
    rows = session.exec(
        select(Alert, Node.name)
        .join(Node, col(Node.id) == col(Alert.node_id))
        .order_by(col(Alert.issued_at).desc())
        .limit(SHOWN)
    ).all()
    for alert, name in reversed(rows):
        told = session.exec(
            select(OutboxMessage.officer_id)
            .where(OutboxMessage.alert_id == alert.id, OutboxMessage.state == "delivered")
            .order_by(col(OutboxMessage.id))
        ).all()
        level = Level(alert.level)
        issued = alert.issued_at.astimezone(SHANGHAI)
        people = list(dict.fromkeys(officer or "operator" for officer in told))
        reached = f"{people[0]}（共 {len(people)} 人）" if people else "–"
        shown = (str(alert.id), f"{level.chinese} {level.word}", name, f"{issued:%m-%d %H:%M}", alert.state, reached)
        table.add_row(*shown)
    return table


def _say_what_to_try(settings: Settings, logins: Sequence[tuple[str, str]], password: str) -> None:
    url, folder = settings.base_url, settings.dir
    people = "\n".join(f"    {login:<16} {who}" for login, who in logins)
    typer.echo(
        f"""
试一试 / try:
  打开 {url} 登录，密码都是 / open {url} and log in; the password of all is  {password}
{people}
  企业报一周欠薪周报 / an enterprise reports unpaid wages:
    curl -sS {url}/api/v1/reports -H "Authorization: Bearer $(cat {folder}/{EXAMPLE_NODE}.token)" \\
      -H 'Idempotency-Key: try-1' -H 'Content-Type: application/json' \\
      -d '{{"week": "'$(TZ=UTC-8 date +%G-W%V)'", "values": {{"staff.headcount": 1860, "wage.arrears_days": 35,
           "wage.arrears_people": 60}}}}'
  值班岗看预警 / the duty desk looks at alerts:
    curl -sS '{url}/api/v1/alerts?state=open' -H "Authorization: Bearer $(cat {folder}/officer.token)"
  签收 / sign:
    curl -sS -X POST {url}/api/v1/alerts/1/acknowledge -H "Authorization: Bearer $(cat {folder}/officer.token)"
"""
    )
