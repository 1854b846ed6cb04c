"""预警的表: scores, alerts, their record, mutes."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.db import UtcDateTime, new_id
from service.reporting.tables import RowId


class Score(SQLModel, table=True):
    """评分 of a node's week. A new one supersedes the old, which stays: what was known then can be read."""

    __tablename__ = "score"
    __table_args__ = (
        Index(
            "ux_score_current",
            "node_id",
            "week",
            unique=True,
            sqlite_where=text("superseded_at IS NULL"),
            postgresql_where=text("superseded_at IS NULL"),
        ),
        Index("ix_score_node_week", "node_id", "week"),
        Index("ix_score_week_level", "week", "level"),  # so that a board of a nation reads few calm units
        Index(
            "ix_score_silent",
            "week",
            sqlite_where=text("reported IS 0"),
            postgresql_where=text("reported IS false"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, max_length=36)
    node_id: str = Field(foreign_key="node.id", max_length=64)
    week: str = Field(max_length=8)
    score: float
    level: int
    judged: float
    reported: bool
    closed: bool
    findings: list[dict[str, Any]] = Field(sa_type=JSON)  # fired and unknown; the rest is silent or out of play
    rule_version: int = Field(foreign_key="rule_version.version")
    pack_digest: str = Field(max_length=64)
    revisions: dict[str, int] = Field(sa_type=JSON)  # "2026-W47/own": revision, for every report read
    computed_at: datetime = Field(sa_type=UtcDateTime)
    superseded_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decision: str = Field(max_length=20)  # alerting.decide.Reason: why an alert came of it, or why none


class Alert(SQLModel, table=True):
    """预警: one open situation of a node. While it is open somebody owes it something (`duty`) until an instant
    (`sign_by`, `act_by` or `update_by`), and `next_step_at` is when the next one is told."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(
            "ux_alert_open",
            "node_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_alert_next_step", "next_step_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(foreign_key="node.id", index=True, max_length=64)
    level: int
    state: str = Field(max_length=12)  # response.lifecycle.State
    theme: str = Field(max_length=40)
    rules: list[str] = Field(sa_type=JSON)  # ids of the rules that raised it
    first_week: str = Field(max_length=8)
    last_week: str = Field(max_length=8)  # the newest week judged for it
    score_id: str = Field(foreign_key="score.id", max_length=36)  # the score that raised it, as known then
    raised_at: datetime = Field(sa_type=UtcDateTime)  # or raised again, after it had been closed
    issued_at: datetime = Field(sa_type=UtcDateTime)  # when the present level was issued: the ladder counts from here
    sign_by: datetime = Field(sa_type=UtcDateTime)
    act_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    update_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    duty: str = Field(default="sign", max_length=8)  # alerting.escalate.Duty: what is owed next
    step: int = 0  # steps of the ladder already taken for this duty
    next_step_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    acknowledged_by: str | None = Field(default=None, foreign_key="officer.id", max_length=64)
    owner_id: str | None = Field(default=None, foreign_key="officer.id", max_length=64)  # None: the operator
    contained_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    liftable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    judged_level: int | None = None  # 研判定级: an officer's own
    judged: dict[str, Any] | None = Field(default=None, sa_type=JSON)  # what was known then: {"level", "steps"}
    gathered_by: int | None = Field(default=None, foreign_key="alert.id", index=True)  # the alert above that has it
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, max_length=20)
    disputed_on: date | None = None  # with outcome dispute: when it broke out
    last_seq: int = 0  # of its record; the ETag
    head: str = Field(default="", max_length=64)  # hash of the last line of its record
    pinned_seq: int = 0  # the line that the newest checkpoint with this alert has


class AlertEvent(SQLModel, table=True):
    """预警记录: append-only, numbered without gaps within its alert; each line carries the hash of the one before."""

    __tablename__ = "alert_event"
    __table_args__ = (UniqueConstraint("alert_id", "seq"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    alert_id: int = Field(foreign_key="alert.id")
    seq: int
    at: datetime = Field(sa_type=UtcDateTime)
    reason: str = Field(max_length=20)
    week: str | None = Field(default=None, max_length=8)
    level: int
    score_id: str | None = Field(default=None, foreign_key="score.id", max_length=36)
    officer_id: str | None = Field(default=None, foreign_key="officer.id", max_length=64)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    hash: str = Field(default="", max_length=64)  # over its content and the hash before; "" from before the chain


class Notice(SQLModel, table=True):
    """告知: one piece of news of one alert for one officer – told with a message, waiting until `due_at`, or withdrawn
    with a reason. Whoever is named as told on a record has such a row."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ix_notice_waiting",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index("ix_notice_officer", "officer_id", "created_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    occasion: str = Field(unique=True, max_length=300)  # of its message, where it goes alone
    alert_id: int = Field(foreign_key="alert.id", index=True)
    officer_id: str | None = Field(default=None, foreign_key="officer.id", max_length=64)  # None: the operator
    reason: str = Field(max_length=20)  # notify.message.NewsReason
    asks: bool  # whether he has something to do; a copy or a reminder does not count in his load
    level: int
    people: int  # of the unit; 0 where it is not known
    issued_at: datetime = Field(sa_type=UtcDateTime)  # of the level that it tells of
    duty: str = Field(max_length=8)  # owed when it was written
    due_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    letter: dict[str, Any] = Field(sa_type=JSON)  # subject, body, payload; empty where the message was written at once
    route: list[dict[str, Any]] = Field(sa_type=JSON)
    held: str = Field(default="no", max_length=8)  # alerting.load.Held: why it waited
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="waiting", max_length=10)  # waiting sent withdrawn
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn: str | None = Field(default=None, max_length=12)  # alerting.load.Withdrawn
    message_id: str | None = Field(default=None, foreign_key="outbox_message.id", max_length=36, index=True)


class ChainCheckpoint(SQLModel, table=True):
    """校验点: the heads of the records, taken hourly when some have grown, so that no record or end of one vanishes
    unseen; each digest stands on the one before, so the newest vouches for all."""

    __tablename__ = "chain_checkpoint"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    alerts: int
    heads: list[list[Any]] = Field(sa_type=JSON)  # [alert, seq, hash] of the records that grew since the one before
    digest: str = Field(max_length=64)  # over `heads`, `alerts` and the digest before


class Mute(SQLModel, table=True):
    """暂缓提醒: these rules of a node raise nothing up to `level` until `until_at`, unless worse than `steps`."""

    __tablename__ = "mute"

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(foreign_key="node.id", index=True, max_length=64)
    rules: list[str] = Field(sa_type=JSON)
    level: int
    steps: dict[str, list[float]] | None = Field(default=None, sa_type=JSON)  # rule → [floor, points] when it was muted
    until_at: datetime = Field(sa_type=UtcDateTime)
    officer_id: str = Field(foreign_key="officer.id", max_length=64)
    reason: str
    wake_if: str = Field(default="", max_length=200)  # `indicator op number`: ends the mute as soon as it holds
    alert_id: int | None = Field(default=None, foreign_key="alert.id")
    asked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    approved_by: str | None = Field(default=None, foreign_key="officer.id", max_length=64)
    pending: bool = False  # of red: holds nothing back until somebody one level up has approved it
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
