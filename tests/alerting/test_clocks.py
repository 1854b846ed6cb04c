"""What is owed after each move of an alert's life, until when, and when the owner is reminded or the next one told."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from service.alerting.escalate import Clocks, ClockView, Duty, Origin, Why, clocks, running
from service.clock import SHANGHAI, shanghai
from service.scoring.pack import Level
from tests.alerting.test_escalate import CALENDAR, POLICY


def at(text: str) -> datetime:
    """The instant `19 09:00`: day and time of November 2026 in Baoji; the 19th is a Thursday."""
    return shanghai(f"2026-11-{text}")


def view(level: Level, issued: str = "19 09:00", theme: str = "wages", **moves: str) -> ClockView:
    """An alert with the instants of its moves; the state follows from them."""
    state = next((s for s, name in _STATES if name in moves), "raised")
    instants: dict[str, Any] = {_COLUMNS[name]: at(text) for name, text in moves.items()}
    return replace(ClockView(level, theme, state, at(issued)), last_update_at=_newest(instants), **instants)


def _newest(instants: dict[str, Any]) -> datetime | None:
    moves = [instants[name] for name in ("first_action_at", "contained_at") if name in instants]
    return max(moves, default=None)


_COLUMNS = {"signed": "acknowledged_at", "acted": "first_action_at", "calm": "contained_at", "clean": "liftable_at"}
_STATES = (("contained", "calm"), ("handling", "acted"), ("acknowledged", "signed"))


def wound(alert: ClockView, now: str) -> Clocks:
    return clocks(POLICY, CALENDAR, alert, at(now))


def local(instant: datetime | None) -> str:
    return f"{instant.astimezone(SHANGHAI):%d %H:%M}" if instant else "-"


@pytest.mark.parametrize(
    ("alert", "now", "duty", "due", "step_at"),
    [
        # what is raised waits for a signature, by its ladder
        (view(Level.RED), "19 09:00", Duty.SIGN, "19 09:30", "19 09:00"),
        (view(Level.YELLOW), "19 09:00", Duty.SIGN, "24 10:30", "19 09:00"),
        # what is signed waits for a first action; the owner is reminded a quarter of the time before, 30 min at least
        (view(Level.RED, signed="19 09:10"), "19 09:10", Duty.ACT, "19 11:00", "19 10:30"),
        (view(Level.ORANGE, signed="19 10:00"), "19 10:00", Duty.ACT, "20 09:00", "20 03:00"),
        (view(Level.YELLOW, signed="19 10:00"), "19 10:00", Duty.ACT, "24 09:00", "23 10:52"),
        # whoever signs late has at least the time of one notice before the next one is told
        (view(Level.RED, signed="19 12:00"), "19 12:00", Duty.ACT, "19 11:00", "19 12:30"),
        (view(Level.RED, signed="19 10:40"), "19 10:40", Duty.ACT, "19 11:00", "19 11:10"),
        # what is handled waits for news, at the pace of its phase
        (view(Level.RED, signed="19 09:10", acted="19 10:00"), "19 10:00", Duty.UPDATE, "19 14:00", "19 13:00"),
        (view(Level.RED, signed="19 09:10", calm="19 12:00"), "19 12:00", Duty.UPDATE, "20 12:00", "20 06:00"),
        (
            view(Level.RED, signed="19 09:10", calm="19 12:00", clean="19 12:00"),
            "19 12:00",
            Duty.UPDATE,
            "26 12:00",
            "24 18:00",
        ),
        # silence runs on the working clock at every level: four hours from Thursday 17:00 are over on Friday
        (view(Level.ORANGE, "19 17:00", "reporting"), "19 17:00", Duty.SIGN, "20 11:30", "19 17:00"),
        # and it wakes nobody at night
        (view(Level.ORANGE, "19 23:00", "reporting"), "19 23:00", Duty.SIGN, "20 14:30", "20 08:30"),
    ],
)
def test_each_move_leaves_one_duty_with_its_deadline(
    alert: ClockView, now: str, duty: Duty, due: str, step_at: str
) -> None:
    found = wound(alert, now)
    assert (found.duty, local(found.due_at), local(found.next_step_at), found.step) == (duty, due, step_at, 0)


@pytest.mark.parametrize("state", ["lifted", "archived"])
def test_what_is_over_owes_nothing(state: str) -> None:
    found = wound(replace(view(Level.RED), state=state), "19 09:00")
    assert (found.duty, found.due_at, found.next_step_at) == (Duty.NONE, None, None)


def test_a_move_that_changes_no_duty_leaves_its_ladder_where_it_was() -> None:
    signed = view(Level.RED, signed="19 09:10")
    climbed = replace(wound(signed, "19 09:10"), step=2, next_step_at=at("19 11:30"))
    noted = replace(signed, last_update_at=at("19 11:20"), stored=climbed)
    assert wound(noted, "19 11:20") == climbed


def test_an_update_starts_the_next_round_from_the_bottom() -> None:
    handled = view(Level.RED, signed="19 09:10", acted="19 10:00")
    climbed = replace(wound(handled, "19 10:00"), step=3, next_step_at=at("19 15:00"))
    told = replace(handled, last_update_at=at("19 14:50"), stored=climbed)
    found = wound(told, "19 14:50")
    assert (found.step, local(found.update_by), local(found.next_step_at)) == (0, "19 18:50", "19 17:50")


def test_a_move_that_says_nothing_is_no_update() -> None:
    handled = view(Level.RED, signed="19 09:10", acted="19 10:00")
    running_now = replace(wound(handled, "19 10:00"), step=1, next_step_at=at("19 14:15"))
    silent = replace(handled, last_update_at=None, stored=running_now)
    assert wound(silent, "19 14:05") == running_now


def test_a_missed_action_is_reminded_of_then_climbs_from_its_deadline_and_repeats() -> None:
    signed = view(Level.RED, signed="19 09:10")
    stored = wound(signed, "19 09:10")
    told = []
    for _ in range(6):
        assert stored.next_step_at is not None
        steps = running(POLICY, CALENDAR, replace(signed, stored=stored), Origin.EVENT)
        step = steps.tell(stored.step, stored.next_step_at, stored.next_step_at)
        told.append((local(stored.next_step_at)[3:], step.why, step.posts))
        stored = replace(stored, step=step.step, next_step_at=step.next_at)
    assert told == [
        ("10:30", Why.REMINDER, ("county.officer",)),
        ("11:00", Why.RUNG, ("county.officer", "city.duty")),
        ("11:15", Why.RUNG, ("county.deputy", "county.chair")),
        ("11:30", Why.RUNG, ("city.leader",)),
        ("12:00", Why.REPEAT, ("city.leader",)),
        ("12:30", Why.REPEAT, ("city.leader",)),
    ]
