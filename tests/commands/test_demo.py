"""The demo: a real instance with weeks behind it, where everything went through the real parts."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select

from service.__main__ import run
from service.alerting.tables import Alert, Score
from service.clock import SystemClock
from service.commands import demo
from service.commands.rehearse import CLOSED_AFTER, LEFT_OVERDUE
from service.db import Database
from service.notify.tables import OutboxMessage
from service.reporting.tables import Due
from service.settings import Settings
from service.web.access.login import Guess, Let, guess
from service.web.access.roles import Role
from service.web.access.tables import Account

FILES = {
    "nodes.csv",
    "reports.csv",
    "events.csv",
    "outcomes.csv",
    "e01.token",
    "officer.token",
    "tokens.csv",
    "demo.password",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of ten weeks."""
    folder = tmp_path_factory.mktemp("demo")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "WEEKS", 10)
        assert run(["demo", "--dir", str(folder), "--no-serve"]) == 0
    return folder


@pytest.fixture
def db(folder: Path) -> Database:
    return Database(Settings(dir=folder).url())


def test_it_leaves_its_files_and_keeps_its_tokens_to_itself(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} >= FILES
    assert all((folder / name).stat().st_mode & 0o077 == 0 for name in FILES if "token" in name or "password" in name)


def test_there_is_a_login_for_every_role_with_the_password_of_this_demo_alone(folder: Path, db: Database) -> None:
    password = (folder / "demo.password").read_text().strip()
    with db.read() as session:
        roles = {account.role: account.login for account in session.exec(select(Account))}
    assert roles.keys() == set(Role)
    assert guess(db, Guess(roles["leader"], password, ""), SystemClock().now()) == Let("demo-leader")


def test_everything_due_was_done_and_every_message_delivered(db: Database) -> None:
    with db.read() as session:
        assert session.exec(select(Due)).all() == []
        assert set(session.exec(select(OutboxMessage.state))) == {"delivered"}
        weeks = set(session.exec(select(Score.week)))
    assert len(weeks) in (9, 10)  # the last week's reports come in on Monday and Tuesday of the next


def test_no_clock_is_overdue_but_those_shown_on_purpose(db: Database) -> None:
    now = SystemClock().now()
    with db.read() as session:
        open_alerts = session.exec(select(Alert).where(col(Alert.closed_at).is_(None))).all()
    due = {"sign": "sign_by", "act": "act_by", "update": "update_by"}
    overdue = [alert for alert in open_alerts if getattr(alert, due[alert.duty]) <= now]
    assert len(overdue) <= LEFT_OVERDUE
    old = [alert for alert in open_alerts if alert.raised_at <= now - CLOSED_AFTER - timedelta(hours=1)]
    assert all(alert.contained_at is not None for alert in old)  # calmed, but not quiet long enough to be lifted


def test_a_filled_folder_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (folder / "e01.token").read_text()
    assert run(["demo", "--dir", str(folder), "--no-serve"]) == 2
    assert str(folder) in capsys.readouterr().err
    assert (folder / "e01.token").read_text() == before


def test_its_own_folder_is_made_anew_but_nobody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "demo"
    monkeypatch.setattr(demo, "DEFAULT", own)
    own.mkdir()
    (own / "thesis.txt").write_text("mine")
    assert run(["demo", "--no-serve"]) == 2
    assert (own / "thesis.txt").read_text() == "mine"
    assert "thesis" not in capsys.readouterr().out
