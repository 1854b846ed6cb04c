"""Where calls may lead: not into networks that only this machine sees, whatever name or form an address has."""

import asyncio
from collections.abc import Sequence

import httpx
import pytest

from service.clock import SystemClock
from service.notify.channels import Outcome
from service.notify.channels.connections import Connections
from service.notify.channels.guard import Guard, NotAllowed
from service.notify.channels.webhook import WebhookChannel
from tests.fakes import HttpReceiver
from tests.notify.channels.test_contract import send
from tests.notify.letters import outgoing


@pytest.mark.parametrize(
    "address",
    [
        *("10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"),
        *("169.254.169.254", "100.100.100.200", "168.63.129.16", "192.0.0.192"),  # metadata of clouds
        *("::", "fe80::1", "fe80::1%eth0", "fd00:ec2::254", "ff02::1"),
        *("::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:a00:1::", "2001:0:4136:e378:8000:63bf:f5ff:fffe"),
    ],
)
def test_what_only_this_machine_sees_is_refused(address: str) -> None:
    assert not Guard().allows(address)


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "8.8.8.8", "2400:3200::1"])
def test_this_machine_and_the_public_are_allowed(address: str) -> None:
    assert Guard().allows(address)


@pytest.mark.parametrize(
    ("networks", "address", "allowed"),
    [
        ("public", "127.0.0.1", False),
        ("public", "8.8.8.8", True),
        ("loopback", "8.8.8.8", False),
        ("10.1.0.0/16", "10.1.2.3", True),
        ("10.1.0.0/16", "10.2.2.3", False),
        ("public, 169.254.169.254", "169.254.169.254", True),
        ("", "8.8.8.8", False),
        ("fd00::/8", "fd12::1", True),
    ],
)
def test_the_setting_says_what_is_allowed(networks: str, address: str, allowed: bool) -> None:
    assert Guard(networks).allows(address) is allowed


@pytest.mark.parametrize("networks", ["10.1.0.0/33", "10.1", "1:2", "10.1.2.3/16"])
def test_a_network_that_is_none_is_refused_with_the_name_of_the_setting(networks: str) -> None:
    with pytest.raises(ValueError, match="LABOUR_WATCH_WEBHOOK_NETWORKS"):
        Guard(networks)


def names(**found: Sequence[str]) -> Guard:
    """A guard in whose world these names exist."""

    async def resolver(host: str, _port: int) -> Sequence[str]:
        return found[host.partition(".")[0]]

    return Guard("loopback,public,inside.example", resolver)


def test_a_name_is_judged_by_its_addresses_unless_it_is_listed_itself() -> None:
    guard = names(mixed=["10.0.0.1", "8.8.8.8"], hidden=["10.0.0.1"], inside=["10.0.0.1"])
    assert asyncio.run(guard.addresses("mixed.example", 80)) == ["8.8.8.8"]
    assert asyncio.run(guard.addresses("inside.example", 80)) == ["10.0.0.1"]
    with pytest.raises(NotAllowed, match="LABOUR_WATCH_WEBHOOK_NETWORKS"):
        asyncio.run(guard.addresses("hidden.example", 80))


def test_what_was_checked_is_what_is_connected_to() -> None:
    """A name that answers with another address the second time: it is asked once a connection, and goes there."""
    asked: list[str] = []

    async def resolver(host: str, _port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    async def run(receiver: HttpReceiver) -> int:
        connections = Connections(2, Guard(resolver=resolver))
        url = httpx.URL(f"http://rebinding.example:{receiver.port}/hook")
        answer = await connections.post(url, {}, b"", 100)
        connections.close()
        with pytest.raises(NotAllowed):
            await connections.post(url, {}, b"", 100)
        await asyncio.sleep(0)
        return answer.status

    with HttpReceiver() as receiver:
        assert asyncio.run(run(receiver)) == 200
    assert receiver.requests[0].headers["host"] == f"rebinding.example:{receiver.port}"
    assert asked == ["rebinding.example"] * 2


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/", "http://0x0a000001/"]
)
def test_a_webhook_into_a_hidden_network_is_given_up_with_the_reason(address: str) -> None:
    (result,) = send(WebhookChannel(SystemClock()), outgoing(address))
    assert (result.outcome, result.code, result.gone) == (Outcome.GIVE_UP, "not_allowed", "")
    assert "LABOUR_WATCH_WEBHOOK_NETWORKS" in result.detail


@pytest.mark.parametrize(
    "address", ["http://a.example/\r\nX: y", "http://a.example\r\n/", "http://a\n.example/", "\r\n"]
)
def test_an_address_with_a_line_break_is_none(address: str) -> None:
    (result,) = send(WebhookChannel(SystemClock()), outgoing(address))
    assert (result.outcome, result.code) == (Outcome.GIVE_UP, "bad_address")
