"""网络回调: POST to the receiver's address, signed after the Standard Webhooks specification (standardwebhooks.com)."""

import binascii
from datetime import datetime
from functools import lru_cache

import orjson
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from service.clock import Clock
from service.notify.channels import Outcome, Outgoing, Result
from service.notify.channels.calling import NO_ADDRESS, Caller, web_address
from service.notify.channels.guard import Guard


class WebhookChannel:
    """Sends the payload with `webhook-id` = message id, the same at every attempt; the status tells what became of it,
    the body says nothing."""

    signed = True
    pace = None

    def __init__(self, clock: Clock, limit: int = 64, guard: Guard | None = None) -> None:
        self.limit = limit
        self._clock = clock
        self._caller = Caller(clock, limit, guard)

    async def send(self, outgoing: Outgoing) -> Result:
        """POST once; 2xx is delivered, a receiver that is gone or refuses gives up, everything else tries again."""
        if web_address(outgoing.address) is None:
            return NO_ADDRESS
        body = orjson.dumps({**outgoing.payload, "id": outgoing.message_id})
        try:
            headers = _headers(outgoing, body, self._clock.now())
        except (binascii.Error, EmptyWebhookSecretError):
            return Result(Outcome.GIVE_UP, "bad_secret", "签名密钥不是 Base64 / the signing secret is not Base64")
        answer = await self._caller.ask(outgoing.address, headers, body)
        return answer if isinstance(answer, Result) else Result(Outcome.DELIVERED, str(answer.status))

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


@lru_cache(256)
def _signer(secret: str) -> Webhook:
    return Webhook(secret)


def _headers(outgoing: Outgoing, body: bytes, now: datetime) -> dict[str, str]:
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "labour-watch",
        "webhook-id": outgoing.message_id,
        "webhook-timestamp": str(int(now.timestamp())),
    }
    if outgoing.secret is not None:  # an alert without a signature is better than none
        headers["webhook-signature"] = _signer(outgoing.secret).sign(outgoing.message_id, now, body.decode())
    return headers
