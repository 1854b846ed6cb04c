"""短信与语音平台: an HTTP gateway as `gateways.yaml` describes it. Every platform wants the same few things under other
names: a number, a template with its variables, a signature – and says in its answer whether it took them."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import orjson

from service.clock import SHANGHAI, Clock
from service.notify.channels import Outcome, Outgoing, Pace, Result
from service.notify.channels.calling import Caller
from service.notify.channels.guard import Guard
from service.notify.channels.reading import Reading
from service.notify.short import Spoken, clip_before, for_phone

# What `gateways.yaml` may name in braces.
VARIABLES = (
    *("phone", "text", "number", "level", "county", "theme", "duty_phone"),
    *("id", "template", "secret", "timestamp", "time", "sign", "link"),
)
IN_HEADERS = ("id", "template", "secret", "timestamp", "time", "sign")  # nothing that a person wrote
DIGESTS = ("md5", "sha1", "sha256", "hmac-sha1", "hmac-sha256")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_PHONE = re.compile(r"\+?\d{5,20}", re.ASCII)
_NO_PHONE = "不是电话号码 / not a telephone number"


@dataclass(frozen=True)
class Sign:
    """How a request is signed: a digest over `text`, an HMAC with the secret where `by` says so."""

    text: str
    by: str
    base64: bool = False


@dataclass(frozen=True)
class Gateway:
    """One platform. `body` is a map of texts, maps and lists, written as JSON, as a form or into the query; the fields
    named in `as_json` are themselves written as JSON. `other` is the body of a notice that is about no alert."""

    url: str
    reading: Reading
    body: Mapping[str, Any]
    other: Mapping[str, Any]
    method: str = "POST"
    form: str = "json"
    headers: Mapping[str, str] = field(default_factory=dict)
    template: str = ""
    as_json: tuple[str, ...] = ()
    sign: Sign | None = None
    longest: int = 200
    pace: Pace | None = None
    secret: str = field(default="", repr=False)


class GatewayChannel:
    """Sends number, level, county, theme and the duty telephone; accepted is not delivered: that is reported later."""

    signed = False

    def __init__(
        self,
        gateway: Gateway,
        clock: Clock,
        duty_phone: str,
        wording: Callable[[Spoken], str],
        guard: Guard | None = None,
        limit: int = 8,
    ) -> None:
        self.limit = limit
        self.pace = gateway.pace
        self._gateway = gateway
        self._clock = clock
        self._duty_phone = duty_phone
        self._wording = wording
        self._caller = Caller(clock, limit, guard)

    async def send(self, outgoing: Outgoing) -> Result:
        """Ask once; accepted when the answer says so."""
        phone = re.sub(r"[ -]", "", outgoing.address)
        if not _PHONE.fullmatch(phone):
            return Result(Outcome.GIVE_UP, "bad_address", _NO_PHONE, gone=_NO_PHONE)
        gateway = self._gateway
        spoken = for_phone(outgoing.subject, outgoing.payload, self._duty_phone)
        values = self._values(outgoing, phone, spoken)
        address, headers, body = _request(gateway, gateway.body if spoken.number else gateway.other, values)
        answer = await self._caller.ask(address, headers, body, gateway.method)
        if isinstance(answer, Result):  # the platform is not there: the number is as good as it was
            return Result(answer.outcome, answer.code, answer.detail, answer.retry_after)
        return gateway.reading.read(answer)

    async def close(self) -> None:
        """Close the kept connections."""
        await self._caller.close()

    def _values(self, outgoing: Outgoing, phone: str, spoken: Spoken) -> dict[str, str]:
        gateway, now = self._gateway, self._clock.now()
        link = f"，签收 {outgoing.link}" if outgoing.link else ""
        values = {
            "phone": phone,
            "text": clip_before(self._wording(spoken), link, gateway.longest),
            "number": spoken.number,
            "level": spoken.level,
            "county": spoken.county,
            "theme": spoken.theme,
            "duty_phone": self._duty_phone,
            "id": outgoing.message_id,
            "link": outgoing.link,
            "template": gateway.template,
            "secret": gateway.secret,
            "timestamp": str(int(now.timestamp())),
            "time": _time(now),
        }
        return {**values, "sign": _signature(gateway.sign, values) if gateway.sign else ""}


def variables(text: str) -> list[str]:
    """The names in braces."""
    return _VARIABLE.findall(text)


def _request(gateway: Gateway, body: Mapping[str, Any], values: Mapping[str, str]) -> tuple[str, dict[str, str], bytes]:
    filled = {name: _fill(value, values) for name, value in body.items()}
    for name in gateway.as_json:
        if name in filled:
            filled[name] = orjson.dumps(filled[name]).decode()
    headers = {name: str(_fill(value, values)) for name, value in gateway.headers.items()}
    if gateway.form == "query":
        return f"{gateway.url}{'&' if '?' in gateway.url else '?'}{urlencode(filled)}", headers, b""
    if gateway.form == "form":
        kind, raw = "application/x-www-form-urlencoded; charset=utf-8", urlencode(filled).encode()
    else:
        kind, raw = "application/json; charset=utf-8", orjson.dumps(filled)
    return gateway.url, {"Content-Type": kind, **headers}, raw


def _fill(value: Any, values: Mapping[str, str]) -> Any:
    """Values go into the leaves only, so that none of them can change the shape of the request."""
    if isinstance(value, Mapping):
        return {name: _fill(inner, values) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_fill(inner, values) for inner in value]
    return _VARIABLE.sub(lambda found: values.get(found[1], found[0]), str(value))


def _signature(sign: Sign, values: Mapping[str, str]) -> str:
    text = str(_fill(sign.text, values)).encode()
    keyed, name = sign.by.startswith("hmac-"), sign.by.removeprefix("hmac-")
    if keyed:
        digest = hmac.digest(values["secret"].encode(), text, name)
    else:
        digest = hashlib.new(name, text, usedforsecurity=False).digest()  # the platform chose it
    return base64.b64encode(digest).decode() if sign.base64 else digest.hex()


def _time(now: datetime) -> str:
    return f"{now.astimezone(SHANGHAI):%Y%m%d%H%M%S}"
