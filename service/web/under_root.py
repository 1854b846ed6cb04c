"""子路径: the application under the path of its public address, whether the proxy takes that path away or leaves it."""

from starlette.types import ASGIApp, Receive, Scope, Send


class UnderRoot:
    """Says to everything inside under which `root` (`/watch`, no slash at its end) we stand, as ASGI wants it said."""

    def __init__(self, app: ASGIApp, root: str) -> None:
        self.app = app
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path = scope["path"]
            whole = path if path == self.root or path.startswith(f"{self.root}/") else self.root + path
            scope = {**scope, "root_path": self.root, "path": whole}
        await self.app(scope, receive, send)
