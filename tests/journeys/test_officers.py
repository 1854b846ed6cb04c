"""Days in the life of the officers, on both databases: who hears what and when, from the first word to the last."""

from typing import Any

import pytest

from service.alerting.outcome import Outcome
from service.alerting.tables import Alert
from service.clock import FrozenClock, shanghai
from service.db import Database
from service.response.act import Done, act
from service.response.actions import ActionKind
from service.response.calls import PhoneCall, call
from service.response.desk import Office
from service.response.handle import acknowledge, note
from service.response.lift import lift
from service.response.lifting import Wish
from service.scoring.pack import Level
from tests.builders import BASE_URL, Town
from tests.cast import NETWORK

ON_LEAVE = NETWORK.replace(
    "{id: li.na, name: 李娜,",
    '{id: li.na, name: 李娜, leaves: [{from: "2026-09-30T18:00", until: "2026-10-08T08:30", reason: 国庆休假}],',
)
UNPAID: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 300}  # red, from figures alone


class Days:
    """The town day by day: `at` lets the time come, and says who is written to since the last time."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.office = Office(town.db, town.library, BASE_URL)
        self._read = 0

    def at(self, instant: str) -> list[str]:
        self.town.wait(f"2026-{instant}")
        return self.news()

    def news(self) -> list[str]:
        letters = self.town.told()
        told, self._read = letters[self._read :], len(letters)
        return sorted(told)

    def move(self, node: str, move: Any, officer: str, **said: Any) -> Alert:
        """An officer makes a move now."""
        made = move(self.office, self.town.alert(node).id, officer, self.town.clock.now(), **said)
        return made if isinstance(made, Alert) else made[0]


def begin(db: Database, clock: FrozenClock, at: str, network: str = NETWORK) -> Days:
    clock.set(shanghai(f"2026-{at}"))
    return Days(Town.found(db, clock, network))


def visit(text: str) -> Done:
    return Done(ActionKind.VISIT, note=text, detail={"supervisors": 2})


def test_red_at_two_on_the_first_of_october_the_county_officer_on_leave(db: Database, clock: FrozenClock) -> None:
    days = begin(db, clock, "10-01T02:00", ON_LEAVE)
    days.town.happen("gear", "2026-W40", "event.owner_missing", people=1)
    days.town.assess()
    assert Level(days.town.alert("gear").level) is Level.RED
    assert days.news() == ["duty", "wang.qiang"]  # an incident wakes people; her deputy answers for 李娜
    assert days.at("10-01T02:14") == []
    assert days.at("10-01T02:15") == ["wang.qiang", "zhao.min"]
    rang = PhoneCall("wang.qiang", shanghai("2026-10-01T02:20"), answered=True, note="马上到场")
    clock.set(shanghai("2026-10-01T02:21"))
    assert days.move("gear", call, "duty", made=rang).acknowledged_by == "wang.qiang"
    assert days.at("10-01T03:29") == []  # the leader is not woken: somebody has it
    assert days.at("10-01T03:30") == ["wang.qiang"]  # half an hour is left for the first action
    days.move("gear", act, "wang.qiang", done=visit("已到场，登记欠薪人数"))
    assert days.at("10-01T06:29") == []
    assert days.at("10-01T06:30") == ["wang.qiang"]  # and an hour for the next news
    days.move("gear", note, "wang.qiang", text="企业主亲属到场协商")
    assert days.at("10-01T09:29") == []
    assert days.town.record("gear") == ["first_risk", "escalated", "called", "reminded", "acted", "reminded", "noted"]


def test_a_red_from_figures_alone_leaves_the_night_to_the_duty_desk(db: Database, clock: FrozenClock) -> None:
    days = begin(db, clock, "11-18T23:00")
    days.town.report("gear", "2026-W47", **UNPAID)
    days.town.assess()
    assert Level(days.town.alert("gear").level) is Level.RED
    assert days.news() == ["duty"]
    assert "请研判叫醒谁" in days.town.letters()[-1].subject
    assert days.at("11-18T23:15") == ["duty"]
    assert days.at("11-19T07:29") == ["duty"]  # one message for the hours in which nobody swept
    assert days.at("11-19T07:30") == ["duty", "li.na", "wang.qiang", "zhao.min", "zheng.jun"]
    assert days.at("11-19T08:00") == ["zheng.jun"]
    assert days.town.record("gear") == ["first_risk", "night", "night", *["escalated"] * 3, "repeated"]


def test_an_incident_in_that_night_wakes_everybody_at_once(db: Database, clock: FrozenClock) -> None:
    days = begin(db, clock, "11-18T23:00")
    days.town.report("gear", "2026-W47", **UNPAID)
    days.town.assess()
    assert days.at("11-18T23:40") == ["duty", "duty"]
    clock.set(shanghai("2026-11-18T23:41"))
    days.town.happen("gear", "2026-W47", "event.owner_missing")
    days.town.assess()
    days.town.sweep()
    assert {"li.na", "wang.qiang", "zhao.min", "zheng.jun"} <= set(days.news())


def test_two_weeks_silent_reminder_organiser_county_visited_lifted(db: Database, clock: FrozenClock) -> None:
    days = begin(db, clock, "11-18T10:00")
    for week in ("2026-W47", "2026-W48", "2026-W49", "2026-W50"):
        days.town.report("mill", week)
    days.town.sweep()
    assert days.at("11-23T12:00").count("sun.wei") == 1  # the organiser is reminded of gear's report
    days.at("11-25T18:00")
    assert [alert.node_id for alert in days.town.alerts() if alert.node_id == "gear"] == []  # one week is no alert yet
    assert days.at("11-30T12:00").count("sun.wei") == 1
    days.at("12-02T17:59")
    assert {"li.na", "sun.wei"}.isdisjoint(days.at("12-02T18:00"))  # the second week has closed, and so has the office
    assert {"li.na", "sun.wei"} <= set(days.at("12-03T08:30"))
    alert = days.town.alert("gear")
    assert (Level(alert.level), alert.theme, alert.sign_by) == (
        Level.YELLOW,
        "reporting",
        shanghai("2026-12-08T10:00"),
    )
    days.at("12-08T09:59")
    assert days.at("12-08T10:00").count("wang.qiang") == 1  # nobody has signed in 24 working hours
    days.move("gear", acknowledge, "li.na")
    assert days.move("gear", act, "sun.wei", done=visit("填报员离职，已指定新人")).duty == "update"
    for week, closes in (("2026-W49", "12-09T18:00"), ("2026-W50", "12-16T18:00")):
        days.town.report("gear", week)
        days.town.assess()
        days.at(closes)
    assert days.town.alert("gear").liftable_at is not None
    wish = Wish(Outcome.NO_DISPUTE, None, "已恢复报送")
    lifted = days.move("gear", lift, "li.na", wish=wish)
    assert (lifted.state, lifted.next_step_at) == ("lifted", None)
    line = ["first_risk", "escalated", "acknowledged", "acted"]
    assert [reason for reason in days.town.record("gear") if reason in {*line, "lifted"}] == [*line, "lifted"]


def test_payday_on_a_sunday_paid_on_monday(db: Database, clock: FrozenClock) -> None:
    days = begin(db, clock, "11-15T20:00")  # a Sunday evening
    days.town.report("gear", "2026-W46", wage__arrears_days=1, wage__arrears_people=800)
    days.town.assess()
    alert = days.town.alert("gear")
    assert (Level(alert.level), alert.sign_by) == (Level.YELLOW, shanghai("2026-11-19T10:00"))  # counted from Monday
    days.news()
    days.at("11-16T09:00")
    days.move("gear", acknowledge, "li.na")
    days.move("gear", act, "li.na", done=visit("发薪日为周日，周一已发放"))
    for week, closes in (("2026-W47", "11-25T18:00"), ("2026-W48", "12-02T18:00")):
        days.town.report("gear", week)
        days.town.assess()
        days.at(closes)
    days.move("gear", lift, "li.na", wish=Wish(Outcome.NO_DISPUTE, None, ""))
    record = days.town.record("gear")
    assert record[-1] == "lifted"
    assert "escalated" not in record[: record.index("acted")]


def test_acknowledged_then_forgotten(db: Database, clock: FrozenClock) -> None:
    days = begin(db, clock, "11-18T10:00")
    days.town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    days.town.assess()
    assert Level(days.town.alert("gear").level) is Level.ORANGE
    days.news()
    clock.set(shanghai("2026-11-18T10:30"))
    days.move("gear", acknowledge, "li.na")
    for at, told in (
        ("11-19T03:59", []),  # it never climbs for signing again
        ("11-19T04:00", ["li.na"]),  # six hours before the first action is due
        ("11-19T10:00", ["li.na"]),
        ("11-19T12:00", ["wang.qiang"]),
        ("11-19T14:00", ["duty", "zhao.min"]),
        ("11-19T18:00", ["zheng.jun"]),
        ("11-19T22:00", ["zheng.jun"]),
    ):
        assert days.at(at) == told, at
    days.move("gear", act, "li.na", done=visit("到厂走访"))
    for at, told in (("11-20T15:59", []), ("11-20T16:00", ["li.na"]), ("11-20T22:00", ["li.na"])):
        assert days.at(at) == told, at
    days.move("gear", note, "li.na", text="补发计划已签")
    assert days.at("11-21T00:30") == []  # the news came: the ladder stops
    assert "逾期未续报" in days.town.letters()[-1].subject


@pytest.mark.parametrize("back", ["11-18T09:00", "11-17T10:00"])
def test_a_clock_set_back_tells_nobody_twice_and_drops_nothing(db: Database, clock: FrozenClock, back: str) -> None:
    days = begin(db, clock, "11-18T10:00")
    days.town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    days.town.assess()
    days.news()
    assert days.at("11-18T12:00") == ["wang.qiang"]
    assert days.at(back) == []
    assert days.at("11-18T12:30") == []
    assert days.at("11-18T14:00") == ["duty", "zhao.min"]
