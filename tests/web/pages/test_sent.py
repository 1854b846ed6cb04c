"""What every page is sent with: files kept for ever, safety headers, errors as pages, and the language."""

import asyncio
import gzip

import httpx
import pytest
from fastapi import FastAPI

from service.clock import FrozenClock
from service.db import Database
from service.reporting.intake import Intake
from service.rulebook.library import Library
from service.settings import Settings
from service.web.api import build_api
from service.web.context import Context
from service.web.pages.assets import FOR_EVER, assets
from service.web.pages.headers import EVERYWHERE
from tests.conftest import WEDNESDAY
from tests.reporting.rules import RULES

BROWSER = {"Accept": "text/html", "Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """The application without tables: nothing asked here reads any."""
    db, clock = Database("sqlite://"), FrozenClock(WEDNESDAY)
    return build_api(Context(Settings(), db, clock, Intake(db, clock, lambda: RULES), Library(db)))


def get(app: FastAPI, path: str, root: str = "", **headers: str) -> httpx.Response:
    async def send() -> httpx.Response:
        transport = httpx.ASGITransport(app, root_path=root)
        async with httpx.AsyncClient(transport=transport, base_url="http://town.test") as client:
            return await client.get(path, headers=BROWSER | headers)

    return asyncio.run(send())


def test_an_asset_with_its_digest_is_kept_for_ever_and_sent_packed(app: FastAPI) -> None:
    style = assets()["style.css"]
    sent = get(app, f"/static/style.css?v={style.digest}")
    assert sent.headers["cache-control"] == FOR_EVER
    assert sent.headers["content-encoding"] == "gzip"
    assert sent.content == style.body
    again = get(app, "/static/style.css", **{"If-None-Match": sent.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_asset_without_its_digest_is_asked_for_again(app: FastAPI) -> None:
    sent = get(app, "/static/script.js?v=old", **{"Accept-Encoding": "identity"})
    assert sent.headers["cache-control"] == "no-cache"
    assert "content-encoding" not in sent.headers
    assert sent.content == assets()["script.js"].body


def test_the_style_sheet_asks_for_nothing_from_elsewhere() -> None:
    style = assets()["style.css"].body.decode()
    assert "@import" not in style
    assert [part for part in style.split("url(")[1:] if not part.startswith('"data:')] == []


@pytest.mark.parametrize("path", ["/nowhere", "/static/style.css", "/api/v1/reports", "/language?to=en"])
def test_every_answer_has_the_safety_headers(app: FastAPI, path: str) -> None:
    headers = get(app, path).headers
    assert {name: headers[name] for name in EVERYWHERE} == EVERYWHERE
    assert headers["cache-control"] in ("no-store", "no-cache", FOR_EVER)


def test_what_is_not_there_is_a_page_for_people_and_a_problem_for_machines(app: FastAPI) -> None:
    page = get(app, "/nowhere")
    assert (page.status_code, page.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "没有找到" in page.text
    for machine in (get(app, "/api/v1/nowhere"), get(app, "/nowhere", Authorization="Bearer x")):
        assert machine.headers["content-type"] == "application/problem+json"


def test_the_switch_is_remembered_and_leads_back_to_a_page_of_ours(app: FastAPI) -> None:
    chosen = get(app, "/language?to=en&next=/nowhere")
    assert (chosen.status_code, chosen.headers["location"]) == (303, "/nowhere")
    assert "language=en" in chosen.headers["set-cookie"]
    assert get(app, "/language?to=en&next=https://elsewhere.test/").headers["location"] == "/"
    assert "Not found" in get(app, "/nowhere", Cookie="language=en").text
    assert "没有找到" in get(app, "/nowhere", Cookie="language=xx").text


def test_links_stand_under_the_root_path(app: FastAPI) -> None:
    page = get(app, "/watch/nowhere", root="/watch")
    assert 'href="/watch/static/style.css?v=' in page.text
    assert 'href="/watch/language?to=en&amp;next=%2Fnowhere"' in page.text


@pytest.mark.parametrize("path", ["/watch/nowhere", "/nowhere"])
def test_the_root_path_is_that_of_our_address_whether_the_proxy_takes_it_away_or_not(path: str) -> None:
    db, clock = Database("sqlite://"), FrozenClock(WEDNESDAY)
    settings = Settings(base_url="https://town.test/watch/")
    page = get(build_api(Context(settings, db, clock, Intake(db, clock, lambda: RULES), Library(db))), path)
    assert page.status_code == 404
    assert 'href="/watch/static/style.css?v=' in page.text
    assert 'href="/watch/language?to=en&amp;next=%2Fnowhere"' in page.text


def test_the_size_of_a_packed_page_tells_nothing(app: FastAPI) -> None:
    async def raw() -> bytes:
        transport = httpx.ASGITransport(app)
        async with (
            httpx.AsyncClient(transport=transport, base_url="http://town.test") as client,
            client.stream("GET", "/nowhere", headers=BROWSER) as response,
        ):
            return b"".join([part async for part in response.aiter_raw()])

    sent = [asyncio.run(raw()) for _ in range(8)]
    assert len({gzip.decompress(one) for one in sent}) == 1
    assert len({len(one) for one in sent}) > 1
