"""账号的命令, on an instance of their own."""

from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from sqlmodel import select
from typer.testing import CliRunner, Result

from service.commands.user import user_app
from service.db import Database
from service.errors import WrongUse
from service.migrate import upgrade
from service.network.directory import find_token
from service.network.exchange import import_network
from service.network.tables import Token
from service.web.access import sessions
from service.web.access.login import Guess, Let, guess
from service.web.access.tables import Account, WebSession
from tests.cast import NETWORK
from tests.conftest import WEDNESDAY
from tests.web.visitor import PASSWORD

Run = Callable[..., Result]
app = typer.Typer()
app.add_typer(user_app, name="user")


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The database of an instance with the cast's network."""
    path = tmp_path_factory.mktemp("pattern") / "labour-watch.db"
    database = Database(f"sqlite:///{path}")
    upgrade(database)
    with database.write() as session:
        import_network(session, NETWORK, "network.yaml", now=WEDNESDAY)
    database.close()
    return path.read_bytes()


@pytest.fixture
def instance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pattern: bytes) -> Database:
    monkeypatch.setenv("LABOUR_WATCH_DIR", str(tmp_path))
    (tmp_path / "labour-watch.db").write_bytes(pattern)
    return Database(f"sqlite:///{tmp_path / 'labour-watch.db'}")


def run(*words: str, says: str = PASSWORD) -> Result:
    secret = ["--password-stdin"] if words[0] in ("add", "password") else []
    return CliRunner().invoke(app, ["user", *words, *secret], input=f"{says}\n")


def accounts(instance: Database) -> list[Account]:
    with instance.read() as session:
        return list(session.exec(select(Account).order_by(Account.login)))


def prefixes(instance: Database, login: str) -> tuple[str, ...]:
    with instance.read() as session:
        digest = session.exec(select(Token.digest).join(Account).where(Account.login == login)).one()
        found = find_token(session, digest)
    assert found is not None
    return found.prefixes


def test_the_scope_of_an_officer_is_the_posts_held_that_of_others_a_node(instance: Database) -> None:
    for words in (
        ("li.na", "--role", "officer", "--officer", "li.na"),
        ("clerk", "--role", "reporter", "--node", "gear", "--name", "张会计"),
        ("root", "--role", "operator"),
        ("audit.qs", "--role", "auditor", "--node", "qishan"),
    ):
        result = run("add", *words)
        assert result.exit_code == 0, result.output
        assert result.stdout == ""
    assert prefixes(instance, "li.na") == ("baoji/qishan/",)
    assert prefixes(instance, "clerk") == ("baoji/qishan/caijiapo/gear/",)
    assert prefixes(instance, "root") == ("baoji/",)
    assert prefixes(instance, "audit.qs") == ("baoji/qishan/",)
    assert [a.name for a in accounts(instance)] == ["岐山县", "张会计", "李娜", "宝鸡市总工会"]


@pytest.mark.parametrize(
    "words",
    [
        ("x", "--role", "operator"),
        ("a b", "--role", "operator"),
        ("who", "--role", "officer"),
        ("who", "--role", "leader", "--node", "qishan"),
        ("who", "--role", "organiser", "--officer", "nobody"),
        ("who", "--role", "reporter"),
        ("who", "--role", "reporter", "--node", "nowhere"),
        ("who", "--role", "auditor", "--officer", "li.na"),
    ],
)
def test_what_does_not_fit_is_wrong_use_and_makes_nothing(instance: Database, words: tuple[str, ...]) -> None:
    assert isinstance(run("add", *words).exception, WrongUse)
    assert accounts(instance) == []


def test_a_login_is_taken_once_and_a_weak_password_not_at_all(instance: Database) -> None:
    assert isinstance(run("add", "who", "--role", "operator", says="who12345").exception, WrongUse)
    assert run("add", "who", "--role", "operator").exit_code == 0
    assert isinstance(run("add", "WHO", "--role", "auditor").exception, WrongUse)
    assert isinstance(run("password", "who", says="short").exception, WrongUse)
    assert isinstance(guess(instance, Guess("who", PASSWORD, ""), WEDNESDAY), Let)


def test_without_a_terminal_the_password_comes_from_standard_input_or_not_at_all(instance: Database) -> None:
    result = CliRunner().invoke(app, ["user", "add", "who", "--role", "operator"], input=f"{PASSWORD}\n")
    assert isinstance(result.exception, WrongUse)
    assert "--password-stdin" in str(result.exception)


@pytest.mark.parametrize("command", ["end-sessions", "disable", "password"])
def test_sessions_end_with_the_account_its_password_or_the_command(instance: Database, command: str) -> None:
    run("add", "who", "--role", "operator")
    with instance.write() as session:
        now = accounts(instance)[0].created_at
        sessions.begin(session, "who", "own", "", now)
    result = run(command, "Who", says="another good one 7")
    assert "1 sessions ended" in result.stderr
    with instance.read() as session:
        assert session.exec(select(WebSession.revoked_at)).one() is not None
    assert isinstance(run(command, "nobody").exception, WrongUse)


def test_the_list_tells_who_there_is_and_no_secret(instance: Database) -> None:
    run("add", "who", "--role", "operator")
    run("disable", "who")
    shown = run("list").output
    assert "who" in shown
    assert "closed" in shown
    assert "argon2" not in shown
    run("enable", "who")
    assert "closed" not in run("list").output
