"""控制台: the default channel, prints the whole message for whoever watches the terminal."""

import sys
from typing import TextIO

from service.notify.channels import Outcome, Outgoing, Result


class ConsoleChannel:
    """Writes to `stream`, or to whatever standard output is at that moment."""

    limit = 16
    signed = False
    pace = None

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    async def send(self, outgoing: Outgoing) -> Result:
        """Print one message as one write, so that two never mix."""
        stream = self._stream or sys.stdout
        stream.write(_text(outgoing))
        stream.flush()
        return Result(Outcome.DELIVERED, "printed")

    async def close(self) -> None:
        """Nothing is held open."""


def _text(outgoing: Outgoing) -> str:
    to = " ".join(filter(None, [outgoing.post, outgoing.officer_id, outgoing.address]))
    body = "\n".join(f"│ {line}" for line in outgoing.body.splitlines())
    return f"┌ 通知 {outgoing.message_id} → {to}\n│ {outgoing.subject}\n{body}\n└\n"
