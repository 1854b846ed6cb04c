"""模拟的命令: write a folder of synthetic reports with planted incidents."""

from pathlib import Path
from typing import Annotated

import typer

from service.errors import Failure, FileProblems, WrongUse
from service.rulebook.folder import read_folder
from service.scoring.pack import Dictionary
from service.scoring.parse import read_rules
from service.scoring.week import between, monday, step
from service.shipped import shipped
from service.simulation import generate
from service.simulation.demo import demo_nodes
from service.simulation.files import write_files
from service.simulation.population import populate

# Fixed, and not the clock's week: the same command gives the same bytes on any day.
LAST_WEEK = "2026-W46"


def simulate(
    enterprises: Annotated[int, typer.Option(min=0, max=1_000_000, help="企业数 / enterprises")],
    weeks: Annotated[int, typer.Option(min=1, max=1000, help="周数 / weeks")],
    out: Annotated[Path, typer.Option(help="输出目录 / folder to write to")],
    seed: Annotated[int, typer.Option(min=0, help="种子，相同则结果相同 / the same seed gives the same bytes")] = 1,
    until: Annotated[str, typer.Option(help="最后一周 / the last week")] = LAST_WEEK,
    rules: Annotated[
        Path | None, typer.Option(help="规则目录 / rules folder", show_default="自带规则 / shipped")
    ] = None,
) -> None:
    """生成模拟数据（全部虚构） / write synthetic data with planted incidents."""
    dictionary = read_dictionary(rules)
    span = _span(until, weeks)
    nodes = populate(demo_nodes(), enterprises, span, seed)
    made = generate.simulate(nodes, dictionary, span, seed)
    try:
        write_files(out, nodes, made, dictionary, seed)
    except OSError as error:
        raise Failure(f"无法写入 {out}", f"cannot write to {out}: {error.strerror}") from error
    reports, planted = len(made.reports), len(made.outcomes)
    typer.echo(
        f"模拟数据已写入 {out}：节点 {len(nodes)} 个、周报 {reports} 份、埋设事件 {planted} 起 / "
        f"synthetic data in {out}: {len(nodes)} nodes, {reports} reports, {planted} planted incidents",
        err=True,
    )


def read_dictionary(rules: Path | None) -> Dictionary:
    """The indicator dictionary of a rules folder, of the shipped one by default. Raises FileProblems."""
    read = read_rules(read_folder(rules or shipped("rules")))
    if read.dictionary is None:
        raise FileProblems(read.problems)
    return read.dictionary


def _span(until: str, weeks: int) -> list[str]:
    try:
        monday(until)
    except ValueError as error:
        raise WrongUse(f"{until} 不是周，例如 {LAST_WEEK}", f"{until} is not a week such as {LAST_WEEK}") from error
    return between(step(until, 1 - weeks), until)
