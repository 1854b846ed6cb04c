"""`labour-watch rules check|test`: what an admin sees and which exit code a script gets."""

import json
import re
import shutil
from pathlib import Path

import pytest

from service.__main__ import run
from service.shipped import shipped

from .folder import FILES, changed, write


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
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place,) = write(tmp_path, changed("cases/c.yaml", "{W01: 40", "{⌖W01: 39"))
    assert run(["rules", "check", str(tmp_path)]) == 0
    assert run(["rules", "test", str(tmp_path)]) == 1
    seen = capsys.readouterr()
    assert f"{tmp_path}/{place} 欠薪八天：W01 应为 39，实为 40 / W01: wanted 39, got 40" in seen.out
    assert "1 of 7 cases failed" in seen.err


def test_rules_and_thresholds_without_cases_are_told_at_the_rule(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, changed("cases/c.yaml", '"9"}, expect: {C01: 40}', '"2"}, expect: {C01: 10}'))
    assert run(["rules", "test", str(tmp_path)]) == 0
    capsys.readouterr()
    assert run(["rules", "test", str(tmp_path), "--coverage"]) == 1
    seen = capsys.readouterr()
    assert seen.out.splitlines() == [
        f"{tmp_path}/packs/b.yaml:3:10 [C01] 没有用例停在阈值 9 / no case stands at threshold 9"
    ]
    assert "用例不全：1 处 / cases are missing in 1 places" in seen.err
    shutil.rmtree(tmp_path / "cases")
    assert run(["rules", "test", str(tmp_path)]) == 0
    assert run(["rules", "test", str(tmp_path), "--coverage"]) == 1
    assert "[E01] 没有用例显示这条规则触发，也没有显示它不触发" in capsys.readouterr().out


def test_a_warning_is_printed_and_fails_only_when_strict(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, changed("packs/b.yaml", "9: 40", "9: 20"))
    (tmp_path / "cases" / "c.yaml").write_text("cases: []\n")
    assert run(["rules", "check", str(tmp_path)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert f"{tmp_path}/packs/a.yaml:5:32 提醒：county 类节点最多得 20 分，达不到 orange" in told[0]
    assert " / warning: no county can reach orange" in told[0]
    assert run(["rules", "check", str(tmp_path), "--strict"]) == 1


def test_editors_get_one_json_array_and_nothing_else(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place,) = write(tmp_path, changed("packs/a.yaml", "of: wage.days", "of: ⌖wage.dayz"))
    assert run(["rules", "check", str(tmp_path), "--format", "json"]) == 1
    (told,) = json.loads(capsys.readouterr().out)
    assert f"{Path(told['file']).relative_to(tmp_path)}:{told['line']}:{told['column']}" == place
    assert (told["severity"], told["rule"]) == ("error", "W01")
    assert "是否想写 wage.days？" in told["text"]
    assert "did you mean 'wage.days'?" in told["text_en"]
    write(tmp_path, FILES | {"cases/c.yaml": "cases: []\n"})
    assert run(["rules", "check", str(tmp_path), "--format", "json"]) == 0
    warnings = json.loads(capsys.readouterr().out)
    assert {told["severity"] for told in warnings} == {"warning"}
    assert {told["rule"] for told in warnings} >= {"W01", "W02", "B01", "C01", "E01"}
    assert all(told["line"] >= 1 and told["column"] >= 1 for told in warnings)


def test_the_schema_goes_to_a_file_or_to_standard_output(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path, changed("packs/a.yaml", "of: wage.days", "of: wage.dayz"))  # packs may be broken, they are at work
    assert run(["rules", "schema", str(tmp_path)]) == 0
    written = capsys.readouterr().out
    assert json.loads(written)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert run(["rules", "schema", str(tmp_path), "--out", str(tmp_path / "rulepack.schema.json")]) == 0
    assert (tmp_path / "rulepack.schema.json").read_text("utf-8") == written
    write(tmp_path, changed("indicators.yaml", "type: date", "type: dat"))
    assert run(["rules", "schema", str(tmp_path)]) == 1
    assert f"{tmp_path}/indicators.yaml:6:" in capsys.readouterr().err


def test_the_example_of_the_contract_is_sound_with_all_its_kinds(capsys: pytest.CaptureFixture[str]) -> None:
    example = Path(__file__).parents[1] / "rulebook" / "example"
    assert run(["rules", "check", str(example)]) == 0
    assert "28 rules, 4 cases, no problems" in capsys.readouterr().out
    assert run(["rules", "test", str(example)]) == 0


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
