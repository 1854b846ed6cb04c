"""Webhooks: verified by the official library, bounded, not led astray."""

import asyncio
import json

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from service.clock import SystemClock
from service.notify.channels import Outcome
from service.notify.channels.connections import Connections
from service.notify.channels.webhook import WebhookChannel
from tests.fakes import Answer, HttpReceiver, Received
from tests.notify.channels.test_contract import send
from tests.notify.letters import LETTER, SECRET, outgoing

CLOCK = SystemClock()


def test_the_official_library_verifies_every_attempt_and_the_id_stays() -> None:
    with HttpReceiver(500, 200) as receiver:
        message = outgoing(receiver.url, secret=SECRET)
        send(WebhookChannel(CLOCK), message, message)
    first, second = receiver.requests
    for request in (first, second):
        event = Webhook(SECRET).verify(request.body, request.headers)
        assert event == {**LETTER.payload, "id": message.message_id}
        assert request.headers["webhook-id"] == message.message_id
        assert request.headers["content-type"] == "application/json"
    assert first.body == second.body


def test_another_secret_does_not_verify() -> None:
    with HttpReceiver() as receiver:
        send(WebhookChannel(CLOCK), outgoing(receiver.url, secret=SECRET))
    (request,) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(request.body, request.headers)


def test_without_a_secret_it_goes_out_unsigned() -> None:
    with HttpReceiver() as receiver:
        (result,) = send(WebhookChannel(CLOCK), outgoing(receiver.url))
    assert result.outcome is Outcome.DELIVERED
    assert "webhook-signature" not in receiver.requests[0].headers


@pytest.mark.parametrize("secret", ["whsec_", "a"])
def test_a_secret_that_is_no_key_is_given_up_without_a_call(secret: str) -> None:
    with HttpReceiver() as receiver:
        (result,) = send(WebhookChannel(CLOCK), outgoing(receiver.url, secret=secret))
    assert (result.outcome, result.code) == (Outcome.GIVE_UP, "bad_secret")
    assert receiver.requests == []


def test_a_redirect_is_not_followed() -> None:
    with HttpReceiver() as elsewhere, HttpReceiver(Answer(307, (("Location", elsewhere.url),))) as receiver:
        send(WebhookChannel(CLOCK), outgoing(receiver.url))
    assert elsewhere.requests == []


def test_only_the_beginning_of_an_answer_is_read_and_kept() -> None:
    with HttpReceiver(Answer(500, body=b"\x00x" * 5_000_000), 200) as receiver:
        results = send(WebhookChannel(CLOCK), outgoing(receiver.url), outgoing(receiver.url))
    assert len(results[0].detail) == 200
    assert results[1].outcome is Outcome.DELIVERED
    assert receiver.connections == 2  # what is not read to its end is not used again


def test_path_query_and_port_of_the_address_arrive() -> None:
    with HttpReceiver() as receiver:
        send(WebhookChannel(CLOCK), outgoing(f"{receiver.url}/预警?token=a%20b"))
    (request,) = receiver.requests
    assert (request.method, request.path) == ("POST", "/hook/%E9%A2%84%E8%AD%A6?token=a%20b")
    assert request.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert json.loads(request.body)["data"] == {"number": 17}


def test_a_connection_the_receiver_has_closed_costs_nothing() -> None:
    def close_after(_request: Received) -> Answer:
        return Answer(headers=(("Connection", "close"),))

    with HttpReceiver(answer_with=close_after) as receiver:
        results = send(WebhookChannel(CLOCK), *[outgoing(receiver.url)] * 3)
    assert [result.outcome for result in results] == [Outcome.DELIVERED] * 3


def test_no_more_connections_are_kept_than_allowed() -> None:
    async def run(first: HttpReceiver, second: HttpReceiver) -> int:
        channel = WebhookChannel(CLOCK, limit=2)
        for _ in range(2):
            await asyncio.gather(*(channel.send(outgoing(url)) for url in [first.url] * 3 + [second.url] * 3))
        kept = sum(map(len, channel._caller._connections._idle.values()))
        await channel.close()
        return kept

    with HttpReceiver() as first, HttpReceiver() as second:
        assert asyncio.run(run(first, second)) <= 2


def test_an_abandoned_send_leaves_no_connection_behind() -> None:
    async def run(receiver: HttpReceiver) -> Connections:
        channel = WebhookChannel(CLOCK)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await channel.send(outgoing(receiver.url))
        result = await channel.send(outgoing(receiver.url))
        assert result.outcome is Outcome.DELIVERED
        await channel.close()
        return channel._caller._connections

    with HttpReceiver(Answer(hang=True), 200) as receiver:
        connections = asyncio.run(run(receiver))
    assert connections._idle == {}
