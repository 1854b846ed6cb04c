"""The main job with the real service: posted over HTTP, on the officer's desk within a second, whatever is killed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import col, select
from standardwebhooks.webhooks import Webhook

from service.alerting.tables import Alert
from service.clock import SystemClock
from service.db import Database
from service.notify.tables import DeliveryAttempt, OutboxMessage
from service.scoring.week import week_at
from tests.conftest import make_postgres_database
from tests.fakes import Answer, HttpReceiver, SmtpReceiver
from tests.real import Real, eventually, running

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ARREARS = {"staff.headcount": 800, "wage.arrears_days": 35, "wage.arrears_people": 60}


@pytest.fixture
def receiver() -> Iterator[HttpReceiver]:
    with HttpReceiver() as receiver:
        yield receiver


@pytest.fixture
def mailbox() -> Iterator[SmtpReceiver]:
    with SmtpReceiver() as mailbox:
        yield mailbox


@pytest.fixture(params=["sqlite", "postgresql"])
def real(request: pytest.FixtureRequest, tmp_path: Path, receiver: HttpReceiver, mailbox: SmtpReceiver) -> Real:
    """An instance whose county officer 李娜 has a webhook, and whose duty desk has e-mail."""
    url = None
    if request.param == "postgresql":
        url = make_postgres_database(request.getfixturevalue("postgres"), template="template0")
    network = tmp_path / "network.yaml"
    network.write_text(
        f"""\
nodes:
  - {{node: baoji, kind: city, name: 宝鸡市总工会}}
  - {{node: qishan, parent: baoji, kind: county, name: 岐山县}}
  - {{node: gear, parent: qishan, kind: enterprise, name: 秦岭齿轮厂（演示）, headcount: 800}}
  - {{node: mill, parent: qishan, kind: enterprise, name: 岐山面粉厂（演示）, headcount: 100}}
officers:
  - {{id: li.na, name: 李娜, contacts: [{{channel: webhook, address: '{receiver.url}', secret: {SECRET}}}]}}
  - {{id: duty, name: 市值班, contacts: [{{channel: email, address: duty@example.org}}]}}
posts:
  - {{node: qishan, role: officer, holder: li.na}}
  - {{node: baoji, role: duty, holder: duty}}
""",
        encoding="utf-8",
    )
    settings = {"LABOUR_WATCH_SMTP_HOST": "127.0.0.1", "LABOUR_WATCH_SMTP_PORT": str(mailbox.port)}
    real = Real(
        tmp_path / "instance", url, settings | {"LABOUR_WATCH_LEASE_SECONDS": "1", "LABOUR_WATCH_SEND_TIMEOUT": "0.8"}
    )
    real.init(network)
    return real


def post(real: Real, token: str, body: dict[str, Any], **headers: str) -> httpx.Response:
    body = {"week": week_at(SystemClock().now())} | body
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.post(f"{real.url}/api/v1/reports", json=body, headers={"Authorization": f"Bearer {token}"} | names)


def test_a_report_is_on_the_officers_desk_within_a_second(
    real: Real, receiver: HttpReceiver, mailbox: SmtpReceiver
) -> None:
    enterprise, officer = real.token("gear"), real.token(officer="li.na")
    with running(real):
        first = post(real, enterprise, {"values": ARREARS}, Idempotency_Key="k1")
        assert first.status_code == 201
        assert eventually(lambda: len(receiver.requests) == 1, 2), real.printed()
        again = post(real, enterprise, {"values": ARREARS}, Idempotency_Key="k1")
        assert (again.status_code, again.json()) == (200, first.json())
        assert eventually(lambda: len(mailbox.mails) == 1, 5)
        call = receiver.requests[0]
        event = Webhook(SECRET).verify(call.body, call.headers)
        assert event["data"]["node"]["id"] == "gear"
        assert event["id"] == call.headers["webhook-id"]
        assert "橙色预警" in str(mailbox.mails[0]["Subject"])
        number = event["data"]["number"]
        bearer = {"Authorization": f"Bearer {officer}"}
        shown = httpx.get(f"{real.url}/api/v1/alerts/{number}", headers=bearer).json()
        assert (shown["level"], shown["state"]) == ("orange", "raised")
        signed = httpx.post(f"{real.url}/api/v1/alerts/{number}/acknowledge", headers=bearer).json()
        assert (signed["state"], signed["acknowledged_by"]) == ("acknowledged", "li.na")
        for path in ("alerts", "scores", "network", f"alerts/{number}"):
            answer = httpx.get(f"{real.url}/api/v1/{path}", headers={"Authorization": f"Bearer {enterprise}"})
            assert answer.status_code == 404
        assert len(receiver.requests) == 1


def test_nothing_that_was_answered_is_lost_whatever_is_killed_and_when(real: Real, receiver: HttpReceiver) -> None:
    token = real.token("gear")
    receiver.answer_with = lambda _: Answer(hang=True)
    with running(real):
        assert post(real, token, {"values": ARREARS}).status_code == 201
        real.kill()  # before it is assessed, or in the middle of it
        real.start()
        assert eventually(lambda: len(receiver.requests) >= 1), real.printed()
        real.kill()  # in mid-send
        receiver.answer_with = lambda _: Answer()
        calls = len(receiver.requests)
        real.start()
        assert eventually(lambda: len(receiver.requests) > calls), real.printed()
        # The mail server took its mail; the webhook was delivered.
        assert eventually(lambda: _states(real) == {"delivered", "accepted"}), _states(real)
    assert {call.headers["webhook-id"] for call in receiver.requests} == {receiver.requests[0].headers["webhook-id"]}
    database = Database(real.settings_url)
    with database.read() as session:
        assert len(session.exec(select(Alert)).all()) == 1
        attempts = session.exec(
            select(DeliveryAttempt.outcome)
            .join(OutboxMessage)
            .where(OutboxMessage.channel == "webhook")
            .order_by(col(DeliveryAttempt.number))
        ).all()
    database.close()
    # The attempt that was cut off has no end, or had run out of its own time where the machine was slow to kill it.
    assert attempts[-1] == "delivered"
    assert attempts[:-1]
    assert set(attempts[:-1]) <= {None, "try_again"}


def _states(real: Real) -> set[str]:
    database = Database(real.settings_url)
    with database.read() as session:
        states = set(session.exec(select(OutboxMessage.state)))
    database.close()
    return states
