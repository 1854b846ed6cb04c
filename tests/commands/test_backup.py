"""`backup`, `restore` and `release` as an operator calls them."""

from pathlib import Path

import pytest
from sqlmodel import select

from service.__main__ import run
from service.clock import FrozenClock
from service.commands.instance import prepare
from service.db import Database
from service.notify.tables import OutboxMessage
from service.settings import Settings
from tests.builders import Town
from tests.cast import NETWORK

SECRET = "{channel: webhook, address: 'http://127.0.0.1:1/x', secret: whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw}"


@pytest.fixture
def instance(tmp_path: Path, clock: FrozenClock) -> Path:
    """An instance with one alert that nobody has been told of yet, and one secret."""
    network = tmp_path / "network.yaml"
    network.write_text(NETWORK.replace("{channel: console, address: duty}", SECRET), encoding="utf-8")
    settings = Settings(dir=tmp_path / "instance")
    prepare(settings, clock.now(), None, network)
    database = Database(settings.url())
    town = Town(database, clock)
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    database.close()
    return settings.dir


def states(folder: Path) -> set[str]:
    database = Database(Settings(dir=folder).url())
    with database.read() as session:
        found = set(session.exec(select(OutboxMessage.state)))
    database.close()
    return found


def test_there_and_back_again(instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, new = tmp_path / "b.zip", tmp_path / "new"
    assert run(["backup", "--dir", str(instance), "--out", str(file)]) == 0
    assert "1 alerts, 1 lines" in capsys.readouterr().out
    assert run(["restore", str(file), "--dir", str(new)]) == 0
    shown = capsys.readouterr().out
    assert "nothing is sent until you run `labour-watch release`" in shown
    assert "the secret key is another" in shown
    assert states(new) == {"held"}
    assert run(["doctor", "--dir", str(new)]) == 1
    assert "messages held since the restore" in capsys.readouterr().out
    assert run(["verify-chain", "--dir", str(new)]) == 0
    assert run(["release", "--dir", str(new)]) == 0
    assert "released" in capsys.readouterr().out
    assert states(new) == {"pending"}
    assert run(["release", "--dir", str(new)]) == 0
    assert "nothing is held" in capsys.readouterr().out


def test_the_old_key_opens_what_was_restored(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = tmp_path / "new"
    new.mkdir()
    (new / "secret.key").write_text((instance / "secret.key").read_text())
    assert run(["backup", "--dir", str(instance), "--out", str(tmp_path)]) == 0
    (file,) = tmp_path.glob("labour-watch-*.zip")
    assert run(["restore", str(file), "--dir", str(new), "--release"]) == 0
    shown = capsys.readouterr().out
    assert "the secret key is another" not in shown
    assert states(new) == {"pending"}


def test_the_newest_backup_is_what_doctor_names(
    instance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["doctor", "--dir", str(instance)])
    assert "no backup yet" in capsys.readouterr().out
    run(["backup", "--dir", str(instance), "--out", str(tmp_path / "b.zip")])
    run(["doctor", "--dir", str(instance)])
    shown = capsys.readouterr().out
    assert "newest backup" in shown
    assert str(tmp_path / "b.zip") in shown


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["restore", "none.zip", "--dir", "new"], 2, "no backup file"),
        (["restore", "half.zip", "--dir", "new"], 3, "cut or damaged"),
        (["restore", "b.zip", "--dir", "instance"], 2, "holds data"),
        (["backup", "--out", "b.zip", "--dir", "instance"], 2, "exists"),
        (["backup", "--out", "nowhere/b.zip", "--dir", "instance"], 3, "nowhere"),
        (["backup", "--out", "c.zip", "--dir", "new"], 3, "labour-watch init"),
        (["release", "--dir", "new"], 3, "labour-watch init"),
    ],
)
def test_what_cannot_work_says_why(
    instance: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["backup", "--dir", "instance", "--out", "b.zip"]) == 0
    content = Path("b.zip").read_bytes()
    Path("half.zip").write_bytes(content[: len(content) // 2])
    before = sorted(tmp_path.rglob("*"))
    assert run(arguments) == code
    assert said in capsys.readouterr().err
    assert [path for path in sorted(tmp_path.rglob("*")) if path not in before] == []
