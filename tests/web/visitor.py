"""来访者: pages as a browser sees them – somebody logged in, with a cookie and the token of the session's forms.

Importing this makes passwords cheap: what argon2 costs is measured once, not in every test.
"""

import asyncio
import re
from typing import Any

import httpx
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from service.web.access import passwords, sessions
from service.web.access.accounts import add_account
from service.web.access.roles import HANDLERS, Role
from service.web.access.tables import Account
from service.web.access.viewer import Computer
from tests.web.desk import Desk

_CHEAP = PasswordHash((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
passwords._hasher = lambda: _CHEAP  # type: ignore[assignment]

HOST = "http://labour-watch.test"
PASSWORD = "Wei-he 1953 bridge"


class Visitor:
    """A browser with one session; `post` sends a form with its token. Cookies live as in a browser."""

    def __init__(self, desk: Desk, cookie: str = "", csrf: str = "") -> None:
        self.desk = desk
        self.csrf = csrf
        self.cookies = httpx.Cookies()
        if cookie:
            self.cookies.set("labour-watch", cookie, domain="labour-watch.test")
        self.headers = {"Origin": HOST, "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.call("GET", path, **({"params": query} if query else {}))  # none would drop those of the path

    def post(self, path: str, form: dict[str, Any] | None = None, **options: Any) -> httpx.Response:
        """Send a form; a list sends a field several times."""
        return self.call("POST", path, data={"csrf": self.csrf} | (form or {}), **options)

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        return asyncio.run(self._send(method, path, **options))

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = self.headers | options.pop("headers", {})
        transport = httpx.ASGITransport(self.desk.app)
        async with httpx.AsyncClient(transport=transport, base_url=HOST, cookies=self.cookies) as client:
            response = await client.request(method, path, headers=headers, **options)
            self.cookies = client.cookies
        if found := re.search(r'name="csrf" value="([^"]+)"', response.text):
            self.csrf = found[1]
        return response


def open_account(desk: Desk, login: str, role: Role, stands: str | None = None, password: str = PASSWORD) -> Account:
    """An account of the cast: `stands` is the officer of those who handle cases, and the node of the others."""
    with desk.office.db.write() as session:
        where = {"officer_id": stands or login} if role in HANDLERS else {"node_id": stands}
        return add_account(session, desk.office.clock.now(), login, role, password, **where)


def log_in(
    desk: Desk, login: str, role: Role = Role.OFFICER, stands: str | None = None, computer: Computer = "own"
) -> Visitor:
    """Somebody who is logged in, without the login page; the account is made where it is missing."""
    now = desk.office.clock.now()
    with desk.office.db.read() as session:
        known = session.get(Account, login) is not None
    if not known:
        open_account(desk, login, role, stands)
    with desk.office.db.write() as session:
        value = sessions.begin(session, login, computer, "test", now)
    found = sessions.find_viewer(desk.office.db, value, now)
    assert found is not None
    return Visitor(desk, value, found.csrf)
