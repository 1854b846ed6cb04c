"""response.yaml is read as it is written, and every mistake in it has a line."""

from datetime import time

import pytest

from service.clock import shanghai
from service.errors import FileProblems
from service.reporting.calendar import Span
from service.rulebook.night import Hours
from service.rulebook.policy import Budget, Digest, Lifting, QuietHours
from service.rulebook.response_text import parse_policy
from service.scoring.pack import Level
from service.shipped import shipped

SHIPPED = (shipped("rules") / "response.yaml").read_text(encoding="utf-8")


def test_the_shipped_policy_asks_what_it_says() -> None:
    policy = parse_policy(SHIPPED)
    yellow, red = policy.levels[Level.YELLOW], policy.levels[Level.RED]
    assert (yellow.owner, yellow.copy, yellow.sign_within) == (
        "county.officer",
        ("township.organiser",),
        Span(24, "h"),
    )
    assert [(step.after, step.posts) for step in red.ladder] == [
        (Span(0, "min"), ("county.officer", "city.duty")),
        (Span(15, "min"), ("county.deputy", "county.chair")),
        (Span(30, "min"), ("city.leader",)),
    ]
    assert policy.clock(Level.RED, "wages") == "wall"
    assert policy.clock(Level.RED, "reporting") == "working"  # silence wakes nobody at night


def test_it_says_who_lifts_and_a_theme_may_say_otherwise() -> None:
    policy = parse_policy(SHIPPED)
    assert policy.lifting(Level.YELLOW, "wages") == Lifting("county.officer", False, None)
    assert policy.lifting(Level.ORANGE, "wages") == Lifting("city.duty", True, None)
    assert policy.lifting(Level.RED, "wages") == Lifting("city.leader", True, Span(30, "d"))
    assert policy.lifting(Level.ORANGE, "reporting") == Lifting("county.officer", False, None)


def test_rungs_stand_in_order_of_time_however_they_are_written() -> None:
    shuffled = SHIPPED.replace(
        "{0min: [county.officer], 24h: [county.deputy], 48h: [county.chair, city.duty]}",
        "{48h: [county.chair, city.duty], 0min: [county.officer], 24h: [county.deputy]}",
    )
    assert shuffled != SHIPPED
    assert parse_policy(shuffled) == parse_policy(SHIPPED)


def test_what_is_asked_after_signing_is_read_too() -> None:
    policy = parse_policy(SHIPPED)
    orange, red = policy.levels[Level.ORANGE], policy.levels[Level.RED]
    assert red.update_every == {"open": Span(4, "h"), "contained": Span(24, "h"), "watching": Span(7, "d")}
    assert orange.update_every["watching"] == orange.update_every["contained"] == Span(3, "d")
    assert policy.repeat_at_top_every == {
        Level.RED: Span(30, "min"),
        Level.ORANGE: Span(4, "h"),
        Level.YELLOW: Span(24, "h"),
    }
    assert policy.night is not None
    assert policy.night.posts == ("city.duty",)
    hours = Hours(time(21, 30), time(7, 30))
    loud = frozenset({Level.RED, Level.ORANGE})
    assert policy.quiet_hours == QuietHours(hours, loud)
    assert policy.digest == Digest(time(8, 30), frozenset({Level.BLUE, Level.YELLOW}))
    assert policy.budget == Budget(12, loud)


def test_a_section_that_is_absent_asks_nothing_and_a_theme_changes_only_what_it_says() -> None:
    kept = [line for line in SHIPPED.splitlines() if line.startswith((" ", "levels", "reports:", "themes"))]
    policy = parse_policy("\n".join(kept).replace("reporting: {clock: working,", "reporting: {"))
    assert (policy.night, policy.quiet_hours, policy.digest, policy.budget) == (None, None, None, None)
    assert policy.repeat_at_top_every == {}
    assert policy.clock(Level.RED, "reporting") == policy.levels[Level.RED].clock == "wall"
    assert policy.clock(Level.BLUE, "reporting") == policy.levels[Level.BLUE].clock == "working"


@pytest.mark.parametrize(
    ("at", "covered", "ends"),
    [
        ("2026-10-01T21:29", False, "2026-10-02T07:30"),
        ("2026-10-01T21:30", True, "2026-10-02T07:30"),
        ("2026-10-02T00:00", True, "2026-10-02T07:30"),
        ("2026-10-02T07:29", True, "2026-10-02T07:30"),
        ("2026-10-02T07:30", False, "2026-10-03T07:30"),
    ],
)
def test_a_night_runs_over_midnight(at: str, covered: bool, ends: str) -> None:
    night = Hours(time(21, 30), time(7, 30))
    assert (night.cover(shanghai(at)), night.end_after(shanghai(at))) == (covered, shanghai(ends))
    day = Hours(time(7, 30), time(21, 30))
    assert day.cover(shanghai(at)) is not covered


@pytest.mark.parametrize(
    ("old", "new", "line_of", "said"),
    [
        ("owner: township.organiser,", "", "  blue:", "owner"),
        ("sign_within: 24h", "sign_within: soon", "  yellow:", "soon"),
        ("clock: working, act_within: 3d", "clock: lunar, act_within: 3d", "  yellow:", "lunar"),
        ("reporting: {clock: working", "reporting: {clock: never", "  reporting:", "never"),
        ('due: "Tue 12:00"', 'due: "Tuesday"', "reports:", "due"),
        ("  red:", "  rot:", "  rot:", "rot"),
        ("lifted_by: city.leader", "lifted_by: leader", "  red:", "county.officer"),
        ("two_people: true, quiet", "two_people: yes please, quiet", "  red:", "two_people"),
        ("quiet_before_lift: 30d", "quiet_before_lift: long", "  red:", "long"),
        ("update_every: {open: 24h, contained", "update_every: {open: 24h, calm", "  orange:", "calm"),
        ("act_within: 3d, update_every: 7d", "act_within: 3d, update_every: weekly", "  yellow:", "weekly"),
        ("{red: 30min, orange", "{scarlet: 30min, orange", "repeat_at_top_every:", "scarlet"),
        ("{red: 30min, orange", "{red: 0min, orange", "repeat_at_top_every:", "0min"),
        ('night: {from: "21:30"', 'night: {from: "25:30"', "night:", "25:30"),
        ('night: {from: "21:30", to: "07:30"', 'night: {from: "21:30", to: "21:30"', "night:", "same"),
        ("except: [red, orange]", "except: [red, scarlet]", "quiet_hours:", "scarlet"),
        ('digest: {at: "08:30"', 'digest: {at: "8.30"', "digest:", "8.30"),
        ("alerts_per_officer_week: 12", "alerts_per_officer_week: 0", "budget:", "whole number"),
        ("never_held_back", "never_helt_back", "budget:", "did you mean 'never_held_back'"),
        ("budget:", "bugdet:", "bugdet:", "did you mean 'budget'"),
        (
            "owner: county.officer, sign_within: 30min",
            "owner: country.officer, sign_within: 30min",
            "  red:",
            "'county'",
        ),
        ("15min: [county.deputy", "0min: [county.deputy", "  red:", "stands twice"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, line_of: str, said: str) -> None:
    broken = SHIPPED.replace(old, new, 1)
    assert broken != SHIPPED
    with pytest.raises(FileProblems) as caught:
        parse_policy(broken)
    lines = [number for number, line in enumerate(broken.splitlines(), 1) if line.startswith(line_of)]
    problem = caught.value.problems[0]
    assert problem.line == lines[0]
    assert said in f"{problem.text} {problem.text_en}"


@pytest.mark.parametrize("text", ["", "[]", "levels: [", "levels: {}", "\t", "a: &a [*a]"])
def test_what_is_no_policy_at_all_is_refused_with_a_place(text: str) -> None:
    with pytest.raises(FileProblems) as caught:
        parse_policy(text)
    assert caught.value.problems
    assert all(problem.line >= 1 for problem in caught.value.problems)
