"""迁移: brings a database to the newest schema; no alembic.ini, so it works from a wheel and from the repository."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.engine import Connection

from service.db import Database
from service.errors import Failure
from service.shipped import shipped

_LOCK = 0x6C77_6D69_6772  # any number nobody else takes as an advisory lock of this database


def head() -> str:
    """The revision this program was written for."""
    revision = _scripts().get_current_head()
    assert revision is not None  # the folder of migrations is part of the program
    return revision


def current(database: Database) -> str | None:
    """The revision the database is at; None for one that was never migrated."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(database: Database) -> None:
    """Bring the database to `head()`, all or nothing; several processes may call it at once, one does the work.
    Raises Failure when the database was migrated by a newer program."""
    with database.engine.connect().execution_options(write=True) as connection, connection.begin():
        if not database.sqlite:  # SQLite began with the write lock
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        upgrade_within(connection)


def upgrade_within(connection: Connection) -> None:
    """Bring the database to `head()` inside the caller's transaction. Raises Failure as `upgrade` does."""
    _refuse_newer(connection)
    command.upgrade(_config(connection), "head")


def _refuse_newer(connection: Connection) -> None:
    revision = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise Failure(
            f"数据库的版本 {revision} 不是本程序所知的；请安装更新的程序，或恢复备份",
            f"the database is at revision {revision}, which this program does not know: install a newer one or restore",
        )


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config(connection: Connection | None = None) -> Config:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(shipped("alembic")).replace("%", "%%"))
    return config
