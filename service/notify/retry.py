"""重试: when a send that failed is tried again, and when it is given up – a value, no clock, no dice. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class RetryPolicy:
    """Waits grow from `base` by `factor` up to `cap`. The last address is tried for `give_up_after`; one with somebody
    behind it only for `hand_over_after`, since an alert must not wait a day for a dead receiver."""

    base: timedelta = timedelta(seconds=1)
    factor: float = 2.0
    cap: timedelta = timedelta(minutes=15)
    give_up_after: timedelta = timedelta(hours=24)
    hand_over_after: timedelta = timedelta(minutes=10)

    def __post_init__(self) -> None:
        if self.base <= timedelta(0):
            raise ValueError("base: 首次等待必须大于零 / the first wait must be longer than zero")
        if not 1 <= self.factor <= 10:
            raise ValueError("factor: 必须在 1 到 10 之间 / must lie between 1 and 10")
        if self.cap < self.base:
            raise ValueError("cap: 不得短于首次等待 / may not be shorter than the first wait")
        if self.give_up_after <= timedelta(0) or self.hand_over_after < timedelta(0):
            raise ValueError("give_up_after: 重试时限必须大于零 / the time for retries must be longer than zero")

    def wait(self, attempts: int) -> timedelta:
        """The wait after `attempts` tries, without jitter."""
        wait = self.base
        for _ in range(attempts - 1):
            wait *= self.factor
            if wait >= self.cap:
                return self.cap
        return wait

    def limit(self, fallbacks: int) -> timedelta:
        """How long an address is tried that has so many others behind it."""
        return min(self.hand_over_after, self.give_up_after) if fallbacks else self.give_up_after

    def next_attempt(
        self,
        attempts: int,
        first_at: datetime,
        now: datetime,
        retry_after: timedelta | None,
        jitter: float,
        fallbacks: int = 0,
    ) -> datetime | None:
        """When to try again, or None to give up. `jitter` in [0, 1) takes up to half of the wait off, so that what
        failed together does not come back together. `retry_after` is what the receiver asked for: never earlier than
        that, but one last try comes at the deadline, so a receiver cannot put an alert off for ever."""
        deadline = first_at + self.limit(fallbacks)
        if now >= deadline:
            return None
        wait = self.wait(attempts) * (1 - jitter / 2)
        if retry_after is not None:
            wait = max(wait, min(retry_after, self.give_up_after))
        return min(now + wait, deadline)
