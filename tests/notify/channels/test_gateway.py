"""Platforms for text messages and calls, as the gateway file describes them."""

import hashlib
import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from service.clock import FrozenClock
from service.errors import LineProblem
from service.network.tree import problems_to
from service.notify.channels import Outcome, Pace, Result
from service.notify.channels.gateway_file import read_gateways
from service.notify.channels.sms import SmsChannel
from service.notify.channels.voice import VoiceChannel
from service.notify.message import compose
from tests.fakes import Answer, HttpReceiver, Received
from tests.notify.channels.test_contract import send
from tests.notify.letters import news, outgoing

LETTER = compose(news(theme="工资支付"))
FILE = """\
sms:
  url: {url}
  form: {form}
  headers: {{Authorization: "APPCODE {{secret}}"}}
  template: SMS_1
  body: {{mobile: "{{phone}}", s: "{{sign}}", t: "{{template}}", params: {{no: "{{number}}", tel: "{{duty_phone}}"}}}}
  other: {{mobile: "{{phone}}", say: "{{text}}"}}
  as_json: [params]
  sign: {{text: "{{phone}}{{secret}}", by: md5}}
  code: data.0.code
  accepted: ["0"]
  message: data.0.msg
  id: data.0.id
  busy: {{"7": 90}}
  refused: ["8"]
  gone: ["9"]
  burst: 2
  every: 30
"""


def problems(text: str) -> list[tuple[int, str]]:
    """Line and English text of each."""
    found: list[LineProblem] = []
    read_gateways(text, {}, problems_to("gateways.yaml", found))
    return [(problem.line, problem.text_en) for problem in found]


def ask(clock: FrozenClock, answer: bytes, form: str = "json", phone: str = "139 0000 0000") -> tuple[Result, Received]:
    """Send the letter by text message; the result and what the platform saw."""
    with HttpReceiver(Answer(body=answer)) as receiver:
        gateways = read_gateways(FILE.format(url=receiver.url, form=form), {"sms": "hunter2"}, problems_to("x", []))
        channel = SmsChannel(gateways["sms"], clock, "0917")
        assert channel.pace == Pace(2, timedelta(seconds=30))
        (result,) = send(channel, outgoing(phone, payload=LETTER.payload, subject=LETTER.subject))
    return result, receiver.requests[0]


def test_a_text_message_is_asked_for_as_the_file_says(clock: FrozenClock) -> None:
    result, request = ask(clock, b'{"data": [{"code": 0, "id": 4711}]}')
    assert result == Result(Outcome.ACCEPTED, "0", remote_id="4711")
    assert request.headers["authorization"] == "APPCODE hunter2"
    said = json.loads(request.body)
    assert json.loads(said.pop("params")) == {"no": "17", "tel": "0917"}
    sign = hashlib.md5(b"13900000000hunter2").hexdigest()
    assert said == {"mobile": "13900000000", "s": sign, "t": "SMS_1"}


@pytest.mark.parametrize(("form", "method"), [("form", "POST"), ("query", "GET")])
def test_it_may_be_a_form_or_a_query(clock: FrozenClock, form: str, method: str) -> None:
    _, request = ask(clock, b"{}", form)
    fields = parse_qs(request.body.decode() if form == "form" else urlsplit(request.path).query)
    assert request.method == method
    assert fields["mobile"] == ["13900000000"]


@pytest.mark.parametrize(
    ("code", "outcome", "wait", "gone"),
    [
        (7, Outcome.TRY_AGAIN, timedelta(seconds=90), False),
        (8, Outcome.GIVE_UP, None, False),
        (9, Outcome.GIVE_UP, None, True),
        (10, Outcome.TRY_AGAIN, None, False),
    ],
)
def test_the_codes_of_the_file_decide(
    clock: FrozenClock, code: int, outcome: Outcome, wait: timedelta | None, gone: bool
) -> None:
    result, _ = ask(clock, json.dumps({"data": [{"code": code, "msg": "为什么"}]}).encode())
    assert (result.outcome, result.retry_after, bool(result.gone)) == (outcome, wait, gone)
    assert result.detail == "为什么"


@pytest.mark.parametrize("phone", ["", "li.na", "139\r\n0000", "1390000000012345678901", "139{secret}"])
def test_what_is_no_number_is_given_up_without_a_call(clock: FrozenClock, phone: str) -> None:
    gateways = read_gateways(FILE.format(url="http://127.0.0.1:1/", form="json"), {}, problems_to("x", []))
    (result,) = send(VoiceChannel(gateways["sms"], clock), outgoing(phone, payload=LETTER.payload))
    assert (result.outcome, result.code) == (Outcome.GIVE_UP, "bad_address")


def test_a_message_of_100_000_characters_is_cut(clock: FrozenClock) -> None:
    text = FILE.format(url="{url}", form="json") + "  longest: 60\n"
    with HttpReceiver() as receiver:
        gateways = read_gateways(text.replace("{url}", receiver.url), {}, problems_to("x", []))
        payload = {"type": "x", "data": {"brief": "长" * 100_000}}
        send(VoiceChannel(gateways["sms"], clock), outgoing("13900000000", payload=payload))
    said = json.loads(receiver.requests[0].body)["say"]
    assert (len(said), said[-1]) == (60, "…")


@pytest.mark.parametrize(("longest", "kept"), [(200, True), (95, True), (80, False)])
def test_the_link_to_sign_is_never_cut(clock: FrozenClock, longest: int, kept: bool) -> None:
    link = f"https://warn.example/lw/l/{'x' * 43}"
    text = FILE.format(url="{url}", form="json").replace("params: {no:", 'say: "{text}", params: {no:')
    with HttpReceiver() as receiver:
        text = text.replace("{url}", receiver.url) + f"  longest: {longest}\n"
        gateways = read_gateways(text, {}, problems_to("x", []))
        data = LETTER.payload["data"] | {"county": "县" * 40, "theme": "类" * 40}
        send(SmsChannel(gateways["sms"], clock), outgoing("13900000000", payload={"data": data}, link=link))
    said = json.loads(receiver.requests[0].body)["say"]
    assert len(said) <= longest
    assert (said.startswith("橙色预警"), said.endswith(link), "https" in said) == (True, kept, kept)


def test_the_shipped_form_of_the_file_is_sound() -> None:
    assert problems(FILE.format(url="https://sms.example.cn/send", form="json")) == []


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        ("sms:", "pager:", 1, "unknown field pager"),
        ("form: json", "form: xml", 2, "form must be one of"),
        ("https://", "ftp://", 2, "http(s) address"),
        ("accepted:", "accept:", 2, "accepted"),
        ("{number}", "{unit}", 6, "there is no {unit}"),
        ("APPCODE {secret}", "{phone}", 4, "there is no {phone}"),
        ("every: 30", "every: soon", 2, "every must be"),
        ("by: md5", "by: crc", 9, "by must be one of"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(old: str, new: str, line: int, said: str) -> None:
    text = FILE.format(url="https://sms.example.cn/send", form="json").replace(old, new)
    found = problems(text)
    assert any(at == line and said in text_en for at, text_en in found), found
