"""`who` on an instance of its own."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from service.__main__ import run
from tests.cast import NETWORK

ROTA = "rota: {from: 2026-11-16, order: [duty, zheng.jun], shifts: [{hours: '08:00-20:00'}]}"
CAST = NETWORK.replace(
    "- {node: baoji, role: duty, holder: duty}",
    f"- {{node: baoji, role: duty, holder: duty, deputies: [zheng.jun], {ROTA}}}",
).replace("channel: console, address: sun.wei", "channel: console, address: sun.wei, verified: true")

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance with the cast, a rota at the duty desk, and one verified contact."""
    folder = tmp_path_factory.mktemp("who")
    (folder / "network.yaml").write_text(CAST)
    assert run(["init", "--network", str(folder / "network.yaml"), "--dir", str(folder / "i")]) == 0
    return folder / "i"


@pytest.fixture
def say(folder: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run `who …`: exit code, what it prints, what it complains of."""

    def who(*words: str) -> tuple[int, str, str]:
        code = run(["who", *words, "--dir", str(folder)])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return who


def test_it_names_each_post_officer_channel_instant_and_reason(say: Say) -> None:
    code, out, _ = say("gear", "orange", "--at", "2026-11-18T10:00")
    assert code == 0
    lines = out.splitlines()
    assert lines[0] == "秦岭齿轮厂（演示） gear · 橙色 orange · 2026-11-18 10:00（工作日 working day）"
    assert "sign by 2026-11-18 14:00" in lines[1]
    assert "  2026-11-18 10:00  county.officer@qishan  李娜 li.na  console（未核验 unverified）  责任人 holder" in lines
    assert "  2026-11-18 14:00  city.duty@baoji  市值班 duty  console（未核验 unverified）  轮值 on the rota" in lines
    assert any("county.officer（qishan）的李娜（li.na）的联系方式未经核验" in line for line in lines)
    assert any("city.duty at baoji has nobody on its rota: 11-18 20:00 – 11-19 08:00" in line for line in lines)


def test_a_verified_contact_is_no_hole(say: Say) -> None:
    _, out, _ = say("gear", "蓝", "--at", "2026-11-18T10:00")
    assert "孙伟 sun.wei  console  责任人 holder" in out
    assert "sun.wei）的联系方式" not in out


def test_json_holds_the_same_for_programs(say: Say) -> None:
    code, out, _ = say("gear", "orange", "--at", "2026-11-18T02:00:00Z", "--format", "json")
    found = json.loads(out)
    assert (code, found["at"], found["clock"]) == (0, "2026-11-18T10:00:00+08:00", "wall")
    assert [[call["officer"] for call in rung] for rung in found["ladder"]] == [
        ["li.na"],
        ["wang.qiang"],
        ["zhao.min", "duty"],
        ["zheng.jun"],
    ]
    assert found["owner"]["channels"] == [{"channel": "console", "verified": False}]
    assert {(hole["post"], hole["reason"]) for hole in found["holes"]} >= {("city.duty", "gap")}
    assert "li.na" not in json.dumps(found["owner"]["channels"])  # an address may carry a secret


def test_the_silence_of_a_county_is_answered_by_the_city(say: Say) -> None:
    _, out, _ = say("qishan", "yellow", "--at", "2026-11-18T10:00", "--theme", "reporting", "--format", "json")
    owner = json.loads(out)["owner"]
    assert (owner["asked"], owner["post"], owner["officer"]) == ("county.officer", "city.duty", "duty")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("nowhere", "red"), "network export --format csv"),
        (("gear", "normal"), "blue, yellow, orange, red"),
        (("gear", "purple"), "blue, yellow, orange, red"),
        (("gear", "red", "--at", "soon"), "2026-10-01T02:00"),
        (("gear", "red", "--at", "0001-01-01"), "2026-10-01T02:00"),
        (("gear", "yellow", "--at", "9999-12-31"), "2026-10-01T02:00"),
        (("gear", "red", "--theme", "weather"), "reporting"),
    ],
)
def test_wrong_use_is_told_with_the_cure(say: Say, words: tuple[str, ...], said: str) -> None:
    code, out, err = say(*words)
    assert (code, out) == (2, "")
    assert said in err
