"""When one officer hears of what, by the shipped policy; the budget of a week; what is withdrawn."""

from dataclasses import replace
from datetime import date, timedelta
from operator import attrgetter
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.load import Held, News, Standing, Withdrawn, asks, next_digest, over_budget, when, withdrawn
from service.clock import shanghai
from service.notify.message import NewsReason
from service.reporting.calendar import Calendar
from service.rulebook.policy import Budget
from service.scoring.pack import Level
from tests.alerting.test_callout import CALENDAR, POLICY

WEDNESDAY = shanghai("2026-11-18T10:00")
BUDGET = Budget(3, frozenset({Level.RED, Level.ORANGE}))
MILD = News(Level.YELLOW, "working", True, shanghai("2026-11-24T10:00"))
COPY = replace(MILD, asks=False)
ORANGE = News(Level.ORANGE, "wall", True, None)


@pytest.mark.parametrize(
    ("news", "now", "told", "held"),
    [
        (MILD, "11-18T10:00", "11-18T10:00", Held.NO),
        (MILD, "11-18T12:30", "11-18T14:00", Held.QUIET),  # lunch
        (MILD, "11-18T18:00", "11-19T08:30", Held.QUIET),
        (MILD, "11-20T23:00", "11-23T08:30", Held.QUIET),  # Friday night: Monday
        (MILD, "11-19T08:30", "11-19T08:30", Held.NO),
        (COPY, "11-18T10:00", "11-19T08:30", Held.DIGEST),
        (COPY, "11-19T08:30", "11-20T08:30", Held.DIGEST),
        (COPY, "11-21T10:00", "11-23T08:30", Held.DIGEST),
        (replace(COPY, due_by=shanghai("2026-11-18T17:00")), "11-18T10:00", "11-18T10:00", Held.NO),
        (replace(COPY, due_by=shanghai("2026-11-18T09:00")), "11-18T10:00", "11-19T08:30", Held.DIGEST),
        (replace(MILD, clock="wall"), "11-18T18:30", "11-18T18:30", Held.NO),
        (replace(MILD, clock="wall"), "11-18T22:00", "11-19T07:30", Held.QUIET),
        (ORANGE, "11-22T02:00", "11-22T02:00", Held.NO),
        (replace(ORANGE, level=Level.RED, asks=False), "11-22T02:00", "11-22T02:00", Held.NO),
    ],
)
def test_when_it_is_told(news: News, now: str, told: str, held: Held) -> None:
    timing = when(POLICY, CALENDAR, news, shanghai(f"2026-{now}"))
    assert (timing.at, timing.held) == (shanghai(f"2026-{told}"), held)


def test_without_the_sections_everything_is_told_at_once() -> None:
    bare = replace(POLICY, digest=None, quiet_hours=None)
    night = shanghai("2026-11-21T23:00")
    assert when(bare, CALENDAR, COPY, night).at == night


def test_the_digest_keeps_to_working_days() -> None:
    assert POLICY.digest is not None
    calendar = Calendar(CALENDAR.hours, holidays=frozenset({date(2026, 11, 19)}))
    assert next_digest(POLICY.digest, calendar, WEDNESDAY) == shanghai("2026-11-20T08:30")


@pytest.mark.parametrize(
    ("reason", "codes", "asked"),
    [
        (NewsReason.RAISED, ["county.officer"], True),
        (NewsReason.RAISED, ["township.organiser"], False),  # a copy
        (NewsReason.RAISED, ["township.organiser", "county.officer"], True),  # one person for both
        (NewsReason.ESCALATED, ["county.deputy"], True),
        (NewsReason.REPEATED, ["county.chair"], False),
        (NewsReason.UPDATE_SOON, [], False),
    ],
)
def test_who_is_asked_and_who_only_told(reason: NewsReason, codes: list[str], asked: bool) -> None:
    assert asks(reason, codes, POLICY.levels[Level.YELLOW]) is asked


def standing(key: int, level: Level = Level.YELLOW, people: int = 100, hours: int = 24) -> Standing:
    return Standing(key, level, people, WEDNESDAY + timedelta(hours=hours), True)


def test_beyond_the_budget_the_mildest_smallest_and_least_urgent_wait() -> None:
    waiting = [
        standing(1, Level.BLUE),
        standing(2, people=10),
        standing(3, hours=48),
        standing(4),
        standing(5, Level.RED),
        replace(standing(6, Level.BLUE), may_wait=False),
    ]
    assert over_budget(BUDGET, waiting, 0) == {1}
    assert over_budget(BUDGET, waiting, 1) == {1, 2}
    assert over_budget(BUDGET, waiting, 2) == {1, 2, 3}
    assert over_budget(BUDGET, waiting, 99) == {1, 2, 3, 4}
    assert over_budget(None, waiting, 99) == frozenset()


KEY = attrgetter("key")
LEVELS = st.sampled_from(list(Level)[1:])


@given(
    st.lists(
        st.builds(Standing, st.integers(), LEVELS, st.integers(0, 9), st.none(), st.booleans()),
        max_size=30,
        unique_by=KEY,
    ),
    st.integers(0, 40),
    st.randoms(),
)
def test_red_and_orange_are_never_held_back_and_the_order_of_arrival_does_not_count(
    waiting: list[Standing], load: int, dice: Random
) -> None:
    held = over_budget(BUDGET, waiting, load)
    shuffled = list(waiting)
    dice.shuffle(shuffled)
    assert over_budget(BUDGET, shuffled, load) == held
    assert not any(news.key in held and news.level >= Level.ORANGE for news in waiting)


@given(LEVELS, st.booleans(), st.integers(0, 500_000))
def test_serious_news_is_told_at_once_at_any_hour_and_mild_news_by_the_next_digest(
    level: Level, asked: bool, minutes: int
) -> None:
    at = WEDNESDAY + timedelta(minutes=minutes)
    timing = when(POLICY, CALENDAR, News(level, "working", asked, None), at)
    assert POLICY.digest is not None
    assert timing.at == at if level >= Level.ORANGE else at <= timing.at <= next_digest(POLICY.digest, CALENDAR, at)


@pytest.mark.parametrize(
    ("state", "later", "duty", "asked", "why"),
    [
        ("lifted", 0, "none", True, Withdrawn.CLOSED),
        ("raised", 1, "sign", True, Withdrawn.SUPERSEDED),
        ("acknowledged", 0, "act", True, Withdrawn.DONE),
        ("acknowledged", 0, "act", False, None),
        ("raised", 0, "sign", True, None),
    ],
)
def test_what_is_not_told_any_more(state: str, later: int, duty: str, asked: bool, why: Withdrawn | None) -> None:
    issued = WEDNESDAY + timedelta(minutes=later)
    assert withdrawn(state, issued, duty, WEDNESDAY, "sign", asked=asked) is why
