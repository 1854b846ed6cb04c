"""The service with a bomb in it: `kill -9` from within when a named point is passed for the nth time.

`python -m tests.crash serve …` runs any command of the program; `CRASH_AT=point:n` names the point. The program itself
knows nothing of it: the function at the point is replaced before the program starts.
"""

import importlib
import inspect
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any

VARIABLE = "CRASH_AT"


@dataclass(frozen=True)
class Point:
    """A function that is called there, as its caller knows it; `after` explodes when it has returned."""

    module: str
    name: str
    after: bool = False


POINTS: Mapping[str, Point] = {
    "writer": Point("service.reporting.intake", "store", after=True),  # written, not committed
    "receipt": Point("service.reporting.intake", "outcomes"),  # committed, not answered
    "assess": Point("service.alerting.assess", "settle"),  # judged, not committed
    "post": Point("service.alerting.post", "enqueue", after=True),  # news made a message, not committed
    "before_send": Point("service.notify.channels.webhook", "WebhookChannel.send"),
    "after_send": Point("service.notify.channels.webhook", "WebhookChannel.send", after=True),  # sent, not settled
    "sweep": Point("service.alerting.issue", "Issuer.climb", after=True),  # climbed, not committed
    "migration": Point("alembic.op", "create_table", after=True),
}


def arm(where: str) -> None:
    """Put the bomb in; `where` is a point and which passing of it, "assess:3". Raises KeyError, ValueError."""
    name, _, nth = where.partition(":")
    point = POINTS[name]
    owner: Any = importlib.import_module(point.module)
    *inside, attribute = point.name.split(".")
    for part in inside:
        owner = getattr(owner, part)
    bomb = _bomb(int(nth))
    found = getattr(owner, attribute)
    wrapped = _around_async(found, bomb, point.after) if inspect.iscoroutinefunction(found) else None
    setattr(owner, attribute, wrapped or _around(found, bomb, point.after))


def _bomb(nth: int) -> Callable[[], None]:
    passed = 0
    lock = threading.Lock()

    def explode_when_due() -> None:
        nonlocal passed
        with lock:
            passed += 1
            if passed == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    return explode_when_due


def _around(function: Callable[..., Any], bomb: Callable[[], None], after: bool) -> Callable[..., Any]:
    @wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        if not after:
            bomb()
        result = function(*args, **options)
        if after:
            bomb()
        return result

    return call


def _around_async(function: Callable[..., Any], bomb: Callable[[], None], after: bool) -> Callable[..., Any]:
    @wraps(function)
    async def call(*args: Any, **options: Any) -> Any:
        if not after:
            bomb()
        result = await function(*args, **options)
        if after:
            bomb()
        return result

    return call


if __name__ == "__main__":
    if os.environ.get(VARIABLE):
        arm(os.environ[VARIABLE])
    from service.__main__ import main

    main()
