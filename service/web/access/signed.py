"""网关签名: a platform's callback is believed when it is signed with the secret that was agreed on, lately.

`X-Signature` is the HMAC-SHA256, in hex, over `X-Timestamp` (seconds since 1970), a dot and the body as it was sent.
"""

import hmac
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from service.errors import Unauthorised
from service.web.context import context

TOLERANCE = timedelta(minutes=5)


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """What `X-Signature` has to be."""
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


async def gateway(request: Request) -> bytes:
    """A gate for callbacks: the body, once its signature has been found right. Raises Unauthorised."""
    parts = context(request)
    timestamp = request.headers.get("x-timestamp", "")
    given = request.headers.get("x-signature", "").removeprefix("sha256=").lower()
    body = await request.body()
    secrets = [one.strip() for one in parts.settings.receipt_secret.get_secret_value().split(",") if one.strip()]
    expected = [signature(secret, timestamp, body) for secret in secrets]
    if not any(hmac.compare_digest(one.encode(), given.encode()) for one in expected):
        raise Unauthorised(
            "bad_signature", "签名不符，或未配置回执密钥", "the signature is wrong, or no secret is set up"
        )
    if not _lately(timestamp, parts.clock.now()):
        raise Unauthorised("old_signature", "签名时间相差超过五分钟", "it was signed more than five minutes ago")
    return body


def _lately(timestamp: str, now: datetime) -> bool:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 11):
        return False
    return abs(datetime.fromtimestamp(int(timestamp), UTC) - now) <= TOLERANCE
