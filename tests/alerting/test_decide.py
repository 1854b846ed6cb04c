"""Every decision carries its reason, and the reasons follow the rules of clean weeks and of old news."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.decide import (
    RAISING,
    AlertView,
    Decision,
    Judged,
    MuteView,
    Reason,
    Step,
    Trigger,
    WeekView,
    clean_run,
    decide,
    is_clean,
    trigger,
)
from service.scoring.pack import Level
from service.scoring.week import between, step

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
WEEK = "2026-W47"


def week(level: Level, number: str = WEEK, *, reported: bool = True, fired: str = "W01", unknown: str = "") -> WeekView:
    return WeekView(number, level, reported, frozenset(fired.split()), frozenset(unknown.split()))


def alert(
    level: Level, *, open_: bool = True, signed: bool = False, liftable: bool = False, last: str = "2026-W46"
) -> AlertView:
    return AlertView(open_, level, frozenset({"W01"}), signed, liftable, "2026-W40", last)


@pytest.mark.parametrize(
    ("previous", "score", "cause", "clean", "expected"),
    [
        (None, week(Level.NORMAL, fired=""), Trigger.NEWS, 0, Decision(Reason.NO_RISK, Level.NORMAL)),
        (None, week(Level.BLUE), Trigger.NEWS, 0, Decision(Reason.FIRST_RISK, Level.BLUE)),
        (None, week(Level.RED), Trigger.CORRECTION, 0, Decision(Reason.CORRECTED, Level.RED)),
        (None, week(Level.RED), Trigger.HISTORY, 0, Decision(Reason.HISTORY, Level.NORMAL)),
        (alert(Level.BLUE), week(Level.RED), Trigger.HISTORY, 0, Decision(Reason.HISTORY, Level.BLUE)),
        (alert(Level.BLUE), week(Level.BLUE), Trigger.NEWS, 0, Decision(Reason.UNCHANGED, Level.BLUE)),
        (alert(Level.BLUE), week(Level.RED), Trigger.NEWS, 0, Decision(Reason.WORSENED, Level.RED)),
        (alert(Level.BLUE), week(Level.RED), Trigger.CORRECTION, 0, Decision(Reason.CORRECTED, Level.RED)),
        (alert(Level.YELLOW), week(Level.NORMAL), Trigger.NEWS, 1, Decision(Reason.EASED, Level.YELLOW)),
        (alert(Level.YELLOW), week(Level.NORMAL), Trigger.NEWS, 2, Decision(Reason.EASED_OUT, Level.YELLOW)),
        (alert(Level.BLUE, signed=True), week(Level.NORMAL), Trigger.NEWS, 2, Decision(Reason.LIFTABLE, Level.BLUE)),
        (alert(Level.RED), week(Level.NORMAL), Trigger.NEWS, 9, Decision(Reason.LIFTABLE, Level.RED)),
        (
            alert(Level.RED, signed=True, liftable=True),
            week(Level.NORMAL),
            Trigger.NEWS,
            9,
            Decision(Reason.UNCHANGED, Level.RED),
        ),
        (
            alert(Level.YELLOW, last="2026-W48"),
            week(Level.NORMAL),
            Trigger.NEWS,
            5,
            Decision(Reason.UNCHANGED, Level.YELLOW),
        ),
        (alert(Level.BLUE, open_=False), week(Level.BLUE), Trigger.NEWS, 0, Decision(Reason.REOPENED, Level.BLUE)),
        (
            alert(Level.BLUE, open_=False, last="2026-W36"),
            week(Level.BLUE),
            Trigger.NEWS,
            0,
            Decision(Reason.FIRST_RISK, Level.BLUE),
        ),
        (
            alert(Level.BLUE, open_=False),
            week(Level.BLUE, fired="V02"),
            Trigger.NEWS,
            0,
            Decision(Reason.FIRST_RISK, Level.BLUE),
        ),
    ],
)
def test_each_situation_has_its_reason(
    previous: AlertView | None, score: WeekView, cause: Trigger, clean: int, expected: Decision
) -> None:
    assert decide(previous, score, cause, [], NOW, clean, 2) == expected


@pytest.mark.parametrize(
    ("rules", "level", "until", "muted"),
    [
        ("W01", Level.BLUE, timedelta(hours=1), True),
        ("W01 V02", Level.RED, timedelta(hours=1), True),
        ("V02", Level.RED, timedelta(hours=1), False),
        ("W01", Level.NORMAL, timedelta(hours=1), False),
        ("W01", Level.BLUE, timedelta(0), False),
    ],
)
def test_a_mute_covers_its_rules_up_to_its_level_until_its_end(
    rules: str, level: Level, until: timedelta, muted: bool
) -> None:
    mute = MuteView(frozenset(rules.split()), level, NOW + until)
    decision = decide(None, week(Level.BLUE), Trigger.NEWS, [mute], NOW, 0, 1)
    assert (decision.reason is Reason.MUTED) == muted


STEP: Step = (float(Level.ORANGE), 25.0)


@pytest.mark.parametrize(
    ("now", "muted"),
    [
        (STEP, True),
        ((float(Level.ORANGE), 24.0), True),
        ((float(Level.ORANGE), 45.0), False),
        ((float(Level.RED), 25.0), False),
    ],
)
def test_a_mute_holds_until_a_worse_step(now: Step, muted: bool) -> None:
    mute = MuteView(frozenset({"W01"}), Level.RED, NOW + timedelta(days=60), {"W01": STEP})
    score = replace(week(Level.ORANGE), steps={"W01": now})
    decision = decide(alert(Level.ORANGE, open_=False), score, Trigger.NEWS, [mute], NOW, 0, 4)
    assert decision == (Decision(Reason.MUTED, Level.NORMAL) if muted else Decision(Reason.REOPENED, Level.ORANGE))


LOWERED = replace(alert(Level.YELLOW, signed=True), judged=Judged(Level.ORANGE, {"W01": STEP}))
RAISED = replace(alert(Level.RED, signed=True), judged=Judged(Level.YELLOW, {"W01": STEP}))


@pytest.mark.parametrize(
    ("previous", "level", "fired", "now", "expected"),
    [
        (LOWERED, Level.ORANGE, "W01", STEP, Decision(Reason.JUDGED, Level.YELLOW)),
        (LOWERED, Level.ORANGE, "W01", (float(Level.ORANGE), 45.0), Decision(Reason.WORSENED, Level.ORANGE)),
        (LOWERED, Level.ORANGE, "W01 V02", STEP, Decision(Reason.WORSENED, Level.ORANGE)),
        (LOWERED, Level.RED, "W01", STEP, Decision(Reason.WORSENED, Level.RED)),
        (RAISED, Level.ORANGE, "W01", STEP, Decision(Reason.EASED, Level.RED)),
        (RAISED, Level.RED, "W01", STEP, Decision(Reason.UNCHANGED, Level.RED)),
    ],
)
def test_only_what_is_worse_than_an_officer_judged_is_news(
    previous: AlertView, level: Level, fired: str, now: Step, expected: Decision
) -> None:
    score = replace(week(level, fired=fired), steps={"W01": now})
    assert decide(previous, score, Trigger.NEWS, [], NOW, 0, 4) == expected


@pytest.mark.parametrize(
    ("previous", "level", "clean"),
    [
        (RAISED, Level.BLUE, True),
        (RAISED, Level.YELLOW, False),  # no better than when it was judged red
        (LOWERED, Level.BLUE, True),
        (LOWERED, Level.YELLOW, False),
    ],
)
def test_a_week_is_clean_against_the_figures_and_the_judgement(previous: AlertView, level: Level, clean: bool) -> None:
    assert is_clean(previous, week(level)) is clean


def test_what_an_officer_judged_does_not_close_itself() -> None:
    judged = replace(LOWERED, signed=False)
    assert decide(judged, week(Level.NORMAL, fired=""), Trigger.NEWS, [], NOW, 9, 2).reason is Reason.LIFTABLE


def test_an_alert_that_could_be_lifted_relapses_with_the_next_week_that_is_not_clean() -> None:
    ready = alert(Level.ORANGE, signed=True, liftable=True)
    assert decide(ready, week(Level.ORANGE), Trigger.NEWS, [], NOW, 0, 4) == Decision(Reason.RELAPSED, Level.ORANGE)
    assert decide(ready, week(Level.ORANGE, "2026-W40"), Trigger.NEWS, [], NOW, 0, 4).reason is Reason.UNCHANGED


def test_a_mute_does_not_cover_a_rule_it_does_not_name() -> None:
    mute = MuteView(frozenset({"W01"}), Level.RED, NOW + timedelta(hours=1))
    assert decide(None, week(Level.BLUE, fired="W01 V02"), Trigger.NEWS, [mute], NOW, 0, 1).raises
    assert decide(alert(Level.BLUE), week(Level.RED), Trigger.NEWS, [mute], NOW, 0, 1).reason is Reason.MUTED


@pytest.mark.parametrize(
    ("judged", "causes", "newest", "expected"),
    [
        (WEEK, "report", WEEK, Trigger.NEWS),
        (WEEK, "event", None, Trigger.NEWS),
        ("2026-W43", "report", WEEK, Trigger.NEWS),  # four weeks old
        ("2026-W42", "report", WEEK, Trigger.HISTORY),
        ("2020-W12", "report", "2020-W12", Trigger.NEWS),  # nothing newer is known of the node
        ("2020-W12", "report", "2020-W13", Trigger.HISTORY),
        ("2026-W43", "correction", WEEK, Trigger.CORRECTION),
        ("2026-W42", "correction", "2026-W42", Trigger.HISTORY),
        (WEEK, "later", WEEK, Trigger.CORRECTION),
        ("2026-W30", "closing", WEEK, Trigger.NEWS),  # the service was away; what it missed still counts
        (WEEK, "history", None, Trigger.HISTORY),
        (WEEK, "child", None, Trigger.NEWS),
        ("2020-W12", "child", None, Trigger.HISTORY),
    ],
)
def test_old_news_counts_only_where_nothing_newer_is_known(
    judged: str, causes: str, newest: str | None, expected: Trigger
) -> None:
    assert trigger(judged, frozenset(causes.split()), newest, WEEK) is expected


@pytest.mark.parametrize(
    ("score", "clean"),
    [
        (week(Level.NORMAL, fired=""), True),
        (week(Level.BLUE), True),
        (week(Level.YELLOW), False),
        (week(Level.NORMAL, reported=False, fired=""), False),
        (week(Level.NORMAL, fired="", unknown="W01"), False),
        (week(Level.NORMAL, fired="", unknown="V02"), True),
        (replace(week(Level.NORMAL, fired=""), unverified=frozenset({"wage.arrears_days"})), False),
    ],
)
def test_silence_or_an_unknown_cause_is_never_clean(score: WeekView, clean: bool) -> None:
    assert is_clean(alert(Level.YELLOW), score) is clean


@pytest.mark.parametrize(
    ("weeks", "run"),
    [
        ("", 0),
        ("W47:0", 1),
        ("W45:0 W46:0 W47:0", 3),
        ("W45:0 W46:2 W47:0", 1),
        ("W45:0 W47:0", 1),  # a week that was never judged breaks the run
        ("W46:0 W47:2", 0),
        ("W39:0 W40:0", 0),  # the week that raised the alert does not count for it
    ],
)
def test_clean_weeks_count_in_a_row_and_after_the_first_one_of_the_alert(weeks: str, run: int) -> None:
    views = [week(Level(int(item[-1])), f"2026-{item[:3]}") for item in weeks.split()]
    assert clean_run(alert(Level.YELLOW), views) == run


levels = st.sampled_from(list(Level))
views = st.builds(
    WeekView,
    week=st.sampled_from(between("2026-W30", WEEK)),
    level=levels,
    reported=st.booleans(),
    fired=st.frozensets(st.sampled_from(["W01", "V02", "Q01"])),
    unknown=st.frozensets(st.sampled_from(["J01", "J02"])),
)
alerts = st.none() | st.builds(
    AlertView,
    open=st.booleans(),
    level=st.sampled_from(list(Level)[1:]),
    rules=st.frozensets(st.sampled_from(["W01", "V02", "Q01"]), min_size=1),
    signed=st.booleans(),
    liftable=st.booleans(),
    first_week=st.just("2026-W30"),
    last_week=st.sampled_from(between("2026-W30", WEEK)),
)


@given(alerts, views, st.sampled_from(list(Trigger)), st.integers(0, 6), st.integers(1, 6))
def test_an_alert_is_never_lowered_and_orange_and_red_never_close_themselves(
    previous: AlertView | None, score: WeekView, cause: Trigger, clean: int, needed: int
) -> None:
    decision = decide(previous, score, cause, [], NOW, clean, needed)
    was_open = previous is not None and previous.open
    if was_open and previous is not None:
        assert decision.level >= previous.level
    if decision.reason is Reason.EASED_OUT:
        assert was_open
        assert decision.level <= Level.YELLOW
        assert clean >= needed
    if decision.reason in RAISING:
        assert decision.level == score.level > (previous.level if was_open and previous else Level.NORMAL)
    if score.level > Level.NORMAL and cause is not Trigger.HISTORY and not was_open:
        assert decision.raises


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_a_run_is_as_long_as_the_clean_tail(clean: list[bool]) -> None:
    views = [week(Level.NORMAL if ok else Level.RED, step("2026-W41", n)) for n, ok in enumerate(clean)]
    tail = next((n for n, ok in enumerate(reversed(clean)) if not ok), len(clean))
    assert clean_run(alert(Level.RED), views) == tail
