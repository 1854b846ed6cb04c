"""组织与令牌的命令: take a network in, give it out, issue and revoke tokens."""

from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session

from service.clock import SHANGHAI, SystemClock
from service.commands.context import Dir, opened, read_text
from service.commands.instance import sealer_of
from service.network.directory import issue_token, list_tokens, revoke_token
from service.network.exchange import export_network, export_nodes, import_network
from service.network.tables import Token

token_app = typer.Typer(help="令牌 / tokens", no_args_is_help=True)
network_app = typer.Typer(help="组织 / network", no_args_is_help=True)


@token_app.command("issue")
def issue(
    node: Annotated[str | None, typer.Argument(help="节点编号 / node id", show_default=False)] = None,
    officer: Annotated[str | None, typer.Option(help="责任人编号 / officer id", show_default=False)] = None,
    label: Annotated[str, typer.Option(help="备注 / what it is for")] = "",
    directory: Dir = None,
) -> None:
    """签发令牌，只显示这一次 / issue a token; it is shown this once."""
    with opened(directory) as (_, database), database.write() as session:
        token = issue_token(session, SystemClock().now(), node_id=node, officer_id=officer, label=label)
    typer.echo("令牌只显示这一次，请妥善保存 / the token is shown this once; keep it safe", err=True)
    typer.echo(token)


@token_app.command("list")
def show(directory: Dir = None) -> None:
    """列出令牌（不含内容） / list tokens, without their secrets."""
    with opened(directory) as (_, database), database.read() as session:
        Console().print(_table(session))


@token_app.command("revoke")
def revoke(
    token: Annotated[int, typer.Argument(help="token list 中的编号 / id from `token list`")], directory: Dir = None
) -> None:
    """吊销令牌 / revoke a token."""
    with opened(directory) as (_, database), database.write() as session:
        revoke_token(session, SystemClock().now(), token)
    typer.echo(f"令牌 {token} 已吊销 / token {token} is revoked", err=True)


@network_app.command("import")
def take_in(
    file: Annotated[Path, typer.Argument(help="nodes.csv 或 network.yaml / nodes.csv or network.yaml")],
    directory: Dir = None,
) -> None:
    """导入组织，全部或不导入 / import a network, all of it or nothing."""
    text = read_text(file)
    with opened(directory) as (settings, database):
        sealer = sealer_of(settings)
        with database.write() as session:
            summary = import_network(session, text, file.name, now=SystemClock().now(), sealer=sealer)
    typer.echo(
        f"节点新增 {summary.added}，更改 {summary.changed}；责任人 {summary.officers} 名、岗位 {summary.posts} 个 / "
        f"{summary.added} nodes added, {summary.changed} changed; {summary.officers} officers, {summary.posts} posts"
    )


@network_app.command("export")
def give_out(
    form: Annotated[Literal["yaml", "csv"], typer.Option("--format", help="csv 只含节点 / csv: nodes only")] = "yaml",
    directory: Dir = None,
) -> None:
    """导出组织（不含密钥） / export the network, without secrets."""
    with opened(directory) as (_, database), database.read() as session:
        text = export_network(session) if form == "yaml" else export_nodes(session)
    typer.echo(text, nl=False)


def _table(session: Session) -> Table:
    table = Table("编号\nID", "节点\nnode", "责任人\nofficer", "备注\nlabel", "签发\nissued", "状态\nstate")
    for token in list_tokens(session):
        issued = f"{token.issued_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        cells = (str(token.id), token.node_id or "", token.officer_id or "", token.label, issued, _state(token))
        table.add_row(*cells)
    return table


def _state(token: Token) -> str:
    return "有效 in force" if token.revoked_at is None else "已吊销 revoked"
