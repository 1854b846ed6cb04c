"""联系方式命令: `labour-watch contact list|verify|confirm` – makes sure that messages reach whom they are for."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from sqlmodel import Session, col, select

from service.clock import SHANGHAI, SystemClock
from service.commands.context import Dir, opened
from service.commands.instance import sealer_of
from service.errors import Findings, WrongUse
from service.network.tables import Contact, Officer
from service.notify.masking import masked
from service.notify.verification import confirm, send_code

contact_app = typer.Typer(help="联系方式核验 / verification of contacts", no_args_is_help=True)
OfficerId = Annotated[str, typer.Argument(metavar="OFFICER", help="责任人编号 / officer id")]


@contact_app.command("list")
def show(directory: Dir = None) -> None:
    """列出联系方式及是否核验 / list contacts and whether they are verified."""
    table = Table("责任人\nofficer", "渠道\nchannel", "地址\naddress", "核验\nverified")
    with opened(directory) as (_, database), database.read() as session:
        for one in session.exec(select(Contact).order_by(col(Contact.officer_id), col(Contact.position))):
            at = f"{one.verified_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if one.verified_at else "未核验 no"
            state = f"已停用 disabled：{one.disabled_reason}" if one.disabled_at else at
            table.add_row(one.officer_id, one.channel, masked(one.channel, one.address), state)
    Console().print(table)


@contact_app.command("verify")
def verify(
    officer: OfficerId,
    channel: Annotated[str, typer.Option(help="只核验这个渠道 / this channel only")] = "",
    directory: Dir = None,
) -> None:
    """向尚未核验的联系方式发验证码 / send a code to every contact that is not verified."""
    now = SystemClock().now()
    with opened(directory) as (settings, database):
        sealer = sealer_of(settings)
        with database.write() as session:
            waiting = [one for one in _contacts(session, officer, channel) if one.verified_at is None]
            for contact in waiting:
                send_code(session, now, sealer, contact)
    if not waiting:
        typer.echo("没有待核验的联系方式 / nothing to verify")
    for contact in waiting:
        where = f"{contact.channel} {masked(contact.channel, contact.address)}"
        typer.echo(
            f"验证码将发往 {where}，收到后运行 labour-watch contact confirm {officer} CODE / a code goes to {where}"
        )


@contact_app.command("confirm")
def confirm_code(
    officer: OfficerId,
    code: Annotated[str, typer.Argument(metavar="CODE", help="收到的验证码 / the code that came")],
    directory: Dir = None,
) -> None:
    """用收到的验证码核验 / verify the contact that the code came to."""
    with opened(directory) as (settings, database):
        sealer = sealer_of(settings)
        with database.write() as session:
            _contacts(session, officer, "")
            found = confirm(session, SystemClock().now(), sealer, officer, code)
    if found is None:
        raise Findings(
            "验证码不对、已过期或试错过多，请重新 contact verify",
            "the code is wrong, expired or tried too often; send another",
        )
    where = f"{found.channel} {masked(found.channel, found.address)}"
    typer.echo(f"已核验：{where} / verified: {where}")


def _contacts(session: Session, officer: str, channel: str) -> list[Contact]:
    """Contacts in use of an officer. Raises WrongUse for an unknown officer."""
    if session.get(Officer, officer) is None:
        raise WrongUse(f"责任人 {officer} 不存在", f"there is no officer {officer}; `network export` lists them")
    query = select(Contact).where(Contact.officer_id == officer, col(Contact.disabled_at).is_(None))
    found = session.exec(query.order_by(col(Contact.position)))
    return [one for one in found if channel in ("", one.channel)]
