"""`labour-watch detect`: a series in, bounds and alarms out – or every problem with its line."""

import csv
import io
from pathlib import Path

import pytest

from service.__main__ import run
from service.commands import detect as command

GOLDEN = Path(__file__).parents[1] / "golden"


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    """The rows that the command prints."""
    assert run(["detect", *arguments]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Weeks 3 to 12, the last of them a peak."""
    found = tmp_path / "s.csv"
    found.write_text("t,note,observed\n" + "".join(f"{t},x,{y}\n" for t, y in enumerate([1, 2, 1, 3, 2, 1, 2, 30], 3)))
    return found


def test_every_week_is_printed_and_empty_where_there_is_no_history(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = printed(capsys, "--method", "ears_c1", "--series", str(file))
    assert rows[0] == {"t": "3", "observed": "1", "expected": "", "upperbound": "", "alarm": ""}
    assert [row["alarm"] for row in rows] == [""] * 7 + ["1"]
    assert rows[-1]["expected"] == "1.7142857142857142"
    assert float(rows[-1]["upperbound"]) == pytest.approx(4.05, abs=0.01)


OPTIONS = [
    (["ears_c1", "--baseline", "3"], {"expected": "1.6666666666666667"}),
    (["ears_c1", "--alpha", "0.5"], {"upperbound": "1.7142857142857142"}),
    (["ears_c1", "--min-sigma", "100"], {"alarm": "0"}),
    (["ears_c2", "--baseline", "5"], {"alarm": "1"}),
    (["noufaily"], {"alarm": ""}),
]


@pytest.mark.parametrize(("arguments", "wanted"), OPTIONS, ids=lambda value: " ".join(value))
def test_options_are_heard(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], wanted: dict[str, str]
) -> None:
    row = printed(capsys, "--series", str(file), "--method", *arguments)[-1]
    assert row == row | wanted


def test_cusum_begins_anew_after_an_alarm_unless_told_not_to(capsys: pytest.CaptureFixture[str]) -> None:
    series = str(GOLDEN / "series" / "n1.csv")
    anew, on, never = (
        sum(row["alarm"] == "1" for row in printed(capsys, "--method", "cusum", "--series", series, *more))
        for more in ([], ["--no-reset"], ["--no-reset", "--h", "1e6"])
    )
    assert on > anew > never == 0


def test_no_history_that_varies_still_gives_the_numbers_of_r(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flat = tmp_path / "flat.csv"
    flat.write_text("t,observed\n" + "".join(f"{t},0\n" for t in range(1, 300)))
    for method, upper, alarm in (
        ("ears_c1", "0", "0"),
        ("farrington", "0", "0"),
        ("noufaily", "", ""),
        ("cusum", "0", ""),
    ):
        last = printed(capsys, "--method", method, "--series", str(flat))[-1]
        assert (method, last["upperbound"], last["alarm"]) == (method, upper, alarm)


BROKEN = {
    "": ["1 文件是空的"],
    "t\n1\n": ["1 缺少列 observed"],
    "t,observed\n": ["1 没有一周的数"],
    "t,observed\n1,甲\n2,\n3,nan\n4,-1\n5,inf\n6,1_0\n": [f"{line} observed" for line in range(2, 8)],
    "t,observed\n1,2\n3,2\nx,2\n": ["3 t 3 应当是 2", "4 t 'x' 应当是整数"],
    "t,observed\n1\n": ["2 应有 2 格"],
}


@pytest.mark.parametrize(("text", "wanted"), BROKEN.items(), ids=["empty", "column", "rows", "cells", "gap", "ragged"])
def test_a_broken_series_is_told_with_its_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, wanted: list[str]
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(text)
    assert run(["detect", "--method", "ears_c1", "--series", str(path)]) == 1
    seen = capsys.readouterr()
    lines = seen.err.splitlines()
    assert seen.out == ""
    assert [line.startswith(f"{path}:{begin}") for line, begin in zip(lines, wanted, strict=True)] == [True] * len(
        wanted
    )
    assert all(" / " in line for line in lines)


def test_a_series_without_end_is_cut_short(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "LONGEST_SERIES", 5)
    assert run(["detect", "--method", "ears_c1", "--series", str(file)]) == 1
    assert capsys.readouterr().err.startswith(f"{file}:7 超过 5 周")


WRONG = [
    ["--method", "ears"],
    ["--method", "cusum", "--trans", "log"],
    ["--method", "ears_c1", "--alpha", "0"],
    ["--method", "ears_c1", "--baseline", "1"],
    ["--method", "cusum", "--h", "nan"],
    ["--method", "noufaily", "--years-back", "10"],
    ["--method", "noufaily", "--series", "nowhere.csv"],
]


@pytest.mark.parametrize("arguments", WRONG, ids=lambda arguments: " ".join(arguments))
def test_wrong_use_is_told_in_both_languages(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    assert run(["detect", "--series", str(file), *arguments]) == 2
    assert " / " in capsys.readouterr().err


def test_standard_input_is_read_like_a_file(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = printed(capsys, "--method", "ears_c1", "--series", str(file))
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(file.read_bytes())))
    assert printed(capsys, "--method", "ears_c1", "--series", "-") == wanted
