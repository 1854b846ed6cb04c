"""在途: what is on its way and what has come back, within one event loop; decides how much more may take off."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Mapping
from typing import Any

from service.notify.channels import Outcome, Pace, Result
from service.notify.outbox import Claimed, Share
from service.notify.settle import Sent

GATHER_SECONDS = 0.02  # what came back waits so long for others to share its commit
SLOW_SECONDS = 1.0


class Flight:
    """`limits` is how many sends a channel may have on its way, `paces` how fast its addresses take them. A receiver
    that was slow or failing the last time gets a quarter of them, so that it does not starve its neighbours."""

    def __init__(self, limits: Mapping[str, int], paces: Mapping[str, Pace | None] | None = None) -> None:
        self._limits = limits
        self._paces = paces or {}
        self._busy: dict[str, Counter[str]] = {name: Counter() for name in limits}
        self._troubled: set[tuple[str, str]] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._back: list[Sent] = []
        self._stir = asyncio.Event()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def empty(self) -> bool:
        return not self._tasks and not self._back

    def shares(self) -> dict[str, Share]:
        """What each channel may still take."""
        return {name: self._share(name, limit) for name, limit in self._limits.items()}

    def _share(self, name: str, limit: int) -> Share:
        busy = self._busy[name]
        quarter = max(1, limit // 4)
        room = {address: quarter - busy[address] for channel, address in self._troubled if channel == name}
        return Share(limit - busy.total(), room, self._paces.get(name))

    def take_off(self, claimed: Claimed, send: Coroutine[Any, Any, Result]) -> None:
        """Start one send."""
        self._busy[claimed.channel][claimed.outgoing.address] += 1
        task = asyncio.get_running_loop().create_task(self._fly(claimed, send))
        self._tasks.add(task)

    async def _fly(self, claimed: Claimed, send: Coroutine[Any, Any, Result]) -> None:
        loop = asyncio.get_running_loop()
        started = loop.time()
        result = await send
        address = claimed.outgoing.address
        self._busy[claimed.channel] -= Counter([address])
        if result.outcome is Outcome.TRY_AGAIN or loop.time() - started > SLOW_SECONDS:
            self._troubled.add((claimed.channel, address))
        else:
            self._troubled.discard((claimed.channel, address))
        self._back.append(Sent(claimed, result))
        task = asyncio.current_task()
        assert task is not None
        self._tasks.discard(task)
        if len(self._back) >= 2 * len(self._tasks):
            self.stir()
        elif self._timer is None:
            self._timer = loop.call_later(GATHER_SECONDS, self.stir)

    def stir(self) -> None:
        """There is something to do: news in the outbox, or enough has come back."""
        self._stir.set()

    async def stirred(self) -> None:
        """Wait until there is something to do."""
        await self._stir.wait()

    def land(self) -> list[Sent]:
        """Take what has come back. A stir after this is for the next turn."""
        self._stir.clear()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        back, self._back = self._back, []
        return back

    def put_back(self, back: list[Sent]) -> None:
        """The database did not take it."""
        self._back[:0] = back
