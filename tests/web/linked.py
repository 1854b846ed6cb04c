"""The application over a town in which 李娜 is told of an orange alert, as a phone or a gateway calls it."""

import asyncio
from typing import Any

import httpx
import orjson

from service.notify.channels import Outcome, Result
from service.notify.retry import RetryPolicy
from service.notify.settle import Sent, Settler
from service.reporting.intake import Intake
from service.settings import Settings
from service.web.access.signed import signature
from service.web.api import build_api
from service.web.context import Context
from tests.builders import Town
from tests.notify.linked import SEALER, claimed
from tests.reporting.rules import RULES

SECRET = "agreed"


class Caller:
    """Calls without a token; `signed` as the gateway does."""

    def __init__(self, town: Town, secret: str = SECRET) -> None:
        self.town = town
        settings = Settings(receipt_secret=secret)
        intake = Intake(town.db, town.clock, lambda: RULES)
        self.app = build_api(Context(settings, town.db, town.clock, intake, town.library, SEALER))

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        async def run() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://labour-watch.test") as client:
                return await client.request(method, path, **options)

        return asyncio.run(run())

    def signed(self, path: str, body: Any, secret: str = SECRET, minutes_old: int = 0) -> httpx.Response:
        raw = body if isinstance(body, bytes) else orjson.dumps(body)
        stamp = str(int(self.town.clock.now().timestamp()) - 60 * minutes_old)
        headers = {"X-Timestamp": stamp, "X-Signature": signature(secret, stamp, raw)}
        return self.call("POST", path, content=raw, headers=headers)


def hand_over(town: Town, channel: str = "sms", remote_id: str = "gw-1") -> str:
    """Let the gateway accept what waits; the message's id."""
    (one,) = claimed(town, channel)
    with town.db.write() as session:
        accepted = Result(Outcome.ACCEPTED, "OK", remote_id=remote_id)
        Settler(RetryPolicy(), lambda: 0.0).settle(session, town.clock.now(), [Sent(one, accepted)])
    return one.outgoing.message_id
