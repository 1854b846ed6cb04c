"""飞书群机器人: text to a group, signed with the robot's secret; the address is its web address with the token."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any

import orjson

from service.clock import Clock
from service.notify.channels import Outgoing, Pace, Result
from service.notify.channels.calling import Caller
from service.notify.channels.guard import Guard
from service.notify.channels.reading import Reading
from service.notify.short import clip_bytes, for_bot

LONGEST_BYTES = 16_000  # of 20 KB with the frame around it
READING = Reading(
    code="code",
    accepted=frozenset({"0"}),
    text="msg",
    wait={"11232": timedelta(minutes=1), "9499": timedelta(minutes=1)},  # too often
    refused=frozenset({"19021", "19022", "19024", "10208"}),  # signature, not our address, keyword, content
    gone=frozenset({"19001"}),  # no such robot
)


class FeishuChannel:
    """Sends number, level and link; a robot may be written to 5 times a second and 100 times a minute."""

    signed = True
    pace = Pace(4, timedelta(seconds=1))

    def __init__(self, clock: Clock, guard: Guard | None = None, limit: int = 4) -> None:
        self.limit = limit
        self._clock = clock
        self._caller = Caller(clock, limit, guard)

    async def send(self, outgoing: Outgoing) -> Result:
        """POST once; delivered when the code is 0."""
        text = clip_bytes("\n".join(for_bot(outgoing.subject, outgoing.payload)), LONGEST_BYTES)
        signature = _signature(outgoing.secret, self._clock.now()) if outgoing.secret else {}
        body = orjson.dumps({**signature, "msg_type": "text", "content": {"text": text}})
        answer = await self._caller.ask(outgoing.address, {"Content-Type": "application/json"}, body)
        return answer if isinstance(answer, Result) else READING.read(answer)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


def _signature(secret: str, now: datetime) -> dict[str, Any]:
    """What the body is signed with: an HMAC over nothing, whose key is the time and the secret."""
    stamp = str(int(now.timestamp()))
    digest = hmac.digest(f"{stamp}\n{secret}".encode(), b"", hashlib.sha256)
    return {"timestamp": stamp, "sign": base64.b64encode(digest).decode()}
