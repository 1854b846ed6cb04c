"""Alerts, scores and the network over HTTP: each within its scope, the outsider and the enterprise see nothing."""

from typing import Any

import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.web.access.tables import Sighting
from tests.builders import Town
from tests.web.desk import problem
from tests.web.window import Window

W46, W47 = "2026-W46", "2026-W47"
ARREARS: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}
PATHS = ["/api/v1/alerts", "/api/v1/alerts/1", "/api/v1/scores", "/api/v1/network"]


@pytest.fixture
def window(db: Database, clock: FrozenClock) -> Window:
    """岐山县's gear works is orange, 眉县's paper mill is blue."""
    town = Town.found(db, clock)
    town.report("gear", W47, **ARREARS)
    town.report("paper", W47, wage__arrears_days=3)
    town.assess()
    return Window(town)


def test_an_officer_sees_the_alerts_below_the_posts_held(window: Window) -> None:
    nodes = {
        who: {a["node"] for a in window.get("/api/v1/alerts", who).json()["items"]}
        for who in window.tokens
        if who != "gear"
    }
    both = {"gear", "paper"}
    assert nodes == {
        "qishan": {"gear"},
        "meixian": {"paper"},
        "baoji": both,
        "li.na": {"gear"},
        "zhou.fang": {"paper"},
        "duty": both,
        "sun.wei": {"gear"},
        "wang.qiang": {"gear"},
        "zhao.min": {"gear"},
        "zheng.jun": both,
    }


@pytest.mark.parametrize("path", PATHS)
def test_an_enterprise_finds_nothing_there(window: Window, path: str) -> None:
    assert problem(window.get(path, "gear")) == (404, "not_found")
    assert "orange" not in window.get(path, "gear").text


def test_another_countys_alert_does_not_exist(window: Window) -> None:
    mine = window.town.alert("gear").id
    for path in (f"/api/v1/alerts/{mine}", "/api/v1/alerts/999999", f"/api/v1/alerts/{2**70}", "/api/v1/alerts/-1"):
        assert problem(window.get(path, "zhou.fang")) == (404, "not_found")
    assert problem(window.post(f"/api/v1/alerts/{mine}/acknowledge", "zhou.fang")) == (404, "not_found")
    assert window.town.alert("gear").acknowledged_at is None


def test_one_alert_shows_its_record_and_the_score_that_raised_it(window: Window) -> None:
    body = window.get(f"/api/v1/alerts/{window.town.alert('gear').id}", "li.na").json()
    assert (body["level"], body["state"], body["rules"][0]) == ("orange", "raised", "W01")
    assert [(event["reason"], event["detail"]["told"]) for event in body["record"]] == [
        ("first_risk", ["duty", "li.na"])
    ]
    score = body["score"]
    assert sum(f["points"] for f in score["findings"] if f["state"] == "fired" and not f["trial"]) == score["score"]
    assert score["rules"] == {"version": 1, "sha256": window.town.library.current().digest}
    assert score["revisions"] == {f"{W47}/own": 1}


def test_signing_stops_the_ladder_and_the_first_signature_stays(window: Window) -> None:
    number = window.town.alert("gear").id
    signed = window.post(f"/api/v1/alerts/{number}/acknowledge", "li.na").json()
    assert (signed["state"], signed["acknowledged_by"], signed["owner"]) == ("acknowledged", "li.na", "li.na")
    again = window.post(f"/api/v1/alerts/{number}/acknowledge", "duty").json()
    assert again | {"score": None} == signed | {"score": None}  # which sealed names are shown depends on who asks
    before = len(window.town.told())
    window.town.wait("2026-11-18T17:00")
    assert window.town.record("gear") == ["first_risk", "acknowledged"]
    assert window.town.told()[before:] == []


def test_what_is_noted_beside_a_signature_is_on_record_and_the_look_at_a_grave_case_too(window: Window) -> None:
    window.move("gear", "acknowledge", "li.na", note="已到厂门口")
    body = window.get(f"/api/v1/alerts/{window.town.alert('gear').id}", "duty").json()
    assert body["record"][-1]["detail"] == {"note": "已到厂门口"}
    with window.town.db.read() as session:
        looks = [(row.officer_id, row.alert_id, row.what) for row in session.exec(select(Sighting)).all()]
    assert ("duty", body["id"], "case") in looks
    assert "sealed" not in {what for who, _, what in looks if who == "duty"}


def test_signing_needs_an_officer_and_an_open_alert(window: Window) -> None:
    gear, paper = window.town.alert("gear").id, window.town.alert("paper").id
    assert problem(window.post(f"/api/v1/alerts/{gear}/acknowledge", "qishan")) == (403, "officer_only")
    window.town.report("paper", W47, revision=2)
    window.town.report("paper", "2026-W48")
    window.town.clock.set(window.town.clock.now().replace(day=25))
    window.town.assess()
    assert problem(window.post(f"/api/v1/alerts/{paper}/acknowledge", "zhou.fang")) == (409, "alert_closed")


def test_a_sealed_finding_shows_its_points_and_nothing_else(window: Window) -> None:
    window.town.report("mill", W47, voice__petition_people=12)
    window.town.assess()
    (score,) = window.get("/api/v1/scores", "li.na", node="mill").json()["items"]
    (finding,) = [f for f in score["findings"] if f["state"] == "fired"]
    assert finding == {
        "rule": None,
        "state": "fired",
        "points": 40,
        "trial": False,
        "name": "其他线索",
        "name_en": "Other lead",
        "sealed": True,
    }
    alert = f"/api/v1/alerts/{window.town.alert('mill').id}"
    assert "V02" not in window.get(alert, "duty").text
    assert "V02" in window.get(alert, "li.na").text  # hers is the responsible post


def test_lists_are_paged_without_gaps_or_repeats(window: Window) -> None:
    for week in (W46, "2026-W45", "2026-W44"):
        window.town.report("mill", week)
    window.town.assess()
    for path, expected in (("/api/v1/scores", 5), ("/api/v1/network", 7), ("/api/v1/alerts", 2)):
        seen, after = [], None
        while True:
            query = {"limit": 2} | ({"after": after} if after else {})
            page = window.get(path, "duty", **query).json()
            seen += [item["id"] for item in page["items"]]
            if (after := page["next"]) is None:
                break
        assert len(seen) == len(set(seen)) == expected


@pytest.mark.parametrize("query", [{"limit": 0}, {"limit": 501}, {"limit": "x"}, {"after": "x"}, {"state": "no"}])
def test_a_wrong_query_is_named(window: Window, query: dict[str, Any]) -> None:
    status, _ = problem(window.get("/api/v1/alerts", "duty", **query))
    assert status == 422


def test_lists_can_be_narrowed(window: Window) -> None:
    get = window.get
    assert [a["node"] for a in get("/api/v1/alerts", "duty", node="gear").json()["items"]] == ["gear"]
    assert len(get("/api/v1/alerts", "duty", state="open").json()["items"]) == 2
    assert get("/api/v1/alerts", "duty", state="closed").json()["items"] == []
    assert len(get("/api/v1/scores", "duty", week=W47).json()["items"]) == 2


def test_health_needs_no_token_and_tells_no_secrets(window: Window) -> None:
    for path, status in (("/healthz", 200), ("/metrics", 200), ("/readyz", 503)):
        answer = window.get(path, "gear")
        assert answer.status_code == status
    assert window.get("/readyz", "gear").json() == {"database": "other schema version", "intake": "stopped"}
    assert "labour_watch_alerts_unsigned 2.0" in window.get("/metrics", "gear").text
