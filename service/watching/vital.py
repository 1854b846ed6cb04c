"""生命体征: may the outside be told that all is well? Every reason against it has a word. Decides only."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

from service.watching.figures import SWEEP_BEAT, Health

TICK_LATE = timedelta(minutes=2)


class Ailment(StrEnum):
    """Why the heart does not beat."""

    THREADS = "threads"  # a thread of this process has ended
    TICKS = "ticks"  # the sweep does not run
    DELIVERIES = "deliveries"  # messages that are due lie there
    ASSESSING = "assessing"  # so do weeks to be judged
    WEEKLY = "weekly"  # a week was not opened, closed or judged
    HELD = "held"  # restored, and not released yet


def ailments(health: Health, now: datetime, *, alive: bool) -> tuple[Ailment, ...]:
    """All reasons not to beat, none when all is well; `alive` says whether every thread of the process runs."""
    return tuple(_ailments(health, now, alive=alive))


def _ailments(health: Health, now: datetime, *, alive: bool) -> Iterator[Ailment]:
    swept = health.beat_age(SWEEP_BEAT, now)
    if not alive:
        yield Ailment.THREADS
    if swept is None or swept > TICK_LATE:
        yield Ailment.TICKS
    if health.outbox_late:
        yield Ailment.DELIVERIES
    if health.due_late:
        yield Ailment.ASSESSING
    if health.missed:
        yield Ailment.WEEKLY
    if health.hold is not None:
        yield Ailment.HELD
