"""账号的命令: make, list, close and open accounts, give them passwords, and end their sessions."""

import sys
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from service.clock import SHANGHAI, SystemClock
from service.commands.context import Dir, opened
from service.errors import WrongUse
from service.web.access import accounts, sessions
from service.web.access.roles import NAMES, Role
from service.web.access.tables import Account

user_app = typer.Typer(help="账号 / accounts of people", no_args_is_help=True)
Login = Annotated[str, typer.Argument(help="登录名 / login")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="从标准输入读密码（一行） / read the password, one line, from stdin")
]


@user_app.command("add")
def add(
    login: Login,
    role: Annotated[Role, typer.Option(help="角色 / role")],
    officer: Annotated[str | None, typer.Option(help="责任人编号 / officer id", show_default=False)] = None,
    node: Annotated[str | None, typer.Option(help="节点编号，默认最上级 / node id, default the root")] = None,
    name: Annotated[str | None, typer.Option(help="显示的姓名 / the name that is shown")] = None,
    password_stdin: FromStdin = False,
    directory: Dir = None,
) -> None:
    """新建账号，密码要输两遍 / make an account; the password is asked for twice."""
    with opened(directory) as (_, database):
        with database.read() as session:
            accounts.refuse_taken(session, accounts.login_of(login))
        password, now = _password(password_stdin), SystemClock().now()
        with database.write() as session:
            made = accounts.add_account(
                session, now, login, role, password, officer_id=officer, node_id=node, name=name
            )
    typer.echo(
        f"账号 {made.login}（{NAMES[role][0]}）已建立 / account {made.login} ({NAMES[role][1]}) is there", err=True
    )


@user_app.command("list")
def show(directory: Dir = None) -> None:
    """列出账号 / list accounts."""
    table = Table(
        "登录名\nlogin",
        "姓名\nname",
        "角色\nrole",
        "责任人\nofficer",
        "节点\nnode",
        "密码自\npassword since",
        "状态\nstate",
    )
    with opened(directory) as (_, database), database.read() as session:
        for account in accounts.list_accounts(session):
            table.add_row(*_cells(account))
    Console().print(table)


@user_app.command("disable")
def disable(login: Login, directory: Dir = None) -> None:
    """停用账号，立即退出 / close an account; its sessions end at once."""
    with opened(directory) as (_, database), database.write() as session:
        ended = accounts.disable(session, login, SystemClock().now())
    _say_ended(f"账号 {login} 已停用", f"account {login} is closed", ended)


@user_app.command("enable")
def enable(login: Login, directory: Dir = None) -> None:
    """恢复停用的账号 / open a closed account again."""
    with opened(directory) as (_, database), database.write() as session:
        accounts.enable(session, login)
    typer.echo(f"账号 {login} 已恢复 / account {login} is open again", err=True)


@user_app.command("password")
def password(login: Login, password_stdin: FromStdin = False, directory: Dir = None) -> None:
    """重设密码，已登录的立即退出 / give an account another password; its sessions end."""
    with opened(directory) as (_, database):
        with database.read() as session:
            accounts.find_account(session, login)
        new = _password(password_stdin)
        with database.write() as session:
            ended = accounts.set_password(session, login, new, SystemClock().now())
    _say_ended(f"账号 {login} 的密码已更换", f"account {login} has another password", ended)


@user_app.command("end-sessions")
def end_sessions(login: Login, directory: Dir = None) -> None:
    """结束该账号的全部会话 / end all sessions of an account."""
    with opened(directory) as (_, database), database.write() as session:
        account = accounts.find_account(session, login)
        ended = sessions.end_all(session, account.login, SystemClock().now())
    _say_ended(f"账号 {login} 已全部退出", f"account {login} is logged out everywhere", ended)


def _password(from_stdin: bool) -> str:
    """A password from a person; from standard input its first line."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise WrongUse(
            "没有终端可输入密码，请加 --password-stdin", "there is no terminal to ask on; use --password-stdin"
        )
    first: str = typer.prompt("密码 / password", hide_input=True)
    if typer.prompt("再输一遍 / once more", hide_input=True) != first:
        raise WrongUse("两次输入的密码不一样", "the two passwords differ")
    return first


def _say_ended(text: str, text_en: str, ended: int) -> None:
    typer.echo(f"{text}，结束会话 {ended} 个 / {text_en}; {ended} sessions ended", err=True)


def _cells(account: Account) -> tuple[str, ...]:
    since = f"{account.password_changed_at.astimezone(SHANGHAI):%Y-%m-%d}"
    state = "有效 in force" if account.disabled_at is None else "已停用 closed"
    role = f"{NAMES[Role(account.role)][0]} {account.role}"
    return account.login, account.name, role, account.officer_id or "", account.node_id or "", since, state
