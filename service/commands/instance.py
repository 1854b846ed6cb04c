"""实例的开办: `init` makes a folder into an instance, `migrate` brings its tables up to date."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import structlog
import typer
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, func, select

from service.clock import SystemClock
from service.commands.context import Dir, read_text, settings_of
from service.db import Database
from service.errors import Failure
from service.migrate import upgrade
from service.network.exchange import ImportSummary, import_network
from service.network.sealing import Sealer, instance_keys
from service.rulebook.folder import read_folder
from service.rulebook.library import digest, store
from service.rulebook.tables import RuleVersion
from service.settings import Settings
from service.shipped import shipped

log = structlog.get_logger()


def sealer_of(settings: Settings) -> Sealer:
    """What encrypts the instance's secrets; without a configured key one is made in the instance folder."""
    configured = settings.secret_key.get_secret_value() if settings.secret_key else None
    return Sealer(instance_keys(configured, settings.dir))


def prepare(settings: Settings, now: datetime, rules: Path | None, network: Path | None) -> ImportSummary | None:
    """Make or complete an instance: folder, key, tables, rules as version 1, network. What is there stays.

    Raises FileProblems, WrongUse or Failure; a call that failed can be repeated.
    """
    files = read_folder(rules or settings.rules or shipped("rules"))
    text = read_text(network) if network else ""
    settings.dir.mkdir(parents=True, exist_ok=True)
    sealer = sealer_of(settings)
    database = Database(settings.url())
    try:
        upgrade(database)
        with database.write() as session:
            _store_first(session, files, now)
            return import_network(session, text, network.name, now=now, sealer=sealer) if network else None
    except SQLAlchemyError as error:
        raise Failure("连不上数据库", f"the database cannot be reached: {type(error).__name__}") from error
    finally:
        database.close()


def _store_first(session: Session, files: dict[str, str], now: datetime) -> None:
    newest: int | None = session.exec(select(func.max(RuleVersion.version))).one()
    if newest is None:
        store(session, files, "init", now)
    else:
        warn_if_differs(session, files)


def warn_if_differs(session: Session, files: dict[str, str]) -> None:
    """Log that a rules folder is not what is in force; it is never loaded silently."""
    newest = session.exec(select(RuleVersion).order_by(RuleVersion.version.desc()).limit(1)).one()  # type: ignore[attr-defined]
    if newest.digest != digest(files):
        log.warning("rules_folder_differs", in_force=newest.version, cure="labour-watch rules publish")


def init(
    directory: Dir = None,
    network: Annotated[Path | None, typer.Option(help="nodes.csv 或 network.yaml / nodes.csv or network.yaml")] = None,
    rules: Annotated[Path | None, typer.Option(help="规则目录 / rules folder")] = None,
) -> None:
    """开办实例：建目录、建表、存规则、导入组织 / make an instance: folder, tables, rules, network."""
    settings = settings_of(directory)
    summary = prepare(settings, SystemClock().now(), rules, network)
    typer.echo(f"实例已就绪：{settings.dir} / instance ready: {settings.dir}")
    if summary is not None:
        typer.echo(
            f"导入节点 {summary.added} 个、责任人 {summary.officers} 名、岗位 {summary.posts} 个 / "
            f"{summary.added} nodes, {summary.officers} officers, {summary.posts} posts imported"
        )


def migrate(directory: Dir = None) -> None:
    """升级数据库的表 / bring the database's tables up to date."""
    settings = settings_of(directory)
    settings.dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.url())
    try:
        upgrade(database)
    except SQLAlchemyError as error:
        raise Failure("连不上数据库", f"the database cannot be reached: {type(error).__name__}") from error
    finally:
        database.close()
    typer.echo("数据库已是最新 / the database is up to date")
