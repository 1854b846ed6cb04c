"""柜台: the API as a client sees it – the real application on a real database, called over ASGI."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
from fastapi import FastAPI

from service.rulebook.folder import read_folder
from service.rulebook.library import Library, store
from service.settings import Settings
from service.shipped import shipped
from service.web.api import build_api
from service.web.context import Context
from tests.reporting.office import Office
from tests.reporting.rules import INDICATORS, PACK

REPORTS = "/api/v1/reports"
BULK = "/api/v1/reports:bulk"
EVENTS = "/api/v1/events"
PROBLEM = "application/problem+json"


class Desk:
    """`post` and `get` as somebody of the cast; `who` None goes without a token."""

    def __init__(self, office: Office, **settings: Any) -> None:
        self.office = office
        files = {name: text for name, text in read_folder(shipped("rules")).items() if not name.startswith("packs/")}
        with office.db.write() as session:
            since = office.clock.now() - timedelta(days=400)
            store(session, files | {"indicators.yaml": INDICATORS, "packs/small.yaml": PACK}, "test", since)
        library = Library(office.db)
        self.app: FastAPI = build_api(Context(Settings(**settings), office.db, office.clock, office.intake, library))

    def post(self, path: str, who: str | None, body: Any, **headers: str) -> httpx.Response:
        """Send `body`: an object as JSON, bytes as they are. Underscores in names of headers stand for hyphens."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body}
        return self.call("POST", path, who, headers=headers, **content)

    def get(self, path: str, who: str | None, **query: Any) -> httpx.Response:
        return self.call("GET", path, who, params=query)

    def call(self, method: str, path: str, who: str | None, **options: Any) -> httpx.Response:
        return asyncio.run(self.send(method, path, who, **options))

    async def send(self, method: str, path: str, who: str | None, **options: Any) -> httpx.Response:
        headers = {name.replace("_", "-"): value for name, value in options.pop("headers", {}).items()}
        if who is not None:
            headers.setdefault("Authorization", f"Bearer {self.office.tokens.get(who, who)}")
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://labour-watch.test") as client:
            return await client.request(method, path, headers=headers, **options)


@contextmanager
def open_desk(office: Office, **settings: Any) -> Iterator[Desk]:
    """A desk whose intake runs."""
    office.intake.start()
    yield Desk(office, **settings)
    office.intake.stop()


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a refusal, which is a whole problem object in both languages."""
    assert response.headers["content-type"] == PROBLEM
    body = response.json()
    assert body["status"] == response.status_code
    assert body["title"]
    assert body["detail"]
    assert body["detail_en"] not in ("", body["detail"])
    return response.status_code, body["code"]
