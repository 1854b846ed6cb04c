"""运行记录: a failure is a row somebody sees – listed by `doctor`, counted by /readyz and /metrics."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel

from service.db import UtcDateTime


class JournalEntry(SQLModel, table=True):
    """Something that went wrong, or a hole that a person has to fill."""

    __tablename__ = "journal_entry"

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    kind: str = Field(max_length=40, index=True)
    subject: str = Field(default="", max_length=200)
    text: str
    text_en: str
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Beat(SQLModel, table=True):
    """心跳: when a job last ended well; what stays behind is late."""

    __tablename__ = "beat"

    name: str = Field(primary_key=True, max_length=60)
    at: datetime = Field(sa_type=UtcDateTime)
    took_ms: int = 0
    detail: str = ""


def note(session: Session, now: datetime, kind: str, subject: str, text: str, text_en: str, **detail: Any) -> None:
    """Write one entry in the transaction of what it is about."""
    session.add(JournalEntry(at=now, kind=kind, subject=subject, text=text, text_en=text_en, detail=detail))
