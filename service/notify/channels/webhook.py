"""网络回调: POST to the receiver's address, signed after the Standard Webhooks specification (standardwebhooks.com)."""

import asyncio
import binascii
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx
import orjson
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from service.clock import Clock
from service.notify.channels import Outcome, Outgoing, Result
from service.notify.channels.connections import Answer, Connections

READ_BYTES = 4096  # of an answer
DETAIL_CHARACTERS = 200  # of an answer that are kept
GONE = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})  # the same request will not fare better


class WebhookChannel:
    """Sends the payload with `webhook-id` = message id, the same at every attempt. Proxies of the environment are not
    used: what is addressed is what is called."""

    signed = True

    def __init__(self, clock: Clock, limit: int = 64) -> None:
        self.limit = limit
        self._clock = clock
        self._connections = Connections(keep=limit)

    async def send(self, outgoing: Outgoing) -> Result:
        """POST once; 2xx is delivered, a receiver that is gone or refuses gives up, everything else tries again."""
        url = _address(outgoing.address)
        if url is None:
            return Result(Outcome.GIVE_UP, "bad_address", "地址不是 http(s) 网址 / not an http(s) address")
        body = orjson.dumps({**outgoing.payload, "id": outgoing.message_id})
        try:
            headers = _headers(outgoing, body, self._clock.now())
        except (binascii.Error, EmptyWebhookSecretError):
            return Result(Outcome.GIVE_UP, "bad_secret", "签名密钥不是 Base64 / the signing secret is not Base64")
        answer = await self._connections.post(url, headers, body, READ_BYTES)
        return _result(answer, self._clock.now())

    async def close(self) -> None:
        """Close the kept connections."""
        self._connections.close()
        await asyncio.sleep(0)  # the loop gets to close the sockets


@lru_cache(1024)
def _address(text: str) -> httpx.URL | None:
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL:
        return None
    return url if url.scheme in {"http", "https"} and url.host else None


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


def _result(answer: Answer, now: datetime) -> Result:
    code = str(answer.status)
    if 200 <= answer.status < 300:
        return Result(Outcome.DELIVERED, code)
    detail = answer.body.decode(errors="replace")[:DETAIL_CHARACTERS]
    if answer.status in GONE or 300 <= answer.status < 400:  # a redirect may lead anywhere: it is not followed
        return Result(Outcome.GIVE_UP, code, detail)
    return Result(Outcome.TRY_AGAIN, code, detail, _retry_after(answer.headers.get("retry-after", ""), now))


def _retry_after(text: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date; None for anything else."""
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text), 10**8))
    try:
        return max(parsedate_to_datetime(text) - now, timedelta(0))
    except (ValueError, TypeError):
        return None
