"""Real input: public layoff notices, replayed over HTTP to the running service, raise March 2020 – once each, on both
a real webhook receiver and a real SMTP server."""

import csv
from collections import Counter
from pathlib import Path

import pytest
from sqlmodel import select

from service.__main__ import run
from service.alerting.tables import Alert, AlertEvent
from service.db import Database
from service.scoring.week import between
from tests.data.warn import RULES, main
from tests.fakes import HttpReceiver, SmtpReceiver
from tests.real import Real, eventually, running

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STATES = ("MA", "NY", "OH", "TX", "WA")
MARCH = set(between("2020-W11", "2020-W14"))


def test_march_2020_reaches_the_desk_once_and_by_mail_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with HttpReceiver() as hook, SmtpReceiver() as mailbox:
        main([str(tmp_path), "--webhook", hook.url, "--secret", SECRET, "--email", "leader@example.org"])
        settings = {"LABOUR_WATCH_SMTP_HOST": "127.0.0.1", "LABOUR_WATCH_SMTP_PORT": str(mailbox.port)}
        real = Real(tmp_path / "instance", settings=settings)
        real.init(tmp_path / "network.yaml", RULES)
        (tmp_path / "tokens.csv").write_text("node,token\n" + "".join(f"{s},{real.token(s)}\n" for s in STATES))
        shorten(tmp_path / "reports.csv")
        replay = ["replay", str(tmp_path / "reports.csv"), "--url", "", "--tokens", str(tmp_path / "tokens.csv")]
        with running(real):
            replay[3] = real.url
            assert run(replay) == 0
            assert f"accepted {len(STATES) * 34}" in capsys.readouterr().out
            assert eventually(lambda: len(hook.requests) == len(mailbox.mails) == raised(real) > 0), real.printed()
            assert run(replay) == 0
            assert f"repeated {len(STATES) * 34}" in capsys.readouterr().out
        count = raised(real)
    assert len({call.headers["webhook-id"] for call in hook.requests}) == len(hook.requests) == count
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == len(mailbox.mails) == count
    assert alarmed(real) == set(STATES)


def shorten(path: Path) -> None:
    """Keep the half year before the shock and the weeks around it, of a few states."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    kept = [row for row in rows[1:] if row[0] in STATES and "2019-W36" <= row[1] <= "2020-W17"]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([rows[0], *kept])


def raised(real: Real) -> int:
    reasons = Counter(event.reason for event, _ in events(real))
    return reasons["first_risk"] + reasons["reopened"]


def alarmed(real: Real) -> set[str]:
    """States whose alert was raised in March 2020."""
    return {node for event, node in events(real) if event.reason in ("first_risk", "reopened") and event.week in MARCH}


def events(real: Real) -> list[tuple[AlertEvent, str]]:
    database = Database(real.settings_url)
    with database.read() as session:
        found = session.exec(select(AlertEvent, Alert.node_id).join(Alert)).all()
    database.close()
    return [(event, node) for event, node in found]
