"""The timetable of each level of the shipped response.yaml, with nobody answering and with an owner who forgets."""

import pytest

from service.alerting.drill import Drill, Scenario, timetable
from service.alerting.escalate import Origin, Why
from service.alerting.recipients import OPERATOR
from service.clock import SHANGHAI, shanghai
from service.network.duty import ContactView, OfficerView, PostView
from service.reporting.calendar_text import parse_calendar
from service.rulebook.response_text import parse_policy
from service.scoring.pack import Level
from service.shipped import shipped

POLICY = parse_policy((shipped("rules") / "response.yaml").read_text(encoding="utf-8"))
CALENDAR = parse_calendar((shipped("rules") / "calendar.yaml").read_text(encoding="utf-8"))
TREE = (
    ("township.organiser", "caijiapo", 10),
    ("county.officer", "qishan", 10),
    ("county.deputy", "qishan", 20),
    ("county.chair", "qishan", 30),
    ("city.duty", "baoji", 10),
    ("city.leader", "baoji", 20),
)
POSTS = [
    PostView(code, node, rank, (OfficerView(code, code, (ContactView(1, "console", code),)),))
    for code, node, rank in TREE
]


def run(
    level: Level, at: str, theme: str = "wages", origin: Origin = Origin.EVENT, scenario: Scenario = Scenario.NOBODY
) -> list[tuple[str, str, list[str]]]:
    """When, why (the rungs, counted from 1, or a word) and who is told, as one reads a timetable."""
    lines = timetable(Drill(level, theme, shanghai(at), origin, scenario), POLICY, CALENDAR, POSTS, "county.officer")
    return [
        (
            f"{line.at.astimezone(SHANGHAI):%m-%d %H:%M}",
            "+".join(str(rung + 1) for rung in line.telling.rungs) or str(line.telling.why),
            [person.officer_id.partition(".")[2] for person in line.told.people],
        )
        for line in lines
    ]


@pytest.mark.parametrize(
    ("level", "at", "theme", "expected"),
    [
        (Level.RED, "2026-11-18T10:00", "wages", [
            ("11-18 10:00", "1", ["officer", "duty"]),
            ("11-18 10:15", "2", ["deputy", "chair"]),
            ("11-18 10:30", "3", ["leader"]),
            ("11-18 11:00", "repeat", ["leader"]),
            ("11-18 11:30", "repeat", ["leader"]),
        ]),
        (Level.ORANGE, "2026-11-18T10:00", "wages", [
            ("11-18 10:00", "1", ["officer", "duty"]),
            ("11-18 12:00", "2", ["deputy"]),
            ("11-18 14:00", "3", ["chair", "duty"]),
            ("11-18 18:00", "4", ["leader"]),
            ("11-18 22:00", "repeat", ["leader"]),
            ("11-19 02:00", "repeat", ["leader"]),
        ]),
        (Level.YELLOW, "2026-11-18T10:00", "wages", [
            ("11-18 10:00", "1", ["officer", "organiser"]),
            ("11-23 11:30", "2", ["deputy"]),
            ("11-26 15:00", "3", ["chair", "duty"]),
            ("12-01 16:30", "repeat", ["chair", "duty"]),
            ("12-04 18:00", "repeat", ["chair", "duty"]),
        ]),
        (Level.BLUE, "2026-11-18T10:00", "wages", [
            ("11-18 10:00", "1", ["organiser"]),
            ("11-26 15:00", "2", ["officer"]),
        ]),
        # 1 to 7 October are holidays, Saturday 10 October is worked: the working clocks move, the wall's do not
        (Level.YELLOW, "2026-09-30T17:00", "wages", [
            ("09-30 17:00", "1", ["officer", "organiser"]),
            ("10-12 09:00", "2", ["deputy"]),
            ("10-15 10:30", "3", ["chair", "duty"]),
            ("10-20 12:00", "repeat", ["chair", "duty"]),
            ("10-23 15:30", "repeat", ["chair", "duty"]),
        ]),
        (Level.RED, "2026-10-01T02:00", "wages", [
            ("10-01 02:00", "1", ["officer", "duty"]),
            ("10-01 02:15", "2", ["deputy", "chair"]),
            ("10-01 02:30", "3", ["leader"]),
            ("10-01 03:00", "repeat", ["leader"]),
            ("10-01 03:30", "repeat", ["leader"]),
        ]),
        # silence runs on the working clock at every level, and its first rung waits for the morning too
        (Level.ORANGE, "2026-10-01T02:00", "reporting", [
            ("10-08 08:30", "1", ["officer", "duty"]),
            ("10-08 10:30", "2", ["deputy"]),
            ("10-08 14:30", "3", ["chair", "duty"]),
            ("10-09 09:00", "4", ["leader"]),
            ("10-09 15:00", "repeat", ["leader"]),
            ("10-10 09:30", "repeat", ["leader"]),
        ]),
    ],
)  # fmt: skip
def test_with_nobody_answering_each_level_ends_at_the_top_of_its_ladder(
    level: Level, at: str, theme: str, expected: list[tuple[str, str, list[str]]]
) -> None:
    assert run(level, at, theme) == expected


def test_a_red_from_figures_alone_is_the_night_desks_until_the_morning() -> None:
    lines = run(Level.RED, "2026-11-18T21:20", origin=Origin.SCORE)
    assert lines[:4] == [
        ("11-18 21:20", "1", ["officer", "duty"]),  # ten minutes before the night
        ("11-18 21:35", "night", ["duty"]),
        ("11-18 21:50", "night", ["duty"]),
        ("11-18 22:20", "night", ["duty"]),
    ]
    assert all(why == "night" and told == ["duty"] for _, why, told in lines[1:-3])
    assert lines[-3:] == [
        ("11-19 07:30", "2+3", ["deputy", "chair", "leader"]),
        ("11-19 08:00", "repeat", ["leader"]),
        ("11-19 08:30", "repeat", ["leader"]),
    ]


def test_an_incident_wakes_everybody_at_night_and_so_does_an_orange() -> None:
    at = "2026-11-18T23:00"
    assert [why for _, why, _ in run(Level.RED, at, origin=Origin.EVENT)][:3] == ["1", "2", "3"]
    assert [why for _, why, _ in run(Level.ORANGE, at, origin=Origin.SCORE)][:4] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    ("level", "scenario", "expected"),
    [
        (Level.RED, Scenario.SIGNED, ["11-18 11:30 reminder", "11-18 12:00 1", "11-18 12:15 2", "11-18 12:30 3"]),
        (Level.RED, Scenario.HANDLED, ["11-18 13:00 reminder", "11-18 14:00 1", "11-18 14:15 2", "11-18 14:30 3"]),
        (Level.ORANGE, Scenario.SIGNED, ["11-19 04:00 reminder", "11-19 10:00 1", "11-19 12:00 2", "11-19 14:00 3"]),
        (Level.BLUE, Scenario.SIGNED, ["11-23 17:37 reminder", "11-25 10:00 1", "12-03 15:00 2"]),
        (Level.BLUE, Scenario.HANDLED, ["11-25 11:52 reminder", "11-27 10:00 1", "12-07 15:00 2"]),
    ],
)
def test_an_owner_who_forgets_is_reminded_and_then_the_ladder_climbs(
    level: Level, scenario: Scenario, expected: list[str]
) -> None:
    lines = run(level, "2026-11-18T10:00", scenario=scenario)
    assert [f"{at} {why}" for at, why, _ in lines][: len(expected)] == expected
    assert lines[0][2] == lines[1][2][:1] == ["officer"]  # who signed hears of it himself


def test_where_nobody_can_be_reached_the_operator_is_told_and_the_holes_are_named() -> None:
    drill = Drill(Level.RED, "wages", shanghai("2026-11-18T10:00"), Origin.EVENT, Scenario.NOBODY)
    lines = timetable(drill, POLICY, CALENDAR, [], None)
    assert {person.officer_id for line in lines for person in line.told.people} == {OPERATOR}
    assert [hole.code for hole in lines[0].told.holes] == ["county.officer", "city.duty"]
    assert lines[-1].telling.why is Why.REPEAT
