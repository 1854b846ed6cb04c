"""遮盖: addresses as whoever only has to recognise them may read them. Pure."""

from urllib.parse import urlsplit


def masked(channel: str, address: str) -> str:
    """An address of a channel: never enough to write to it."""
    if "://" in address:
        return f"{_host(address)}/…"
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}***@{host}"
    if channel == "console":
        return address
    return f"{address[:3]}****{address[-4:]}" if len(address) >= 11 else f"{address[:1]}***"


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:  # half an IPv6 address
        return ""
