"""静态文件: style, script and icon, joined and packed once at start, named by what is in them, kept for ever."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.web import problems

router = APIRouter(include_in_schema=False)
FOLDER = Path(__file__).parents[1] / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml", ".txt": "text/plain"}
FOR_EVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """One file as it is sent."""

    name: str
    body: bytes
    packed: bytes
    digest: str


def make_asset(name: str, body: bytes) -> Asset:
    """An asset of these bytes."""
    return Asset(name, body, gzip.compress(body, 9, mtime=0), hashlib.sha256(body).hexdigest()[:16])


@cache
def assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """The assets by name: `style.css` and `script.js` joined from `css/` and `js/` in the order of their names, and
    every other file of the folder as it is."""
    joined = {"style.css": sorted(folder.glob("css/*.css")), "script.js": sorted(folder.glob("js/*.js"))}
    single = {path.name: [path] for path in sorted(folder.glob("*.*"))}
    parts = {name: b"\n".join(path.read_bytes() for path in paths) for name, paths in (joined | single).items()}
    return {name: make_asset(name, body) for name, body in parts.items()}


@router.get("/static/{name}", name="static")
def static(request: Request, name: str) -> Response:
    """One asset; with the digest in its address a browser asks for it once."""
    asset = assets().get(name)
    if asset is None:
        raise problems.not_found()
    packed = "gzip" in request.headers.get("accept-encoding", "")
    etag = f'"{asset.digest}{"-gz" if packed else ""}"'
    current = request.query_params.get("v") == asset.digest
    headers = {"ETag": etag, "Vary": "Accept-Encoding", "Cache-Control": FOR_EVER if current else "no-cache"}
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return Response(asset.packed if packed else asset.body, 200, headers, TYPES[Path(name).suffix])
