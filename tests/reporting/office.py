"""办公室: the cast with a token each, and an intake to send submissions to."""

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

from sqlalchemy import NullPool, create_engine, text
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.errors import Refusal
from service.network.directory import issue_token, token_digest
from service.network.exchange import import_network
from service.reporting.intake import Intake
from service.reporting.submission import Answer, EventSubmission, ReportSubmission
from tests.cast import NETWORK
from tests.reporting.rules import FINE, RULES, WEEK


class Office:
    """The cast with a token each, and an intake that runs."""

    def __init__(self, db: Database, clock: FrozenClock) -> None:
        self.db = db
        self.clock = clock
        self.intake = Intake(db, clock, lambda: RULES)
        with db.write() as session:
            import_network(session, NETWORK, "network.yaml", now=clock.now())
        with db.write() as session:
            now = clock.now()
            self.tokens = {node: issue_token(session, now, node_id=node) for node in ("gear", "mill", "qishan")}
            self.tokens["li.na"] = issue_token(session, now, officer_id="li.na")

    def report(self, who: str = "gear", week: str = WEEK, **fields: Any) -> ReportSubmission:
        return ReportSubmission(self.digest(who), week, fields.pop("values", FINE), **fields)

    def digest(self, who: str) -> str:
        return token_digest(self.tokens.get(who, who))

    def settle(self, *submissions: ReportSubmission | EventSubmission) -> list[Answer | Refusal]:
        """What becomes of submissions that were queued together."""
        return [result(future) for future in [self.intake.submit(s) for s in submissions]]

    def stored(self, table: Any) -> list[Any]:
        with self.db.read() as session:
            return list(session.exec(select(table)).all())


@contextmanager
def away(db: Database) -> Iterator[None]:
    """The database is not there: SQLite without its tokens, PostgreSQL that throws everybody out."""
    name, server = db.engine.url.database, create_engine(db.engine.url.set(database="postgres"), poolclass=NullPool)
    if db.sqlite:
        leave, return_ = "ALTER TABLE token RENAME TO token_away", "ALTER TABLE token_away RENAME TO token"
        engine = db.engine
    else:
        leave, return_ = (f"ALTER DATABASE {name} ALLOW_CONNECTIONS {allowed}" for allowed in ("false", "true"))
        engine = server.execution_options(isolation_level="AUTOCOMMIT")
    with engine.begin() as connection:
        connection.exec_driver_sql(leave)
        if not db.sqlite:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"), {"name": name}
            )
    yield
    with engine.begin() as connection:
        connection.exec_driver_sql(return_)


def result(future: "Future[Answer]") -> Answer | Refusal:
    try:
        return future.result(timeout=20)
    except Refusal as refusal:
        return refusal


def codes(outcomes: list[Answer | Refusal]) -> list[str]:
    return [one.code if isinstance(one, Refusal) else "repeated" if one.repeated else "stored" for one in outcomes]
