"""A false alarm that stays quiet; and what wakes it: a worse step, a figure that was named, or time.

In the words of the field: the gear works reports wages 35 days late. 李娜 drives there: payday had been moved, nobody
is owed anything. She says so, the city's duty desk agrees, and the same report next week disturbs nobody.
"""

from typing import Any

import pytest

from service.alerting.outcome import Outcome
from service.alerting.tables import Alert
from service.clock import FrozenClock, shanghai
from service.db import Database
from service.response.act import Done, act
from service.response.actions import ActionKind
from service.response.desk import Office
from service.response.handle import acknowledge, contain
from service.response.lift import lift
from service.response.lifting import Wish
from service.response.mute import Muting, mute
from service.response.verdicts import FindingVerdict
from service.response.verify import verify
from service.scoring.pack import Level
from service.scoring.week import step
from tests.builders import BASE_URL, Town

W47, W48, W49 = "2026-W47", "2026-W48", "2026-W49"
LATE: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    return Town.found(db, clock)


def office(town: Town) -> Office:
    return Office(town.db, town.library, BASE_URL)


def raised(town: Town, **figures: Any) -> Alert:
    """The gear works' alert for W47, signed by 李娜."""
    town.report("gear", W47, **LATE | figures)
    town.assess()
    return acknowledge(office(town), town.alert("gear").id or 0, "li.na", town.clock.now())


def lifted_as_false(town: Town) -> Alert:
    """李娜 finds nothing in it, and the duty desk agrees."""
    alert = raised(town)
    desk, number, now = office(town), alert.id or 0, town.clock.now()
    found = dict.fromkeys(alert.rules, FindingVerdict.FALSE)
    rejected, left = verify(desk, number, "li.na", now, findings=found, note="发薪日因假期顺延，工资已到账")
    assert (rejected.state, left) == ("rejected", [])
    wish = Wish(Outcome.FALSE_ALARM, None, "发薪日顺延")
    assert lift(desk, number, "li.na", now, wish=wish).closed_at is None
    return lift(desk, number, "duty", now, wish=wish)


def test_a_false_alarm_stays_quiet_until_a_worse_step(town: Town) -> None:
    assert lifted_as_false(town).state == "lifted"
    told = len(town.told())
    town.clock.set(shanghai("2026-11-25T10:00"))
    town.report("gear", W48, **LATE)
    town.assess()
    assert town.score("gear", W48).decision == "muted"
    assert (len(town.told()), town.alert("gear").state) == (told, "lifted")
    town.clock.set(shanghai("2026-12-02T10:00"))
    town.report("gear", W49, **LATE | {"wage__arrears_days": 61})
    town.assess()
    assert town.alert("gear").state == "raised"
    assert town.record("gear")[-1] == "reopened"
    assert len(town.told()) > told


def test_a_false_alarm_is_heard_again_after_sixty_days(town: Town) -> None:
    lifted_as_false(town)
    town.clock.set(shanghai("2027-01-17T10:01"))
    town.report("gear", "2027-W02", **LATE)
    town.assess()
    assert (town.alert("gear").state, town.record("gear")[-1]) == ("raised", "reopened")


def test_a_mute_ends_for_good_when_the_named_figure_is_reached(town: Town) -> None:
    alert = raised(town)
    desk, number = office(town), alert.id or 0
    now = town.clock.now()
    act(desk, number, "li.na", now, done=Done(ActionKind.TALK, note="企业承诺月底补发"))
    muting = Muting(shanghai("2027-02-01"), "等候补发", wake_if="wage.arrears_people >= 100")
    mute(desk, number, "li.na", now, muting=muting)
    lift(desk, number, "li.na", now, wish=Wish(Outcome.TRANSFERRED, None, "劳动监察已立案"))
    lift(desk, number, "duty", now, wish=Wish(Outcome.TRANSFERRED, None, "同意"))
    decisions = []
    for n, people in enumerate((60, 100, 60)):
        town.clock.set(shanghai(f"2026-11-{23 + n}T10:00"))
        week = step(W48, n)
        town.report("gear", week, **LATE | {"wage__arrears_people": people, "staff__headcount": 100_000})
        town.assess()
        decisions.append(town.score("gear", week).decision)
    assert decisions == ["muted", "reopened", "unchanged"]


def test_a_correction_that_betters_the_figures_is_clean_only_once_verified(town: Town) -> None:
    """眉县's paper mill was three days late; after the alert it corrects that to nothing."""
    town.report("paper", W47, wage__arrears_days=3)
    town.assess()
    number = town.alert("paper").id or 0
    acknowledge(office(town), number, "zhou.fang", town.clock.now())
    town.clock.set(shanghai("2026-11-25T10:00"))
    town.report("paper", W48, wage__arrears_days=3)
    town.assess()
    town.clock.set(shanghai("2026-11-25T11:00"))
    town.report("paper", W48, revision=2)
    town.assess()
    assert Level(town.score("paper", W48).level) is Level.NORMAL
    assert town.alert("paper").liftable_at is None
    town.clock.set(shanghai("2026-11-26T09:00"))
    found = dict.fromkeys(town.alert("paper").rules, FindingVerdict.TRUE)
    alert, _ = verify(office(town), number, "zhou.fang", town.clock.now(), findings=found, note="已见工资条")
    assert alert.liftable_at == town.clock.now()
    assert town.record("paper")[-2:] == ["verified", "liftable"]


def test_a_red_alert_is_lifted_after_thirty_quiet_days_by_two_people(town: Town) -> None:
    alert = raised(town, wage__arrears_days=61)
    assert Level(alert.level) is Level.RED
    desk, number, now = office(town), alert.id or 0, town.clock.now()
    act(desk, number, "li.na", now, done=Done(ActionKind.VISIT))
    contain(desk, number, "li.na", now, note="已达成补发协议")
    wish = Wish(Outcome.NO_DISPUTE, None, "工资付清，有银行回单")
    with pytest.raises(Exception, match="平静期未满"):
        lift(desk, number, "li.na", now, wish=wish)
    later = shanghai("2026-12-18T10:00")
    town.clock.set(later)
    assert lift(desk, number, "li.na", later, wish=wish).state == "contained"
    assert lift(desk, number, "zheng.jun", later, wish=wish).state == "lifted"
