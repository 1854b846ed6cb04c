"""去向: which machines may be called. A contact's address comes from a person; it must not lead into a network that
only this machine sees, nor to the metadata service of a cloud."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
SETTING = "LABOUR_WATCH_WEBHOOK_NETWORKS"
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")  # the last four bytes are an IPv4 address
# Metadata of clouds behind addresses that look public.
_METADATA = (ipaddress.IPv4Network("168.63.129.16/32"), ipaddress.IPv4Network("192.0.0.0/24"))


class NotAllowed(ConnectionError):
    """The address leads where nothing may be sent; the text names no secret and the cure."""


async def resolve(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, the preferred first. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Guard:
    """Allows what `networks` lists, separated by commas: `public`, `loopback`, networks such as 10.1.0.0/16, and names
    of hosts, which may then be anywhere. Raises ValueError for anything else."""

    def __init__(self, networks: str = "loopback,public", resolver: Resolve = resolve) -> None:
        words = [word.strip().lower() for word in networks.split(",") if word.strip()]
        self._public = "public" in words
        self._loopback = "loopback" in words
        rest = [word for word in words if word not in {"public", "loopback"}]
        self._networks = [_network(word) for word in rest if _numeric(word)]
        self._hosts = frozenset(word for word in rest if not _numeric(word))
        self._resolve = resolver

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of `host` that may be called, looked up now: what is checked is what is to be connected to.
        Raises NotAllowed when there is none, and OSError when the name is unknown."""
        found = await self._resolve(host, port)
        if host.lower().rstrip(".") in self._hosts:
            return list(found)
        allowed = [address for address in found if self.allows(address)]
        if not allowed:
            raise NotAllowed(
                f"地址不在允许的网络内，可在 {SETTING} 中放行 / outside the allowed networks; {SETTING} may allow it"
            )
        return allowed

    def allows(self, address: str) -> bool:
        """Whether this numeric address may be called."""
        ip = _plain(ipaddress.ip_address(address.partition("%")[0]))
        if any(ip in network for network in self._networks if network.version == ip.version):
            return True
        if ip.is_loopback:
            return self._loopback
        return self._public and ip.is_global and not ip.is_multicast and not any(ip in network for network in _METADATA)


def _plain(ip: Ip) -> Ip:
    """The IPv4 address that an IPv6 one stands for."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
    if inner is None and ip in _NAT64:
        inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
    return inner or ip


def _numeric(word: str) -> bool:
    return "/" in word or ":" in word or word.replace(".", "").isdecimal()


def _network(word: str) -> Network:
    try:
        return ipaddress.ip_network(word)
    except ValueError as error:
        raise ValueError(
            f"{SETTING}: {word!r} 不是网络，例如 10.1.0.0/16 / is no network such as 10.1.0.0/16"
        ) from error
