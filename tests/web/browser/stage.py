"""舞台: a real server and a real Chromium – people of the cast open pages in it, and every trouble is kept.

The server is the whole application on SQLite, run by uvicorn in a thread, its clock standing still.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request
from starlette.types import ASGIApp

from service.web.access.roles import Role
from tests.web.house import House

DESK, PHONE = 1440, 390  # pixels
_VIOLATIONS = """document.addEventListener('securitypolicyviolation', function (event) {
  console.error('csp: ' + event.violatedDirective + ' ' + event.blockedURI);
});"""


class Stage:
    """`enter` opens a browser as somebody of the cast; `troubles` are the violations of the content policy, the errors
    on the console and the requests to other hosts of every page that was opened."""

    def __init__(self, house: House, browser: Browser, url: str) -> None:
        self.house = house
        self.browser = browser
        self.url = url
        self.troubles: list[str] = []
        self.contexts: list[BrowserContext] = []

    def enter(
        self, login: str = "", width: int = DESK, role: Role | None = None, stands: str | None = None, **options: Any
    ) -> Page:
        """A page of a new browser window, logged in as `login` (nobody when empty), whose account `stands` where its
        role asks for it; `options` go to the context, such as `java_script_enabled=False`."""
        height = 900 if width > 600 else 844
        context = self.browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", **options)
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        context.add_init_script(_VIOLATIONS)
        context.on("console", self._said)
        context.on("weberror", lambda error: self.troubles.append(f"script: {error.error}"))
        context.on("request", self._asked)
        if login:
            cookie = next(iter(self.house.who(login, role, stands).cookies.jar))
            context.add_cookies([{"name": cookie.name, "value": str(cookie.value), "url": self.url}])
        return context.new_page()

    def open(self, page: Page, path: str) -> int:
        """Go to a path and say the status."""
        response = page.goto(self.url + path)
        assert response is not None
        return response.status

    def close(self) -> None:
        """Close every window."""
        for context in self.contexts:
            context.close()
        self.contexts.clear()

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.troubles.append(f"console: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.url).netloc:
            self.troubles.append(f"foreign: {request.url}")


def barriers(page: Page) -> list[str]:
    """What axe finds on the page that keeps people out, each with the elements."""
    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {[node['html'][:120] for node in one['nodes'][:3]]}" for one in found]


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert isinstance(width, int)
    return width


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """The address of an application, served by a thread until the block ends."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 30
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=10)
