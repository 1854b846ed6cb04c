"""`labour-watch score`: files in, scores out – or every problem with its line, and nothing written."""

import csv
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow
import pytest
from pyarrow import csv as readers
from pyarrow import parquet

from service.__main__ import run
from service.commands import score as command

NODES = """\
node,parent,kind,name,industry,headcount,key
firm,county,enterprise,甲公司,mining,100,1
county,city,county,渭滨,,,
late,county,enterprise,乙,,,
city,,city,宝鸡,,,
"""
REPORTS = """\
node,week,staff.headcount,wage.arrears_days,wage.arrears_people,voice.petition_people
firm,2026-W52,100,0,0,0
firm,2026-W53,100,35,12,na
county,2027-W01,,,,
"""
EVENTS = "node,week,event,people\nfirm,2027-W01,event.gathering,\n"
RULES = str(Path(__file__).parents[1] / "data" / "first-rules")


@pytest.fixture
def inputs(tmp_path: Path) -> Path:
    """A folder with nodes.csv, reports.csv and events.csv."""
    for name, text in (("nodes", NODES), ("reports", REPORTS), ("events", EVENTS)):
        (tmp_path / f"{name}.csv").write_text(text, "utf-8")
    return tmp_path


def arguments(folder: Path, out: str = "scores.csv", ending: str = "csv") -> list[str]:
    given = [f"--{name}={folder / name}.{ending}" for name in ("nodes", "reports", "events")]
    return ["score", "--rules", RULES, *given, "--out", out if out == "-" else str(folder / out)]


def rows(path: Path) -> list[list[str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))


WANTED = [
    ["node", "week", "score", "level", "judged"],
    ["firm", "2026-W52", "0", "normal", "0.7417840375586855"],
    ["firm", "2026-W53", "43", "orange", "0.7150259067357513"],
    ["firm", "2027-W01", "37", "orange", "0.5305164319248826"],
    ["county", "2026-W52", "10", "blue", "1"],
    ["county", "2026-W53", "25", "yellow", "1"],
    ["county", "2027-W01", "0", "normal", "1"],
    ["late", "2026-W52", "2", "normal", "0.42488262910798125"],
    ["late", "2026-W53", "8", "yellow", "0.42488262910798125"],
    ["late", "2027-W01", "16", "yellow", "0.42488262910798125"],
]


def test_scores_come_in_the_order_of_nodes_and_weeks(inputs: Path) -> None:
    assert run(arguments(inputs)) == 0
    assert rows(inputs / "scores.csv") == WANTED
    assert sorted(path.name for path in inputs.iterdir()) == ["events.csv", "nodes.csv", "reports.csv", "scores.csv"]


def test_a_hyphen_is_standard_output(inputs: Path, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
    assert run(arguments(inputs, "-")) == 0
    assert capsysbinary.readouterr().out.decode().splitlines() == [",".join(row) for row in WANTED]


def test_findings_add_up_to_the_score(inputs: Path) -> None:
    assert run([*arguments(inputs), "--findings", str(inputs / "findings.csv")]) == 0
    found = rows(inputs / "findings.csv")
    assert found[0] == ["node", "week", "rule", "points", "state"]
    assert {state for *_, state in found[1:]} == {"fired", "silent", "unknown", "out_of_play"}
    for node, week, score, _, _ in WANTED[1:]:
        assert sum(float(r[3]) for r in found[1:] if r[:2] == [node, week]) == float(score)
    assert [r[2:] for r in found if r[:2] == ["county", "2026-W53"]] == [["Q03", "25", "fired"]]
    said = {r[2]: r[3:] for r in found if r[:2] == ["firm", "2026-W53"]}
    assert (said["W01"], said["V02"], said["S01"]) == (["25", "fired"], ["0", "out_of_play"], ["0", "unknown"])


@pytest.mark.parametrize("cells", [1, 4, 7])
def test_any_number_of_nodes_at_a_time_gives_the_same_rows(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    monkeypatch.setattr(command, "_CELLS", cells)
    assert run(arguments(inputs)) == 0
    assert rows(inputs / "scores.csv") == WANTED


LOOKING = """\
pack: p
version: 1
name: 环顾
levels: {blue: 10, yellow: 25, orange: 45, red: 70}
rules:
  - {id: P, name: 高于同行, kind: peers, of: wage.arrears_days, group_by: parent, min_group: 1, at_least: {2: 25}}
  - {id: C, name: 辖区, applies_to: [county, city], kind: children, count_at: yellow, at_least: {1: 45}}
"""


@pytest.mark.parametrize("cells", [1, 2, 200_000])
def test_who_is_looked_at_need_not_be_in_memory_at_the_same_time(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, cells: int
) -> None:
    monkeypatch.setattr(command, "_CELLS", cells)
    rules = Path(shutil.copytree(RULES, inputs / "rules"))
    for pack in (rules / "packs").iterdir():
        pack.unlink()
    (rules / "packs" / "looking.yaml").write_text(LOOKING, "utf-8")
    reports = "firm,2026-W53,9\nlate,2026-W53,4\n"
    (inputs / "reports.csv").write_text(f"node,week,wage.arrears_days\n{reports}", "utf-8")
    given = [f"--{name}={inputs / name}.csv" for name in ("nodes", "reports")]
    out = inputs / "scores.csv"
    assert run(["score", "--rules", str(rules), *given, "--out", str(out)]) == 0
    assert rows(out)[1:] == [
        ["firm", "2026-W53", "25", "yellow", "1"],
        ["county", "2026-W53", "45", "orange", "1"],
        ["late", "2026-W53", "0", "normal", "1"],
        ["city", "2026-W53", "45", "orange", "1"],
    ]


def test_parquet_goes_in_and_out_by_the_ending_of_the_name(inputs: Path) -> None:
    for name in ("nodes", "reports", "events"):
        parquet.write_table(readers.read_csv(inputs / f"{name}.csv"), inputs / f"{name}.parquet")
    assert run(arguments(inputs, "scores.parquet", "parquet")) == 0
    table = parquet.read_table(inputs / "scores.parquet")
    assert table.schema.field("score").type == pyarrow.float64()
    wanted = [[float(cell) if i in (2, 4) else cell for i, cell in enumerate(row)] for row in WANTED[1:]]
    assert [list(row.values()) for row in table.to_pylist()] == wanted


def test_without_pyarrow_parquet_is_wrong_use(
    inputs: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    assert run(arguments(inputs, "scores.parquet")) == 2
    assert "labour-watch[parquet]" in capsys.readouterr().err
    assert not list(inputs.glob("*parquet*"))


def test_a_broken_parquet_file_is_a_problem_of_that_file(inputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("nodes", "reports", "events"):
        (inputs / f"{name}.parquet").write_bytes(b"PAR1 nothing")
    assert run(arguments(inputs, ending="parquet")) == 1
    assert f"{inputs}/nodes.parquet:1 不是合格的 Parquet 文件" in capsys.readouterr().err


def test_a_spreadsheet_file_with_bom_and_windows_lines_is_read(inputs: Path) -> None:
    for name, text in (("nodes", NODES), ("reports", REPORTS), ("events", EVENTS)):
        (inputs / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode())
    assert run(arguments(inputs)) == 0
    assert rows(inputs / "scores.csv") == WANTED


def test_a_figure_out_of_range_or_a_missing_required_one_is_scored_all_the_same(inputs: Path) -> None:
    (inputs / "reports.csv").write_text("node,week,wage.arrears_days\nfirm,2026-W53,99999\n")
    (inputs / "events.csv").write_text(EVENTS.splitlines()[0])
    assert run(arguments(inputs)) == 0
    assert rows(inputs / "scores.csv")[1][:4] == ["firm", "2026-W53", "45", "orange"]


def test_no_report_and_no_event_give_a_header_only(inputs: Path) -> None:
    (inputs / "reports.csv").write_text("node,week\n")
    (inputs / "events.csv").write_text(EVENTS.splitlines()[0])
    assert run(arguments(inputs)) == 0
    assert rows(inputs / "scores.csv") == WANTED[:1]


@pytest.mark.parametrize(
    ("file", "text", "place", "says"),
    [
        ("reports", REPORTS + "gone,2026-W52,1,1,1,1\n", "reports.csv:5", "there is no node 'gone'"),
        ("reports", REPORTS + "late,2025-W53,1,1,1,1\n", "reports.csv:5", "no ISO week"),
        ("reports", REPORTS + "firm,2026-W52,1,1,1,1\n", "reports.csv:5", "line 2 has the same node and week"),
        ("reports", REPORTS + "late,2026-W52,1,1,one,1\n", "reports.csv:5", "should be a number"),
        ("reports", "node,week,wage\n", "reports.csv:1", "unknown column 'wage'"),
        ("reports", "node,week\nfirm,0202-W01\n", "reports.csv:1", "more than 2600 weeks"),
        ("nodes", NODES + "x,nobody,city,x,,,\n", "nodes.csv:6", "there is no parent nobody"),
        ("events", EVENTS + "firm,2026-W52,event.none,\n", "events.csv:3", "there is no event"),
        ("events", "\udcff\n", "events.csv:1", "not UTF-8"),
    ],
)
def test_a_wrong_line_is_told_in_both_languages_and_nothing_is_written(
    inputs: Path, capsys: pytest.CaptureFixture[str], file: str, text: str, place: str, says: str
) -> None:
    (inputs / f"{file}.csv").write_text(text, "utf-8", errors="surrogateescape")
    (inputs / "scores.csv").write_text("old")
    assert run([*arguments(inputs), "--findings", str(inputs / "findings.csv")]) == 1
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith(f"{inputs}/{place} ")
    assert says in told[0]
    assert (inputs / "scores.csv").read_text() == "old"
    assert not (inputs / "findings.csv").exists()


def test_problems_of_all_files_come_at_once(inputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (inputs / "nodes.csv").write_text(NODES.replace("100,1", "many,1"), "utf-8")
    (inputs / "events.csv").write_text(EVENTS.replace("2027-W01", "2027-W53"))
    assert run(arguments(inputs)) == 1
    told = [line.split()[0].rpartition("/")[2] for line in capsys.readouterr().err.splitlines()]
    assert told == ["nodes.csv:2", "reports.csv:2", "reports.csv:3", "events.csv:2"]


def test_rules_with_a_problem_are_refused_with_its_place(inputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    packs = inputs / "rules" / "packs"
    packs.mkdir(parents=True)
    (packs / "p.yaml").write_text("pack: p\n")
    assert run([*arguments(inputs), "--rules", str(inputs / "rules")]) == 1
    assert f"{inputs}/rules/indicators.yaml:1" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ["--rules", "gone"],
        ["--nodes", "gone.csv"],
        ["--out", "gone/scores.csv"],
        ["--out", "."],
        ["--out", "reports.csv"],
        ["--findings", "scores.csv"],
        ["--findings", "reports.csv"],
    ],
)
def test_wrong_use_ends_with_two_and_touches_nothing(
    inputs: Path, wrong: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(inputs)
    assert run([*arguments(inputs), *wrong]) == 2
    assert " / " in capsys.readouterr().err
    assert sorted(path.name for path in inputs.iterdir()) == ["events.csv", "nodes.csv", "reports.csv"]


def test_a_disk_that_is_full_leaves_nothing_half_written(inputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """/dev/full takes no byte; the scores must not appear when the findings cannot be written."""
    assert run([*arguments(inputs), "--findings", "/dev/full"]) == 3
    assert " / " in capsys.readouterr().err
    assert not list(inputs.glob("*scores*"))
    assert Path("/dev/full").is_char_device()


def test_a_pipe_is_written_to_and_not_replaced(inputs: Path) -> None:
    pipe = inputs / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor() as reader:
        read = reader.submit(pipe.read_text, "utf-8")
        assert run([*arguments(inputs), "--out", str(pipe)]) == 0
        assert read.result().splitlines() == [",".join(row) for row in WANTED]
    assert pipe.is_fifo()
