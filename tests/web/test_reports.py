"""周报接口: the receipt, its repetition, corrections, and who reads what."""

import asyncio
from typing import Any

import httpx
import pytest

from service.reporting.tables import Report
from tests.reporting.rules import FINE, WEEK
from tests.web.desk import REPORTS, Desk, problem

BODY = {"week": WEEK, "values": FINE | {"wage.arrears_days": 12}}


def test_a_report_gets_a_receipt(desk: Desk) -> None:
    response = desk.post(REPORTS, "gear", BODY | {"note": "工资月底补发"})
    assert response.status_code == 201
    assert response.headers["etag"] == '"1"'
    (stored,) = desk.office.stored(Report)
    assert response.json() == {
        "id": stored.id,
        "node": "gear",
        "week": WEEK,
        "revision": 1,
        "received_at": "2026-11-18T02:00:00Z",
        "state": "received",
        "warnings": [],
    }


def test_the_same_key_and_body_get_the_same_answer_and_another_body_a_conflict(desk: Desk) -> None:
    first = desk.post(REPORTS, "gear", BODY, Idempotency_Key="k-1")
    # The same said in another order of keys and with other spaces is the same.
    again = desk.post(REPORTS, "gear", dict(reversed(BODY.items())), Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    other = desk.post(REPORTS, "gear", BODY | {"values": FINE}, Idempotency_Key="k-1")
    assert problem(other) == (409, "key_reused")
    assert desk.post(REPORTS, "mill", BODY, Idempotency_Key="k-1").status_code == 201


@pytest.mark.parametrize("if_match", ["1", '"1"', 'W/"1"'])
def test_a_second_report_needs_the_revision_it_corrects(desk: Desk, if_match: str) -> None:
    desk.post(REPORTS, "gear", BODY)
    assert problem(desk.post(REPORTS, "gear", BODY)) == (409, "already_reported")
    assert problem(desk.post(REPORTS, "gear", BODY, If_Match="2")) == (412, "stale_revision")
    corrected = desk.post(REPORTS, "gear", BODY, If_Match=if_match)
    assert (corrected.status_code, corrected.headers["etag"]) == (201, '"2"')
    assert (corrected.json()["revision"], corrected.json()["state"]) == (2, "corrected")
    assert problem(desk.post(REPORTS, "gear", BODY, If_Match=if_match)) == (412, "stale_revision")


@pytest.mark.parametrize("if_match", ["*", "one", '"1', "-1", "1" * 5000, "١"])
def test_what_is_no_revision_corrects_nothing(desk: Desk, if_match: str) -> None:
    response = desk.call("POST", REPORTS, "gear", json=BODY, headers={"If-Match": if_match.encode()})
    assert problem(response) == (412, "bad_if_match")
    assert desk.office.stored(Report) == []


def test_warnings_come_back_and_can_be_confirmed(desk: Desk) -> None:
    body = {"week": WEEK, "values": FINE | {"wage.arrears_people": 900}, "note": "电话13800138000"}
    first = desk.post(REPORTS, "gear", body).json()
    assert [(w["code"], w["indicator"]) for w in first["warnings"]] == [
        ("over_headcount", "wage.arrears_people"),
        ("note_mobile", ""),
    ]
    assert all(set(w) == {"code", "indicator", "text", "text_en"} for w in first["warnings"])
    desk.post(REPORTS, "gear", body | {"confirm": ["over_headcount", "jump"]}, If_Match="1")
    assert [row.confirmed for row in desk.office.stored(Report)] == [[], ["over_headcount"]]


def test_an_explicit_zero_report_writes_zeros(desk: Desk) -> None:
    assert desk.post(REPORTS, "gear", {"week": WEEK, "nil": True}).status_code == 201
    (stored,) = desk.office.stored(Report)
    assert stored.nil
    assert stored.values["wage.arrears_days"] == 0
    assert "staff.headcount" not in stored.values


def test_zero_missing_and_not_applicable_are_three_values(desk: Desk) -> None:
    values = {"wage.arrears_days": 0, "wage.arrears_people": None, "voice.petition": "na", "contract.expires": "na"}
    desk.post(REPORTS, "gear", {"week": WEEK, "values": values})
    (stored,) = desk.office.stored(Report)
    assert stored.values == {"wage.arrears_days": 0, "voice.petition": "na", "contract.expires": "na"}


def test_of_two_posts_at_once_one_is_taken(desk: Desk) -> None:
    async def both() -> list[httpx.Response]:
        return await asyncio.gather(*(desk.send("POST", REPORTS, "gear", json=BODY) for _ in range(8)))

    assert sorted(response.status_code for response in asyncio.run(both())) == [201] + [409] * 7


def test_the_same_key_at_once_is_one_report_and_one_answer(desk: Desk) -> None:
    async def both() -> list[httpx.Response]:
        headers = {"Idempotency-Key": "k"}
        return await asyncio.gather(
            *(desk.send("POST", REPORTS, "gear", json=BODY, headers=dict(headers)) for _ in range(8))
        )

    responses = asyncio.run(both())
    assert sorted(response.status_code for response in responses) == [200] * 7 + [201]
    assert len({response.text for response in responses}) == 1


@pytest.mark.parametrize(
    ("who", "body", "expected"),
    [
        ("gear", {"week": "2026-W48", "values": {}}, (422, "future_week", "/week")),
        ("gear", {"week": "2025-W53", "values": {}}, (422, "not_a_week", "/week")),
        ("gear", {"week": WEEK, "values": {"staff.headcount": 12.5}}, (422, "wrong_type", "/values/staff.headcount")),
        ("gear", {"week": WEEK, "values": {"no/such": 1}}, (422, "unknown_indicator", "/values/no~1such")),
        ("gear", {"week": WEEK, "values": {}, "node": "mill"}, (403, "outside_scope", "/node")),
        ("gear", {"week": WEEK, "values": {}, "source": "observation"}, (403, "observation_not_yours", "/source")),
        ("li.na", {"week": WEEK, "values": {}}, (422, "node_needed", "/node")),
        ("li.na", {"week": WEEK, "values": {}, "node": "paper"}, (403, "outside_scope", "/node")),
        ("gear", {"values": {}}, (422, "missing", "/week")),
        ("gear", {"week": WEEK}, (422, "missing", "/values")),
        ("gear", {"week": 47, "values": {}}, (422, "string_type", "/week")),
        ("gear", {"week": WEEK, "values": []}, (422, "dict_type", "/values")),
        ("gear", {"week": WEEK, "values": {}, "colour": 1}, (422, "extra_forbidden", "/colour")),
        ("gear", {"week": WEEK, "values": {}, "nil": 1}, (422, "bool_type", "/nil")),
        ("gear", {"week": WEEK, "values": {}, "note": "长" * 2001}, (422, "string_too_long", "/note")),
        ("gear", {"week": WEEK, "values": {}, "confirm": "all"}, (422, "list_type", "/confirm")),
        ("gear", {"week": WEEK, "values": {}, "confirm": [1]}, (422, "string_type", "/confirm/0")),
        ("gear", {"week": WEEK, "values": {}, "source": "rumour"}, (422, "literal_error", "/source")),
        ("gear", {"week": WEEK, "values": {}, "node": ""}, (422, "string_too_short", "/node")),
    ],
)
def test_a_refusal_points_to_the_field(
    desk: Desk, who: str, body: dict[str, Any], expected: tuple[int, str, str]
) -> None:
    response = desk.post(REPORTS, who, body)
    assert (*problem(response), response.json()["pointer"]) == expected
    assert desk.office.stored(Report) == []


def test_all_wrong_fields_are_listed(desk: Desk) -> None:
    values = {"staff.headcount": "12", "wage.share": 101, "union.meeting": 1, "wage.arrears_days": 3}
    body = desk.post(REPORTS, "gear", {"week": WEEK, "values": values}).json()
    assert [(e["code"], e["pointer"]) for e in body["errors"]] == [
        ("wrong_type", "/values/staff.headcount"),
        ("out_of_range", "/values/wage.share"),
        ("wrong_type", "/values/union.meeting"),
    ]
    assert (body["code"], body["pointer"]) == ("wrong_type", "/values/staff.headcount")


def filled(desk: Desk) -> None:
    """Own reports of two factories and of the county, and what the county saw in one of them."""
    values = FINE | {"voice.petition": 900}
    desk.post(REPORTS, "gear", {"week": "2026-W46", "values": values})
    desk.post(REPORTS, "mill", {"week": "2026-W46", "values": FINE})
    desk.post(REPORTS, "qishan", {"week": "2026-W46", "values": {"county.calls": 3}})
    desk.post(
        REPORTS, "qishan", {"week": WEEK, "node": "gear", "source": "observation", "values": {"voice.petition": 7}}
    )
    desk.post(REPORTS, "qishan", {"week": WEEK, "node": "gear", "values": FINE})


def shown(response: httpx.Response) -> list[tuple[str, str, str]]:
    return [(item["node"], item["week"], item["source"]) for item in response.json()["items"]]


def test_everybody_reads_the_reports_in_reach_and_an_enterprise_only_its_own(desk: Desk) -> None:
    filled(desk)
    everything = [
        ("gear", "2026-W46", "own"),
        ("mill", "2026-W46", "own"),
        ("qishan", "2026-W46", "own"),
        ("gear", WEEK, "observation"),
        ("gear", WEEK, "own"),
    ]
    assert shown(desk.get(REPORTS, "qishan")) == shown(desk.get(REPORTS, "li.na")) == everything
    assert shown(desk.get(REPORTS, "gear")) == [everything[0], everything[4]]
    assert shown(desk.get(REPORTS, "mill")) == [everything[1]]
    assert shown(desk.get(REPORTS, "mill", node="gear")) == []
    assert shown(desk.get(REPORTS, "qishan", node="gear", week=WEEK)) == everything[3:]


def test_a_page_ends_where_the_next_one_begins(desk: Desk) -> None:
    filled(desk)
    seen: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = desk.get(REPORTS, "qishan", limit=2, **after).json()
        seen += [item["id"] for item in page["items"]]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert seen == sorted(seen)
    assert len(seen) == len(set(seen)) == 5


def test_sealed_figures_are_for_the_node_alone(desk: Desk) -> None:
    filled(desk)
    own = desk.get(REPORTS, "gear", week="2026-W46").json()["items"][0]
    above = desk.get(REPORTS, "li.na", week="2026-W46", node="gear").json()["items"][0]
    assert (own["values"]["voice.petition"], own["sealed"]) == (900, 0)
    assert [warning["code"] for warning in own["warnings"]] == ["over_headcount"]
    assert (above["values"], above["sealed"], above["warnings"]) == (FINE, 1, [])
    assert "petition" not in desk.get(REPORTS, "li.na").text


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ({"limit": 0}, "/query/limit"),
        ({"limit": "many"}, "/query/limit"),
        ({"after": "x"}, "/query/after"),
        ({"node": "a\0b"}, "/query/node"),
        ({"week": "2026"}, "/query/week"),
    ],
)
def test_a_wrong_question_is_refused(desk: Desk, query: dict[str, Any], pointer: str) -> None:
    response = desk.get(REPORTS, "gear", **query)
    assert problem(response)[0] == 422
    assert response.json()["pointer"] == pointer
