"""The page behind a one-time link: looking changes nothing, signing works once, and a bad link tells nothing."""

import logging
from datetime import timedelta

import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.notify.receipts import steps
from service.notify.tables import MessageLink
from service.response.desk import Office
from service.response.handle import acknowledge
from tests.builders import BASE_URL, Town
from tests.notify.linked import DAY, token, town_with_mail
from tests.web.linked import Caller


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    return town_with_mail(db, clock)


def words(town: Town) -> list[str]:
    """What is known of the message with the link."""
    with town.db.read() as session:
        (link,) = session.exec(select(MessageLink))
        return [step.word for step in steps(session, [link.message_id])[link.message_id]]


def test_looking_shows_the_alert_and_signs_nothing(town: Town) -> None:
    phone, path = Caller(town), f"/l/{token(town)}"
    for _ in range(2):  # a mail gateway looks first
        answer = phone.call("GET", path)
        assert answer.status_code == 200
    assert "橙色预警 1" in answer.text
    assert "岐山县" in answer.text
    assert "齿轮" not in answer.text  # no unit, no finding
    assert "拖欠" not in answer.text
    assert town.record("gear") == ["first_risk"]
    assert words(town) == ["queued", "sending", "opened"]


def test_the_page_is_closed_to_scripts_and_leaks_its_address_nowhere(town: Town) -> None:
    answer = Caller(town).call("GET", f"/l/{token(town)}")
    assert "<script" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == "no-store"
    assert len(answer.content) < 3000


def test_signing_works_once_and_is_on_record_as_the_officers(town: Town) -> None:
    phone, path = Caller(town), f"/l/{token(town)}"
    assert "已签收" in phone.call("POST", path).text
    assert town.record("gear") == ["first_risk", "acknowledged"]
    assert town.alert("gear").owner_id == "li.na"
    assert words(town)[-1] == "acknowledged"
    for method in ("GET", "POST"):
        again = phone.call(method, path)
        assert again.status_code == 410
        assert "链接已使用" in again.text
        assert "岐山" not in again.text
    assert town.record("gear") == ["first_risk", "acknowledged"]


def test_signed_by_somebody_else_the_link_says_so_and_changes_no_owner(town: Town) -> None:
    path = f"/l/{token(town)}"
    acknowledge(Office(town.db, town.library, BASE_URL), 1, "zhao.min", town.clock.now())
    phone = Caller(town)
    shown = phone.call("GET", path)
    assert "已有人签收" in shown.text
    assert "<form" not in shown.text
    assert phone.call("POST", path).status_code == 200
    assert town.alert("gear").owner_id == "zhao.min"


def test_a_forged_link_is_not_found(town: Town) -> None:
    phone = Caller(town)
    for forged in ("A" * 43, "x", "é", "%00", "A" * 5000, "..%2fl"):
        for method in ("GET", "POST"):
            answer = phone.call(method, f"/l/{forged}")
            assert answer.status_code == 404
            assert "岐山" not in answer.text


def test_a_link_expires(town: Town) -> None:
    path = f"/l/{token(town)}"
    town.clock.advance(DAY - timedelta(seconds=1))
    assert Caller(town).call("GET", path).status_code == 200
    town.clock.advance(timedelta(seconds=1))
    for method in ("GET", "POST"):
        answer = Caller(town).call(method, path)
        assert answer.status_code == 410
        assert "链接已过期" in answer.text
    assert town.record("gear") == ["first_risk"]


def test_who_has_left_the_post_signs_nothing(town: Town) -> None:
    path = f"/l/{token(town)}"
    with town.db.write() as session:
        session.connection().exec_driver_sql("DELETE FROM tenure WHERE officer_id = 'li.na'")
    assert Caller(town).call("POST", path).status_code == 404
    assert town.record("gear") == ["first_risk"]
    with town.db.read() as session:
        assert session.exec(select(MessageLink)).one().used_at is None


def test_no_log_line_holds_the_token(
    town: Town, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = token(town)
    for method in ("GET", "POST", "POST"):
        Caller(town).call(method, f"/l/{secret}")
    out, err = capfd.readouterr()
    ours = [record.getMessage() for record in caplog.records if not record.name.startswith("httpx")]
    assert secret not in "\n".join([out, err, *ours])
