"""处置的表: what officers found, did and proposed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.db import UtcDateTime


class Verification(SQLModel, table=True):
    """核实 of one finding of an alert; the newest of a rule counts."""

    __tablename__ = "verification"

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    rule: str = Field(max_length=32)
    verdict: str = Field(max_length=12)  # response.verdicts: true partly false data_error
    officer_id: str = Field(foreign_key="officer.id", max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
    note: str = ""


class Action(SQLModel, table=True):
    """处置措施: one thing done about an alert; what belongs to its kind is in `detail`."""

    __tablename__ = "action"
    __table_args__ = (UniqueConstraint("kind", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    kind: str = Field(max_length=24)  # response.actions.KINDS
    officer_id: str = Field(foreign_key="officer.id", max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)  # recorded
    done_at: datetime = Field(sa_type=UtcDateTime)  # by whoever did it
    note: str = ""
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    number: str | None = Field(default=None, max_length=40)  # of a letter: 意见书 and 建议书
    reply_by: datetime | None = Field(default=None, sa_type=UtcDateTime)
    replied_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reply: str = ""


class Proposal(SQLModel, table=True):
    """提议: what needs a second person – lifting orange and red, lowering a level; open until decided."""

    __tablename__ = "proposal"
    __table_args__ = (
        Index(
            "ux_proposal_open",
            "alert_id",
            "kind",
            unique=True,
            sqlite_where=text("decided_at IS NULL"),
            postgresql_where=text("decided_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    alert_id: int = Field(foreign_key="alert.id", index=True)
    kind: str = Field(max_length=12)  # lift, lower
    officer_id: str = Field(foreign_key="officer.id", max_length=64)
    at: datetime = Field(sa_type=UtcDateTime)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    decided_by: str | None = Field(default=None, foreign_key="officer.id", max_length=64)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    verdict: str | None = Field(default=None, max_length=12)  # agreed refused withdrawn
