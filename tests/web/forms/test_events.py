"""即时事件页: an incident is reported once, whatever is typed, and in confidence where that is wished."""

import html
import re
from typing import Any

import httpx
import pytest

from service.reporting.tables import Event
from service.web.access.roles import Role
from service.web.forms.incident import EventEntry, Incident, read_incident
from tests.web.desk import EVENTS, Desk
from tests.web.visitor import Visitor, log_in

TYPED = {"event": "event.stoppage", "day": "2026-11-18", "clock": "09:30", "people": "４０人", "note": "二车间停工"}


def fill(visitor: Visitor, **fields: str | list[str]) -> httpx.Response:
    page = visitor.get("/events/new")
    found = re.search(r'name="key" value="([^"]+)"', page.text)
    assert found
    return visitor.post("/events/new", TYPED | {"key": found[1]} | fields)


def test_an_event_in_confidence_is_seen_by_nobody_else_of_the_unit(desk: Desk) -> None:
    clerk, colleague = (log_in(desk, login, Role.REPORTER, "gear") for login in ("clerk", "colleague"))
    sent = fill(clerk, discreet="1")
    (stored,) = desk.office.stored(Event)
    assert (stored.event, stored.people, stored.discreet, stored.week) == ("event.stoppage", 40, True, "2026-W47")
    receipt = sent.headers["location"]
    assert "不通知本单位其他人员" in clerk.get(receipt).text
    assert colleague.get(receipt).status_code == 404
    assert desk.get(EVENTS, "gear").json()["items"] == []
    assert len(desk.get(EVENTS, "li.na").json()["items"]) == 1


def test_the_same_event_twice_is_one_and_another_under_its_key_is_asked_back(desk: Desk) -> None:
    clerk = log_in(desk, "clerk", Role.REPORTER, "gear")
    first, again = fill(clerk, key="k"), fill(clerk, key="k")
    assert first.headers["location"] == again.headers["location"]
    other = fill(clerk, key="k", people="41")
    assert other.status_code == 409
    assert "如果是另一起事件" in other.text
    assert 'value="41"' in other.text
    assert len(desk.office.stored(Event)) == 1


@pytest.mark.parametrize(
    ("fields", "status", "told"),
    [
        ({"event": ""}, 422, "请选择事件类别"),
        ({"event": "event.party"}, 422, "没有这类事件"),
        ({"day": "昨天"}, 422, "请填发生的日期和时间"),
        ({"day": "2026-11-19"}, 422, "发生时间在将来"),
        ({"people": "很多"}, 422, "人数只填整数"),
        ({"note": "<script>找张三 13812345678"}, 422, "请删去"),
        ({"note": "字" * 2001}, 422, "备注最多 2000 字"),
        ({"node": "paper"}, 404, "没有"),
    ],
)
def test_bad_input_is_told_and_nothing_is_stored(desk: Desk, fields: dict[str, Any], status: int, told: str) -> None:
    answer = fill(log_in(desk, "clerk", Role.REPORTER, "gear"), **fields)
    assert answer.status_code == status
    assert told in html.unescape(answer.text)
    assert "<script>找" not in answer.text
    assert desk.office.stored(Event) == []


@pytest.mark.parametrize(
    ("entry", "people"),
    [
        (EventEntry("event.stoppage", "２０２６/11/18", "９:30"), None),
        (EventEntry("event.stoppage", "2026.11.18", "09：30", "约"), "wrong"),
        (EventEntry("event.stoppage", "2026-11-18", "09:30", "０"), 0),
    ],
)
def test_date_time_and_people_are_read_as_they_are_meant(entry: EventEntry, people: Any) -> None:
    problems, incident = read_incident(entry)
    if people == "wrong":
        assert list(problems) == ["people"]
    else:
        assert isinstance(incident, Incident)
        assert (incident.happened_at.isoformat(), incident.people) == ("2026-11-18T01:30:00+00:00", people)
