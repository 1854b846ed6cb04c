"""演练: the timetable of one imagined alert – the ladder and people as in earnest, nothing sent. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.alerting.escalate import Clocks, ClockView, Duty, Ladder, Origin, Telling, Why, clocks, running
from service.alerting.recipients import Recipients, of_step
from service.network.duty import PostView
from service.reporting.calendar import Calendar
from service.rulebook.policy import ResponsePolicy
from service.scoring.pack import Level

REPEATS = 2  # shown after the top has been reached
LONGEST = 500  # lines; a night of repeats every minute would fill pages


class Scenario(StrEnum):
    """What the people do."""

    NOBODY = "nobody"  # 无人应答
    SIGNED = "signed"  # 签收后忘了处置
    HANDLED = "handled"  # 处置后忘了续报


@dataclass(frozen=True)
class Line:
    """One step of the timetable: when, why, and who would be written to."""

    at: datetime
    duty: Duty
    telling: Telling
    told: Recipients


@dataclass(frozen=True)
class Drill:
    """What is imagined: an alert of this level and theme, issued at `at`, with what stands behind it."""

    level: Level
    theme: str
    at: datetime
    origin: Origin
    scenario: Scenario

    def view(self) -> ClockView:
        """The alert as its clocks see it once people have done what the scenario says, at once."""
        signed = None if self.scenario is Scenario.NOBODY else self.at
        acted = self.at if self.scenario is Scenario.HANDLED else None
        state = {Scenario.NOBODY: "raised", Scenario.SIGNED: "acknowledged", Scenario.HANDLED: "handling"}
        return ClockView(self.level, self.theme, state[self.scenario], self.at, signed, acted, acted)


def wound(drill: Drill, policy: ResponsePolicy, calendar: Calendar) -> Clocks:
    """What is owed at the beginning of the drill, and until when."""
    return clocks(policy, calendar, drill.view(), drill.at)


def timetable(
    drill: Drill, policy: ResponsePolicy, calendar: Calendar, posts: Sequence[PostView], owner_id: str | None
) -> list[Line]:
    """Every step from the issue to the top of the ladder and two repeats above it; `posts` are all on the path as they
    answer for this alert, the owner is who has signed."""
    return [
        Line(at, duty, telling, of_step(duty, telling, posts, at, owner_id, drill.level))
        for at, duty, telling in _steps(drill, policy, calendar)
        if telling.why is not Why.NOTHING
    ]


def _steps(drill: Drill, policy: ResponsePolicy, calendar: Calendar) -> Iterator[tuple[datetime, Duty, Telling]]:
    stored = wound(drill, policy, calendar)
    at: datetime | None = drill.at if stored.duty is Duty.SIGN else stored.next_step_at
    above = lines = 0
    while at is not None and above < REPEATS and lines < LONGEST:
        ladder: Ladder = running(policy, calendar, replace(drill.view(), stored=stored), drill.origin)
        top = stored.step == len(ladder.policy.ladder)
        telling = ladder.tell(stored.step, at, at)
        yield at, stored.duty, telling
        above, lines = above + (top and telling.why is not Why.NOTHING), lines + 1
        stored, at = replace(stored, step=telling.step, next_step_at=telling.next_at), telling.next_at
