"""读懂回答: HTTP 200 is not delivered – a gateway says in the body what it did. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import orjson

from service.notify.channels import Outcome, Result
from service.notify.channels.calling import excerpt
from service.notify.channels.connections import Answer

_GONE = "对方称该地址已失效 / the receiver says that the address is gone"


@dataclass(frozen=True)
class Reading:
    """Where an answer has its error code, and what the values mean. Fields of a JSON body are named with dots, such as
    `data.0.status`. A code that is listed nowhere is tried again: an alert must not be given up for an unknown word."""

    code: str
    accepted: frozenset[str]
    text: str = ""
    remote_id: str = ""
    wait: Mapping[str, timedelta] = field(default_factory=dict)  # too many at once: come back after that
    refused: frozenset[str] = frozenset()  # this message will never be taken
    gone: frozenset[str] = frozenset()  # nothing will ever be taken for this address
    taken: Outcome = Outcome.DELIVERED

    def read(self, answer: Answer) -> Result:
        """What became of a send that was answered with 2xx."""
        try:
            said = orjson.loads(answer.body)
        except orjson.JSONDecodeError:
            return Result(
                Outcome.TRY_AGAIN, "not_json", f"回答不是 JSON / the answer is no JSON: {excerpt(answer.body)}"
            )
        code = _text(_at(said, self.code))
        if code is None:
            return Result(Outcome.TRY_AGAIN, "no_code", f"回答缺少 {self.code} / it is missing: {excerpt(answer.body)}")
        if code in self.accepted:
            return Result(self.taken, code, remote_id=_text(_at(said, self.remote_id)) or "")
        detail = (_text(_at(said, self.text)) or excerpt(answer.body))[:200]
        if code in self.gone:
            return Result(Outcome.GIVE_UP, code, detail, gone=f"{_GONE} ({code})")
        outcome = Outcome.GIVE_UP if code in self.refused else Outcome.TRY_AGAIN
        return Result(outcome, code, detail, self.wait.get(code))


def _at(said: Any, path: str) -> Any:
    """What stands at a path such as `data.0.status`, or None."""
    for step in path.split(".") if path else ():
        if isinstance(said, dict):
            said = said.get(step)
        elif isinstance(said, list) and step.isdecimal() and int(step) < len(said):
            said = said[int(step)]
        else:
            return None
    return said if path else None


def _text(value: Any) -> str | None:
    """A code as its own text: 0, "0" and true are `0`, `0` and `true`."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int) and str(value) else None
