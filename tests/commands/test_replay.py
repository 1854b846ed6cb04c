"""重放: against a small HTTP server that answers as it was told to."""

import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import typer
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from typer.testing import CliRunner, Result

from service.commands.replay import Row, as_json, replay
from service.errors import Exit, Failure, Findings, WrongUse

Behaviour = Callable[[dict[str, Any], int], Response]

RULES = {
    "indicators.yaml": """\
indicators:
  - {id: staff.headcount, name: 人数, name_en: Staff, type: count}
  - {id: site.board, name: 公示牌, name_en: Board, type: yes_no}
events: []
""",
    "packs/a.yaml": "pack: a\nversion: '1'\nname: 甲\nlevels: {blue: 10, yellow: 25, orange: 45, red: 70}\nrules: []\n",
}
REPORTS = """\
node,week,staff.headcount,wage.days,site.board,contract.ends
e1,2026-W02,10,,1,2027-01-31
e1,2026-W01,10,1.5,0,na
e2,2026-W01,12,0,,
"""


def accept(body: dict[str, Any], attempt: int) -> Response:
    return JSONResponse({"id": "x"}, 201)


@dataclass
class Server:
    """What was posted, and how it is answered; `attempt` counts the posts with one idempotency key."""

    url: str = ""
    behave: Behaviour = accept
    posts: list[tuple[str, str, dict[str, Any]]] = field(default_factory=list)  # token, key, body

    async def answer(self, request: Request) -> Response:
        body, key = await request.json(), request.headers["idempotency-key"]
        self.posts.append((request.headers["authorization"], key, body))
        return self.behave(body, sum(key == other for _, other, _ in self.posts))


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server()
    app = Starlette(routes=[Route("/api/v1/reports", server.answer, methods=["POST"])])
    runner = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    listener = socket.create_server(("127.0.0.1", 0))
    server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = threading.Thread(target=runner.run, kwargs={"sockets": [listener]})
    thread.start()
    yield server
    runner.should_exit = True
    thread.join()
    listener.close()


@pytest.fixture
def server(running: Server) -> Server:
    running.posts.clear()
    running.behave = accept
    return running


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Run `replay` on the reports and tokens above."""
    for name, text in RULES.items():
        (tmp_path / "rules" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "rules" / name).write_text(text)
    app = typer.Typer()
    app.command()(replay)

    def call(url: str, tokens: str = "node,token\ne1,one\ne2,two\n", reports: str = REPORTS, *more: str) -> Result:
        (tmp_path / "reports.csv").write_text("\ufeff" + reports)
        (tmp_path / "tokens.csv").write_text(tokens)
        files = [str(tmp_path / "reports.csv"), "--tokens", str(tmp_path / "tokens.csv")]
        return CliRunner().invoke(app, [*files, "--url", url, "--rules", str(tmp_path / "rules"), *more])

    return call


def test_weeks_are_posted_in_order_with_each_node_s_token_and_the_types_of_the_api(
    server: Server, run: Callable[..., Result]
) -> None:
    result = run(server.url)
    assert result.exit_code == 0, result.output
    assert "accepted 3, repeated 0, already there 0, refused 0" in result.stdout
    assert [body["week"] for _, _, body in server.posts] == ["2026-W01", "2026-W01", "2026-W02"]
    sent = {(token, body["week"]): body["values"] for token, _, body in server.posts}
    assert sent == {
        ("Bearer one", "2026-W01"): {
            "staff.headcount": 10,
            "wage.days": 1.5,
            "site.board": False,
            "contract.ends": "na",
        },
        ("Bearer two", "2026-W01"): {"staff.headcount": 12, "wage.days": 0},
        ("Bearer one", "2026-W02"): {"staff.headcount": 10, "site.board": True, "contract.ends": "2027-01-31"},
    }
    assert all("node" not in body for _, _, body in server.posts)


def test_one_token_may_report_for_all_and_then_the_node_is_named(server: Server, run: Callable[..., Result]) -> None:
    assert run(server.url, "node,token\n*,county\n").exit_code == 0
    assert {(token, body["node"]) for token, _, body in server.posts} == {
        ("Bearer county", "e1"),
        ("Bearer county", "e2"),
    }


def test_a_week_is_over_before_the_next_begins(server: Server, run: Callable[..., Result]) -> None:
    first = threading.Event()

    def slow(body: dict[str, Any], attempt: int) -> Response:
        if body["week"] == "2026-W02":
            assert first.is_set()
        elif attempt == 2:
            first.set()
        return JSONResponse({}, 503 if attempt == 1 and body["week"] == "2026-W01" else 201)

    server.behave = slow
    assert "accepted 3" in run(server.url).stdout


@pytest.mark.parametrize(
    ("status", "headers"), [(429, {"Retry-After": "0"}), (503, {}), (502, {})], ids=["too many", "away", "gateway"]
)
def test_what_may_pass_later_is_sent_again_under_the_same_key(
    server: Server, run: Callable[..., Result], status: int, headers: dict[str, str]
) -> None:
    server.behave = lambda body, attempt: JSONResponse({}, status if attempt == 1 else 201, headers)
    result = run(server.url)
    assert "accepted 3" in result.stdout
    assert len(server.posts) == 6
    assert len({key for _, key, _ in server.posts}) == 3


def test_repeated_and_already_reported_weeks_are_counted_and_are_no_failure(
    server: Server, run: Callable[..., Result]
) -> None:
    server.behave = lambda body, attempt: (
        JSONResponse({}, 200) if body["week"] == "2026-W02" else JSONResponse({"code": "already_reported"}, 409)
    )
    result = run(server.url)
    assert result.exit_code == 0
    assert "accepted 0, repeated 1, already there 2, refused 0" in result.stdout


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (
            {"code": "future_week", "detail": "未来", "detail_en": "a future week"},
            "e1 2026-W02: 422 未来 / a future week",
        ),
        ({"code": "key_reused"}, "e1 2026-W02: 422 Unprocessable"),
        (["odd"], "e1 2026-W02: 422 Unprocessable"),
    ],
)
def test_refused_reports_are_named_with_the_reason_and_end_with_1(
    server: Server, run: Callable[..., Result], body: Any, said: str
) -> None:
    server.behave = lambda sent, attempt: JSONResponse(body, 422 if sent["week"] == "2026-W02" else 201)
    result = run(server.url)
    assert isinstance(result.exception, Findings)
    assert said in result.stderr
    assert "accepted 2, repeated 0, already there 0, refused 1" in result.stdout


def test_an_answer_that_is_no_json_at_all_is_still_a_reason(server: Server, run: Callable[..., Result]) -> None:
    server.behave = lambda body, attempt: Response("gone", 410)
    result = run(server.url)
    assert "410 Gone" in result.stderr
    assert "refused 3" in result.stdout


def test_a_server_that_is_away_is_a_runtime_failure_that_says_how_to_go_on(run: Callable[..., Result]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    result = run(url, "node,token\n*,t\n", REPORTS, "--patience", "0")
    assert isinstance(result.exception, Failure)
    assert result.exception.code == 3
    assert "run the same command again" in str(result.exception)


@pytest.mark.parametrize(
    ("tokens", "reports", "said"),
    [
        ("node,token\ne1,one\n", REPORTS, "1 nodes have no token, such as e2"),
        ("who,token\ne1,one\n", REPORTS, "columns node and token"),
        ("node,token\n*,one\n", "node,values\n", "no column node or week"),
    ],
)
def test_files_that_do_not_fit_are_wrong_use(
    server: Server, run: Callable[..., Result], tokens: str, reports: str, said: str
) -> None:
    result = run(server.url, tokens, reports)
    assert isinstance(result.exception, WrongUse)
    assert said in str(result.exception)
    assert server.posts == []


def test_an_address_that_is_no_url_is_wrong_use(run: Callable[..., Result]) -> None:
    result = run("127.0.0.1:8000")
    assert isinstance(result.exception, WrongUse)
    assert "must begin with http" in str(result.exception)


def test_tokens_are_never_shown(server: Server, run: Callable[..., Result]) -> None:
    server.behave = lambda body, attempt: JSONResponse({}, 401)
    result = run(server.url, "node,token\n*,lw_s3cret\n")
    assert isinstance(result.exception, Exit)
    assert "s3cret" not in result.output + str(result.exception)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        ("12.0", 12),
        ("-3", -3),
        ("0.5", 0.5),
        ("1e3", 1000),
        ("na", "na"),
        ("2026-11-18", "2026-11-18"),
        ("true", True),
        ("false", False),
        ("nan", "nan"),
        ("inf", "inf"),
        ("1e400", "1e400"),
        ("012", "012"),
        ("十", "十"),
        ("12345678901234567890", 12345678901234567890.0),
    ],
)
def test_a_cell_becomes_the_json_the_api_takes(cell: str, value: object) -> None:
    found = as_json(cell)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(("cell", "value"), [("1", True), ("0", False), ("true", True), ("na", "na"), ("2", "2")])
def test_a_yes_no_cell_is_true_or_false(cell: str, value: object) -> None:
    assert as_json(cell, yes_no=True) is value or as_json(cell, yes_no=True) == value


def test_the_key_stands_for_the_figures() -> None:
    row = Row("e1", "2026-W01", {"a": 1, "b": 2})
    assert row.key == Row("e1", "2026-W01", {"b": 2, "a": 1}).key
    assert len({row.key, Row("e1", "2026-W01", {"a": 1}).key, Row("e2", "2026-W01", {"a": 1, "b": 2}).key}) == 3
