"""评分命令: `labour-watch score` – files in, scores out, without a database."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import track

from service.commands.sheets import STANDARD_OUTPUT, Cell, Outputs, Sheet, read_rows
from service.errors import FileProblems, LineProblem, WrongUse
from service.rulebook.folder import RULES, read_texts
from service.scoring.around import survey
from service.scoring.build import Columns, panel_of
from service.scoring.files import Table, read_events, read_nodes
from service.scoring.pack import Dictionary, Level, Pack
from service.scoring.panel import Indices, Panel, PanelEvent, PanelNode
from service.scoring.parse import read_rules
from service.scoring.report_file import read_reports
from service.scoring.score import STATES, Scores, score_panel
from service.scoring.surroundings import Surroundings
from service.scoring.week import between, from_number, week_number

SCORE_COLUMNS = ("node", "week", "score", "level", "judged")
FINDING_COLUMNS = ("node", "week", "rule", "points", "state")
LONGEST_PANEL = 2600  # weeks; a mistyped year must not ask for all the memory there is
_CELLS = 200_000  # node-weeks in memory at once

RulesDir = Annotated[Path, typer.Option("--rules", help="规则目录 / rules folder")]
NodesFile = Annotated[Path, typer.Option("--nodes", help="nodes.csv 或 .parquet / nodes")]
ReportsFile = Annotated[Path, typer.Option("--reports", help="reports.csv 或 .parquet / reports")]
ObservationsFile = Annotated[
    Path | None, typer.Option("--observations", help="走访记录，列同 reports.csv / observations, columns as reports")
]
EventsFile = Annotated[Path | None, typer.Option("--events", help="events.csv 或 .parquet / events")]
Out = Annotated[Path, typer.Option("--out", help="评分写到哪里，- 为标准输出 / scores go here, - is standard output")]
FindingsOut = Annotated[Path | None, typer.Option("--findings", help="触发依据写到哪里 / findings go here")]


@dataclass(frozen=True)
class Job:
    """Everything that was read."""

    pack: Pack
    dictionary: Dictionary
    nodes: list[PanelNode]
    reports: Columns
    events: dict[int, list[PanelEvent]]  # by index of the node
    weeks: list[str]

    @property
    def parts(self) -> list[Indices]:
        """The nodes, some at a time."""
        size = max(_CELLS // max(len(self.weeks), 1), 1)
        count = len(self.nodes) if self.weeks else 0
        return [np.arange(start, min(start + size, count)) for start in range(0, count, size)]

    def around(self) -> Surroundings:
        """What is around each node."""
        return survey(self.pack, self.nodes, self.weeks, self.parts, self.panel)

    def panel(self, rows: Indices) -> Panel:
        """The panel of some nodes and all weeks."""
        happened = [event for row in rows.tolist() for event in self.events.get(row, ())]
        nodes = [self.nodes[row] for row in rows]
        return panel_of(nodes, self.weeks, self.reports.of_nodes(rows), happened, self.dictionary)


def score(
    rules: RulesDir,
    nodes: NodesFile,
    reports: ReportsFile,
    out: Out,
    events: EventsFile = None,
    findings: FindingsOut = None,
    observations: ObservationsFile = None,
) -> None:
    """按规则给文件里的周报评分，不用数据库 / score the reports of files by rules, without a database."""
    inputs = [path for path in (nodes, reports, events, observations) if path]
    _check_targets(inputs, [out] + ([findings] if findings else []))
    job = read_job(rules, nodes, reports, events, observations)
    with Outputs() as outputs:
        scores_sheet = outputs.open(out, SCORE_COLUMNS, ("score", "judged"))
        findings_sheet = outputs.open(findings, FINDING_COLUMNS, ("points",)) if findings else None
        for scores in _scored(job):
            _write(scores, scores_sheet, findings_sheet)


def _check_targets(inputs: list[Path], outputs: list[Path]) -> None:
    if len({path.resolve() for path in outputs}) < len(outputs):
        raise WrongUse("--out 与 --findings 不能是同一个文件", "--out and --findings must be two files")
    for path in outputs:
        if path != STANDARD_OUTPUT and path.resolve() in {given.resolve() for given in inputs}:
            raise WrongUse(f"{path} 是输入文件，不能覆盖", f"{path} is an input and would be overwritten")
        if path != STANDARD_OUTPUT and (path.is_dir() or not path.parent.is_dir()):
            raise WrongUse(f"写不了 {path}：目录不存在或它是目录", f"cannot write {path}: no such folder, or it is one")


def read_job(rules: Path, nodes: Path, reports: Path, events: Path | None, observations: Path | None) -> Job:
    """Everything the command needs. Raises FileProblems with all that is wrong in any of the files."""
    texts, problems = read_texts(rules, RULES)
    read = read_rules(texts)
    problems = [_in_folder(rules, problem) for problem in problems + read.problems]
    tables = {path: Table(str(path)) for path in (nodes, reports, events, observations) if path}
    rows = {path: read_rows(path, table) for path, table in tables.items()}
    if read.pack is None or read.dictionary is None or problems:
        raise FileProblems(problems)
    found = read_nodes(tables[nodes], rows[nodes])
    index = {node.id: i for i, node in enumerate(found)}
    columns = read_reports(tables[reports], rows[reports], index, read.dictionary)
    if observations:
        columns = columns.beside(read_reports(tables[observations], rows[observations], index, read.dictionary))
    happened = read_events(tables[events], rows[events], index, read.dictionary) if events else []
    weeks = _weeks(columns, happened, tables[reports])
    problems = [problem for table in tables.values() for problem in sorted(table.problems, key=lambda p: p.line)]
    if problems:
        raise FileProblems(problems)
    by_node: dict[int, list[PanelEvent]] = {}
    for event in happened:
        by_node.setdefault(index[event.node], []).append(event)
    return Job(read.pack, read.dictionary, found, columns, by_node, weeks)


def _in_folder(folder: Path, problem: LineProblem) -> LineProblem:
    return replace(problem, file=str(folder / problem.file))


def _weeks(columns: Columns, events: list[PanelEvent], table: Table) -> list[str]:
    """Every week from the first report or event to the last."""
    numbers = [week_number(event.week) for event in events]
    numbers += [int(columns.weeks.min()), int(columns.weeks.max())] if len(columns.weeks) else []
    if not numbers or table.problems:
        return []
    first, last = from_number(min(numbers)), from_number(max(numbers))
    if max(numbers) - min(numbers) >= LONGEST_PANEL:
        text = f"{first} 到 {last} 超过 {LONGEST_PANEL} 周，请核对周号"
        table.problems.append(
            LineProblem(table.file, 1, text, f"{first} to {last} is more than {LONGEST_PANEL} weeks; look at the weeks")
        )
        return []
    return between(first, last)


def _scored(job: Job) -> Iterator[Scores]:
    """Scores of some nodes at a time, in file order; what is around them is looked up before."""
    parts = job.parts
    around = job.around() if len(parts) > 1 else None
    console = Console(stderr=True)
    for rows in track(parts, "评分 scoring", console=console, disable=not console.is_terminal or len(parts) < 2):
        yield score_panel(job.pack, job.panel(rows), around=around)


def _write(scores: Scores, sheet: Sheet, findings: Sheet | None) -> None:
    level = [level.word for level in Level]
    places = [(int(i), int(j)) for i, j in zip(*scores.rows.nonzero(), strict=True)]
    nodes, weeks = [node.id for node in scores.nodes], scores.weeks
    points, levels, judged = scores.score.tolist(), scores.level.tolist(), scores.judged.tolist()
    sheet.write([(nodes[i], weeks[j], points[i][j], level[levels[i][j]], judged[i][j]) for i, j in places])
    if findings:
        for i, j in places:
            findings.write(_findings(scores, i, j))


def _findings(scores: Scores, i: int, j: int) -> list[tuple[Cell, ...]]:
    node, week = scores.nodes[i].id, scores.weeks[j]
    return [(node, week, rule, points, STATES[state].value) for rule, state, points in scores.said(i, j)]
