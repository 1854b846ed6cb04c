"""钉钉群机器人: markdown to a group, signed with the robot's secret; the address is its web address with the token."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import urlencode

import orjson

from service.clock import Clock
from service.notify.channels import Outgoing, Pace, Result
from service.notify.channels.calling import Caller
from service.notify.channels.guard import Guard
from service.notify.channels.reading import Reading
from service.notify.short import clip_bytes, for_bot

LONGEST_BYTES = 16_000  # of 20,000 with the frame around it
READING = Reading(
    code="errcode",
    accepted=frozenset({"0"}),
    text="errmsg",
    wait={"130101": timedelta(minutes=10), "410100": timedelta(minutes=1)},  # over 20 a minute it is shut for ten
    refused=frozenset({"310000", "430101", "430102", "430103", "430104", "40035"}),  # signature, keyword, content
    gone=frozenset({"300001", "300005", "400013", "400101", "400102"}),  # no such token, group or robot
)


class DingtalkChannel:
    """Sends number, level and link; a robot may be written to 20 times a minute."""

    signed = True
    pace = Pace(5, timedelta(seconds=4))

    def __init__(self, clock: Clock, guard: Guard | None = None, limit: int = 4) -> None:
        self.limit = limit
        self._clock = clock
        self._caller = Caller(clock, limit, guard)

    async def send(self, outgoing: Outgoing) -> Result:
        """POST once; delivered when errcode is 0."""
        lines = for_bot(outgoing.subject, outgoing.payload)
        text = clip_bytes("\n\n".join(lines), LONGEST_BYTES)  # one line feed is none in its markdown
        body = orjson.dumps({"msgtype": "markdown", "markdown": {"title": clip_bytes(lines[0], 100), "text": text}})
        address = _signed(outgoing.address, outgoing.secret, self._clock.now()) if outgoing.secret else outgoing.address
        answer = await self._caller.ask(address, {"Content-Type": "application/json"}, body)
        return answer if isinstance(answer, Result) else READING.read(answer)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()


def _signed(address: str, secret: str, now: datetime) -> str:
    stamp = str(int(now.timestamp() * 1000))
    digest = hmac.digest(secret.encode(), f"{stamp}\n{secret}".encode(), hashlib.sha256)
    query = urlencode({"timestamp": stamp, "sign": base64.b64encode(digest).decode()})
    return f"{address}{'&' if '?' in address else '?'}{query}"
