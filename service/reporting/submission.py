"""上报: what comes in and what is answered, as frozen values between the web and the writer.

Pure; `digest` is the SHA-256 of the bearer's token, `body_digest` that of the content sent under an idempotency key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True)
class ReportSubmission:
    """A weekly report as it was sent; `node` None means the token's own, `if_match` the revision it corrects."""

    digest: str
    week: str
    values: Mapping[str, Any]
    node: str | None = None
    nil: bool = False
    note: str = ""
    confirm: tuple[str, ...] = ()
    source: str = "own"
    key: str | None = None
    body_digest: str = ""
    if_match: int | None = None


@dataclass(frozen=True)
class EventSubmission:
    """An incident as it was sent; `people` None means that nobody could count them."""

    digest: str
    event: str
    happened_at: datetime
    people: int | None = None
    note: str = ""
    node: str | None = None
    key: str | None = None
    body_digest: str = ""
    discreet: bool = False  # 不通知本单位其他人员


Submission = ReportSubmission | EventSubmission


@dataclass(frozen=True)
class ReportAnswer:
    """回执 of a report; `repeated` when the same had been stored before."""

    id: str
    node: str
    week: str
    revision: int
    received_at: datetime
    state: str
    warnings: tuple[Mapping[str, str], ...]
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the answer."""
        return {
            "id": self.id,
            "node": self.node,
            "week": self.week,
            "revision": self.revision,
            "received_at": instant(self.received_at),
            "state": self.state,
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True)
class EventAnswer:
    """回执 of an event; its week is that of the Shanghai date on which it happened."""

    id: str
    node: str
    week: str
    event: str
    happened_at: datetime
    people: int | None
    received_at: datetime
    warnings: tuple[Mapping[str, str], ...] = ()
    repeated: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The JSON of the answer."""
        return {
            "id": self.id,
            "node": self.node,
            "week": self.week,
            "event": self.event,
            "happened_at": instant(self.happened_at),
            "people": self.people,
            "received_at": instant(self.received_at),
            "warnings": list(self.warnings),
        }


Answer = ReportAnswer | EventAnswer


def instant(at: datetime) -> str:
    """An instant in an answer: ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
