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
        Index(
            "ix_outbox_held",
            "created_at",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index(
            "ix_outbox_message_receipt_by",
            "receipt_by",
            sqlite_where=text("state = 'accepted'"),
            postgresql_where=text("state = 'accepted'"),
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
    state: str = Field(default="pending", max_length=10)  # pending sending accepted delivered given_up held
    available_at: datetime = Field(sa_type=UtcDateTime)  # pending: not before; sending: the lease's end
    lease: str | None = Field(default=None, max_length=36)
    attempts: int = 0
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    remote_id: str = Field(default="", max_length=200, index=True)  # the gateway's own number, which its callbacks name
    receipt_by: datetime | None = Field(default=None, sa_type=UtcDateTime)  # accepted: a callback is expected by then


class DeliveryAttempt(SQLModel, table=True):
    """投递记录: written before the send, completed after it; one without an end is a crash somebody can see."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (Index("ix_delivery_attempt_started_at", "started_at"),)

    message_id: str = Field(foreign_key="outbox_message.id", primary_key=True, max_length=36)
    number: int = Field(primary_key=True)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str | None = Field(default=None, max_length=12)  # notify.channels.Outcome
    code: str = Field(default="", max_length=60)
    detail: str = ""
    previous_hash: str = Field(default="", max_length=64)  # of the attempt before it, empty for the first
    hash: str = Field(default="", max_length=64)  # over what the row says and `previous_hash`, at completion


class SendPace(SQLModel, table=True):
    """发送节奏 of an address of a channel that takes so many messages and no more: a token bucket (notify.pace)."""

    __tablename__ = "send_pace"

    channel: str = Field(primary_key=True, max_length=20)
    address: str = Field(primary_key=True, max_length=1000)
    full_at: datetime = Field(sa_type=UtcDateTime)


class MessageReceipt(SQLModel, table=True):
    """回执 of a message: how far it is known to have come, each step once."""

    __tablename__ = "message_receipt"

    message_id: str = Field(foreign_key="outbox_message.id", primary_key=True, max_length=36)
    kind: str = Field(primary_key=True, max_length=12)  # notify.receipts.Kind
    at: datetime = Field(sa_type=UtcDateTime)
    detail: str = ""


class MessageLink(SQLModel, table=True):
    """一次性链接 of a message: lets its officer sign from a phone, once; only the SHA-256 of the token is kept."""

    __tablename__ = "message_link"

    digest: str = Field(primary_key=True, max_length=64)
    message_id: str = Field(foreign_key="outbox_message.id", index=True, max_length=36)
    alert_id: int = Field(foreign_key="alert.id")
    officer_id: str = Field(foreign_key="officer.id", max_length=64)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ContactCode(SQLModel, table=True):
    """验证码 sent to a contact, to be told back; only a digest of it is kept."""

    __tablename__ = "contact_code"

    contact_id: int = Field(foreign_key="contact.id", primary_key=True)
    digest: str = Field(max_length=64)
    sent_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    tries: int = 0
