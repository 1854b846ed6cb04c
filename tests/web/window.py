"""窗口: the small town seen through its API, as an officer or a node of the cast."""

import asyncio
from typing import Any

import httpx

from service.app import assemble, web
from service.network.directory import issue_token
from service.network.sealing import Sealer
from service.settings import Settings
from tests.builders import Town

OFFICERS = ("li.na", "zhou.fang", "duty", "sun.wei", "wang.qiang", "zhao.min", "zheng.jun")


class Window:
    """The town seen through its API; `who` is a node, or an officer's id."""

    def __init__(self, town: Town) -> None:
        self.town = town
        instance = assemble(Settings(), town.db, town.clock, Sealer(["test"]))
        self.app = web(instance, None)
        with town.db.write() as session:
            now = town.clock.now()
            self.tokens = {
                node: issue_token(session, now, node_id=node) for node in ("gear", "qishan", "meixian", "baoji")
            }
            for officer in OFFICERS:
                self.tokens[officer] = issue_token(session, now, officer_id=officer)

    async def send(self, method: str, path: str, who: str, headers: dict[str, str], **options: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.tokens[who]}"} | headers
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://labour-watch.test") as client:
            return await client.request(method, path, headers=headers, **options)

    def get(self, path: str, who: str, **query: Any) -> httpx.Response:
        return asyncio.run(self.send("GET", path, who, {}, params=query))

    def post(self, path: str, who: str, body: Any = None, **headers: str) -> httpx.Response:
        """Send `body`: an object as JSON, bytes as they are. Underscores in names of headers stand for hyphens."""
        content = {"content": body} if isinstance(body, bytes) else {"json": body} if body is not None else {}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return asyncio.run(self.send("POST", path, who, named, **content))

    def move(self, node: str, move: str, who: str, **body: Any) -> httpx.Response:
        """Make a move of the node's alert."""
        return self.post(f"/api/v1/alerts/{self.town.alert(node).id}/{move}", who, body)
