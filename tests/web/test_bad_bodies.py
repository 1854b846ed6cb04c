"""请求体: whatever is sent, the answer is a clear problem, never a crash, and nothing of it is stored."""

import asyncio
import gzip
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.types import Message

from service.errors import Malformed
from service.reporting.tables import Report
from service.web.json_body import read_object
from tests.reporting.rules import DICTIONARY, FINE, WEEK
from tests.web.desk import BULK, EVENTS, REPORTS, Desk, problem

GOOD = json.dumps({"week": WEEK, "values": FINE, "note": "正常"}, ensure_ascii=False)


def with_value(literal: str) -> bytes:
    return f'{{"week": "{WEEK}", "values": {{"wage.arrears_amount": {literal}}}}}'.encode()


BAD = {
    "nothing": (b"", 400, "bad_json"),
    "half": (GOOD.encode()[:-1], 400, "bad_json"),
    "two objects": (GOOD.encode() * 2, 400, "bad_json"),
    "a list": (b"[]", 400, "not_an_object"),
    "null": (b"null", 400, "not_an_object"),
    "a number": (b"12", 400, "not_an_object"),
    "gbk": (GOOD.encode("gbk"), 400, "not_utf8"),
    "utf-16": (GOOD.encode("utf-16"), 400, "not_utf8"),
    "utf-16 without a mark": (GOOD.encode("utf-16-le"), 400, "bad_json"),
    "half a character": (GOOD.encode().replace("正".encode(), "正".encode()[:2]), 400, "not_utf8"),
    "encoded surrogate": (GOOD.encode().replace("正".encode(), b"\xed\xa0\x80"), 400, "not_utf8"),
    "escaped surrogate": (GOOD.replace("正", "\\ud800").encode(), 400, "bad_text"),
    "escaped surrogate in a name": (GOOD.replace("staff.headcount", "\\udfff").encode(), 400, "bad_text"),
    "escaped nul": (GOOD.replace("正", "\\u0000").encode(), 400, "bad_text"),
    "raw nul": (GOOD.replace("正", "\0").encode(), 400, "bad_json"),
    "nan": (with_value("NaN"), 400, "not_a_number"),
    "infinity": (with_value("Infinity"), 400, "not_a_number"),
    "minus infinity": (with_value("-Infinity"), 400, "not_a_number"),
    "overflow": (with_value("1e999"), 422, "wrong_type"),
    "1e308": (with_value("1e308"), 422, "out_of_range"),
    "400 digits": (with_value("9" * 400), 422, "out_of_range"),
    "5000 digits": (with_value("9" * 5000), 400, "bad_number"),
    "deep lists": (b"[" * 100_000, 400, "too_deep"),
    "deep objects": (b'{"a":' * 100_000, 400, "too_deep"),
    "deep value": (with_value("[" * 500 + "]" * 500), 422, "wrong_type"),
    "doubled key": (GOOD.replace('"note"', '"week"').encode(), 400, "duplicate_key"),
    "doubled figure": (GOOD.replace("staff.headcount", "wage.arrears_days").encode(), 400, "duplicate_key"),
    "doubled surrogate": (b'{"\\ud800": 1, "\\ud800": 2}', 400, "duplicate_key"),
    "10 MB": (GOOD.encode() + b" " * 10_000_000, 413, "body_too_large"),
}


@pytest.mark.parametrize(("body", "status", "code"), BAD.values(), ids=list(BAD))
def test_a_bad_body_is_refused_and_leaves_nothing(desk: Desk, body: bytes, status: int, code: str) -> None:
    for headers in ({}, {"Idempotency_Key": "k"}):
        assert problem(desk.post(REPORTS, "gear", body, **headers)) == (status, code)
    assert desk.office.stored(Report) == []


def test_a_bad_body_is_refused_as_an_event_too(desk: Desk) -> None:
    for body, status, _ in BAD.values():
        assert problem(desk.post(EVENTS, "gear", body))[0] == status or status == 422


def test_a_mark_of_utf_8_and_escaped_characters_are_read(desk: Desk) -> None:
    marked = b"\xef\xbb\xbf" + GOOD.replace("正常", "\\u6b63\\u5e38 \\ud83d\\ude00 \\\\u0000").encode()
    assert desk.post(REPORTS, "gear", marked).status_code == 201
    assert [row.note for row in desk.office.stored(Report)] == ["正常 😀 \\u0000"]


def test_a_compressed_body_is_refused(desk: Desk) -> None:
    bomb = gzip.compress(GOOD.encode())
    assert problem(desk.post(REPORTS, "gear", bomb, Content_Encoding="gzip")) == (415, "content_encoding")
    assert desk.post(REPORTS, "gear", GOOD.encode(), Content_Encoding="identity").status_code == 201


def test_a_body_that_is_cut_off_leaves_nothing_and_is_no_error_of_ours(desk: Desk) -> None:
    token = desk.office.tokens["gear"].encode()
    scope = {
        "type": "http",
        "method": "POST",
        "path": REPORTS,
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer " + token)],
    }
    arriving: list[Message] = [
        {"type": "http.request", "body": GOOD.encode()[:20], "more_body": True},
        {"type": "http.disconnect"},
    ]
    sent: list[Message] = []

    async def receive() -> Message:
        return arriving.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    asyncio.run(desk.app(scope, receive, send))
    assert sent[0]["status"] == 400
    assert desk.office.stored(Report) == []


@pytest.mark.parametrize("key", [b"", b" ", "键".encode(), b"a b", b"k" * 201, b"\xff"])
def test_a_bad_key_is_refused(desk: Desk, key: bytes) -> None:
    response = desk.call("POST", REPORTS, "gear", content=GOOD.encode(), headers={"Idempotency-Key": key})
    assert problem(response) == (400, "bad_idempotency_key")


leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8) | st.sampled_from(["na", WEEK])
anything = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner))
names = st.sampled_from([*DICTIONARY.indicators, "no.such", "a/b"])
values = st.dictionaries(names, st.integers(0, 50) | anything, max_size=6)
week = st.sampled_from([WEEK, "2026-W46", "2026-W40"]) | anything
bodies = anything | st.fixed_dictionaries(
    {"week": week, "values": values},
    optional={
        "node": st.sampled_from(["gear", "mill", "paper"]) | anything,
        "note": anything,
        "nil": st.booleans() | anything,
        "confirm": st.lists(st.text(max_size=5), max_size=3) | anything,
        "source": st.sampled_from(["own", "observation"]) | anything,
        "colour": anything,
    },
)
fuzzed = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@fuzzed
@given(bodies)
def test_no_body_makes_an_error_of_ours_and_what_is_stored_is_what_was_sent(desk: Desk, body: Any) -> None:
    response = desk.post(REPORTS, "qishan", json.dumps(body).encode())
    assert response.status_code < 500
    if response.status_code != 201:
        problem(response)
        return
    receipt = response.json()
    (row,) = [row for row in desk.office.stored(Report) if row.id == receipt["id"]]
    sent = {id_: raw for id_, raw in body["values"].items() if raw is not None}
    assert row.values.items() >= sent.items()
    assert row.values == sent or body.get("nil") is True
    assert (row.week, row.note) == (body["week"], body.get("note", ""))
    assert row.node_id == (body.get("node") or "qishan")


@fuzzed
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_make_an_error_of_ours(desk: Desk, body: bytes) -> None:
    for path in (REPORTS, EVENTS):
        assert problem(desk.post(path, "gear", body))[0] in (400, 422)
    response = desk.post(BULK, "gear", body)
    assert response.status_code == 200
    assert all(json.loads(line)["status"] in (400, 422) for line in response.text.splitlines())


@given(st.dictionaries(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=5), leaves.filter(
    lambda leaf: not isinstance(leaf, float) or (leaf == leaf and abs(leaf) != float("inf"))
).filter(lambda leaf: not isinstance(leaf, str) or "\0" not in leaf)))  # fmt: skip
def test_what_json_can_say_is_read_as_it_was_said(said: dict[str, Any]) -> None:
    for ascii_only in (True, False):
        assert read_object(json.dumps(said, ensure_ascii=ascii_only).encode()) == said


def test_a_doubled_key_is_named() -> None:
    with pytest.raises(Malformed, match="wage 出现了两次"):
        read_object(b'{"wage": 1, "x": 2, "wage": 1}')
