"""轮值: turns by week and shift, make-up days, overrides, leave, and the hours that nobody has."""

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.clock import SHANGHAI, shanghai
from service.network.duty import ContactView, HoleReason, How, OfficerView, PostView, answer
from service.network.rota import Days, Override, Rota, Shift, Span, gaps, weekday

MONDAY = date(2026, 9, 14)
DAY = Shift(time(8), 12 * 60, Days.ALL, ("a", "b", "c"))
NIGHT = Shift(time(20), 12 * 60, Days.ALL, ("c", "a", "b"))
OFFICE = Shift(time(8, 30), 570, Days.WORKING, ("a", "b"))
WEEKEND = Shift(time(), 1440, Days.REST, ("c",))
HOLIDAYS = {date(2026, 10, day) for day in range(1, 8)}
MAKEUP = {date(2026, 9, 20), date(2026, 10, 10)}  # a Sunday and a Saturday


def working(day: date) -> bool:
    """The autumn of 2026 as the calendar has it."""
    return day in MAKEUP or (weekday(day) and day not in HOLIDAYS)


def post(
    *shifts: Shift, every: int = 7, away: str = "", unreachable: str = "", swap: Override | None = None
) -> PostView:
    leave = ((shanghai("2026-01-01"), shanghai("9999-12-31")),)  # for ever
    people = tuple(
        OfficerView(
            name,
            name,
            () if name in unreachable else (ContactView(1, "console", name),),
            leave if name in away else (),
        )
        for name in ("boss", "a", "b", "c")
    )
    rota = Rota(MONDAY, every, shifts)
    return PostView("city.duty", "baoji", 1, people, rota=rota, overrides=(swap,) if swap else (), working=working)


def who(at: str, view: PostView) -> tuple[str | None, How | None, list[str]]:
    found = answer("city.duty", (view,), shanghai(at))
    return found.officer.id if found.officer else None, found.how, [hole.reason.value for hole in found.holes]


@pytest.mark.parametrize(
    ("at", "officer"),
    [
        ("2026-09-14T08:00", "a"),
        ("2026-09-14T19:59", "a"),
        ("2026-09-14T20:00", "c"),
        ("2026-09-20T23:00", "c"),
        ("2026-09-21T07:59", "c"),  # the night that began in the week before
        ("2026-09-21T08:00", "b"),
        ("2026-09-21T20:00", "a"),
        ("2026-10-05T12:00", "a"),  # after three weeks from the beginning
    ],
)
def test_turns_change_by_the_week_and_a_night_belongs_to_the_day_it_begins_on(at: str, officer: str) -> None:
    assert who(at, post(DAY, NIGHT)) == (officer, How.ROTA, [])


@pytest.mark.parametrize(
    ("at", "officer", "how", "holes"),
    [
        ("2026-09-18T09:00", "a", How.ROTA, []),
        ("2026-09-19T09:00", "c", How.ROTA, []),  # Saturday
        ("2026-09-20T09:00", "a", How.ROTA, []),  # Sunday, a make-up day
        ("2026-10-01T09:00", "c", How.ROTA, []),  # Thursday, a public holiday
        ("2026-10-10T09:00", "b", How.ROTA, []),  # Saturday, a make-up day
        ("2026-09-18T19:00", "boss", How.HOLDER, ["gap"]),
        ("2026-09-13T23:59", "boss", How.HOLDER, []),  # the rota has not begun
    ],
)
def test_holidays_and_make_up_days_move_the_shifts(at: str, officer: str, how: How, holes: list[str]) -> None:
    assert who(at, post(OFFICE, WEEKEND)) == (officer, how, holes)


SWAP = Override("c", Span(shanghai("2026-09-15T12:00"), shanghai("2026-09-15T14:00")))


@pytest.mark.parametrize(
    ("at", "view", "said"),
    [
        ("2026-09-15T12:00", post(DAY, swap=SWAP), ("c", How.OVERRIDE, [])),
        ("2026-09-15T14:00", post(DAY, swap=SWAP), ("a", How.ROTA, [])),
        ("2026-09-15T12:00", post(DAY, swap=SWAP, away="c"), ("a", How.ROTA, [])),
        ("2026-09-15T12:00", post(NIGHT, swap=SWAP), ("c", How.OVERRIDE, [])),
        ("2026-09-15T09:00", post(DAY, away="a"), ("b", How.NEXT, [])),
        ("2026-09-15T09:00", post(DAY, unreachable="a"), ("b", How.NEXT, ["unreachable"])),
        ("2026-09-15T09:00", post(DAY, away="abc"), ("boss", How.HOLDER, [])),
        ("2026-09-15T21:00", post(DAY, away=("boss")), ("a", How.DEPUTY, ["gap"])),
        ("2026-09-15T09:00", post(DAY, away="abcboss"), (None, None, ["away"])),
    ],
)
def test_an_override_goes_before_the_rota_and_who_is_away_is_followed_by_the_next(
    at: str, view: PostView, said: tuple[str, How, list[str]]
) -> None:
    assert who(at, view) == said


def test_a_gap_names_the_post_the_hour_and_the_cure() -> None:
    (hole,) = answer("city.duty", (post(DAY),), shanghai("2026-09-15T21:00")).holes
    assert hole.reason is HoleReason.GAP
    assert "city.duty（baoji）的轮值表在 2026-09-15 21:00 无人值班，请补排班次" in hole.text
    assert "add a shift" in hole.text_en


def test_the_gaps_of_some_days_are_told_as_spans() -> None:
    swap = Override("b", Span(shanghai("2026-09-14T20:00"), shanghai("2026-09-15T06:00")))
    found = gaps(Rota(MONDAY, 1, (DAY,)), (swap,), shanghai("2026-09-13"), shanghai("2026-09-16"), working)
    assert found == (
        Span(shanghai("2026-09-14T00:00"), shanghai("2026-09-14T08:00")),
        Span(shanghai("2026-09-15T06:00"), shanghai("2026-09-15T08:00")),
        Span(shanghai("2026-09-15T20:00"), shanghai("2026-09-16T00:00")),
    )


shifts = st.builds(
    Shift,
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(1, 1440),
    st.sampled_from(Days),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=4).map(tuple),
)
rotas = st.builds(Rota, st.just(MONDAY), st.integers(1, 14), st.lists(shifts, min_size=1, max_size=4).map(tuple))
instants = st.integers(0, 40 * 24 * 60).map(
    lambda minutes: datetime.combine(MONDAY, time(), SHANGHAI) + timedelta(minutes=minutes)
)


@given(rotas, instants)
def test_an_instant_is_in_a_gap_exactly_when_it_is_nobody_s_turn(rota: Rota, at: datetime) -> None:
    free = gaps(rota, (), rota.begins, at + timedelta(days=1), working)
    assert any(span.holds(at) for span in free) is (not rota.turns(at, working))


@given(rotas, instants)
def test_everybody_in_the_order_is_asked_and_the_turn_lasts_as_many_days_as_it_should(rota: Rota, at: datetime) -> None:
    for order in rota.turns(at, working):
        assert any(set(order) == set(shift.order) for shift in rota.shifts)
    later = at + timedelta(days=rota.every * len(rota.shifts[0].order))
    whole = Rota(rota.first, rota.every, (Shift(time(), 1440, Days.ALL, rota.shifts[0].order),))
    assert whole.turns(at, working) == whole.turns(later, working)
