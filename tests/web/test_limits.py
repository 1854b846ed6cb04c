"""上限: too much is refused by its size, declared or not, and too often by the token."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.errors import Unavailable
from service.reporting.tables import Report
from service.web import problems
from tests.reporting.office import Office, away
from tests.reporting.rules import FINE, WEEK
from tests.web.desk import BULK, REPORTS, Desk, open_desk, problem

BODY = {"week": WEEK, "values": FINE}


@pytest.fixture
def narrow(db: Database, clock: FrozenClock) -> Iterator[Desk]:
    with open_desk(Office(db, clock), body_limit=1000, bulk_limit=5000, rate_limit="3/minute") as desk:
        yield desk


@pytest.mark.parametrize(("path", "limit"), [(REPORTS, 1000), (BULK, 5000)])
def test_a_body_is_refused_by_its_declared_length_before_it_is_read(narrow: Desk, path: str, limit: int) -> None:
    response = narrow.post(path, "gear", b" " * (limit + 1))
    assert problem(response) == (413, "body_too_large")
    assert response.headers["connection"] == "close"
    assert narrow.post(path, "mill", b" " * limit).status_code in (200, 400)
    lying = narrow.call("POST", path, "mill", content=b"{}", headers={"Content-Length": "9" * 30})
    assert problem(lying) == (413, "body_too_large")


@pytest.mark.parametrize(("path", "limit"), [(REPORTS, 1000), (BULK, 5000)])
def test_a_body_that_does_not_say_how_long_it_is_is_cut_off(narrow: Desk, path: str, limit: int) -> None:
    sent = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(1000):
            sent += 100
            yield b" " * 100

    response = asyncio.run(narrow.send("POST", path, "gear", content=chunks()))
    assert problem(response) == (413, "body_too_large")
    assert sent <= limit + 200


def test_a_token_that_asks_too_often_is_told_when_to_come_again_and_others_are_not(narrow: Desk) -> None:
    answers = [narrow.get(REPORTS, "gear") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert problem(answers[3]) == (429, "rate_limited")
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60
    spaced = {"Authorization": f"bearer   {narrow.office.tokens['gear']} "}
    assert narrow.call("GET", REPORTS, None, headers=spaced).status_code == 429
    assert narrow.get(REPORTS, "mill").status_code == 200


def test_a_database_that_is_away_is_a_problem_and_not_a_crash(desk: Desk) -> None:
    with away(desk.office.db):
        for response in (desk.post(REPORTS, "gear", BODY), desk.get(REPORTS, "gear")):
            assert problem(response) == (503, "unavailable")
            assert int(response.headers["retry-after"]) > 0
    assert desk.post(REPORTS, "gear", BODY).status_code == 201
    assert len(desk.office.stored(Report)) == 1


def test_an_error_of_ours_is_a_problem_without_its_inside(desk: Desk) -> None:
    async def broken() -> None:
        raise RuntimeError("lw_secret")

    desk.app.add_api_route("/broken", broken)
    with pytest.raises(RuntimeError):
        desk.get("/broken", "gear")
    response = asyncio.run(problems._unexpected(None, RuntimeError("lw_secret")))  # type: ignore[arg-type]
    assert response.status_code == 500
    assert b"lw_secret" not in bytes(response.body)
    assert problems.response(Unavailable("x", "甲", "a", retry_after=7)).headers["retry-after"] == "7"
