"""两个副本: a browser at a proxy that gives every request to the other of two web processes, under a root path.

The processes share the database and the secret key and nothing else: a session begun at one, its forms and their
one-time keys hold at the other.
"""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest
from playwright.sync_api import Browser, Page
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from service.clock import SystemClock
from service.db import Database
from service.reporting.tables import Report
from service.scoring.week import week_at
from service.web.access.accounts import add_account
from service.web.access.roles import Role
from tests.cast import NETWORK
from tests.conftest import make_postgres_database
from tests.real import Real, running
from tests.web.browser.stage import served
from tests.web.visitor import PASSWORD

ROOT = "/watch"


def round_robin(replicas: list[str]) -> ASGIApp:
    """A proxy that gives each request to the next of `replicas` as it came."""
    turns = itertools.cycle(replicas)

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        address = f"{next(turns)}{scope['path']}?{scope['query_string'].decode()}"
        async with httpx.AsyncClient(follow_redirects=False) as client:
            sent = client.build_request(
                request.method, address, headers=request.headers.raw, content=await request.body()
            )
            got = await client.send(sent, stream=True)
            body = b"".join([part async for part in got.aiter_raw()])
            await got.aclose()
        response = Response(body, got.status_code)
        response.raw_headers = got.headers.raw
        await response(scope, receive, send)

    return answer


@pytest.fixture(scope="module")
def real(postgres: str, tmp_path_factory: pytest.TempPathFactory) -> Real:
    """The cast on PostgreSQL; a clerk of the mill has an account."""
    folder = tmp_path_factory.mktemp("replicas")
    (folder / "network.yaml").write_text(NETWORK, encoding="utf-8")
    settings = {"LABOUR_WATCH_SECRET_KEY": "shared by both", "LABOUR_WATCH_BASE_URL": f"http://127.0.0.1{ROOT}"}
    url = make_postgres_database(postgres, template="template0")
    real = Real(folder / "one", url, settings, workers=0)
    real.init(folder / "network.yaml")
    return real


@pytest.fixture(scope="module")
def db(real: Real) -> Iterator[Database]:
    """The database that both share."""
    db = Database(real.settings_url)
    with db.write() as session:
        add_account(session, SystemClock().now(), "clerk", Role.REPORTER, PASSWORD, node_id="mill")
    yield db
    db.close()


@pytest.fixture(scope="module")
def url(real: Real, db: Database) -> Iterator[str]:
    """The address of the proxy in front of both."""
    other = Real(real.folder.parent / "two", real.database_url, real.settings, workers=0)
    other.folder.mkdir()
    with ExitStack() as stack:
        replicas = [stack.enter_context(running(one)).url for one in (real, other)]
        yield stack.enter_context(served(round_robin(replicas))) + ROOT


@pytest.fixture
def page(url: str, chromium: Browser) -> Iterator[Page]:
    """A page at the login; script is off, so that every step is a request of its own."""
    context = chromium.new_context(java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{url}/login")
    page.fill("[name=login]", "clerk")
    page.fill("[name=password]", PASSWORD)
    page.check("[value=own]")
    page.click("main form button")
    page.wait_for_url(f"{url}/report**")
    yield page
    context.close()


def reports(session: Session) -> list[Report]:
    return list(session.exec(select(Report)))


def test_session_forms_and_their_keys_hold_at_the_other_replica(page: Page, url: str, db: Database) -> None:
    week = week_at(SystemClock().now())
    page.goto(f"{url}/report/{week}")
    fields: dict[str, str | float | bool] = {
        name: page.input_value(f"#form [name={name}]") for name in ("csrf", "key", "revision")
    }
    for _ in range(2):  # the same form sent twice: each time by another replica
        told = page.context.request.post(
            f"{url}/report/{week}",
            form=fields | {"v.staff.headcount": "100", "nil": "1"},
            headers={"Origin": url.removesuffix(ROOT)},
        )
        assert f"{ROOT}/report/receipt/" in told.url
    with db.read() as session:
        (stored,) = reports(session)
    assert (stored.values["staff.headcount"], stored.nil) == (100, True)
    page.click("form[action$='/logout'] button")
    page.wait_for_url(f"{url}/login")
    page.goto(f"{url}/report")
    assert page.url.startswith(f"{url}/login")
