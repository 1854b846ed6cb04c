"""记录核对的命令: `verify-chain` – has anybody changed, added or deleted a line of an alert's record?"""

import typer

from service.alerting.chain import verify_chains
from service.clock import SHANGHAI
from service.commands.context import Dir, opened
from service.errors import Findings


def verify_chain(directory: Dir = None) -> None:
    """核对全部预警记录；有改动则指出第一处，退出码 1 / check all records of alerts; the first change, exit code 1."""
    with opened(directory) as (_, database), database.read() as session:
        report = verify_chains(session)
    fault = report.fault
    if fault is not None:
        place = f"预警 {fault.alert} 第 {fault.seq} 条" if fault.alert else f"校验点 {fault.seq}"
        place_en = f"alert {fault.alert} line {fault.seq}" if fault.alert else f"checkpoint {fault.seq}"
        raise Findings(f"{place}：{fault.text}", f"{place_en}: {fault.text_en}")
    typer.echo(
        f"{report.alerts} 个预警、{report.lines} 条记录，未见改动 / "
        f"{report.alerts} alerts, {report.lines} lines, none changed"
    )
    if report.unsealed:
        typer.echo(
            f"其中 {report.unsealed} 条写于启用校验之前，无从核对 / "
            f"{report.unsealed} of them are from before the chain and cannot be checked"
        )
    if report.taken_at is None:
        typer.echo("还没有校验点 / no checkpoint yet")
    else:
        at = report.taken_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
        typer.echo(f"最近校验点 / newest checkpoint: {at} {report.digest}")
