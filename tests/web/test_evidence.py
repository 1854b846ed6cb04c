"""Evidence over HTTP: in the scope of the caller, in the form that is accepted, and each look on record."""

import asyncio
from typing import Any

import httpx
import pytest
from sqlmodel import col, select

from service.clock import FrozenClock
from service.db import Database
from service.evidence.page import content_security
from service.web.access.tables import Sighting
from service.web.api.evidence import wanted
from tests.builders import Town
from tests.web.desk import problem
from tests.web.window import Window

PATH = "/api/v1/alerts/1/evidence"


@pytest.fixture
def window(db: Database, clock: FrozenClock) -> Window:
    """岐山县's gear works is orange."""
    town = Town.found(db, clock)
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60, voice__complaints=7)
    town.assess()
    return Window(town)


def ask(window: Window, who: str, accept: str, **query: Any) -> httpx.Response:
    return asyncio.run(window.send("GET", PATH, who, {"Accept": accept}, params=query))


def test_it_is_json_page_or_text(window: Window) -> None:
    body = ask(window, "baoji", "*/*", lang="en").json()
    assert (body["number"], body["level"], body["whole"]) == (1, "orange", True)
    assert [section["key"] for section in body["sections"]][:3] == ["proofs", "knowers", "course"]
    page = ask(window, "baoji", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers["content-security-policy"] == content_security()
    assert "<h1>预警证据 第 1 号</h1>" in page.text
    text = ask(window, "baoji", "text/plain")
    assert text.text.startswith("预警证据 第 1 号\n")
    assert text.headers["vary"] == "Accept"


def test_only_the_responsible_post_reads_what_is_sealed_and_each_look_is_kept(window: Window) -> None:
    assert "有效投诉" in ask(window, "li.na", "text/plain").text
    assert "有效投诉" not in ask(window, "baoji", "text/plain").text
    with window.town.db.read() as session:
        seen = session.exec(select(Sighting.officer_id, Sighting.what).order_by(col(Sighting.id))).all()
    assert seen == [("li.na", "evidence"), ("li.na", "sealed"), (None, "evidence")]


def test_out_of_scope_there_is_none(window: Window) -> None:
    for who in ("gear", "zhou.fang", "meixian"):
        assert problem(ask(window, who, "application/json")) == (404, "not_found")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("", "application/json"),
        ("image/png", "application/json"),
        ("text/plain;q=0.5, text/html;q=0.9", "text/html"),
        ("text/html;q=zero, text/plain;q=0.1", "text/plain"),
        ("TEXT/HTML", "text/html"),
    ],
)
def test_the_kind_that_is_preferred(accept: str, kind: str) -> None:
    assert wanted(accept) == kind
