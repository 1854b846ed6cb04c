"""渠道: one file a channel; this one says what a channel is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Protocol


class Outcome(StrEnum):
    """What became of one send; delivered means that the receiver took it, not that somebody read it. Accepted means
    that a gateway (a mail server, an SMS platform) took it and will carry it on."""

    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    TRY_AGAIN = "try_again"
    GIVE_UP = "give_up"


@dataclass(frozen=True)
class Result:
    """A channel's answer. `code` is the receiver's status or the name of the failure, `retry_after` its wish,
    `remote_id` the gateway's own number of the message, which its callbacks name; `gone` says why
    nothing sent to this address will ever arrive, empty unless that is so."""

    outcome: Outcome
    code: str = ""
    detail: str = ""
    retry_after: timedelta | None = None
    remote_id: str = ""
    gone: str = ""


@dataclass(frozen=True)
class Pace:
    """How fast one address may be written to: `burst` at once, then one each `every`. Within any span of time that is
    at most burst + span / every, so 5 and 4 s never exceed 20 a minute."""

    burst: int
    every: timedelta


@dataclass(frozen=True)
class Outgoing:
    """通知 on its way: the same `message_id` at every attempt. `link` is the one-time link for whom it is addressed to,
    empty where there is none; it may only go where nobody else reads it."""

    message_id: str
    attempt: int
    address: str
    subject: str
    body: str
    payload: Mapping[str, Any]
    officer_id: str | None = None
    post: str = ""
    secret: str | None = None
    link: str = ""


class Channel(Protocol):
    """A way out. `limit` is how many sends it can do at once, `signed` whether it needs the contact's secret, `pace`
    how fast one address takes messages; `send` and `close` always run in one event loop. An exception counts as
    TRY_AGAIN."""

    @property
    def limit(self) -> int: ...

    @property
    def signed(self) -> bool: ...

    @property
    def pace(self) -> Pace | None: ...

    async def send(self, outgoing: Outgoing) -> Result: ...

    async def close(self) -> None: ...
