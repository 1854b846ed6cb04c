"""迁移环境: runs migrations on the connection that service.migrate hands over, or, from Alembic's own command line
(`alembic revision --autogenerate`), on the database the settings name."""

from typing import Any, Literal

from alembic import context
from sqlalchemy.engine import Connection
from sqlmodel import AutoString

from service import tables
from service.db import Database, UtcDateTime
from service.settings import Settings


def render_item(kind: str, item: Any, _: object) -> str | Literal[False]:
    """Write our column types as plain SQLAlchemy ones: a migration must not change when the program does."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({item.length or ''})"
    return False


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=tables.metadata, render_item=render_item)
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    migrate(given)
else:
    database = Database(Settings().url())
    with database.engine.connect().execution_options(write=True) as own, own.begin():
        migrate(own)
    database.close()
