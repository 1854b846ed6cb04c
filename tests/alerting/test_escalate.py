"""The ladder climbs at the times of response.yaml, on the clock of its level and theme, and drops no rung."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.alerting.escalate import Duty, Ladder, Origin, Why, ladder
from service.clock import SHANGHAI, shanghai
from service.reporting.calendar_text import parse_calendar
from service.rulebook.response_text import parse_policy
from service.scoring.pack import Level
from service.shipped import shipped

POLICY = parse_policy((shipped("rules") / "response.yaml").read_text(encoding="utf-8"))
CALENDAR = parse_calendar(
    'timezone: Asia/Shanghai\nworking_hours: ["08:30-12:00", "14:00-18:00"]\n'
    "years:\n  2026: {holidays: [2026-10-01], makeup_workdays: [2026-10-10]}\n"
)


def of(level: Level, at: str, theme: str = "wages") -> Ladder:
    return ladder(POLICY, level, theme, shanghai(at), CALENDAR)


def test_red_climbs_by_the_minute_day_and_night() -> None:
    red = of(Level.RED, "2026-10-01T02:00")
    assert [red.rung_at(n) for n in range(4)] == [
        shanghai("2026-10-01T02:00"),
        shanghai("2026-10-01T02:15"),
        shanghai("2026-10-01T02:30"),
        None,
    ]
    assert red.sign_by == shanghai("2026-10-01T02:30")


@pytest.mark.parametrize(
    ("issued", "sign_by"),
    [
        ("2026-11-18T08:30", "2026-11-23T10:00"),  # 24 hours of work are three days of 7.5 hours and 1.5 hours more
        ("2026-11-18T20:00", "2026-11-24T10:00"),  # issued after work it begins the next morning
        ("2026-09-30T08:30", "2026-10-06T10:00"),  # 1 October is a holiday
        ("2026-10-08T08:30", "2026-10-12T10:00"),  # Saturday 10 October is worked
    ],
)
def test_yellow_waits_in_working_hours(issued: str, sign_by: str) -> None:
    assert of(Level.YELLOW, issued).sign_by == shanghai(sign_by)


def test_silence_waits_for_the_working_day_even_when_it_is_orange() -> None:
    saturday = "2026-11-21T02:00"
    assert of(Level.ORANGE, saturday).rung_at(1) == shanghai("2026-11-21T04:00")
    assert of(Level.ORANGE, saturday, "reporting").rung_at(1) == shanghai("2026-11-23T10:30")


@given(
    st.sampled_from([level for level in Level if level]),
    st.sampled_from(["wages", "reporting"]),
    st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later),
    st.lists(st.timedeltas(timedelta(0), timedelta(days=30)), max_size=8),
)
def test_every_rung_is_taken_once_and_in_order_whenever_one_looks(
    level: Level, theme: str, issued: datetime, pauses: list[timedelta]
) -> None:
    clocks = ladder(POLICY, level, theme, issued, CALENDAR)
    taken: list[int] = []
    now = issued
    for pause in [timedelta(0), *pauses, timedelta(days=60)]:
        now += pause
        due = clocks.due(len(taken), now)
        assert all((clocks.rung_at(rung) or now) <= now for rung in due)
        taken += due
    assert taken == list(range(len(clocks.policy.ladder)))


@settings(deadline=None)  # the machine may be busy
@given(
    level=st.sampled_from([level for level in Level if level]),
    theme=st.sampled_from(["wages", "reporting"]),
    duty=st.sampled_from([Duty.SIGN, Duty.ACT, Duty.UPDATE]),
    origin=st.sampled_from(Origin),
    since=st.timedeltas(timedelta(0), timedelta(days=700)).map(lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later),
    pauses=st.lists(st.timedeltas(timedelta(days=-2), timedelta(days=9)), max_size=12),
)
def test_whenever_the_clock_sweeps_even_set_back_each_rung_is_told_once_and_a_step_always_follows(
    level: Level, theme: str, duty: Duty, origin: Origin, since: datetime, pauses: list[timedelta]
) -> None:
    clocks = ladder(POLICY, level, theme, since, CALENDAR, duty, origin)
    told: list[int] = []
    next_at: datetime | None = since if duty is Duty.SIGN else since - timedelta(minutes=30)
    times = [since]
    for pause in pauses:
        times.append(times[-1] + pause)
    noon = since.astimezone(SHANGHAI).replace(hour=12, minute=0)  # by day nothing is held back
    for now in [*times, max([*times, noon]).astimezone(SHANGHAI).replace(hour=12) + timedelta(days=60)]:
        if next_at is None or next_at > now:
            continue
        step = clocks.tell(len(told), next_at, now)
        told += step.rungs
        assert len(told) == step.step
        assert bool(step.posts) is (step.why is not Why.NOTHING)
        next_at = step.next_at
        if next_at is None:
            assert (level, len(told)) == (Level.BLUE, len(clocks.policy.ladder))  # the only one that does not repeat
        else:
            assert next_at > now
    assert told == list(range(len(clocks.policy.ladder)))


def test_after_a_standstill_repeats_keep_their_beat_and_are_not_made_up_for() -> None:
    red = of(Level.RED, "2026-11-18T10:00")
    late = red.tell(0, shanghai("2026-11-18T10:00"), shanghai("2026-11-18T13:10"))
    assert (late.rungs, late.next_at) == ((0, 1, 2), shanghai("2026-11-18T13:30"))
    again = red.tell(3, shanghai("2026-11-18T13:30"), shanghai("2026-11-18T17:45"))
    assert (again.why, again.next_at) == (Why.REPEAT, shanghai("2026-11-18T18:00"))
