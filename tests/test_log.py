"""What is logged can be read by machines and holds no secret, whoever logs it."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from service import log
from service.settings import Settings

SECRETS = {
    "token": "lw_3q2-7wAAAABbbbbCCCCddddEEEEffff",
    "signing": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "header": "Bearer abc.def-123",
    "bot": "https://oapi.example.cn/robot/send?access_token=f00ba5",
    "database": "postgresql://user:hunter2@db.example.cn/lw",
    "link": "/l/9sXk3-secretpart",
    "mail": "li.na@example.cn",
    "phone": "13812345678",
    "identity": "610302199001011234",
}
PARTS = [
    "lw_3q2",
    "MfKQ9r8",
    "abc.def",
    "f00ba5",
    "hunter2",
    "secretpart",
    "li.na",
    "13812345678",
    "610302199001011234",
]


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture(autouse=True)
def _as_json() -> Iterator[None]:
    log.configure(Settings(log_format="json"))
    yield
    log.configure(Settings())


@pytest.mark.parametrize("name", SECRETS)
def test_what_looks_like_a_secret_or_an_address_is_masked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    secret, logger = SECRETS[name], structlog.get_logger()
    logger.error(f"failed: {secret}", detail=f"({secret})", nested={"list": [secret]}, error=ValueError(secret))
    try:
        raise ValueError(secret)
    except ValueError:
        logger.exception("raised")
        logging.getLogger("some.library").exception("raised with %s", secret)
    shown = lines(capsys)
    assert [line["level"] for line in shown] == ["error"] * 3
    assert all("timestamp" in line for line in shown)
    assert [part for part in PARTS if part in json.dumps(shown)] == []
    assert "ValueError" in shown[1]["exception"]
    assert "ValueError" in shown[2]["exception"]


def test_values_under_telling_names_are_masked_whatever_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().warning("x", password="p", smtp_password="", values={"wage": 12}, address=["a"], seconds=3)
    (line,) = lines(capsys)
    assert (line["password"], line["smtp_password"], line["values"], line["address"]) == ("***", "", "***", "***")
    assert line["seconds"] == 3


def test_what_an_operator_needs_stays_readable(capsys: pytest.CaptureFixture[str]) -> None:
    structlog.get_logger().info("listening", url="http://127.0.0.1:8000")
    structlog.get_logger().warning("tick_failed", job="sweep", error="OperationalError", message="0199a6c0-0000-7000")
    first, second = lines(capsys)
    assert first["url"] == "http://127.0.0.1:8000"
    assert (second["job"], second["error"], second["message"]) == ("sweep", "OperationalError", "0199a6c0-0000-7000")


def test_configuring_again_writes_no_line_twice(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(Settings(log_format="json"))
    logging.getLogger("some.library").warning("once")
    assert [line["event"] for line in lines(capsys)] == ["once"]
