"""门禁: who gets in, who gets 401, and for whom a thing does not exist."""

import time
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI
from sqlmodel import select

from service.network.directory import TokenView, revoke_token
from service.network.tables import Token
from service.reporting.tables import Report
from service.web.access import gates
from service.web.access.gates import TokenCache, reader, ungated
from tests.reporting.rules import FINE, WEEK
from tests.web.desk import EVENTS, REPORTS, Desk, problem

BODY = {"week": WEEK, "values": FINE}


@pytest.mark.parametrize("path", [REPORTS, EVENTS])
@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "token_missing"),
        ("", "token_missing"),
        ("Bearer", "token_missing"),
        ("Bearer  ", "token_missing"),
        ("Basic Z2VhcjpnZWFy", "token_missing"),
        ("Bearer nobody", "token_unknown"),
        ("bearer lw_令牌", "token_unknown"),
    ],
)
def test_without_a_token_in_force_nobody_gets_in(desk: Desk, path: str, authorization: str | None, code: str) -> None:
    headers = {"Authorization": authorization.encode()} if authorization is not None else {}
    body = BODY if path == REPORTS else {"event": "event.stoppage", "happened_at": "2026-11-18"}
    for method, options in (("GET", {}), ("POST", {"json": body})):
        response = desk.call(method, path, None, headers=headers, **options)
        assert problem(response) == (401, code)
        assert response.headers["www-authenticate"] == "Bearer"
    assert desk.office.stored(Report) == []


def revoke(desk: Desk, who: str) -> None:
    with desk.office.db.write() as session:
        token = session.exec(select(Token).where(Token.digest == desk.office.digest(who))).one()
        revoke_token(session, desk.office.clock.now(), token.id or 0)


def test_a_revoked_token_stops_writing_at_once_and_reading_within_seconds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert desk.get(REPORTS, "gear").status_code == 200
    revoke(desk, "gear")
    assert problem(desk.post(REPORTS, "gear", BODY)) == (401, "token_unknown")
    later = time.monotonic() + gates.REMEMBERED_FOR
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert problem(desk.get(REPORTS, "gear")) == (401, "token_unknown")


def test_tokens_are_remembered_but_not_without_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gates, "_MOST_REMEMBERED", 2)
    cache = TokenCache(desk.office.db)
    first = cache.find(desk.office.digest("gear"))
    assert first is not None
    assert cache.find(desk.office.digest("gear")) is first
    for who in ("mill", "qishan"):
        cache.find(desk.office.digest(who))
    assert cache.find(desk.office.digest("gear")) is not first
    assert cache.find(desk.office.digest("nobody")) is None


@pytest.mark.parametrize(("who", "status"), [("gear", 404), ("qishan", 200), ("li.na", 200), ("nobody", 401)])
def test_for_an_enterprise_what_officers_read_does_not_exist(desk: Desk, who: str, status: int) -> None:
    @desk.app.get("/levels")
    def levels(token: Annotated[TokenView, Depends(reader)]) -> str:
        return str(token.id)

    response = desk.get("/levels", who)
    assert response.status_code == status
    if status == 404:
        assert response.json() == desk.get("/nowhere", who).json()


def test_an_address_or_method_that_does_not_exist_is_a_problem_too(desk: Desk) -> None:
    assert problem(desk.get("/api/v1/nowhere", "gear")) == (404, "not_found")
    response = desk.call("DELETE", REPORTS, "gear")
    assert problem(response) == (405, "method_not_allowed")
    assert response.headers["allow"]


def test_every_route_is_gated_or_public(desk: Desk) -> None:
    assert ungated(desk.app) == []


def test_a_route_without_a_gate_is_found(desk: Desk) -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)

    @app.get("/open")
    def opened() -> None: ...

    @app.get("/healthz")
    def health() -> None: ...

    @app.get("/kept")
    def kept(token: Annotated[TokenView, Depends(reader)]) -> None: ...

    assert ungated(app) == ["/open"]
    assert ungated(app, public=["/healthz", "/open"]) == []


@pytest.mark.parametrize("question", ["alerts?node", "scores?node", "scores?week", "scores?after", "network?after"])
def test_no_question_holds_a_control_character(desk: Desk, question: str) -> None:
    path, name = question.split("?")
    assert desk.get(f"/api/v1/{path}", "qishan", **{name: "a\0b"}).status_code == 422
