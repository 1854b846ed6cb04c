"""Every move of an alert over HTTP: who may, what it needs, what it answers, and nothing that is a server's error."""

from typing import Any

import pytest

from service.clock import FrozenClock, shanghai
from service.db import Database
from tests.builders import Town
from tests.web.desk import problem
from tests.web.window import Window

W47, W48 = "2026-W47", "2026-W48"
ORANGE: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}
MOVES = ("acknowledge", "verify", "act", "contain", "lift", "level", "mute", "note", "archive", "lift/approve")
ALL_FALSE = {"W01": "false", "W02": "data_error", "W03": "false"}


@pytest.fixture
def window(db: Database, clock: FrozenClock) -> Window:
    """岐山县's gear works is orange, 眉县's paper mill is blue."""
    town = Town.found(db, clock)
    town.report("gear", W47, **ORANGE)
    town.report("paper", W47, wage__arrears_days=3)
    town.assess()
    return Window(town)


def lines(window: Window, node: str = "gear") -> list[str]:
    return window.town.record(node)


def test_an_orange_alert_from_the_first_signature_to_the_archive(window: Window) -> None:
    assert window.move("gear", "acknowledge", "li.na").json()["duty"] == "act"
    verified = window.move("gear", "verify", "li.na", findings={"W01": "true", "W02": "partly"}).json()
    assert (verified["state"], verified["open_findings"]) == ("acknowledged", ["W03"])
    verified = window.move("gear", "verify", "li.na", findings={"W03": "true"}).json()
    assert (verified["state"], verified["open_findings"]) == ("verified", [])
    assert [v["verdict"] for v in verified["verifications"]] == ["true", "partly", "true"]
    visited = window.move("gear", "act", "li.na", kind="visit", detail={"supervisors": 2}, note="到厂走访").json()
    assert (visited["state"], visited["duty"], visited["actions"][0]["name"]) == ("handling", "update", "走访")
    assert window.move("gear", "contain", "li.na", note="已达成补发计划").json()["state"] == "contained"
    proposed = window.move("gear", "lift", "li.na", outcome="no_dispute", note="工资已补发")
    assert (proposed.status_code, proposed.json()["state"]) == (202, "contained")
    lifted = window.move("gear", "lift/approve", "duty")
    body = lifted.json()
    assert (lifted.status_code, body["state"], body["outcome"], body["duty"]) == (200, "lifted", "no_dispute", "none")
    assert body["proposals"][0]["verdict"] == "agreed"
    assert body["next_step_at"] is None
    assert window.move("gear", "archive", "li.na").json()["state"] == "archived"
    assert lines(window) == [
        "first_risk",
        "acknowledged",
        "verified",
        "verified",
        "acted",
        "contained",
        "lift_proposed",
        "lifted",
        "archived",
    ]


@pytest.mark.parametrize("move", MOVES)
def test_outsiders_and_nodes_move_nothing(window: Window, move: str) -> None:
    assert problem(window.move("gear", move, "zhou.fang")) == (404, "not_found")
    assert problem(window.move("gear", move, "gear")) == (404, "not_found")
    assert problem(window.move("gear", move, "qishan")) == (403, "officer_only")
    assert problem(window.post(f"/api/v1/alerts/{2**40}/{move}", "li.na", {})) == (404, "not_found")
    assert lines(window) == ["first_risk"]


def test_the_version_that_was_seen_is_the_one_that_is_moved(window: Window) -> None:
    seen = window.get(f"/api/v1/alerts/{window.town.alert('gear').id}", "li.na")
    assert (seen.headers["etag"], seen.json()["version"]) == ('"1"', 1)
    path = f"/api/v1/alerts/{window.town.alert('gear').id}/"
    signed = window.post(path + "acknowledge", "li.na", If_Match=seen.headers["etag"])
    assert (signed.status_code, signed.headers["etag"]) == (200, '"2"')
    assert problem(window.post(path + "note", "duty", {"note": "已知悉"}, If_Match='"1"')) == (412, "stale")
    assert problem(window.post(path + "note", "duty", {"note": "已知悉"}, If_Match="x")) == (412, "bad_if_match")
    assert window.post(path + "note", "duty", {"note": "已知悉"}, If_Match='"2"').status_code == 200
    assert lines(window) == ["first_risk", "acknowledged", "noted"]


@pytest.mark.parametrize(
    ("move", "body", "code", "pointer"),
    [
        ("verify", {}, "missing", "/findings"),
        ("verify", {"findings": {"W99": "true"}}, "unknown_finding", "/findings"),
        ("verify", {"findings": {"W01": "maybe"}}, "enum", "/findings/W01"),
        ("act", {"kind": "dance"}, "enum", "/kind"),
        ("act", {"kind": "visit", "detail": {"supervisors": 0}}, "greater_than_equal", "/detail/supervisors"),
        ("act", {"kind": "visit", "detail": {"names": ["x"]}}, "extra_forbidden", "/detail/names"),
        ("act", {"kind": "legal_aid"}, "missing", "/detail/claimed"),
        ("act", {"kind": "opinion", "detail": {"number": "1"}}, "missing", "/detail/signed_by"),
        ("act", {"kind": "visit", "done_at": "2026-12-01"}, "future", "/done_at"),
        ("act", {"kind": "visit", "done_at": "soon"}, "not_an_instant", "/done_at"),
        ("lift", {"outcome": "eased_out"}, "literal_error", "/outcome"),
        ("lift", {"outcome": "dispute"}, "needs_date", "/disputed_on"),
        ("lift", {"outcome": "dispute", "disputed_on": "2026-11-31"}, "not_a_day", "/disputed_on"),
        ("lift", {"outcome": "no_dispute"}, "needs_note", "/note"),
        ("level", {"level": "red"}, "missing", "/reason"),
        ("level", {"level": "normal", "reason": "x"}, "literal_error", "/level"),
        ("level", {"level": "orange", "reason": "x"}, "same_level", "/level"),
        ("note", {"note": "  "}, "string_too_short", "/note"),
        ("note", {"note": "x" * 2001}, "string_too_long", "/note"),
        ("mute", {"until": "2026-11-17", "reason": "x"}, "bad_until", "/until"),
        ("mute", {"until": "2028-11-17", "reason": "x"}, "bad_until", "/until"),
        ("mute", {"until": "2026-12-17", "reason": "x", "rules": ["W99"]}, "unknown_finding", "/rules"),
        (
            "mute",
            {"until": "2026-12-17", "reason": "x", "wake_if": "wage.arrears_days > x"},
            "bad_condition",
            "/wake_if",
        ),
        ("mute", {"until": "2026-12-17", "reason": "x", "wake_if": "no.such > 6"}, "bad_condition", "/wake_if"),
        ("acknowledge", {"name": "x"}, "extra_forbidden", "/name"),
    ],
)
def test_a_wrong_field_is_named_with_its_place(
    window: Window, move: str, body: dict[str, Any], code: str, pointer: str
) -> None:
    if move != "acknowledge":
        window.move("gear", "acknowledge", "li.na")
    before = lines(window)
    answer = window.move("gear", move, "li.na", **body)
    assert (*problem(answer), answer.json()["pointer"]) == (422, code, pointer)
    assert lines(window) == before


@pytest.mark.parametrize("raw", [b"{", b"[]", b'{"note": 1, "note": 2}', b"\xff", b'{"note": "\\ud800"}'])
def test_what_is_no_object_is_refused(window: Window, raw: bytes) -> None:
    path = f"/api/v1/alerts/{window.town.alert('gear').id}/note"
    assert problem(window.post(path, "li.na", raw))[0] == 400


def test_what_comes_out_of_turn_is_a_conflict(window: Window) -> None:
    assert problem(window.move("gear", "verify", "li.na", findings=ALL_FALSE)) == (409, "alert_unsigned")
    assert problem(window.move("gear", "act", "li.na", kind="visit")) == (409, "alert_unsigned")
    assert problem(window.move("gear", "archive", "li.na")) == (409, "alert_open")
    window.move("gear", "acknowledge", "li.na")
    assert problem(window.move("gear", "contain", "li.na")) == (409, "alert_unhandled")
    assert problem(window.move("gear", "lift", "li.na", outcome="false_alarm")) == (409, "not_false")
    assert problem(window.move("gear", "lift/approve", "duty")) == (409, "nothing_proposed")
    window.move("gear", "verify", "li.na", findings=ALL_FALSE)
    window.move("gear", "lift", "li.na", outcome="false_alarm")
    window.move("gear", "lift/approve", "duty")
    for move, body in (("lift", {"outcome": "known"}), ("act", {"kind": "visit"}), ("acknowledge", {})):
        assert problem(window.move("gear", move, "li.na", **body)) == (409, "alert_closed")


def test_two_people_lift_an_orange_one_of_whom_holds_the_post(window: Window) -> None:
    window.move("gear", "acknowledge", "li.na")
    wish = {"outcome": "transferred", "note": "已移交劳动监察"}
    assert window.move("gear", "lift", "li.na", **wish).status_code == 202
    assert window.move("gear", "lift", "li.na", **wish).status_code == 202  # said twice, proposed once
    assert problem(window.move("gear", "lift/approve", "li.na")) == (403, "own_proposal")
    assert problem(window.move("gear", "lift/approve", "zhao.min")) == (403, "not_entitled")
    assert problem(window.move("gear", "lift", "duty", outcome="dissolved")) == (409, "proposed_otherwise")
    assert problem(window.move("gear", "lift/withdraw", "duty")) == (403, "not_own_proposal")
    assert window.move("gear", "lift/refuse", "duty", note="先核实").json()["proposals"][0]["verdict"] == "refused"
    window.move("gear", "lift", "zhao.min", **wish)
    assert window.move("gear", "lift", "zheng.jun", **wish).json()["state"] == "lifted"  # wishing the same is agreeing
    assert lines(window)[2:] == ["lift_proposed", "lift_refused", "lift_proposed", "lifted"]


def test_a_blue_is_lifted_by_one_person_who_holds_its_post_or_stands_above(window: Window) -> None:
    window.town.report("gear", W48, wage__arrears_days=0, wage__arrears_people=0)
    window.town.report("mill", W47, wage__arrears_days=10)  # yellow: for the county
    window.town.assess()
    window.move("mill", "acknowledge", "li.na")
    window.move("paper", "acknowledge", "zhou.fang")
    wish = {"outcome": "no_dispute", "note": "已发放"}
    assert window.move("paper", "lift", "zhou.fang", **wish).json()["state"] == "lifted"
    assert window.move("mill", "lift", "wang.qiang", **wish).json()["state"] == "lifted"


def test_letters_are_for_the_county_numbered_once_a_year_and_have_a_clock(window: Window) -> None:
    window.move("gear", "acknowledge", "li.na")
    letter = {
        "kind": "opinion",
        "detail": {"number": "岐工监意〔2026〕3号", "signed_by": "county.chair", "addressee": "该厂"},
    }
    assert problem(window.move("gear", "act", "sun.wei", **letter)) == (403, "not_entitled")
    (sent,) = window.move("gear", "act", "li.na", **letter).json()["actions"]
    assert sent["reply_by"] == shanghai("2026-12-09T10:00").isoformat()
    assert sent["reply_clock"].startswith("参照浙江")
    again = letter | {"note": "另一封"}
    assert problem(window.move("gear", "act", "li.na", **again)) == (409, "number_taken")
    assert window.move("gear", "act", "li.na", kind="reminder_letter", detail={"addressee": "该厂"}).status_code == 200
    path = f"actions/{sent['id']}/reply"
    first = window.move("gear", path, "li.na", reply="已整改，工资于11月25日补发").json()
    again = window.move("gear", path, "duty", reply="已整改，工资于11月25日补发").json()
    assert (again["actions"], again["version"]) == (first["actions"], first["version"])
    assert problem(window.move("gear", path, "li.na", reply="不同意")) == (409, "replied")
    assert problem(window.move("gear", "actions/99/reply", "li.na", reply="x")) == (404, "not_found")


def test_the_same_action_at_the_same_instant_is_one(window: Window) -> None:
    window.move("gear", "acknowledge", "li.na")
    done = {"kind": "mediation", "done_at": "2026-11-18T09:00", "detail": {"people": 60, "amount": 120000.0}}
    first = window.move("gear", "act", "li.na", **done).json()
    assert window.move("gear", "act", "li.na", **done).json() == first


def test_an_officer_raises_alone_and_lowers_with_another(window: Window) -> None:
    window.move("gear", "acknowledge", "li.na")
    raised = window.move("gear", "level", "li.na", level="red", reason="扬言停工").json()
    assert (raised["level"], raised["state"], raised["duty"], raised["judged_level"]) == (
        "red",
        "raised",
        "sign",
        "red",
    )
    assert "zheng.jun" not in raised["record"][-1]["detail"]["told"]
    assert raised["record"][-1]["detail"]["told"] == ["duty", "li.na"]
    window.move("gear", "acknowledge", "li.na")
    lower = {"level": "yellow", "reason": "已补发大部"}
    assert window.move("gear", "level", "li.na", **lower).status_code == 202
    assert problem(window.move("gear", "level/approve", "duty")) == (403, "not_entitled")
    lowered = window.move("gear", "level/approve", "zheng.jun").json()
    assert (lowered["level"], lowered["state"], lowered["judged_level"]) == ("yellow", "acknowledged", "yellow")
    window.town.report("gear", W48, **ORANGE)
    window.town.assess()
    assert window.town.score("gear", W48).decision == "judged"
    window.town.report("gear", W48, revision=2, **ORANGE | {"wage__arrears_days": 61})
    window.town.assess()
    assert (window.town.alert("gear").level, window.town.alert("gear").judged_level) == (4, None)


def test_a_proposal_about_another_level_is_void(window: Window) -> None:
    window.move("gear", "acknowledge", "li.na")
    window.move("gear", "lift", "li.na", outcome="known")
    window.town.clock.set(shanghai("2026-11-18T11:00"))
    window.move("gear", "level", "duty", level="red", reason="群众反映强烈")
    window.move("gear", "acknowledge", "li.na")
    assert problem(window.move("gear", "lift/approve", "zheng.jun")) == (409, "nothing_proposed")


def test_a_mute_of_red_waits_for_somebody_one_level_up(window: Window) -> None:
    window.town.report("mill", W47, wage__arrears_days=61, wage__arrears_people=60)
    window.town.assess()
    mute = {"until": "2026-12-31", "reason": "省厅已接手", "wake_if": "wage.arrears_days > 90"}
    asked = window.move("mill", "mute", "li.na", **mute)
    assert (asked.status_code, asked.json()["mutes"][0]["pending"]) == (202, True)
    assert window.move("mill", "mute", "li.na", **mute).json()["mutes"] == asked.json()["mutes"]
    path = f"mutes/{asked.json()['mutes'][0]['id']}/"
    assert problem(window.move("mill", path + "approve", "zhao.min")) == (403, "one_level_up")
    approved = window.move("mill", path + "approve", "duty").json()["mutes"][0]
    assert (approved["pending"], approved["approved_by"]) == (False, "duty")
    ended = window.move("mill", path + "end", "li.na", note="恢复提醒").json()["mutes"][0]
    assert ended["ended_at"] is not None
    assert problem(window.move("mill", path + "approve", "duty")) == (409, "mute_over")
    assert problem(window.move("mill", "mutes/99/end", "li.na")) == (404, "not_found")


def test_a_sealed_finding_is_verified_by_the_responsible_post_and_has_no_name_for_others(window: Window) -> None:
    window.town.report("mill", W47, voice__petition_people=12)
    window.town.assess()
    shown = window.move("mill", "acknowledge", "li.na").json()
    assert "V02" in shown["open_findings"]
    alert = f"/api/v1/alerts/{window.town.alert('mill').id}"
    assert "other" in window.get(alert, "duty").json()["open_findings"]
    verdicts = dict.fromkeys(window.get(alert, "duty").json()["open_findings"], "true")  # by that name it is taken too
    verified = window.move("mill", "verify", "li.na", findings=verdicts)
    assert (verified.json()["state"], verified.json()["open_findings"]) == ("verified", [])
    assert "V02" not in window.get(alert, "duty").text
