"""通知的表: the outbox and every attempt to empty it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, text
from sqlmodel import Field, SQLModel

from service.db import UtcDateTime


class OutboxMessage(SQLModel, table=True):
    """通知 to one address. Its id is fixed when it is written and goes with every attempt, so a receiver can tell a
    repeat; `occasion` keeps the same news from being written twice for the same address."""

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "channel",
            "available_at",
            sqlite_where=text("state IN ('pending', 'sending')"),
            postgresql_where=text("state IN ('pending', 'sending')"),
        ),
    )

    id: str = Field(primary_key=True, max_length=36)
    occasion: str = Field(unique=True, max_length=300)  # e.g. alert/17/3/li.na/email
    alert_id: int | None = Field(default=None, foreign_key="alert.id", index=True)
    officer_id: str | None = Field(default=None, foreign_key="officer.id", max_length=64)
    post: str = Field(default="", max_length=130)
    channel: str = Field(max_length=20)
    address: str = Field(max_length=1000)
    contact_id: int | None = Field(default=None, foreign_key="contact.id")
    subject: str
    body: str
    payload: dict[str, Any] = Field(sa_type=JSON)
    fallbacks: list[dict[str, Any]] = Field(sa_type=JSON)  # who is tried next when this one is given up
    created_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="pending", max_length=10)  # pending sending delivered given_up
    available_at: datetime = Field(sa_type=UtcDateTime)  # pending: not before; sending: the lease's end
    lease: str | None = Field(default=None, max_length=36)
    attempts: int = 0
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DeliveryAttempt(SQLModel, table=True):
    """投递记录: written before the send, completed after it; one without an end is a crash somebody can see."""

    __tablename__ = "delivery_attempt"

    message_id: str = Field(foreign_key="outbox_message.id", primary_key=True, max_length=36)
    number: int = Field(primary_key=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, max_length=12)  # delivered try_again give_up
    code: str = Field(default="", max_length=60)
    detail: str = ""
