"""规则的表: immutable versions of the rules folder."""

from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from service.db import UtcDateTime


class RuleVersion(SQLModel, table=True):
    """规则版本: the texts of the folder's files, the hash over them, and since when they are in force."""

    __tablename__ = "rule_version"

    version: int = Field(primary_key=True)
    digest: str = Field(max_length=64)
    name: str = Field(max_length=200)
    published_at: datetime = Field(sa_type=UtcDateTime)
    published_by: str = Field(max_length=200)
    files: dict[str, str] = Field(sa_type=JSON)
