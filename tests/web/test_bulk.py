"""批量接口: a result a line, in order, each line for itself."""

import json
from typing import Any

import httpx

from service.reporting.tables import Report
from tests.reporting.rules import FINE, WEEK
from tests.web.desk import BULK, REPORTS, Desk, problem


def ndjson(*lines: dict[str, Any] | bytes) -> bytes:
    return b"\n".join(line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines) + b"\n"


def results(response: httpx.Response) -> list[dict[str, Any]]:
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.text.splitlines()]


def line(node: str, week: str = WEEK, key: str | None = None, **fields: Any) -> dict[str, Any]:
    return {"node": node, "week": week, "values": FINE, "key": key or f"{node}/{week}"} | fields


MIXED = ndjson(
    line("gear"),
    b"",
    b"{not json",
    line("mill", values={"no.such": 1}),
    "{\"node\": \"岐山\"".encode("gbk"),
    line("paper"),
    line("gear"),
    line("gear", key="another"),
    line("mill") | {"key": 7},
    line("mill", values={}, colour="red"),
    line("qishan", values={"county.calls": 4}),
)  # fmt: skip
SETTLED = [
    (1, 201, None),
    (3, 400, "bad_json"),
    (4, 422, "unknown_indicator"),
    (5, 400, "not_utf8"),
    (6, 403, "outside_scope"),
    (7, 200, None),
    (8, 409, "already_reported"),
    (9, 422, "string_type"),
    (10, 422, "extra_forbidden"),
    (11, 201, None),
]


def test_every_line_has_its_own_result(desk: Desk) -> None:
    found = results(desk.post(BULK, "qishan", MIXED))
    assert [(one["line"], one["status"], one.get("code")) for one in found] == SETTLED
    assert sorted(row.node_id for row in desk.office.stored(Report)) == ["gear", "qishan"]
    assert found[0]["id"] == found[5]["id"] == desk.get(REPORTS, "gear").json()["items"][0]["id"]
    assert found[0]["key"] == f"gear/{WEEK}"
    assert all(one["detail"] and one["detail_en"] for one in found if one["status"] >= 400)


def test_sent_again_nothing_is_stored_twice(desk: Desk) -> None:
    desk.post(BULK, "qishan", MIXED)
    again = results(desk.post(BULK, "qishan", MIXED))
    assert [one["status"] for one in again if one["status"] < 300] == [200, 200, 200]
    assert len(desk.office.stored(Report)) == 2


def test_a_line_and_a_single_post_share_their_keys(desk: Desk) -> None:
    body = {"week": WEEK, "node": "gear", "values": FINE}
    single = desk.post(REPORTS, "qishan", body, Idempotency_Key="k")
    (bulk,) = results(desk.post(BULK, "qishan", ndjson(body | {"key": "k"})))
    assert (bulk["status"], bulk["id"]) == (200, single.json()["id"])


def test_a_dry_run_says_what_would_happen_and_stores_nothing(desk: Desk) -> None:
    found = results(desk.post(f"{BULK}?dry_run=true", "qishan", MIXED))
    assert [(one["line"], one["status"], one.get("code")) for one in found] == SETTLED
    assert (found[0]["id"], found[0]["dry_run"]) == (None, True)
    assert desk.office.stored(Report) == []


def test_many_lines_stay_in_order_and_jumps_are_seen_across_batches(desk: Desk) -> None:
    weeks = [f"{year}-W{number:02}" for year in range(2015, 2026) for number in range(1, 53)]
    lines = [line("gear", week, values=FINE | {"wage.arrears_people": n}) for n, week in enumerate(weeks)]
    for path in (f"{BULK}?dry_run=true", BULK):
        found = results(desk.post(path, "gear", ndjson(*lines)))
        assert [(one["status"], one["week"]) for one in found] == [(201, week) for week in weeks]
        assert [one["state"] for one in found] == ["late"] * len(weeks)
        assert sum(warning["code"] == "over_headcount" for one in found for warning in one["warnings"]) == 0
    assert len(desk.office.stored(Report)) == len(weeks)


def test_an_empty_body_has_no_results(desk: Desk) -> None:
    assert results(desk.post(BULK, "qishan", b"\n \n")) == []


def test_nobody_unknown_posts_in_bulk(desk: Desk) -> None:
    assert problem(desk.post(BULK, None, MIXED)) == (401, "token_missing")
    assert problem(desk.post(BULK, "stranger", MIXED)) == (401, "token_unknown")
    assert problem(desk.post(f"{BULK}?dry_run=perhaps", "qishan", MIXED))[0] == 422


def test_a_full_queue_turns_lines_away_one_by_one(desk: Desk) -> None:
    desk.office.intake.stop()
    found = results(desk.post(BULK, "qishan", ndjson(line("gear"), b"{", line("mill"))))
    assert [(one["line"], one["status"], one["code"]) for one in found] == [
        (1, 503, "unavailable"),
        (2, 400, "bad_json"),
        (3, 503, "unavailable"),
    ]
    assert desk.office.stored(Report) == []
