"""`evidence` as an auditor calls it: the file, the exit codes, and what a look at sealed values leaves behind."""

from pathlib import Path

import pytest
from sqlmodel import select

from service.__main__ import run
from service.clock import FrozenClock
from service.commands.instance import prepare
from service.db import Database
from service.journal import JournalEntry
from service.settings import Settings
from tests.builders import Town
from tests.cast import NETWORK
from tests.conftest import WEDNESDAY


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder with one alert."""
    folder = tmp_path_factory.mktemp("evidence")
    network = folder / "network.yaml"
    network.write_text(NETWORK, encoding="utf-8")
    settings = Settings(dir=folder / "instance")
    clock = FrozenClock(WEDNESDAY)
    prepare(settings, clock.now(), None, network)
    database = Database(settings.url())
    town = Town(database, clock)
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60, voice__complaints=7)
    town.assess()
    database.close()
    return settings.dir


def test_text_and_page_are_written(instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evidence", "1", "--dir", str(instance)]) == 0
    assert "预警证据 第 1 号" in capsys.readouterr().out
    page = tmp_path / "evidence.html"
    assert run(["evidence", "#1", "--dir", str(instance), "--format", "html", "--lang", "en", "--out", str(page)]) == 0
    assert "<h1>Evidence of alert No. 1</h1>" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("number", ["2", "0", "x", "9" * 30, "٣"])
def test_an_unknown_alert_is_wrong_use(instance: Path, number: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evidence", number, "--dir", str(instance)]) == 2
    assert f"there is no alert {number}; there are numbers 1 to 1" in capsys.readouterr().err


def test_a_look_at_sealed_values_goes_on_record(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evidence", "1", "--dir", str(instance), "--sealed"]) == 0
    assert "有效投诉" in capsys.readouterr().out
    database = Database(f"sqlite:///{instance / 'labour-watch.db'}")
    with database.read() as session:
        kinds = [row.kind for row in session.exec(select(JournalEntry).where(JournalEntry.subject == "alert/1"))]
    database.close()
    assert kinds == ["sealed_seen"]
    assert run(["evidence", "1", "--dir", str(instance)]) == 0
    told = capsys.readouterr().out
    assert "命令行查看了预警 1 证据中的密封指标" in told
    assert "有效投诉" not in told


def test_a_file_that_cannot_be_written_is_said_so(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["evidence", "1", "--dir", str(instance), "--out", str(instance / "no" / "where.txt")]) == 3
    assert "cannot write" in capsys.readouterr().err
