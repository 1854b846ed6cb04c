"""`labour-watch explain`: a score in sentences, from files or from the instance, what would lower it, and what if."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from service.__main__ import run
from service.alerting.tables import Score
from service.clock import FrozenClock
from service.db import Database
from service.settings import Settings
from tests.builders import Town
from tests.cast import NETWORK
from tests.scoring.works import CALM, RULES, WEEKS

HEAD = "works，2026年第47周（11月16日至11月22日）：橙色，25 分，满分 100 分。"
HEAD_EN = "works, week 47 of 2026 (16 November to 22 November): orange, 25 points out of 100."
SAID = "第47周：欠薪天数 35 天，达到 31 天的标准，记 25 分，等级不低于橙色（D 拖欠，依据：工资条例第1条）。"
REMEDY = "将欠薪天数从 35 天降到 30 天，等级可降为蓝色（12 分）。"


@pytest.fixture
def inputs(tmp_path: Path) -> list[str]:
    """The works of tests/scoring/works.py in files, 35 days in arrears in the last week."""
    for name, text in RULES.items():
        (tmp_path / "rules" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "rules" / name).write_text(text, "utf-8")
    values = {week: {**CALM, "days": 35.0 if week == WEEKS[-1] else 0.0} for week in WEEKS}
    rows = [",".join(["works", week, *(_cell(id_, v) for id_, v in of.items())]) for week, of in values.items()]
    (tmp_path / "reports.csv").write_text("\n".join([",".join(["node", "week", *CALM]), *rows]) + "\n", "utf-8")
    nodes = "node,kind,closed\nworks,enterprise,\ngone,enterprise,2026-10-01\ntown,township,\n"
    (tmp_path / "nodes.csv").write_text(nodes, "utf-8")
    return [f"--{name}={tmp_path / name}{end}" for name, end in (("rules", ""), ("nodes", ".csv"), ("reports", ".csv"))]


def _cell(indicator: str, value: float) -> str:
    return {"ends": "2054-06-11", "closed": str(int(value))}.get(indicator, f"{value:g}")


def test_files_are_explained_without_a_database(inputs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "works", *inputs]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[:2] == [HEAD, HEAD_EN]
    assert f"1. {SAID}" in said
    assert "建议 / Advice： 约谈企业" in said
    assert REMEDY in said


@pytest.mark.parametrize(("lang", "has", "lacks"), [("zh", HEAD, HEAD_EN), ("en", HEAD_EN, HEAD)])
def test_one_language_is_enough(
    inputs: list[str], lang: str, has: str, lacks: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "works", *inputs, "--lang", lang, "--set", "days=0"]) == 0
    said = capsys.readouterr().out
    assert has in said
    assert lacks not in said


def test_another_week_is_asked_for_by_name(inputs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "works", *inputs, "--week", "2026-W46"]) == 0
    assert capsys.readouterr().out.startswith("works，2026年第46周（11月9日至11月15日）：正常，0 分")


def test_figures_can_be_tried(inputs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--set", "days=10", "--set", "stage=4", "--set", "closed=是", "--set", "ends=2026-11-30"]
    assert run(["explain", "works", *inputs, *more, "--format", "json"]) == 0
    tried = json.loads(capsys.readouterr().out)["what_if"]
    assert (tried["level"], tried["score"], tried["before"]["level"]) == ("orange", 46, "orange")
    changed = {change["rule"]: (change["before"]["points"], change["after"]["points"]) for change in tried["changed"]}
    assert changed == {"D": (25, 12), "S": (0, 12), "C": (0, 12), "X": (0, 10)}


def test_a_what_if_is_told_in_sentences(inputs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "works", *inputs, "--set", "days=0"]) == 0
    said = capsys.readouterr().out
    assert "等级为正常，0 分（现为橙色，25 分）。" in said
    assert "D 拖欠：由触发（25 分、不低于橙色）变为未触发。" in said
    assert "D Arrears: is silent where it fires (25 points, orange at least) now." in said


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["wroks"], ("没有节点 wroks；是否想写 works？", "did you mean 'works'?")),
        (["town"], ("没有适用于 township 的规则", "no rule is for a township")),
        (["gone"], ("节点 gone 在 2026-W47 尚未开立或已关闭", "gone is not open in 2026-W47")),
        (["works", "--week", "2026-W54"], ("不是日历上的周", "is no ISO week")),
        (["works", "--week", "2025-W01"], ("文件里没有 2025-W01（有 2026-W40–2026-W47）", "is not in the files")),
        (["works", "--dir", "x"], ("不能有 --dir", "without --dir")),
        (["works", "--set", "days"], ("看不懂 --set days", "cannot read --set days")),
        (["works", "--set", "dasy=1"], ("没有指标 dasy", "there is no indicator dasy")),
        (["works", "--set", "days=soon"], ("欠薪天数应为数字", "'Days overdue' must be a number")),
        (["works", "--set", "days=500"], ("欠薪天数应在 0 到 400 之间", "must lie between 0 and 400")),
        (["works", "--set", "petition=0"], ("petition 是密封指标", "petition is sealed")),
    ],
)
def test_what_cannot_be_explained_is_wrong_use(
    inputs: list[str], arguments: list[str], told: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *arguments, *inputs]) == 2
    error = capsys.readouterr().err
    assert told[0] in error
    assert told[1] in error


def test_all_three_files_are_needed(inputs: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "works", *inputs[:2]]) == 2
    assert "--reports" in capsys.readouterr().err


@pytest.fixture
def town(inputs: list[str], tmp_path: Path, clock: FrozenClock) -> Iterator[Town]:
    """An instance with the rules of the works, in which 岐山县's gear works is in arrears and has a petition."""
    (tmp_path / "network.yaml").write_text(NETWORK, "utf-8")
    made = ["init", "--dir", str(tmp_path), "--rules", str(tmp_path / "rules")]
    assert run([*made, "--network", str(tmp_path / "network.yaml")]) == 0
    town = Town(Database(Settings(dir=tmp_path).url()), clock)
    town.report("gear", "2026-W47", days=35, petition=6)
    town.assess()
    yield town
    town.db.close()


def test_an_instance_is_explained_from_its_newest_score(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", "gear", "--dir", str(tmp_path), "--set", "days=0"]) == 0
    said = capsys.readouterr().out
    assert "2026年第47周（11月16日至11月22日）：橙色，55 分" in said
    assert SAID in said
    assert "等级为橙色，30 分（现为橙色，55 分）。" in said
    assert "其他线索，记 30 分" in said
    assert "上访" not in said
    assert run(["explain", "gear", "--dir", str(tmp_path), "--show-sealed"]) == 0
    assert "上访人数 6，达到 5 的标准" in capsys.readouterr().out


def test_a_score_is_explained_from_what_was_known_when_it_was_made(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    town.clock.advance(timedelta(minutes=1))
    town.report("gear", "2026-W47", revision=2, days=0)  # and not assessed yet
    assert run(["explain", "gear", "--dir", str(tmp_path), "--set", "days=0", "--lang", "zh"]) == 0
    said = capsys.readouterr().out
    assert SAID in said
    assert "等级为橙色，30 分（现为橙色，55 分）。" in said


def test_what_does_not_come_out_again_is_told_and_not_tried(
    town: Town, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with town.db.write() as session:
        score = session.get_one(Score, town.score("gear", "2026-W47").id)
        score.score = 54.0  # as if something that it was made of had been another
    assert run(["explain", "gear", "--dir", str(tmp_path)]) == 0
    said = capsys.readouterr().out
    assert "橙色，54 分" in said
    assert SAID in said
    assert "暂不能试算" in said
    assert run(["explain", "gear", "--dir", str(tmp_path), "--set", "days=0"]) == 2
    assert "正待重评" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["geer"], "没有节点 geer；是否想写 gear？"),
        (["paper"], "节点 paper 还没有评分"),
        (["gear", "--week", "2026-W40"], "节点 gear 没有 2026-W40 的评分，最近的是 2026-W47"),
    ],
)
def test_a_score_that_is_not_there_is_wrong_use(
    town: Town, tmp_path: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["explain", *arguments, "--dir", str(tmp_path)]) == 2
    assert told in capsys.readouterr().err


def test_without_an_instance_it_fails_with_the_cure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["explain", "gear", "--dir", str(tmp_path)]) == 3
    assert "labour-watch init" in capsys.readouterr().err
