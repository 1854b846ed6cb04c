"""组织与令牌的命令, on an instance of their own."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from sqlmodel import select
from typer.testing import CliRunner, Result

from service.commands.network import network_app, token_app
from service.db import Database
from service.errors import Failure, FileProblems, WrongUse
from service.migrate import upgrade
from service.network.directory import find_token, token_digest
from service.network.sealing import Sealer, instance_keys
from service.network.tables import Contact, Token

NETWORK = """\
nodes:
  - {node: baoji, kind: city, name: 宝鸡市}
  - {node: e1, parent: baoji, kind: enterprise, name: 一号厂}
officers:
  - {id: wang, name: 王模, contacts: [{channel: webhook, address: "https://example.org", secret: s3}]}
posts:
  - {node: baoji, role: duty, holder: wang}
"""
app = typer.Typer()
app.add_typer(token_app, name="token")
app.add_typer(network_app, name="network")


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run a command on the instance in `tmp_path`/i."""
    monkeypatch.delenv("LABOUR_WATCH_DATABASE_URL", raising=False)
    monkeypatch.delenv("LABOUR_WATCH_SECRET_KEY", raising=False)
    return lambda *words: CliRunner().invoke(app, [*words, "--dir", str(tmp_path / "i")])


@pytest.fixture
def instance(tmp_path: Path, run: Callable[..., Result]) -> Iterator[Database]:
    """An instance that holds the network above."""
    (tmp_path / "i").mkdir()
    database = Database(f"sqlite:///{tmp_path / 'i' / 'labour-watch.db'}")
    upgrade(database)
    (tmp_path / "network.yaml").write_text(NETWORK)
    result = run("network", "import", str(tmp_path / "network.yaml"))
    assert result.exit_code == 0, result.output
    assert "2 nodes added, 0 changed; 1 officers, 1 posts" in result.stdout
    yield database
    database.close()


@pytest.mark.parametrize("holder", [("e1",), ("--officer", "wang")])
def test_issue_prints_the_token_alone_on_stdout_and_it_is_good(
    instance: Database, run: Callable[..., Result], holder: tuple[str, ...]
) -> None:
    result = run("token", "issue", *holder, "--label", "试用")
    assert result.stdout.count("\n") == 1
    with instance.read() as session:
        assert find_token(session, token_digest(result.stdout.strip())) is not None
    assert "shown this once" in result.stderr


@pytest.mark.parametrize("words", [(), ("e1", "--officer", "wang"), ("nowhere",), ("--officer", "nobody")])
def test_issue_without_one_good_holder_is_wrong_use(
    instance: Database, run: Callable[..., Result], words: tuple[str, ...]
) -> None:
    assert isinstance(run("token", "issue", *words).exception, WrongUse)
    with instance.read() as session:
        assert session.exec(select(Token)).all() == []


def test_list_shows_every_token_but_none_of_their_secrets(instance: Database, run: Callable[..., Result]) -> None:
    token = run("token", "issue", "e1", "--label", "试用").stdout.strip()
    run("token", "issue", "--officer", "wang")
    assert run("token", "revoke", "1").exit_code == 0
    shown = run("token", "list").stdout
    assert all(word in shown for word in ("e1", "wang", "试用", "revoked", "in force"))
    assert token not in shown
    assert token_digest(token) not in shown


def test_a_revoked_token_is_no_longer_good(instance: Database, run: Callable[..., Result]) -> None:
    token = run("token", "issue", "e1").stdout.strip()
    run("token", "revoke", "1")
    with instance.read() as session:
        assert find_token(session, token_digest(token)) is None
    assert isinstance(run("token", "revoke", "2").exception, WrongUse)


def test_export_gives_what_import_takes(instance: Database, run: Callable[..., Result], tmp_path: Path) -> None:
    for form in ("yaml", "csv"):
        (tmp_path / f"out.{form}").write_text(run("network", "export", "--format", form).stdout)
        result = run("network", "import", str(tmp_path / f"out.{form}"))
        assert "0 nodes added, 0 changed" in result.stdout, result.output


def test_import_seals_secrets_with_the_instance_s_key(
    instance: Database, run: Callable[..., Result], tmp_path: Path
) -> None:
    with instance.read() as session:
        sealed = session.exec(select(Contact.secret)).one()
    assert Sealer(instance_keys(None, tmp_path / "i")).open(sealed or "") == "s3"
    assert "s3" not in run("network", "export").stdout


def test_a_bad_file_is_refused_with_its_lines_and_nothing_is_taken(
    instance: Database, run: Callable[..., Result], tmp_path: Path
) -> None:
    before = run("network", "export").stdout
    (tmp_path / "bad.csv").write_text(
        "node,parent,kind,name\ne2,baoji,enterprise,二号厂\ne3,nowhere,enterprise,三号厂\n"
    )
    result = run("network", "import", str(tmp_path / "bad.csv"))
    assert isinstance(result.exception, FileProblems)
    assert result.exception.code == 1
    assert "bad.csv:3 " in str(result.exception)
    assert run("network", "export").stdout == before


@pytest.mark.parametrize(("content", "said"), [(None, "cannot read"), ("节点".encode("gb18030"), "save it as UTF-8")])
def test_a_file_that_cannot_be_read_is_wrong_use(
    run: Callable[..., Result], tmp_path: Path, content: bytes | None, said: str
) -> None:
    if content is not None:
        (tmp_path / "n.csv").write_bytes(content)
    result = run("network", "import", str(tmp_path / "n.csv"))
    assert isinstance(result.exception, WrongUse)
    assert said in str(result.exception)


def test_without_an_instance_the_cure_is_named(run: Callable[..., Result]) -> None:
    result = run("token", "list")
    assert isinstance(result.exception, Failure)
    assert "labour-watch init" in str(result.exception)
