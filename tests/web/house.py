"""机关: the small town with its pages – people of the cast who are logged in, and what a page says to the eye."""

import html
import re
from types import SimpleNamespace
from typing import Any

import httpx

from service.app import assemble, web
from service.clock import FrozenClock
from service.db import Database
from service.network.sealing import Sealer
from service.settings import Settings
from service.web.access.roles import Role
from tests.builders import Town
from tests.web.visitor import Visitor, log_in

W46, W47, W48 = "2026-W46", "2026-W47", "2026-W48"
ORGANISERS = ("sun.wei",)


class House:
    """The town and its application; `who` logs somebody of the cast in, in the role of the post."""

    def __init__(self, db: Database, clock: FrozenClock) -> None:
        self.town = Town.found(db, clock)
        self.instance = assemble(Settings(), db, clock, Sealer(["test"]))
        self.app = web(self.instance, None)
        self.office = SimpleNamespace(db=db, clock=clock)

    def who(self, login: str, role: Role | None = None, stands: str | None = None) -> Visitor:
        """A visitor who is logged in."""
        usual = Role.ORGANISER if login in ORGANISERS else Role.OFFICER
        return log_in(self, login, role or usual, stands)  # type: ignore[arg-type]  # of a desk it needs no more

    def path(self, node: str, move: str = "") -> str:
        """The address of the alert of a node."""
        number = self.town.alert(node).id
        return f"/alerts/{number}/{move}" if move else f"/alerts/{number}"

    def move(self, visitor: Visitor, node: str, move: str, **fields: Any) -> httpx.Response:
        """Open the alert's page and send one of its forms as it stands there; double underscores are dots."""
        page = visitor.get(self.path(node))
        named = {name.replace("__", "."): value for name, value in fields.items()}
        return visitor.post(self.path(node, move), {"version": version(page)} | named)


def version(page: httpx.Response) -> str:
    """The version that the forms of a page carry; empty without one."""
    found = re.search(r'name="version" value="(\d+)"', page.text)
    return found[1] if found else ""


def seen(page: httpx.Response) -> str:
    """What a page says to the eye, in one line."""
    bare = re.sub(r"<head>.*?</head>|<svg.*?</svg>", "", page.text, flags=re.DOTALL)
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", bare))).strip()
