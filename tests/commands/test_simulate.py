"""模拟的命令: a folder of synthetic files, the same for the same seed."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from service.commands.simulate import simulate
from service.errors import Failure, FileProblems, WrongUse
from service.network.node_text import read_nodes_csv
from service.network.tree import check_tree, problems_to

INDICATORS = """\
indicators:
  - {id: staff.headcount, name: 人数, name_en: Staff, type: count, required: true}
  - {id: wage.arrears_days, name: 欠薪天数, name_en: Days, type: days, nil_ok: true, required: true}
  - {id: site.board, name: 公示牌, name_en: Board, type: yes_no}
  - {id: bargaining.expires, name: 到期, name_en: Expires, type: date}
  - {id: county.calls, name: 来电, name_en: Calls, type: count, applies_to: [county]}
events:
  - {id: event.stoppage, name: 停工, name_en: Stoppage}
"""
PACK = "pack: a\nversion: '1'\nname: 甲\nlevels: {blue: 10, yellow: 25, orange: 45, red: 70}\nrules: []\n"
FILES = ("README.txt", "events.csv", "nodes.csv", "observations.csv", "outcomes.csv", "reports.csv")


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Result]:
    """Run `simulate` with the dictionary above, 60 enterprises and 20 weeks."""
    (tmp_path / "rules" / "packs").mkdir(parents=True)
    (tmp_path / "rules" / "indicators.yaml").write_text(INDICATORS)
    (tmp_path / "rules" / "packs" / "a.yaml").write_text(PACK)
    app = typer.Typer()
    app.command()(simulate)

    def call(out: str, *more: str) -> Result:
        words = [
            "--enterprises",
            "60",
            "--weeks",
            "20",
            "--out",
            str(tmp_path / out),
            "--rules",
            str(tmp_path / "rules"),
        ]
        return CliRunner().invoke(app, [*words, *more])

    return call


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_same_seed_writes_the_same_bytes_and_another_seed_other_ones(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    for out, seed in (("a", "1"), ("b", "1"), ("c", "2")):
        assert run(out, "--seed", seed).exit_code == 0
    assert sorted(path.name for path in (tmp_path / "a").iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    assert (tmp_path / "a" / "reports.csv").read_bytes() != (tmp_path / "c" / "reports.csv").read_bytes()


def test_the_files_are_those_of_the_design_and_say_that_they_are_made_up(
    run: Callable[..., Result], tmp_path: Path
) -> None:
    run("a", "--until", "2026-W10")
    rows, problems = read_nodes_csv((tmp_path / "a" / "nodes.csv").read_text(), "nodes.csv")
    check_tree({}, rows, problems_to("nodes.csv", problems))
    assert problems == []
    enterprises = [row for row in rows if row.kind == "enterprise"]
    assert len(enterprises) == 60
    assert all("模拟" in row.name for row in enterprises)
    reports = table(tmp_path / "a" / "reports.csv")
    assert list(reports[0]) == [
        *("node", "week", "staff.headcount", "wage.arrears_days", "site.board", "bargaining.expires", "county.calls")
    ]
    assert (reports[0]["week"], reports[-1]["week"]) == ("2025-W43", "2026-W10")
    assert {row["site.board"] for row in reports} == {"", "0"}
    assert list(table(tmp_path / "a" / "outcomes.csv")[0]) == ["node", "week", "kind"]
    assert (tmp_path / "a" / "events.csv").read_text().startswith("node,week,event,people\n")
    assert "Synthetic" in (tmp_path / "a" / "README.txt").read_text()


@pytest.mark.parametrize("weeks", ["1", "3", "60"])
def test_any_number_of_weeks_and_no_enterprises_at_all_are_fine(
    run: Callable[..., Result], tmp_path: Path, weeks: str
) -> None:
    result = run("a", "--enterprises", "0", "--weeks", weeks)
    assert result.exit_code == 0, result.output
    assert "0 planted incidents" in result.stderr
    assert {row["node"] for row in table(tmp_path / "a" / "reports.csv")} >= {"weibin", "taibai"}


def test_a_last_week_that_is_none_is_wrong_use(run: Callable[..., Result], tmp_path: Path) -> None:
    result = run("a", "--until", "2025-W53")
    assert isinstance(result.exception, WrongUse)
    assert not (tmp_path / "a").exists()


def test_a_folder_that_cannot_be_made_is_a_failure(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    result = run("file")
    assert isinstance(result.exception, Failure)
    assert "cannot write" in str(result.exception)


def test_rules_that_do_not_parse_are_shown_with_their_line(run: Callable[..., Result], tmp_path: Path) -> None:
    (tmp_path / "rules" / "indicators.yaml").write_text("indicators:\n  - {id: a}\n")
    result = run("a")
    assert isinstance(result.exception, FileProblems)
    assert "indicators.yaml:2" in str(result.exception)
