"""投递: claims what is due, sends it, settles what came back – one event loop, bounded in every direction."""

import asyncio
import random
import threading
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import timedelta
from types import TracebackType

import structlog
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from service.bell import Topic
from service.clock import Clock
from service.db import Database
from service.notify.callbacks import overdue
from service.notify.channels import Channel, Outcome, Outgoing, Result
from service.notify.flight import Flight
from service.notify.hold import on_hold
from service.notify.links import Links, with_link
from service.notify.outbox import Claimed, Share, claim, claim_strange, lease_time
from service.notify.retry import RetryPolicy
from service.notify.settle import Sent, Settler

POLL_SECONDS = 1.0
BACK_OFF_SECONDS = (0.5, 1.0, 2.0, 5.0)  # while the database is away
DICE = random.SystemRandom()
log = structlog.get_logger()


class Deliverer:
    """Empties the outbox through `channels`. Each turn is one transaction that settles what came back and claims what
    there is room for, so nothing is claimed that is not sent at once. Use `run` in a thread of its own or
    `deliver_due`, not both at a time; `close` after `deliver_due`. `secret_of` opens the secret of a contact by its
    id; `receipt_within` is that of `Settler`; `links` makes those to sign with. Raises ValueError when a send could
    outlast its lease."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        channels: Mapping[str, Channel],
        lease_seconds: float = 60.0,
        concurrency: int = 64,
        policy: RetryPolicy | None = None,
        *,
        secret_of: Callable[[int], str | None] | None = None,
        receipt_within: Mapping[str, timedelta] | None = None,
        links: Links | None = None,
        send_timeout: float = 10.0,
        jitter: Callable[[], float] = DICE.random,
    ) -> None:
        if not 0 < send_timeout < lease_seconds:
            raise ValueError("lease_seconds: 租约必须长于一次投递的时限 / a lease must outlast the timeout of a send")
        if concurrency < 1:
            raise ValueError("concurrency: 至少为 1 / must be at least 1")
        self._db = db
        self._clock = clock
        self._channels = channels
        self._lease_seconds = lease_seconds
        self._settler = Settler(policy or RetryPolicy(), jitter, receipt_within or {})
        self._secret_of = secret_of or (lambda _contact: None)
        self._links = links
        self._send_timeout = send_timeout
        self._limits = {name: min(channel.limit, concurrency) for name, channel in channels.items()}
        self._paces = {name: channel.pace for name, channel in channels.items()}
        self._flight = Flight(self._limits, self._paces)
        self._runner: asyncio.Runner | None = None
        self._strange_at = float("-inf")
        self._held = False

    def deliver_due(self) -> int:
        """Send until nothing is due and nothing is on its way; how many messages were delivered. A database error is
        raised, what was sent by then is settled by the next call."""
        return self._run_here().run(self._pump(threading.Event()))

    def run(self, stop: threading.Event) -> None:
        """Deliver until `stop` is set, woken by the bell and every second; ends with nothing on its way."""
        try:
            self._run_here().run(self._serve(stop))
        finally:
            self.close()

    def close(self) -> None:
        """Close the channels and the loop."""
        if self._runner is not None:
            for channel in self._channels.values():
                self._runner.run(channel.close())
            self._runner.close()
            self._runner = None
            self._flight = Flight(self._limits, self._paces)

    def __enter__(self) -> "Deliverer":
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _at: TracebackType | None
    ) -> None:
        self.close()

    def _run_here(self) -> asyncio.Runner:
        self._runner = self._runner or asyncio.Runner()
        return self._runner

    async def _serve(self, stop: threading.Event) -> None:
        listener = threading.Thread(
            target=self._listen, args=(stop, asyncio.get_running_loop()), name="deliver-bell", daemon=True
        )
        listener.start()
        failures = 0
        while True:
            try:
                await self._pump(stop)
                failures = 0
            except SQLAlchemyError as error:
                log.error("deliver_database_away", error=type(error).__name__)
                await asyncio.sleep(BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
                failures += 1
            # A database that stays away must not hold up the end: what is not settled is sent again with the same id.
            if stop.is_set():
                break
            if not failures:
                await self._flight.stirred()
        await asyncio.to_thread(listener.join)

    def _listen(self, stop: threading.Event, loop: asyncio.AbstractEventLoop) -> None:
        while not stop.is_set():
            self._db.bell.wait(Topic.DELIVER, POLL_SECONDS)
            loop.call_soon_threadsafe(self._flight.stir)
        loop.call_soon_threadsafe(self._flight.stir)  # `stop` may have come after the last one

    async def _pump(self, stop: threading.Event) -> int:
        """Turn after turn until one finds nothing due and nothing is on its way."""
        delivered = 0
        self._strange_at = float("-inf")
        while True:
            count, claimed = await self._turn({} if stop.is_set() else self._flight.shares())
            delivered += count
            if not claimed and self._flight.empty:
                return delivered
            await self._flight.stirred()

    async def _turn(self, shares: Mapping[str, Share]) -> tuple[int, int]:
        back = self._flight.land()
        try:
            delivered, claimed, secrets = await asyncio.to_thread(
                self._transact, back, shares, self._look_for_strange()
            )
        except BaseException:
            self._flight.put_back(back)
            raise
        for one in claimed:
            outgoing = with_link(one.channel, one.outgoing)
            secret = secrets.get(one.contact_id)
            self._flight.take_off(one, self._send(one.channel, outgoing, secret))
        return delivered, len(claimed)

    def _look_for_strange(self) -> bool:
        """At the start and once a second: the query reads everything that waits."""
        now = asyncio.get_running_loop().time()
        due = now - self._strange_at >= POLL_SECONDS
        self._strange_at = now if due else self._strange_at
        return due

    def _transact(
        self, back: list[Sent], shares: Mapping[str, Share], strange: bool
    ) -> tuple[int, list[Claimed], dict[int | None, str | Exception | None]]:
        try:
            delivered, claimed = self._settle_and_claim(back, shares, strange)
        except (IntegrityError, DataError):
            delivered = sum(self._settle_alone(one) for one in back)
            _, claimed = self._settle_and_claim([], shares, strange)
        return delivered, claimed, self._secrets(claimed)

    def _settle_and_claim(
        self, back: list[Sent], shares: Mapping[str, Share], strange: bool
    ) -> tuple[int, list[Claimed]]:
        with self._db.write() as session:
            now = lease_time(session, self._clock)
            delivered = self._settler.settle(session, now, back)
            if strange:
                self._held = on_hold(session)
                overdue(session, now)
            if self._held:
                return delivered, []
            if strange and shares:
                lost = claim_strange(session, now, list(self._channels), self._lease_seconds)
                result = Result(Outcome.GIVE_UP, "no_channel", "渠道未配置 / the channel is not set up")
                self._settler.settle(session, now, [Sent(one, result) for one in lost])
            claimed = claim(session, now, shares, self._lease_seconds)
            return delivered, self._links.attach(session, claimed) if self._links else claimed

    def _settle_alone(self, one: Sent) -> int:
        """One that the database refuses must not hold up the others; its lease ends and it is sent again."""
        try:
            with self._db.write() as session:
                return self._settler.settle(session, lease_time(session, self._clock), [one])
        except (IntegrityError, DataError) as error:
            log.error("settle_refused", message=one.claimed.outgoing.message_id, error=type(error).__name__)
            return 0

    def _secrets(self, claimed: Collection[Claimed]) -> dict[int | None, str | Exception | None]:
        """By contact; a secret that does not open is an answer too, of that message only."""
        secrets: dict[int | None, str | Exception | None] = {}
        for contact in {one.contact_id for one in claimed if self._channels[one.channel].signed}:
            try:
                secrets[contact] = None if contact is None else self._secret_of(contact)
            except Exception as error:
                secrets[contact] = error
        return secrets

    async def _send(self, channel: str, outgoing: Outgoing, secret: str | Exception | None) -> Result:
        """One send; whatever happens in a channel is a result. Only the class of an exception is kept: its text may
        hold an address or a secret."""
        if isinstance(secret, Exception):
            return Result(Outcome.TRY_AGAIN, f"secret_{type(secret).__name__}")
        try:
            async with asyncio.timeout(self._send_timeout):
                return await self._channels[channel].send(replace(outgoing, secret=secret) if secret else outgoing)
        except TimeoutError:
            return Result(Outcome.TRY_AGAIN, "timeout", f"{self._send_timeout:g} s")
        except Exception as error:
            return Result(Outcome.TRY_AGAIN, type(error).__name__)
