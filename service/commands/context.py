"""实例: the folder, settings and database that a command works on."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.exc import SQLAlchemyError

from service import log
from service.db import Database
from service.errors import Failure, WrongUse
from service.migrate import current, head
from service.settings import Settings

Dir = Annotated[
    Path | None, typer.Option("--dir", help="实例目录 / instance folder (LABOUR_WATCH_DIR)", show_default=False)
]


def settings_of(directory: Path | None) -> Settings:
    """The settings of the environment, with `--dir` before LABOUR_WATCH_DIR; sets up logging."""
    settings = Settings() if directory is None else Settings(dir=directory)
    log.configure(settings)
    return settings


def connect(settings: Settings) -> Database:
    """The instance's database. Raises Failure with the cure when it is missing or of another version."""
    if not settings.database_url and not (settings.dir / "labour-watch.db").is_file():
        raise Failure(
            f"{settings.dir} 里还没有实例，请先运行 labour-watch init --dir {settings.dir}",
            f"no instance in {settings.dir}; run `labour-watch init --dir {settings.dir}` first",
        )
    database = Database(settings.url())
    try:
        at = current(database)
    except SQLAlchemyError as error:
        raise Failure(
            "连不上数据库，请检查 LABOUR_WATCH_DATABASE_URL 和数据库服务",
            f"the database cannot be reached ({type(error).__name__}); check LABOUR_WATCH_DATABASE_URL and the server",
        ) from error
    if at != head():
        raise Failure(
            "数据库版本与程序不符，请运行 labour-watch migrate", "other schema version; run `labour-watch migrate`"
        )
    return database


@contextmanager
def opened(directory: Path | None) -> Iterator[tuple[Settings, Database]]:
    """Settings and database for one command."""
    settings = settings_of(directory)
    database = connect(settings)
    try:
        yield settings, database
    finally:
        database.close()


def read_text(path: Path) -> str:
    """A text file that a person names; its byte-order mark is dropped. Raises WrongUse with the cure."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse(f"{path} 不是 UTF-8 编码，请另存为 UTF-8", f"{path} is not UTF-8; save it as UTF-8") from error
    except OSError as error:
        raise WrongUse(f"无法读取 {path}", f"cannot read {path}: {error.strerror}") from error
