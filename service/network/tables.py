"""组织的表: nodes, posts, officers, contacts, tokens."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from service.db import UtcDateTime

NodePath = String(1000).with_variant(String(1000, collation="C"), "postgresql")

# Byte order on both databases: a subtree is one range of paths, and a list by path has one order.
Path = String(1000).with_variant(String(1000, collation="C"), "postgresql")


class Node(SQLModel, table=True):
    """节点. `path` is the ids from the root to the node, each followed by a slash: scope is a prefix of it, and its
    order is that of bytes, so that a prefix is a range."""

    __tablename__ = "node"
    __table_args__ = (
        Index("ix_node_path", "path", unique=True),
        Index(
            "ix_node_county",
            "path",
            sqlite_where=text("kind = 'county'"),
            postgresql_where=text("kind = 'county'"),
        ),
    )

    id: str = Field(primary_key=True, max_length=64)
    parent_id: str | None = Field(default=None, foreign_key="node.id", index=True, max_length=64)
    path: str = Field(sa_type=Path)
    depth: int
    kind: str = Field(max_length=20)
    name: str = Field(max_length=200)
    industry: str | None = Field(default=None, max_length=60)
    headcount: int | None = None
    key: bool = False
    opened: date | None = None
    closed: date | None = None
    changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)  # by an import


class Officer(SQLModel, table=True):
    """责任人: a person who holds posts."""

    __tablename__ = "officer"

    id: str = Field(primary_key=True, max_length=64)
    name: str = Field(max_length=200)


class Contact(SQLModel, table=True):
    """联系方式 of an officer; the lowest `position` is tried first."""

    __tablename__ = "contact"
    __table_args__ = (UniqueConstraint("officer_id", "channel", "address"),)

    id: int | None = Field(default=None, primary_key=True)
    officer_id: str = Field(foreign_key="officer.id", index=True, max_length=64)
    position: int
    channel: str = Field(max_length=20)
    address: str = Field(max_length=1000)
    secret: str | None = None  # encrypted with LABOUR_WATCH_SECRET_KEY
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    disabled_reason: str = ""
    verified_at: datetime | None = Field(default=None, sa_type=UtcDateTime)  # when somebody made sure that it is right


class Post(SQLModel, table=True):
    """岗位 `kind.role` at a node; within a node a higher `rank` answers for a vacant lower one."""

    __tablename__ = "post"
    __table_args__ = (UniqueConstraint("node_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    node_id: str = Field(foreign_key="node.id", index=True, max_length=64)
    role: str = Field(max_length=40)
    rank: int
    rota: dict[str, Any] | None = Field(default=None, sa_type=JSON(none_as_null=True))  # network.rota_text


class Tenure(SQLModel, table=True):
    """任职: who holds a post; position 0 is the holder, 1 and on are the deputies in their order."""

    __tablename__ = "tenure"
    __table_args__ = (UniqueConstraint("post_id", "position"), UniqueConstraint("post_id", "officer_id"))

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    officer_id: str = Field(foreign_key="officer.id", index=True, max_length=64)
    position: int


class Leave(SQLModel, table=True):
    """请假 of an officer, half-open `[from_at, until_at)`."""

    __tablename__ = "leave"

    id: int | None = Field(default=None, primary_key=True)
    officer_id: str = Field(foreign_key="officer.id", index=True, max_length=64)
    from_at: datetime = Field(sa_type=UtcDateTime)
    until_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = ""


class RotaOverride(SQLModel, table=True):
    """换班: an officer of the post on duty instead of whoever would be, half-open `[from_at, until_at)`."""

    __tablename__ = "rota_override"

    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    officer_id: str = Field(foreign_key="officer.id", index=True, max_length=64)
    from_at: datetime = Field(sa_type=UtcDateTime)
    until_at: datetime = Field(sa_type=UtcDateTime)
    reason: str = ""


class Token(SQLModel, table=True):
    """令牌 of a node or of an officer; only its SHA-256 is kept."""

    __tablename__ = "token"

    id: int | None = Field(default=None, primary_key=True)
    digest: str = Field(unique=True, max_length=64)
    node_id: str | None = Field(default=None, foreign_key="node.id", max_length=64)
    officer_id: str | None = Field(default=None, foreign_key="officer.id", max_length=64)
    label: str = Field(default="", max_length=200)
    issued_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
