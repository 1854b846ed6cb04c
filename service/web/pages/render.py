"""页面的渲染: one template, one language, one reader; what is put in is escaped, what is missing is an error."""

import gzip
import re
import secrets
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi.routing import iter_route_contexts
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from service.web.access.origin import root_of
from service.web.access.viewer import Viewer
from service.web.charts.names import short
from service.web.charts.shapes import chip, shape, sprite
from service.web.context import context
from service.web.pages import times
from service.web.pages.assets import assets
from service.web.pages.i18n import LANGUAGES, Words, for_templates, words
from service.web.pages.navigation import places

FOLDER = Path(__file__).parents[1] / "templates"
COOKIE = "language"
_WORTH_PACKING = 1000  # bytes
_PARAMETER = re.compile(r"{(\w+)(?::\w+)?}")


def language_of(request: Request, viewer: Viewer | None) -> str:
    """The language the reader chose by the switch, else that of the account, else Chinese."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in LANGUAGES else viewer.language if viewer else "zh"


def words_of(request: Request, viewer: Viewer | None) -> Words:
    """The words in which to speak to the reader."""
    return words(language_of(request, viewer))


def address(request: Request, place: str, query: dict[str, Any] | None = None, **params: Any) -> str:
    """The address of a route by its name, or of a path that begins with a slash, under any root path. Of `query` what
    is None or empty is left out."""
    path = place if place.startswith("/") else _filled(_named(request.app)[place, frozenset(params)], params)
    asked = {name: value for name, value in (query or {}).items() if value not in (None, "")}
    return f"{root_of(request)}{path}{'?' + urlencode(asked) if asked else ''}"


def _named(app: Any) -> dict[tuple[str, frozenset[str]], str]:
    """The paths of the routes by their names and parameters: asking each route in turn takes longer than writing a row
    of a table."""
    known = getattr(app.state, "named", None)
    if known is None:
        paths = [(str(route.name), str(route.path)) for route in iter_route_contexts(app.routes)]
        known = app.state.named = {(name, frozenset(_PARAMETER.findall(path))): path for name, path in reversed(paths)}
    assert isinstance(known, dict)
    return known


def _filled(path: str, params: dict[str, Any]) -> str:
    """A path with its parameters filled in."""
    return _PARAMETER.sub(lambda found: str(params[found[1]]), path) if params else path


def page(request: Request, template: str, viewer: Viewer | None, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page for a reader; `values` are what the template calls for. It is sent packed where the browser can
    unpack it."""
    said = words_of(request, viewer)
    now = context(request).clock.now()
    url = partial(address, request)
    given = {
        "viewer": viewer,
        "now": now,
        "url": url,
        "static": lambda name: url(f"/static/{name}", {"v": assets()[name].digest}),
        "places": places(viewer, route_path(request), pages_of(request.app), said) if viewer else [],
        "other_language": url("/language", {"to": "zh" if said.language == "en" else "en", "next": _here(request)}),
    }
    text = _environment(said.language).get_template(template).render(given | values)
    return HTMLResponse(*_packed(request, text.encode(), status))


def file_response(request: Request, body: bytes, media_type: str, name: str) -> Response:
    """A file to be saved under `name` (ASCII), packed where the browser can unpack it."""
    content, status, headers = _packed(request, body, 200)
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return Response(content, status, headers, media_type)


def route_path(request: Request) -> str:
    """The path of the request without the root path."""
    root, path = root_of(request), str(request.scope["path"])
    return path.removeprefix(root) if path.startswith(f"{root}/") else path


def pages_of(app: Any) -> frozenset[str]:
    """The paths there are, so that no link leads nowhere."""
    known = getattr(app.state, "paths", None)
    if known is None:
        known = app.state.paths = frozenset(str(route.path) for route in iter_route_contexts(app.routes))
    assert isinstance(known, frozenset)
    return known


def _here(request: Request) -> str:
    """The path and query of the page itself without the root path, to come back to."""
    query = request.url.query if request.method == "GET" else ""
    return route_path(request) + ("?" + query if query else "")


def _packed(request: Request, body: bytes, status: int) -> tuple[bytes, int, dict[str, str]]:
    headers = {"Vary": "Accept-Encoding, Cookie", "Cache-Control": "no-store"}
    if len(body) < _WORTH_PACKING or "gzip" not in request.headers.get("accept-encoding", ""):
        return body, status, headers
    return _compress(body), status, headers | {"Content-Encoding": "gzip"}


def _compress(body: bytes) -> bytes:
    """gzip with an empty comment of random length, so that the size of a page does not give away what stands in it
    beside a guess (BREACH)."""
    packed = gzip.compress(body, 6, mtime=0)
    padding = b"x" * secrets.randbelow(100)
    return packed[:3] + b"\x10" + packed[4:10] + padding + b"\0" + packed[10:]


@cache
def _environment(language: str) -> Environment:
    said = words(language)
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    environment.globals.update(for_templates(said))
    environment.globals.update(shape=shape, sprite=sprite, chip=partial(chip, said=said))
    environment.filters.update(
        short_name=short,
        day=partial(times.day, said=said),
        moment=partial(times.moment, said=said),
        short=partial(times.short_moment, said=said),
        week_name=partial(times.week_name, said=said),
        week_span=partial(times.week_span, said=said),
        remaining=partial(times.remaining, said=said),
        duration=partial(times.duration, said=said),
    )
    return environment
