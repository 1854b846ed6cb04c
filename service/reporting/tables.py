"""周报的表: reports, events, what was expected, and what has to be assessed."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.db import UtcDateTime

RowId = BigInteger().with_variant(Integer, "sqlite")


class Source(StrEnum):
    """Whose figures they are; an observation stands beside the own report, never over it."""

    OWN = "own"
    OBSERVATION = "observation"


class Cause(StrEnum):
    """Why a node's week has to be assessed."""

    REPORT = "report"  # a first report of the week and source
    CORRECTION = "correction"  # a later revision
    EVENT = "event"
    CLOSING = "closing"  # the week was closed by the clock while the service watched
    HISTORY = "history"  # a week that was over before the service knew of it
    CHILD = "child"  # a level or silence below changed
    PEER = "peer"  # a figure of a node that this one, or one below it, is compared with came late or was corrected


AROUND = frozenset({Cause.CHILD, Cause.PEER})  # causes that are no news of the node itself


class Report(SQLModel, table=True):
    """周报: append-only; the newest revision of a node, week and source counts."""

    __tablename__ = "report"
    __table_args__ = (UniqueConstraint("node_id", "week", "source", "revision"),)

    id: str = Field(primary_key=True, max_length=36)
    node_id: str = Field(foreign_key="node.id", max_length=64)
    week: str = Field(max_length=8, index=True)
    source: str = Field(max_length=12)
    revision: int
    received_at: datetime = Field(sa_type=UtcDateTime, index=True)
    state: str = Field(max_length=10)  # received late corrected
    values: dict[str, Any] = Field(sa_type=JSON)
    nil: bool = False
    note: str = ""
    warnings: list[dict[str, str]] = Field(sa_type=JSON)
    confirmed: list[str] = Field(sa_type=JSON)
    token_id: int | None = Field(default=None, foreign_key="token.id")


class Event(SQLModel, table=True):
    """即时事件; its week is that of the Shanghai date on which it happened."""

    __tablename__ = "event"

    id: str = Field(primary_key=True, max_length=36)
    node_id: str = Field(foreign_key="node.id", index=True, max_length=64)
    week: str = Field(max_length=8)
    event: str = Field(max_length=64)
    happened_at: datetime = Field(sa_type=UtcDateTime)
    people: int | None = Field(default=None, sa_type=BigInteger)
    note: str = ""
    received_at: datetime = Field(sa_type=UtcDateTime)
    token_id: int | None = Field(default=None, foreign_key="token.id")
    discreet: bool = False  # 不通知本单位其他人员: nobody else of the unit may learn of it


class Receipt(SQLModel, table=True):
    """回执 of an idempotency key: what was stored under it; kept 90 days."""

    __tablename__ = "receipt"

    token_id: int = Field(primary_key=True, foreign_key="token.id")
    key: str = Field(primary_key=True, max_length=200)
    body_digest: str = Field(max_length=64)
    stored_id: str = Field(max_length=36)  # of the report or event
    created_at: datetime = Field(sa_type=UtcDateTime, index=True)


class ReportingWeek(SQLModel, table=True):
    """报告周: one row per week the service knows; `closed_at` is when its closing was put in hand."""

    __tablename__ = "reporting_week"

    week: str = Field(primary_key=True, max_length=8)
    due_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Expectation(SQLModel, table=True):
    """应报: a node owes a report for a week; frozen when the week is opened."""

    __tablename__ = "expectation"
    __table_args__ = (
        Index(
            "ix_expectation_excused",
            "node_id",
            "week",
            sqlite_where=text("state = 'excused'"),
            postgresql_where=text("state = 'excused'"),
        ),
    )

    node_id: str = Field(primary_key=True, foreign_key="node.id", max_length=64)
    week: str = Field(primary_key=True, max_length=8, index=True)
    due_at: datetime = Field(sa_type=UtcDateTime)
    closes_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="due", max_length=10)  # due excused (停工放假)
    reminded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    excused_reason: str = ""
    excused_by: int | None = Field(default=None, foreign_key="token.id")


class Due(SQLModel, table=True):
    """待评: one row per reason to assess; assess deletes exactly the rows it read, so none is lost to a race."""

    __tablename__ = "due"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    node_id: str = Field(foreign_key="node.id", index=True, max_length=64)
    week: str = Field(max_length=8)
    cause: str = Field(max_length=12)
    created_at: datetime = Field(sa_type=UtcDateTime)
    held_until: datetime | None = Field(default=None, sa_type=UtcDateTime)  # after a failure, so that others go on


class ReportReturn(SQLModel, table=True):
    """退回 of a revision with the reason; a later revision answers it. The figures count until then."""

    __tablename__ = "report_return"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    report_id: str = Field(foreign_key="report.id", index=True, max_length=36)
    at: datetime = Field(sa_type=UtcDateTime)
    token_id: int = Field(foreign_key="token.id")
    reason: str


class Nudge(SQLModel, table=True):
    """催报 of a unit by a person, once more than the clock does."""

    __tablename__ = "nudge"
    __table_args__ = (Index("ix_nudge_node_id", "node_id", "week"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    node_id: str = Field(foreign_key="node.id", max_length=64)
    week: str = Field(max_length=8)
    at: datetime = Field(sa_type=UtcDateTime)
    token_id: int | None = Field(default=None, foreign_key="token.id")
    message_id: str | None = Field(default=None, foreign_key="outbox_message.id", max_length=36)


class ReportingTally(SQLModel, table=True):
    """报送统计 of a week under one parent – a county or township that reports itself counts under itself – as of an
    instant: made of expectations and reports, so that a page adds up a few rows instead of all units."""

    __tablename__ = "reporting_tally"

    week: str = Field(primary_key=True, max_length=8)
    home_id: str = Field(primary_key=True, foreign_key="node.id", max_length=64)
    due: int
    in_time: int
    late: int
    missing: int
    excused: int
    reminded: int
    counted_at: datetime = Field(sa_type=UtcDateTime)
