"""Robots of group chats: signed as their makers ask, and their error codes understood."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from service.clock import FrozenClock, SystemClock
from service.notify.bundle import Item, bundle
from service.notify.channels import Channel, Outcome
from service.notify.channels.dingtalk import DingtalkChannel
from service.notify.channels.feishu import FeishuChannel
from service.notify.channels.wecom import WecomChannel
from service.notify.message import compose
from service.scoring.pack import Level
from tests.fakes import Answer, HttpReceiver
from tests.notify.channels.test_contract import send
from tests.notify.letters import news, outgoing

LETTER = compose(news())
CLOCK = SystemClock()
MINUTE = timedelta(minutes=1)


def sent(channel: Channel, secret: str | None = None, payload: Any = LETTER.payload) -> tuple[str, dict[str, Any]]:
    """Path and body of what arrives."""
    with HttpReceiver() as receiver:
        send(channel, outgoing(f"{receiver.url}?key=1", payload=payload, secret=secret, subject=LETTER.subject))
    (request,) = receiver.requests
    return request.path, json.loads(request.body)


def test_wecom_gets_markdown() -> None:
    path, body = sent(WecomChannel(CLOCK))
    assert path == "/hook?key=1"
    assert body["msgtype"] == "markdown"
    assert "http://127.0.0.1:8000/alerts/17" in body["markdown"]["content"]


def test_dingtalk_is_signed_in_its_address(clock: FrozenClock) -> None:
    path, body = sent(DingtalkChannel(clock), "SEC0")
    query = parse_qs(urlsplit(path).query)
    stamp = str(int(clock.now().timestamp() * 1000))
    digest = hmac.new(b"SEC0", f"{stamp}\nSEC0".encode(), hashlib.sha256).digest()
    assert query == {"key": ["1"], "timestamp": [stamp], "sign": [base64.b64encode(digest).decode()]}
    assert body["markdown"]["title"] == "橙色预警，编号 17 / alert No. 17: orange"


def test_feishu_is_signed_in_its_body(clock: FrozenClock) -> None:
    _, body = sent(FeishuChannel(clock), "SEC0")
    stamp = str(int(clock.now().timestamp()))
    digest = hmac.new(f"{stamp}\nSEC0".encode(), b"", hashlib.sha256).digest()
    assert (body["timestamp"], body["sign"]) == (stamp, base64.b64encode(digest).decode())
    assert body["msg_type"] == "text"


@pytest.mark.parametrize("make", [DingtalkChannel, FeishuChannel])
def test_a_robot_without_a_secret_is_not_signed(make: type[Channel]) -> None:
    path, body = sent(make(CLOCK))  # type: ignore[call-arg]
    assert path == "/hook?key=1"
    assert "sign" not in body


def test_what_is_long_is_cut_to_the_bytes_of_the_group_and_never_in_a_link() -> None:
    items = [Item(n, Level.RED, "x", compose(news(number=n)).payload, over_budget=False) for n in range(400)]
    _, body = sent(WecomChannel(CLOCK), payload=bundle(items).payload)
    content = body["markdown"]["content"]
    assert 4000 < len(content.encode()) <= 4096
    links = [word for line in content.splitlines() for word in line.split("：")[1:]]
    assert {link.rstrip("…") for link in links} <= {"http://127.0.0.1:8000/alerts/17", ""}


@pytest.mark.parametrize(
    ("make", "field", "code", "outcome", "wait", "gone"),
    [
        (WecomChannel, "errcode", 45009, Outcome.TRY_AGAIN, MINUTE, False),
        (WecomChannel, "errcode", 93000, Outcome.GIVE_UP, None, True),
        (WecomChannel, "errcode", 40058, Outcome.GIVE_UP, None, False),
        (WecomChannel, "errcode", -1, Outcome.TRY_AGAIN, None, False),
        (DingtalkChannel, "errcode", 130101, Outcome.TRY_AGAIN, 10 * MINUTE, False),
        (DingtalkChannel, "errcode", 300001, Outcome.GIVE_UP, None, True),
        (DingtalkChannel, "errcode", 310000, Outcome.GIVE_UP, None, False),
        (FeishuChannel, "code", 11232, Outcome.TRY_AGAIN, MINUTE, False),
        (FeishuChannel, "code", 19001, Outcome.GIVE_UP, None, True),
        (FeishuChannel, "code", 19021, Outcome.GIVE_UP, None, False),
    ],
)
def test_an_error_code_in_a_200_is_no_delivery(
    make: type[Channel], field: str, code: int, outcome: Outcome, wait: timedelta | None, gone: bool
) -> None:
    body = json.dumps({field: code, "errmsg": "为什么", "msg": "为什么"}).encode()
    with HttpReceiver(Answer(body=body)) as receiver:
        (result,) = send(make(CLOCK), outgoing(receiver.url, payload=LETTER.payload))  # type: ignore[call-arg]
    assert (result.outcome, result.code, result.retry_after, bool(result.gone)) == (outcome, str(code), wait, gone)
    assert result.detail == "为什么"
