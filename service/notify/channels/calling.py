"""呼叫: what every channel over HTTP does alike – ask, and tell the answers that mean the same everywhere."""

import asyncio
import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache

import httpx

from service.clock import Clock
from service.notify.channels import Outcome, Result
from service.notify.channels.connections import Answer, Connections
from service.notify.channels.guard import Guard, NotAllowed

READ_BYTES = 16_384  # of an answer
DETAIL_CHARACTERS = 200  # of an answer that are kept
REFUSED = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})  # the same request will not fare better
NO_SUCH_ADDRESS = frozenset({404, 410})


class Caller:
    """Asks over kept connections. Proxies of the environment are not used: what is addressed is what is called."""

    def __init__(self, clock: Clock, keep: int, guard: Guard | None = None) -> None:
        self._clock = clock
        self._connections = Connections(keep, guard)

    async def ask(self, address: str, headers: Mapping[str, str], body: bytes, method: str = "POST") -> Answer | Result:
        """The answer when it is a 2xx, whose body is for the channel to judge; otherwise what became of the send.
        Raises OSError for what ends on the way, which means try again."""
        url = web_address(address)
        if url is None:
            return NO_ADDRESS
        try:
            answer = await self._connections.post(url, headers, body, READ_BYTES, method)
        except NotAllowed as error:
            return Result(Outcome.GIVE_UP, "not_allowed", str(error))
        except ssl.SSLCertVerificationError as error:
            return Result(Outcome.TRY_AGAIN, "certificate", f"证书无效 / certificate: {error.verify_message}")
        except ssl.SSLError as error:
            return Result(Outcome.TRY_AGAIN, "tls", f"TLS: {error.reason}")
        return answer if 200 <= answer.status < 300 else _failure(answer, self._clock.now())

    async def close(self) -> None:
        """Close the kept connections."""
        self._connections.close()
        await asyncio.sleep(0)  # the loop gets to close the sockets


NO_ADDRESS = Result(
    Outcome.GIVE_UP,
    "bad_address",
    "地址不是 http(s) 网址 / not an http(s) address",
    gone="地址不是 http(s) 网址 / not an http(s) address",
)


@lru_cache(1024)
def web_address(text: str) -> httpx.URL | None:
    """The address of something on the web, or None; one with a line break is none."""
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, UnicodeError):
        return None
    return url if url.scheme in {"http", "https"} and url.host else None


def excerpt(body: bytes) -> str:
    """The beginning of what was answered, to be kept with the attempt."""
    return body.decode(errors="replace")[:DETAIL_CHARACTERS]


def _failure(answer: Answer, now: datetime) -> Result:
    code = str(answer.status)
    if 300 <= answer.status < 400:  # it may lead anywhere
        to = web_address(answer.headers.get("location", ""))
        where = f"：{to.host}" if to else ""
        return Result(Outcome.GIVE_UP, code, f"不跟随重定向 / a redirect is not followed{where}")
    if answer.status in NO_SUCH_ADDRESS:
        return Result(Outcome.GIVE_UP, code, excerpt(answer.body), gone=f"地址不存在 / no such address ({code})")
    if answer.status in REFUSED:
        return Result(Outcome.GIVE_UP, code, excerpt(answer.body))
    after = _retry_after(answer.headers.get("retry-after", ""), now)
    return Result(Outcome.TRY_AGAIN, code, excerpt(answer.body), after)


def _retry_after(text: str, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date; None for anything else."""
    if text.strip().isdecimal():
        return timedelta(seconds=min(int(text), 10**8))
    try:
        return max(parsedate_to_datetime(text) - now, timedelta(0))
    except (ValueError, TypeError):
        return None
