"""`labour-watch drill`: what it says of an imagined alert, what it refuses, and that it leaves no trace."""

import hashlib
import json
from pathlib import Path

import pytest
from sqlalchemy import text

from service import tables
from service.__main__ import run
from service.db import Database
from tests.cast import NETWORK


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Path:
    """An instance with the cast."""
    monkeypatch.delenv("LABOUR_WATCH_DATABASE_URL", raising=False)
    network = tmp_path / "network.yaml"
    network.write_text(NETWORK, encoding="utf-8")
    assert run(["init", "--dir", str(tmp_path / "i"), "--network", str(network)]) == 0
    capsys.readouterr()
    return tmp_path / "i"


def rows(folder: Path) -> dict[str, int]:
    """How many rows every table has."""
    database = Database(f"sqlite:///{folder / 'labour-watch.db'}")
    with database.engine.connect() as connection:
        counts = {
            name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
            for name in tables.metadata.tables
        }
    database.close()
    return counts


def test_it_says_who_when_by_which_channel_and_why_and_names_the_holes(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["drill", "paper", "yellow", "--at", "2026-09-30T17:00", "--nobody-answers", "--dir", str(folder)]
    assert run(words) == 0
    said = capsys.readouterr().out
    for part in (
        "不发送、不写库",
        "眉县纸厂（演示）（paper）黄色预警 yellow",
        "工作时间 working",
        "2026-10-12 09:00 周一  第 2 级，尚未签收 / rung 2, sign is owed：county.deputy",
        "市值班（duty），市总工会值班岗 city.duty@baoji，代 standing in for county.deputy，渠道 by console",
        "! 未设岗位 county.deputy，请增设 / no post county.deputy on the path",
        "2026-10-23 15:30 周五  到顶后重复 / again at the top",
    ):
        assert part in said


def test_days_off_and_make_up_days_are_marked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for at, marked in (("2026-10-01T10:00", "周四休"), ("2026-10-10T10:00", "周六班"), ("2026-10-12T10:00", "周一；")):
        assert run(["drill", "gear", "red", "--at", at, "--nobody-answers", "--dir", str(folder)]) == 0
        assert f"发布 issued {at.replace('T', ' ')} {marked}" in capsys.readouterr().out


def test_as_json_it_is_one_timetable_a_scenario(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["drill", "gear", "red", "--at", "2026-10-01T02:00", "--event", "--format", "json", "--dir", str(folder)]
    assert run([*words, "--nobody-answers"]) == 0
    (timetable,) = json.loads(capsys.readouterr().out)
    assert (timetable["due_at"], timetable["clock"]) == ("2026-10-01T02:30+08:00", "wall")
    assert [(step["at"][11:16], step["why"], step["rungs"]) for step in timetable["steps"]] == [
        ("02:00", "rung", [0]),
        ("02:15", "rung", [1]),
        ("02:30", "rung", [2]),
        ("03:00", "repeat", []),
        ("03:30", "repeat", []),
    ]
    leader = {"officer": "zheng.jun", "post": "city.leader", "node": "baoji", "for": ["city.leader"]}
    assert timetable["steps"][2]["told"] == [leader | {"channel": "console"}]
    assert run(words) == 0
    signed, handled = json.loads(capsys.readouterr().out)
    assert (signed["scenario"], signed["duty"], handled["scenario"], handled["duty"]) == (
        "signed",
        "act",
        "handled",
        "update",
    )
    assert signed["steps"][0]["told"][0]["officer"] == "li.na"


def test_a_countys_own_silence_is_the_citys(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["drill", "qishan", "黄", "--theme", "reporting", "--at", "2026-11-18T10:00", "--format", "json"]
    assert run([*words, "--nobody-answers", "--dir", str(folder)]) == 0
    (timetable,) = json.loads(capsys.readouterr().out)
    assert {told["node"] for step in timetable["steps"] for told in step["told"]} == {"baoji"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "red"], "no node nowhere"),
        (["gear", "purple"], "purple"),
        (["gear", "red", "--at", "yesterday"], "2026-10-01T02:00"),
        (["gear", "red", "--theme", "weather"], "wages"),
        (["gear"], "drill --help"),
    ],
)
def test_wrong_use_is_refused_with_the_cure(
    folder: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["drill", *words, "--dir", str(folder)]) == 2
    assert said in capsys.readouterr().err


def test_it_leaves_no_trace(folder: Path) -> None:
    file = folder / "labour-watch.db"
    before = rows(folder), hashlib.sha256(file.read_bytes()).hexdigest()
    assert run(["drill", "gear", "red", "--nobody-answers", "--dir", str(folder)]) == 0
    assert (rows(folder), hashlib.sha256(file.read_bytes()).hexdigest()) == before
