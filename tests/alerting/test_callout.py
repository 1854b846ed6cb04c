"""值守: who is told and when, by the shipped policy and calendar."""

from datetime import date, datetime, time

import pytest

from service.alerting.callout import Callout, Subject, callout
from service.clock import SHANGHAI, shanghai
from service.network.duty import ContactView, HoleReason, How, OfficerView, PostView
from service.network.rota import Days, Rota, Shift
from service.reporting.calendar_text import parse_calendar
from service.rulebook.response_text import parse_policy
from service.scoring.pack import Level
from service.shipped import shipped

POLICY = parse_policy((shipped("rules") / "response.yaml").read_text(encoding="utf-8"))
CALENDAR = parse_calendar((shipped("rules") / "calendar.yaml").read_text(encoding="utf-8"))
WEDNESDAY = "2026-11-18T10:00"


def officer(name: str, *leaves: tuple[str, str], verified: bool = True) -> OfficerView:
    spans = tuple((shanghai(start), shanghai(end)) for start, end in leaves)
    return OfficerView(name, name, (ContactView(1, "console", name, verified),), spans)


PATH = (
    PostView("township.organiser", "caijiapo", 1, (officer("sun"),)),
    PostView("county.officer", "qishan", 1, (officer("li", ("2026-10-01", "2026-10-08")), officer("wang"))),
    PostView("county.deputy", "qishan", 2, (officer("wang"),)),
    PostView("county.chair", "qishan", 3, (officer("zhao"),)),
    PostView("city.duty", "baoji", 1, (officer("duty"),)),
    PostView("city.leader", "baoji", 2, (officer("zheng"),)),
)


def told(level: Level, at: str, *posts: PostView, kind: str = "enterprise", theme: str = "wages") -> Callout:
    node = {"enterprise": "gear", "county": "qishan", "city": "baoji"}[kind]
    return callout(Subject(node, kind, level, theme), posts or PATH, POLICY, CALENDAR, shanghai(at))


def steps(found: Callout) -> list[str]:
    """Instant (Baoji) and officer of every call of the ladder."""
    return [
        f"{call.at.astimezone(SHANGHAI):%m-%d %H:%M} {call.answer.officer.id if call.answer.officer else 'operator'}"
        for rung in found.rungs
        for call in rung
    ]


@pytest.mark.parametrize(
    ("level", "at", "expected"),
    [
        (
            Level.ORANGE,
            WEDNESDAY,
            ["11-18 10:00 li", "11-18 12:00 wang", "11-18 14:00 zhao", "11-18 14:00 duty", "11-18 18:00 zheng"],
        ),
        (
            Level.RED,
            "2026-10-01T02:00",
            ["10-01 02:00 wang", "10-01 02:00 duty", "10-01 02:15 wang", "10-01 02:15 zhao", "10-01 02:30 zheng"],
        ),
        # An hour is left of Wednesday; the holiday passes, Saturday the 10th is a make-up day and Sunday is not.
        (
            Level.YELLOW,
            "2026-09-30T17:00",
            ["09-30 17:00 li", "10-12 09:00 wang", "10-15 10:30 zhao", "10-15 10:30 duty"],
        ),
        (Level.BLUE, WEDNESDAY, ["11-18 10:00 sun", "11-26 15:00 li"]),
    ],
)
def test_each_rung_is_answered_by_whoever_is_there_when_its_time_comes(
    level: Level, at: str, expected: list[str]
) -> None:
    assert steps(told(level, at)) == expected


def test_on_leave_when_it_is_issued_and_back_before_the_next_rung() -> None:
    found = told(Level.YELLOW, "2026-10-01T02:00")
    assert found.owner.answer.how is How.DEPUTY
    assert [call.answer.officer.id for call in found.copies if call.answer.officer] == ["sun"]
    assert found.sign_by.astimezone(SHANGHAI) == datetime(2026, 10, 12, 10, 0, tzinfo=SHANGHAI)


def test_the_silence_of_a_county_goes_to_the_city_and_lacks_nothing() -> None:
    found = told(Level.YELLOW, WEDNESDAY, *PATH[1:], kind="county", theme="reporting")
    assert found.owner.answer.post == PATH[4]
    assert {step.split()[-1] for step in steps(found)} == {"duty"}
    assert found.holes == ()


def test_figures_of_a_county_stay_with_the_county() -> None:
    assert told(Level.YELLOW, WEDNESDAY, *PATH[1:], kind="county").owner.answer.post == PATH[1]


@pytest.mark.parametrize(
    ("at", "theme", "asked"), [("2026-10-01T02:00", "wages", ["city.duty"]), (WEDNESDAY, "wages", [])]
)
def test_at_night_a_red_from_figures_alone_is_the_duty_desk_s(at: str, theme: str, asked: list[str]) -> None:
    assert [call.code for call in told(Level.RED, at, theme=theme).night] == asked


def test_a_vacant_post_is_replaced_by_the_next_above_and_named() -> None:
    found = told(Level.ORANGE, WEDNESDAY, PATH[0], PostView("county.officer", "qishan", 1), *PATH[2:])
    assert found.owner.answer.post == PATH[2]
    assert [(hole.code, hole.reason) for hole in found.holes] == [("county.officer", HoleReason.VACANT)]


def test_holes_are_named_once_whether_met_on_the_way_or_only_weak() -> None:
    rota = Rota(date(2026, 11, 16), 7, (Shift(time(8), 720, Days.WORKING, ("duty",)),))
    posts = (
        PostView("county.officer", "qishan", 1, (OfficerView("li", "li"), officer("wang", verified=False))),
        PostView("county.chair", "qishan", 3, (officer("zhao"),), acting=True),
        PostView("city.duty", "baoji", 1, (officer("duty"),), rota=rota),
    )
    reasons = [(hole.code, hole.reason.value) for hole in told(Level.ORANGE, "2026-11-18T21:00", *posts).holes]
    assert reasons == [
        ("county.deputy", "missing"),
        ("city.leader", "missing"),
        ("county.officer", "unreachable"),
        ("county.officer", "unverified"),
        ("county.chair", "acting"),
        ("city.duty", "gap"),
    ]


def test_a_tree_of_one_node_without_anybody_is_the_operator_s() -> None:
    found = callout(Subject("baoji", "city", Level.RED, "wages"), (), POLICY, CALENDAR, shanghai(WEDNESDAY))
    assert {step.split()[-1] for step in steps(found)} == {"operator"}
    assert {hole.code for hole in found.holes} == {"city.duty", "city.leader"}
