"""`labour-watch rules check|test`: what an admin sees and which exit code a script gets."""

import re
import shutil
from pathlib import Path

import pytest

from service.__main__ import run
from service.shipped import shipped


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(shipped("rules"), tmp_path / "rules"))


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_the_shipped_rules_are_sound_and_their_cases_hold(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["rules", "check", str(shipped("rules"))]) == 0
    said = re.search(r"没有问题 / (\d+) rules, (\d+) cases, no problems", capsys.readouterr().out)
    assert said is not None
    assert int(said[1]) >= 45
    assert run(["rules", "test", str(shipped("rules"))]) == 0
    assert capsys.readouterr().out == f"{said[2]} 个用例全部符合 / all {said[2]} cases hold\n"


def test_every_problem_of_every_file_is_listed_with_its_place(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(folder / "indicators.yaml", "type: days", "type: dayz")
    edit(folder / "packs" / "wages.yaml", "      8: 12", "      8: 5")
    (folder / "packs" / "zz-more.yaml").write_text(
        "rules:\n  - {id: W01, name: 又一条, kind: missing, at_least: {1: 2}}\n"
    )
    edit(folder / "response.yaml", "owner: township.organiser", "owner: 3")
    edit(folder / "calendar.yaml", "2025-01-01", "2025-13-01")
    assert run(["rules", "check", str(folder)]) == 1
    seen = capsys.readouterr()
    lines = seen.out.splitlines()
    assert [line.split()[0].rpartition("/")[2].split(":")[0] for line in lines] == [
        "indicators.yaml",
        "wages.yaml",
        "zz-more.yaml",
        "response.yaml",
        "calendar.yaml",
    ]
    assert all(line.startswith(f"{folder}/") for line in lines)
    assert "共 5 个问题 / 5 problems" in seen.err


def test_a_case_that_does_not_hold_is_told_with_wanted_and_got(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(folder / "packs" / "wages.yaml", "31: 25", "31: 24")
    assert run(["rules", "check", str(folder)]) == 0
    assert run(["rules", "test", str(folder)]) == 1
    seen = capsys.readouterr()
    assert f"{folder}/cases/wages.yaml:6:14 欠薪三十五天，十二人：W01 应为 25，实为 24" in seen.out
    assert "2 of " in seen.err


def test_rules_without_cases_are_named_but_no_failure(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "cases" / "reporting.yaml").unlink()
    assert run(["rules", "test", str(folder)]) == 0
    assert "没有用例显示这些规则触发 / note: no case in which one of these fires: Q03" in capsys.readouterr().out
    shutil.rmtree(folder / "cases")
    assert run(["rules", "test", str(folder)]) == 0


def test_a_folder_needs_neither_cases_nor_response_nor_calendar(folder: Path) -> None:
    shutil.rmtree(folder / "cases")
    (folder / "response.yaml").unlink()
    (folder / "calendar.yaml").unlink()
    assert run(["rules", "check", str(folder)]) == 0


def test_a_file_that_is_no_text_is_one_problem_and_not_a_missing_one(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(folder / "packs")
    (folder / "packs").mkdir()
    (folder / "packs" / "default.yaml").write_bytes("pack: p\nname: 宝鸡\n".encode("gbk"))
    (folder / "indicators.yaml").write_bytes(b"indicators: \xff\n")
    assert run(["rules", "check", str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [f"{folder}/indicators.yaml:1", f"{folder}/packs/default.yaml:2"]
    assert all("not UTF-8" in line for line in lines)


@pytest.mark.parametrize("words", [["check", "gone"], ["test", "gone"], ["check"], ["verify", "."]])
def test_wrong_use_ends_with_two(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(["rules", *words]) == 2
