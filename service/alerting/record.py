"""预警记录: one append-only record an alert, each line sealed by a hash over its content and the line before."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session

from service.alerting.tables import Alert, AlertEvent, Score


def record(
    session: Session,
    alert: Alert,
    now: datetime,
    reason: str,
    *,
    score: Score | None = None,
    officer_id: str | None = None,
    detail: dict[str, Any] | None = None,
) -> AlertEvent:
    """Append one line to the alert's record; the caller holds the alert's lock. `detail` is made of what JSON knows."""
    assert alert.id is not None  # an alert is stored before anything is recorded of it
    event = AlertEvent(
        alert_id=alert.id,
        seq=alert.last_seq + 1,
        at=now,
        reason=reason,
        level=alert.level,
        week=score.week if score else None,
        score_id=score.id if score else None,
        officer_id=officer_id,
        detail=detail or {},
    )
    event.hash = seal(alert.head, event)
    alert.last_seq, alert.head = event.seq, event.hash
    session.add(event)
    return event


def seal(before: str, event: AlertEvent) -> str:
    """SHA-256, in hex, over the hash of the line before (empty for the first) and everything the line says."""
    return hashlib.sha256(f"{before}\n{content(event)}".encode()).hexdigest()


def content(event: AlertEvent) -> str:
    """What a line says, in one way of writing it, whatever the database stores it like."""
    return canonical(
        {
            "alert": event.alert_id,
            "seq": event.seq,
            "at": event.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "reason": event.reason,
            "week": event.week,
            "level": int(event.level),
            "score": event.score_id,
            "officer": event.officer_id,
            "detail": event.detail,
        }
    )


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces; the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
