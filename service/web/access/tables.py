"""门禁的表: accounts, their sessions, failed logins, and who looked at what."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer
from sqlmodel import Field, SQLModel

from service.db import UtcDateTime

RowId = BigInteger().with_variant(Integer, "sqlite")


class Account(SQLModel, table=True):
    """账号 of a person: a password in front of a token that nobody ever sees, so that scope, idempotency and authorship
    are those of tokens."""

    __tablename__ = "account"

    login: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)
    role: str = Field(max_length=20)  # access.roles.Role
    officer_id: str | None = Field(default=None, foreign_key="officer.id", index=True, max_length=64)
    node_id: str | None = Field(default=None, foreign_key="node.id", max_length=64)
    token_id: int = Field(foreign_key="token.id", index=True, unique=True)
    password: str = Field(max_length=200)  # argon2id
    language: str = Field(default="zh", max_length=5)
    created_at: datetime = Field(sa_type=UtcDateTime)
    password_changed_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class WebSession(SQLModel, table=True):
    """会话: kept on the server, so that it can be ended; only the SHA-256 of the cookie is kept."""

    __tablename__ = "web_session"

    digest: str = Field(primary_key=True, max_length=64)
    login: str = Field(foreign_key="account.login", index=True, max_length=64)
    csrf: str = Field(max_length=64)
    computer: str = Field(max_length=10)  # own public: on a 公用电脑 nothing stays and ten idle minutes end it
    address_digest: str = Field(
        max_length=64
    )  # where somebody has logged in they are not locked out by others' guesses
    started_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime = Field(sa_type=UtcDateTime)
    password_at: datetime = Field(sa_type=UtcDateTime)  # when the password was last typed
    ends_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class FailedLogin(SQLModel, table=True):
    """登录失败: what the lock-out counts, by name and address together, so that nobody locks others out."""

    __tablename__ = "failed_login"
    __table_args__ = (
        Index("ix_failed_login_login_digest", "login_digest", "at"),
        Index("ix_failed_login_address_digest", "address_digest", "at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    at: datetime = Field(sa_type=UtcDateTime)
    login_digest: str = Field(max_length=64)
    address_digest: str = Field(max_length=64)


class Sighting(SQLModel, table=True):
    """查看记录: who looked at an orange or red case or at sealed values."""

    __tablename__ = "sighting"

    id: int | None = Field(default=None, primary_key=True, sa_type=RowId)
    at: datetime = Field(sa_type=UtcDateTime, index=True)
    token_id: int = Field(foreign_key="token.id")
    officer_id: str | None = Field(default=None, foreign_key="officer.id", max_length=64)
    node_id: str = Field(foreign_key="node.id", max_length=64)
    alert_id: int | None = Field(default=None, foreign_key="alert.id", index=True)
    what: str = Field(max_length=20)  # case sealed evidence
