"""One Chromium a test process, one server a module, and fresh windows for every test."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from service.clock import FrozenClock
from service.db import Database
from tests.conftest import WEDNESDAY
from tests.web.browser.stage import Stage, served
from tests.web.house import House

CHROMIUM = "/usr/bin/chromium"


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The cast under the shipped rules; it is 10:00 on Wednesday of week 2026-W47."""
    file = tmp_path_factory.mktemp("stage") / "labour-watch.db"
    shutil.copy(sqlite_template, file)
    db = Database(f"sqlite:///{file}")
    yield House(db, FrozenClock(WEDNESDAY))
    db.close()


@pytest.fixture(scope="module")
def server(house: House) -> Iterator[str]:
    """The address at which the house is served."""
    with served(house.app) as url:
        yield url


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium; a machine without it fails here and says so."""
    assert Path(CHROMIUM).exists(), (
        "缺少 chromium，请 apt-get install chromium / chromium is missing; install it with apt"
    )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def stage(house: House, server: str, chromium: Browser) -> Iterator[Stage]:
    """The stage of one test; at its end nothing may have troubled the browser that the test has not taken away."""
    stage = Stage(house, chromium, server)
    yield stage
    stage.close()
    assert stage.troubles == []
