"""铃: wakes the threads that wait for work; losing a ring costs one poll, never a row."""

import threading
from collections.abc import Callable
from enum import StrEnum


class Topic(StrEnum):
    """What there is to do."""

    ASSESS = "assess"
    DELIVER = "deliver"


class Bell:
    """Rings inside this process; `forward` also tells the other processes (PostgreSQL NOTIFY)."""

    def __init__(self) -> None:
        self._events = {topic: threading.Event() for topic in Topic}
        self.forward: Callable[[Topic], None] | None = None

    def ring(self, topic: Topic) -> None:
        """Wake whoever waits for `topic`, here and in the other processes."""
        self.ring_here(topic)
        if self.forward is not None:
            self.forward(topic)

    def ring_here(self, topic: Topic) -> None:
        self._events[topic].set()

    def wait(self, topic: Topic, seconds: float) -> None:
        """Return when `topic` rings, or after `seconds` at the latest."""
        self._events[topic].wait(seconds)
        self._events[topic].clear()
