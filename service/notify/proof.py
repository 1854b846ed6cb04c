"""投递证明: the attempts of a message form a chain in the order in which they ended – each sealed over what was
sent, how it ended and the seal before. Pure.

An attempt without an end is a crash: it has no seal, and the chain goes on past it. One that a lost lease completes
late stands behind the attempt that overtook it, as it was then.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from service.scoring.cells import Text


@dataclass(frozen=True)
class Parcel:
    """What was sent: it is the same at every attempt, so a change of it afterwards breaks every seal."""

    message_id: str
    channel: str
    address: str
    subject: str
    body: str


@dataclass(frozen=True)
class Attempt:
    """One completed send; `code` and `detail` are what the receiver answered."""

    number: int
    started_at: datetime
    finished_at: datetime | None
    outcome: str | None
    code: str
    detail: str


@dataclass(frozen=True)
class Sealed:
    """An attempt with its place in the chain, as it is stored; both empty where it was never completed."""

    attempt: Attempt
    previous_hash: str
    hash: str


def seal(parcel: Parcel, attempt: Attempt, previous: str) -> str:
    """SHA-256, in hex, over the seal before (empty for the first), what was sent and how it ended."""
    said = [
        parcel.message_id,
        parcel.channel,
        parcel.address,
        parcel.subject,
        parcel.body,
        attempt.number,
        _instant(attempt.started_at),
        _instant(attempt.finished_at),
        attempt.outcome,
        attempt.code,
        attempt.detail,
    ]
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()


def newest(links: Mapping[str, str]) -> str:
    """The end of a chain of hash → previous hash, empty for an empty one; of a chain that somebody broke, some end."""
    return max(links.keys() - set(links.values()), default=max(links, default=""))


def flaw(parcel: Parcel, attempts: Sequence[Sealed], made: int, since: datetime | None = None) -> Text | None:
    """What is wrong with the attempts of a message of which `made` were begun; None when they are as they were written.
    What ended before `since`, the first seal of all (None: there is none), may be without a seal."""
    missing = set(range(1, made + 1)) - {one.attempt.number for one in attempts}
    if missing:
        return f"第 {min(missing)} 次投递记录被删除", f"attempt {min(missing)} was deleted"
    if len(attempts) > made:
        return "有后来添上的投递记录", "an attempt was added afterwards"
    for one in sorted(attempts, key=lambda one: one.attempt.number):
        if _changed(parcel, one, since):
            number = one.attempt.number
            return f"第 {number} 次投递记录或通知本身被改动", f"attempt {number}, or the message itself, was changed"
    chained = [one for one in attempts if one.hash]
    links = {one.hash: one.previous_hash for one in chained}
    if len(links) != len(chained) or not _one_line(links):
        return "投递记录的链断开", "the chain of attempts is broken"
    return None


def _changed(parcel: Parcel, one: Sealed, since: datetime | None) -> bool:
    """Whether an attempt is not what was sealed, or has lost its seal."""
    if one.hash:
        return one.hash != seal(parcel, one.attempt, one.previous_hash)
    ended = one.attempt.finished_at
    return bool(one.previous_hash) or (ended is not None and since is not None and ended >= since)


def _one_line(links: Mapping[str, str]) -> bool:
    """Whether every seal but one stands on another, none on the same, and all are reached from the end."""
    seen, at = 0, newest(links)
    while at in links and seen <= len(links):
        at, seen = links[at], seen + 1
    return seen == len(links) and not at


def _instant(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat(timespec="microseconds") if at else None
