"""事件接口: an incident is reported once, belongs to a week, and is read by those it concerns."""

from typing import Any

import pytest

from service.network.directory import issue_token
from service.reporting.tables import Event
from tests.web.desk import EVENTS, Desk, problem

BODY = {"event": "event.stoppage", "happened_at": "2026-11-18T09:30:00+08:00", "people": 40, "note": "二车间停工"}


def test_an_event_gets_a_receipt_and_is_repeated_by_its_key(desk: Desk) -> None:
    first = desk.post(EVENTS, "gear", BODY, Idempotency_Key="e")
    again = desk.post(EVENTS, "gear", BODY, Idempotency_Key="e")
    assert (first.status_code, again.status_code) == (201, 200)
    (stored,) = desk.office.stored(Event)
    assert (
        first.json()
        == again.json()
        == {
            "id": stored.id,
            "node": "gear",
            "week": "2026-W47",
            "event": "event.stoppage",
            "happened_at": "2026-11-18T01:30:00Z",
            "people": 40,
            "received_at": "2026-11-18T02:00:00Z",
            "warnings": [],
        }
    )
    assert problem(desk.post(EVENTS, "gear", BODY | {"people": 41}, Idempotency_Key="e")) == (409, "key_reused")


@pytest.mark.parametrize(
    ("happened_at", "week"),
    [
        ("2026-11-16T00:10:00", "2026-W47"),  # without an offset it is Baoji's time
        ("2026-11-16T00:10:00Z", "2026-W47"),
        ("2026-11-15T16:10:00Z", "2026-W47"),
        ("2026-11-15T15:50:00Z", "2026-W46"),
        ("2026-11-15", "2026-W46"),
    ],
)
def test_the_week_is_that_of_the_day_in_baoji(desk: Desk, happened_at: str, week: str) -> None:
    assert desk.post(EVENTS, "gear", BODY | {"happened_at": happened_at}).json()["week"] == week


@pytest.mark.parametrize("people", [None, 0, 12, 12.0])
def test_people_are_counted_or_unknown(desk: Desk, people: float | None) -> None:
    assert desk.post(EVENTS, "gear", BODY | {"people": people}).json()["people"] == people


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"people": -1}, (422, "greater_than_equal")),
        ({"people": 12.5}, (422, "int_type")),
        ({"people": True}, (422, "int_type")),
        ({"people": "12"}, (422, "int_type")),
        ({"people": 10**400}, (422, "less_than_equal")),
        ({"event": "event.party"}, (422, "unknown_event")),
        ({"happened_at": "yesterday"}, (422, "not_an_instant")),
        ({"happened_at": "2026-02-30T10:00:00"}, (422, "not_an_instant")),
        ({"happened_at": "0001-01-01T00:00:00+14:00"}, (422, "not_an_instant")),
        ({"happened_at": "9999-12-31T23:59:59-14:00"}, (422, "not_an_instant")),
        ({"happened_at": "9999-12-31T23:59:59"}, (422, "future_event")),
        ({"happened_at": "1999-12-31T23:59:59"}, (422, "week_too_early")),
        ({"happened_at": 1}, (422, "string_type")),
        ({"happened_at": "2026-11-18T10:06:00"}, (422, "future_event")),
        ({"node": "paper"}, (403, "outside_scope")),
        ({"colour": "red"}, (422, "extra_forbidden")),
    ],
)
def test_a_wrong_event_is_refused(desk: Desk, change: dict[str, Any], expected: tuple[int, str]) -> None:
    assert problem(desk.post(EVENTS, "gear", BODY | change)) == expected
    assert desk.office.stored(Event) == []


def issue(desk: Desk, node: str) -> str:
    """One more token of a node."""
    with desk.office.db.write() as session:
        return issue_token(session, desk.office.clock.now(), node_id=node)


def test_an_enterprise_reads_what_it_reported_and_not_what_was_reported_about_it(desk: Desk) -> None:
    desk.post(EVENTS, "gear", BODY)
    desk.post(EVENTS, "qishan", BODY | {"node": "gear", "note": "职工来访反映"})
    desk.post(EVENTS, "mill", BODY | {"people": None})
    assert [item["note"] for item in desk.get(EVENTS, "gear").json()["items"]] == ["二车间停工"]
    assert len(desk.get(EVENTS, "li.na").json()["items"]) == 3
    assert [item["people"] for item in desk.get(EVENTS, "qishan", node="mill").json()["items"]] == [None]
    second = issue(desk, "gear")
    desk.post(EVENTS, second, BODY | {"discreet": True, "note": "不便让单位知道"})
    assert [item["note"] for item in desk.get(EVENTS, "gear").json()["items"]] == ["二车间停工"]
    assert [item["discreet"] for item in desk.get(EVENTS, second).json()["items"]] == [False, True]
    first = desk.get(EVENTS, "qishan", limit=2).json()
    rest = desk.get(EVENTS, "qishan", limit=2, after=first["next"]).json()
    assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 2, None)
