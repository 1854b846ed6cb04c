"""企业微信群机器人: markdown to a group; the address is the robot's web address with its key."""

from datetime import timedelta

import orjson

from service.clock import Clock
from service.notify.channels import Outgoing, Pace, Result
from service.notify.channels.calling import Caller
from service.notify.channels.guard import Guard
from service.notify.channels.reading import Reading
from service.notify.short import clip_bytes, for_bot

LONGEST_BYTES = 4096
READING = Reading(
    code="errcode",
    accepted=frozenset({"0"}),
    text="errmsg",
    wait={"45009": timedelta(minutes=1), "45033": timedelta(seconds=5)},  # too often; too many at once
    refused=frozenset({"40008", "40058", "44004"}),  # unknown kind of message, bad parameter, no text
    gone=frozenset({"93000", "93008", "93017"}),  # no such robot; it has left the group
)


class WecomChannel:
    """Sends number, level and link; a robot may be written to 20 times a minute."""

    signed = False
    pace = Pace(5, timedelta(seconds=4))

    def __init__(self, clock: Clock, guard: Guard | None = None, limit: int = 4) -> None:
        self.limit = limit
        self._caller = Caller(clock, limit, guard)

    async def send(self, outgoing: Outgoing) -> Result:
        """POST once; delivered when errcode is 0."""
        text = clip_bytes("\n".join(for_bot(outgoing.subject, outgoing.payload)), LONGEST_BYTES)
        body = orjson.dumps({"msgtype": "markdown", "markdown": {"content": text}})
        answer = await self._caller.ask(outgoing.address, {"Content-Type": "application/json"}, body)
        return answer if isinstance(answer, Result) else READING.read(answer)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()
