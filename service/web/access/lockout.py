"""登录限制: how long a guess has to wait. Counted by name and address, so nobody locks others out. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

WINDOW = timedelta(hours=1)  # guesses before it are forgotten
FREE = 5  # a name and address may fail so often
FIRST = timedelta(seconds=15)  # then waits so long, twice as long each time,
LONGEST = timedelta(minutes=15)  # but never longer
ALARM = 20  # so many failures of one name from anywhere are an attack
SLOWED = timedelta(seconds=30)  # then a strange address waits after each of them
KNOWN_FOR = timedelta(days=90)  # an address somebody has logged in from is theirs that long


@dataclass(frozen=True)
class Guesses:
    """Failures within the window: how many and when the last was; `known` is whether the name has logged in from this
    address."""

    here: int
    here_last: datetime | None
    anywhere: int
    anywhere_last: datetime | None
    known: bool


def wait_until(guesses: Guesses) -> datetime | None:
    """Until when no further guess is looked at, None when it may be made. An alarm slows strangers; it never keeps the
    right person out of a place known as theirs."""
    here = _after(guesses.here_last, guesses.here, FREE, grows=True)
    alarm = None if guesses.known else _after(guesses.anywhere_last, guesses.anywhere, ALARM, grows=False)
    return max((at for at in (here, alarm) if at is not None), default=None)


def alarming(anywhere: int) -> bool:
    """Whether this failure is the one that raises the alarm."""
    return anywhere == ALARM


def _after(last: datetime | None, count: int, free: int, *, grows: bool) -> datetime | None:
    if last is None or count < free:
        return None
    if not grows:
        return last + SLOWED
    return last + min(LONGEST, FIRST * (1 << min(count - free, 20)))
