"""response.yaml is read as it is written, and every mistake in it has a line."""

import pytest

from service.errors import FileProblems
from service.reporting.calendar import Span
from service.rulebook.policy import parse_policy
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


def test_rungs_stand_in_order_of_time_however_they_are_written() -> None:
    shuffled = SHIPPED.replace(
        "{0min: [county.officer], 24h: [county.deputy], 48h: [county.chair, city.duty]}",
        "{48h: [county.chair, city.duty], 0min: [county.officer], 24h: [county.deputy]}",
    )
    assert shuffled != SHIPPED
    assert parse_policy(shuffled) == parse_policy(SHIPPED)


@pytest.mark.parametrize(
    ("old", "new", "line_of", "said"),
    [
        ("owner: township.organiser,", "", "  blue:", "owner"),
        ("sign_within: 24h", "sign_within: soon", "  yellow:", "soon"),
        ("clock: working, act_within: 3d", "clock: lunar, act_within: 3d", "  yellow:", "lunar"),
        ("0min: [county.officer], 24h", "0min: county.officer, 24h", "  yellow:", "kind.role"),
        ("reporting: {clock: working", "reporting: {clock: never", "  reporting:", "never"),
        ('due: "Tue 12:00"', 'due: "Tuesday"', "reports:", "reports.due"),
        ("  red:", "  rot:", "levels:", "red"),
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
