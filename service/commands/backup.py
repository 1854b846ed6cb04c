"""备份的命令: `backup`, `restore`, `release` – an instance as one file, back again, and when it may speak."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress
from sqlmodel import Session, col, select

from service.backup.archive import Manifest, Step
from service.backup.restore import restore as restore_from
from service.backup.take import back_up
from service.clock import SHANGHAI, SystemClock
from service.commands.context import Dir, connect, opened, settings_of
from service.commands.instance import sealer_of
from service.db import Database
from service.errors import Failure, Findings
from service.network.tables import Contact
from service.notify.hold import release as let_go
from service.settings import Settings

_LATER = Annotated[bool, typer.Option("--release", help="恢复后立即恢复发送 / send again at once")]
_DISCARD = Annotated[bool, typer.Option("--discard", help="备份时未发的不再发 / give up what waited in the backup")]


def backup(
    out: Annotated[Path, typer.Option(help="新的备份文件，或已有的目录 / a new file, or a folder that exists")],
    directory: Dir = None,
) -> None:
    """备份整个实例，服务不必停下 / back up the whole instance; the service may go on running."""
    with opened(directory) as (_, database):
        now = SystemClock().now()
        if out.is_dir():
            out /= f"labour-watch-{now.astimezone(SHANGHAI):%Y%m%d-%H%M%S}.zip"
        with _bar("备份 / backup") as step:
            manifest = back_up(database, now, out, step)
    _tell(manifest)
    typer.echo(f"已写入 / written to {out} ({out.stat().st_size / 1e6:.1f} MB)")
    typer.echo(
        "文件里有联系方式和填报内容，请妥善保管；密钥（secret.key 或 LABOUR_WATCH_SECRET_KEY）不在其中，请另行保存 / "
        "it holds addresses and figures: keep it safe. The secret key is not in it: keep that elsewhere"
    )
    if manifest.chain.fault:
        raise Findings(f"预警记录有改动：{manifest.chain.fault}", f"a record was changed: {manifest.chain.fault}")


def restore(
    file: Annotated[Path, typer.Argument(help="备份文件 / the backup", show_default=False)],
    directory: Dir = None,
    release: _LATER = False,
    discard: _DISCARD = False,
) -> None:
    """恢复到新的目录或空的 PostgreSQL；待发通知先压住 / into a new folder or an empty PostgreSQL; messages are held."""
    settings = settings_of(directory)
    with _bar("恢复 / restore") as step:
        restored = restore_from(file, settings, SystemClock().now(), step)
    _tell(restored.manifest)
    database = connect(settings)
    try:
        _check_key(settings, database)
        if release or discard:
            _release(database, discard=discard)
        else:
            typer.echo(
                f"{restored.held} 条待发通知已压住，新通知也暂不发出；核对后请运行 labour-watch release / "
                f"{restored.held} messages are held and nothing is sent until you run `labour-watch release`"
            )
    finally:
        database.close()


def release(directory: Dir = None, discard: _DISCARD = False) -> None:
    """恢复之后放行通知 / let messages leave again after a restore."""
    with opened(directory) as (_, database):
        _release(database, discard=discard)


def _release(database: Database, *, discard: bool) -> None:
    with database.write() as session:
        kept = let_go(session, SystemClock().now(), discard=discard)
    if kept is None:
        typer.echo("没有被压住的通知 / nothing is held")
        return
    what = ("放弃", "given up") if discard else ("放行", "released")
    typer.echo(
        f"备份时待发的 {kept.messages} 条已{what[0]}，此后新写的 {kept.newer} 条照常发出 / "
        f"{kept.messages} messages of the backup {what[1]}, {kept.newer} newer ones leave as usual"
    )


def _tell(manifest: Manifest) -> None:
    at, chain = manifest.taken_at.astimezone(SHANGHAI), manifest.chain
    typer.echo(
        f"{at:%Y-%m-%d %H:%M} 的数据：{len(manifest.tables)} 张表 {manifest.rows} 行；"
        f"{chain.alerts} 个预警、{chain.lines} 条记录 / data of that time: {len(manifest.tables)} tables, "
        f"{manifest.rows} rows; {chain.alerts} alerts, {chain.lines} lines of record"
    )
    if chain.digest:
        typer.echo(f"最近校验点 / newest checkpoint: {chain.digest}")


def _check_key(settings: Settings, database: Database) -> None:
    """A restored secret that does not open means another key: messages signed with it would fail."""
    with database.read() as session:
        sealed = _some_secret(session)
    if sealed is None:
        return
    try:
        sealer_of(settings).open(sealed)
    except Failure:
        typer.echo(
            "密钥不是原来的，渠道密钥解不开：请把原来的 secret.key 放进实例目录，或设 LABOUR_WATCH_SECRET_KEY / "
            "the secret key is another and the channels' secrets do not open: put the old secret.key into the "
            "instance folder or set LABOUR_WATCH_SECRET_KEY"
        )


def _some_secret(session: Session) -> str | None:
    return session.exec(select(Contact.secret).where(col(Contact.secret).is_not(None)).limit(1)).first()


@contextmanager
def _bar(text: str) -> Iterator[Step]:
    bar = Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with bar:
        task = bar.add_task(text, total=None)

        def step(table: str, rows: int) -> None:
            bar.update(task, advance=rows, description=f"{text} {table}")

        yield step
