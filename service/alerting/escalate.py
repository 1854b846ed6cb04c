"""提级: when the next rung of an unsigned alert's ladder is due, and whom each rung tells.

Pure; the rungs come from `response.yaml`, the posts from the tree, so a new township needs no configuration.
"""

from dataclasses import dataclass
from datetime import datetime

from service.reporting.calendar import Calendar, deadline
from service.rulebook.policy import LevelPolicy, ResponsePolicy
from service.scoring.pack import Level


@dataclass(frozen=True)
class Ladder:
    """The clocks of one alert at one level, counted from the moment the level was issued."""

    policy: LevelPolicy
    clock: str
    issued_at: datetime
    calendar: Calendar

    def rung_at(self, rung: int) -> datetime | None:
        """When rung number `rung` (0 is the first) is due; None above the top."""
        if rung >= len(self.policy.ladder):
            return None
        return deadline(self.issued_at, self.policy.ladder[rung].after, self.clock, self.calendar)

    @property
    def sign_by(self) -> datetime:
        """Until when somebody must have signed."""
        return deadline(self.issued_at, self.policy.sign_within, self.clock, self.calendar)

    def due(self, taken: int, now: datetime) -> tuple[int, ...]:
        """Numbers of the rungs from `taken` on whose time has come; after a standstill there are several."""
        rungs = []
        while (at := self.rung_at(taken)) is not None and at <= now:
            rungs.append(taken)
            taken += 1
        return tuple(rungs)

    def posts(self, rungs: tuple[int, ...]) -> tuple[str, ...]:
        """Post codes of these rungs, each once, in their order."""
        return tuple(dict.fromkeys(post for rung in rungs for post in self.policy.ladder[rung].posts))


def ladder(policy: ResponsePolicy, level: Level, theme: str, issued_at: datetime, calendar: Calendar) -> Ladder:
    """The ladder of an alert of this level and theme, issued at `issued_at`."""
    return Ladder(policy.levels[level], policy.clock(level, theme), issued_at, calendar)
