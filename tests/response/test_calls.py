"""电话通知: what the desk may put on record, what an answered call stops, and what an unanswered one does not."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from service.alerting.tables import Alert, AlertEvent
from service.clock import FrozenClock, shanghai
from service.db import Database
from service.errors import Conflict, Forbidden, Invalid, NotFound
from service.response.calls import PhoneCall, call
from service.response.desk import Office
from service.scoring.pack import Level
from tests.builders import BASE_URL, Town


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    """An orange alert about the gear factory, issued at 10:00 on 18 November."""
    town = Town.found(db, clock)
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    assert Level(town.alert("gear").level) is Level.ORANGE
    return town


def ring(town: Town, at: str, made: PhoneCall, by: str = "duty") -> Alert:
    town.clock.set(shanghai(f"2026-11-18T{at}"))
    return call(Office(town.db, town.library, BASE_URL), town.alerts()[0].id or 0, by, town.clock.now(), made=made)


def made(at: str, answered: bool, officer: str = "li.na", note: str = "") -> PhoneCall:
    return PhoneCall(officer, shanghai(f"2026-11-18T{at}"), answered, note)


def last_line(town: Town) -> AlertEvent:
    with town.db.read() as session:
        return session.exec(select(AlertEvent).order_by(col(AlertEvent.id).desc()).limit(1)).one()


def test_an_answered_call_is_the_signature_of_whoever_was_called(town: Town) -> None:
    alert = ring(town, "10:25", made("10:20", answered=True, note="已在现场"))
    assert (alert.state, alert.acknowledged_by, alert.owner_id) == ("acknowledged", "li.na", "li.na")
    assert alert.acknowledged_at == shanghai("2026-11-18T10:20")
    assert (alert.duty, alert.act_by) == ("act", shanghai("2026-11-19T10:00"))
    line = last_line(town)
    assert (line.reason, line.officer_id) == ("called", "duty")
    assert line.detail == {
        "called": "li.na",
        "called_at": "2026-11-18T02:20:00+00:00",
        "answered": True,
        "signed": True,
        "recorded_by": "duty",
        "note": "已在现场",
    }
    town.wait("2026-11-18T20:00")
    assert town.record("gear") == ["first_risk", "called"]  # it climbs no more for signing


def test_an_unanswered_call_is_on_record_and_the_ladder_goes_on(town: Town) -> None:
    alert = ring(town, "10:25", made("10:20", answered=False))
    assert (alert.state, alert.duty, alert.next_step_at) == ("raised", "sign", shanghai("2026-11-18T12:00"))
    town.wait("2026-11-18T12:00")
    assert town.record("gear") == ["first_risk", "called", "escalated"]


def test_the_same_call_sent_twice_is_one_line_and_a_second_call_is_another(town: Town) -> None:
    for at, answered in (("10:20", False), ("10:20", False), ("10:40", True), ("10:40", True)):
        ring(town, "10:45", made(at, answered))
    assert town.record("gear") == ["first_risk", "called", "called"]
    assert town.alert("gear").acknowledged_at == shanghai("2026-11-18T10:40")


def test_a_call_about_a_signed_alert_is_on_record_and_leaves_the_first_signature(town: Town) -> None:
    ring(town, "10:25", made("10:20", answered=True))
    alert = ring(town, "11:00", made("10:55", answered=True, officer="wang.qiang"))
    assert (alert.acknowledged_by, alert.owner_id) == ("li.na", "li.na")
    assert last_line(town).detail["signed"] is False


@pytest.mark.parametrize(
    ("by", "officer", "at", "error", "code"),
    [
        ("li.na", "wang.qiang", "10:20", Forbidden, "not_entitled"),  # no duty desk
        ("zhou.fang", "li.na", "10:20", NotFound, "not_found"),  # another county
        ("duty", "zhou.fang", "10:20", Invalid, "not_on_path"),
        ("duty", "nobody", "10:20", Invalid, "not_on_path"),
        ("duty", "li.na", "09:59", Invalid, "impossible_time"),  # before the alert
        ("duty", "li.na", "10:26", Invalid, "impossible_time"),  # after now
    ],
)
def test_what_cannot_be_is_refused_and_leaves_no_line(
    town: Town, by: str, officer: str, at: str, error: type[Exception], code: str
) -> None:
    with pytest.raises(error) as caught:
        ring(town, "10:25", made(at, answered=True, officer=officer), by)
    assert getattr(caught.value, "code", None) == code
    assert town.record("gear") == ["first_risk"]


def test_whoever_stands_above_the_desk_may_record_too(town: Town) -> None:
    assert ring(town, "10:25", made("10:20", answered=True), by="zheng.jun").acknowledged_by == "li.na"


def test_a_call_about_what_is_over_is_refused(town: Town) -> None:
    with town.db.write() as session:
        alert = session.exec(select(Alert)).one()
        alert.state, alert.closed_at = "lifted", town.clock.now() + timedelta(minutes=1)
    with pytest.raises(Conflict):
        ring(town, "10:25", made("10:20", answered=True))
