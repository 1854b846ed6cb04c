"""来处: where a request comes from, and under which address the browser sees us."""

import hashlib
import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request

from service.web.context import context

_DEFAULT_PORTS = {"http": 80, "https": 443}


def same_place(request: Request) -> bool:
    """Whether a POST comes from one of our own pages: by its Origin, else its Referer. A browser sends one of them;
    what sends neither is no browser and has no cookie that somebody else could use."""
    said = request.headers.get("origin") or request.headers.get("referer")
    if said is None:
        return True
    ours = {_place(str(request.base_url)), _place(context(request).settings.base_url)}
    return _place(said) in ours


def _place(url: str) -> tuple[str, int | None]:
    """Host and port, whatever the scheme: behind a proxy that speaks TLS we may not know it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None
    return (parts.hostname or "").lower(), None if port in _DEFAULT_PORTS.values() else port


def secure(request: Request) -> bool:
    """Whether the browser's request came over https; a trusted proxy says so in X-Forwarded-Proto."""
    return request.url.scheme == "https"


def root_of(request: Request) -> str:
    """The path we stand under, without a slash at its end."""
    return str(request.scope.get("root_path", "")).rstrip("/")


def address_digest(request: Request) -> str:
    """The client's address as it is kept: SHA-256. An IPv6 address counts as its /64, which is one subscriber's."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
        if address.version == 6:
            host = str(address.ipv4_mapped or ipaddress.ip_network((address, 64), strict=False))
    except ValueError:  # a Unix socket has none
        pass
    return hashlib.sha256(host.encode()).hexdigest()


def safe_next(place: str | None) -> str:
    """Where to go after logging in: a path of ours, or empty. What leads to another host is dropped."""
    if not place or not place.startswith("/") or place.startswith("//"):
        return ""
    return place if place.isprintable() and "\\" not in place and len(place) <= 2000 else ""
