"""`verify-chain` as an auditor calls it: exit code 0 and the figures, or 1 and the place."""

from pathlib import Path

import pytest
from sqlalchemy import text

from service.__main__ import run
from service.alerting.chain import checkpoint_chains
from service.clock import FrozenClock
from service.commands.instance import prepare
from service.db import Database
from service.settings import Settings
from tests.builders import Town
from tests.cast import NETWORK


@pytest.fixture
def instance(tmp_path: Path, clock: FrozenClock) -> Path:
    """An instance folder with one alert."""
    network = tmp_path / "network.yaml"
    network.write_text(NETWORK, encoding="utf-8")
    settings = Settings(dir=tmp_path / "instance")
    prepare(settings, clock.now(), None, network)
    database = Database(settings.url())
    town = Town(database, clock)
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    database.close()
    return settings.dir


def test_whole_records_are_counted(instance: Path, capsys: pytest.CaptureFixture[str], clock: FrozenClock) -> None:
    assert run(["verify-chain", "--dir", str(instance)]) == 0
    assert "1 alerts, 1 lines, none changed" in (first := capsys.readouterr().out)
    assert "no checkpoint yet" in first
    database = Database(f"sqlite:///{instance / 'labour-watch.db'}")
    with database.write() as session:
        checkpoint_chains(session, clock.now())
    database.close()
    assert run(["verify-chain", "--dir", str(instance)]) == 0
    assert "newest checkpoint: 2026-11-18 10:00 " in capsys.readouterr().out


def test_the_first_changed_line_is_named(instance: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = Database(f"sqlite:///{instance / 'labour-watch.db'}")
    with database.write() as session:
        session.connection().execute(text("UPDATE alert_event SET level = 1"))
    database.close()
    assert run(["verify-chain", "--dir", str(instance)]) == 1
    told = capsys.readouterr().err
    assert "预警 1 第 1 条" in told
    assert "alert 1 line 1" in told


def test_a_folder_without_an_instance_is_said_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["verify-chain", "--dir", str(tmp_path)]) == 3
    assert "labour-watch init" in capsys.readouterr().err
