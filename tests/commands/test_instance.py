"""Opening an instance, checking it, and what the command line says when something is in the way."""

import socket
from pathlib import Path

import pytest

from service.__main__ import run
from service.db import Database
from service.settings import Settings
from tests.cast import NETWORK


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "instance"


@pytest.fixture
def network(tmp_path: Path) -> Path:
    path = tmp_path / "network.yaml"
    path.write_text(NETWORK, encoding="utf-8")
    return path


def test_init_makes_an_instance_and_again_changes_nothing(
    folder: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--dir", str(folder), "--network", str(network)]) == 0
    assert "7 nodes, 7 officers, 7 posts" in capsys.readouterr().out
    key = (folder / "secret.key").read_text()
    assert run(["init", "--dir", str(folder), "--network", str(network)]) == 0
    assert "0 nodes" in capsys.readouterr().out
    assert (folder / "secret.key").read_text() == key
    assert (folder / "secret.key").stat().st_mode & 0o077 == 0


def test_a_network_with_mistakes_leaves_no_node_behind_and_can_be_mended(
    folder: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    network.write_text(NETWORK.replace("parent: qishan, kind: township", "parent: nowhere, kind: township"))
    assert run(["init", "--dir", str(folder), "--network", str(network)]) == 1
    assert "network.yaml:5" in capsys.readouterr().err
    network.write_text(NETWORK)
    assert run(["init", "--dir", str(folder), "--network", str(network)]) == 0
    assert "7 nodes" in capsys.readouterr().out


def test_rules_with_mistakes_make_no_instance(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rules = tmp_path / "rules"
    (rules / "packs").mkdir(parents=True)
    (rules / "indicators.yaml").write_text("indicators: []\n")
    (rules / "packs" / "a.yaml").write_text("rules: [\n")
    assert run(["init", "--dir", str(folder), "--rules", str(rules)]) == 1
    assert "packs/a.yaml:" in capsys.readouterr().err


def test_other_rules_in_the_folder_are_said_and_not_loaded(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["init", "--dir", str(folder)]) == 0
    capsys.readouterr()
    rules = Path(__file__).parent.parent / "data" / "warn-rules"
    assert run(["init", "--dir", str(folder), "--rules", str(rules)]) == 0
    assert "rules_folder_differs" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["serve"], 3, "labour-watch init"),
        (["doctor"], 3, "labour-watch init"),
        (["token", "issue", "gear"], 3, "labour-watch init"),
        (["web"], 2, "PostgreSQL"),
        (["worker"], 2, "PostgreSQL"),
        (["init", "--network", "nowhere.yaml"], 2, "nowhere.yaml"),
        (["init", "--rules", "nowhere"], 2, "nowhere"),
    ],
)
def test_what_cannot_work_says_why_and_what_to_do(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, said: str
) -> None:
    assert run([*arguments, "--dir", str(folder)]) == code
    error = capsys.readouterr().err
    assert said in error
    assert "Traceback" not in error


def test_a_database_that_is_away_or_of_another_version_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    database = Database(Settings(dir=folder).url())
    with database.write() as session:
        session.connection().exec_driver_sql("CREATE TABLE other (x)")
    database.close()
    assert run(["doctor", "--dir", str(folder)]) == 3
    assert "labour-watch migrate" in capsys.readouterr().err
    assert run(["migrate", "--dir", str(folder)]) == 0
    monkeypatch.setenv("LABOUR_WATCH_DATABASE_URL", "postgresql://u:secret@127.0.0.1:1/nothing")
    assert run(["doctor", "--dir", str(folder)]) == 3
    error = capsys.readouterr().err
    assert "LABOUR_WATCH_DATABASE_URL" in error
    assert "secret" not in error


def test_a_port_that_is_taken_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["init", "--dir", str(folder)]) == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert run(["serve", "--dir", str(folder), "--port", port]) == 3
    assert port in capsys.readouterr().err


def test_a_healthy_instance_is_called_so(folder: Path, network: Path, capsys: pytest.CaptureFixture[str]) -> None:
    network.write_text(NETWORK.replace("}]}", ", verified: true}]}"), encoding="utf-8")
    assert run(["init", "--dir", str(folder), "--network", str(network)]) == 0
    assert run(["doctor", "--dir", str(folder)]) == 0
    assert "all well" in capsys.readouterr().out


def test_weak_points_of_posts_are_named_and_many_of_a_kind_are_counted(
    folder: Path, network: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    duty = "- {node: baoji, role: duty, deputies: [duty]}"
    network.write_text(NETWORK.replace("- {node: baoji, role: duty, holder: duty}", duty), encoding="utf-8")
    assert run(["init", "--dir", str(folder), "--network", str(network)]) == 0
    assert run(["doctor", "--dir", str(folder)]) == 1
    shown = capsys.readouterr().out
    assert "post city.duty at baoji has deputies but no holder; name one" in shown
    assert shown.count("no contact is verified") == 3
    assert "5 more of this kind; see `who`" in shown
