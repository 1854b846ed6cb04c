"""模拟文件: a simulation as the CSV files of design §7, labelled synthetic."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from service.network.node_text import COLUMNS, node_cells
from service.network.tree import NodeRow
from service.scoring.pack import Dictionary
from service.simulation.generate import Cell, SimulatedReport, Simulation

_LABEL = """\
模拟数据：本目录中的企业、数字和事件均为程序虚构（种子 {seed}），不代表任何真实单位。
Synthetic data: the enterprises, figures and incidents in this folder are made up by a program (seed {seed}).

nodes.csv         组织 / the tree of nodes
reports.csv       周报 / weekly reports, one column per indicator; empty = missing, na = not applicable
events.csv        即时事件 / incidents reported at once
outcomes.csv      埋设的事件 / the incidents that were planted, to measure warnings against
observations.csv  走访记录 / what organisers saw (`score --observations`); beside the own report, never over it
"""


def write_files(
    folder: Path, nodes: Iterable[NodeRow], simulation: Simulation, dictionary: Dictionary, seed: int
) -> None:
    """Write the files of design §7 into `folder`, which is made if absent. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "README.txt").write_text(_LABEL.format(seed=seed), encoding="utf-8")
    _write(folder / "nodes.csv", COLUMNS, (list(node_cells(node).values()) for node in nodes))
    write_reports(folder / "reports.csv", simulation.reports, dictionary)
    write_reports(folder / "observations.csv", simulation.observations, dictionary)
    events = ((e.node, e.week, e.event, "" if e.people is None else e.people) for e in simulation.events)
    _write(folder / "events.csv", ("node", "week", "event", "people"), events)
    _write(folder / "outcomes.csv", ("node", "week", "kind"), ((o.node, o.week, o.kind) for o in simulation.outcomes))


def write_reports(path: Path, reports: Iterable[SimulatedReport], dictionary: Dictionary) -> None:
    """Write reports as reports.csv with a column for every indicator of the dictionary."""
    names = list(dictionary.indicators)
    rows = ([report.node, report.week, *(_text(report.values.get(name)) for name in names)] for report in reports)
    _write(path, ("node", "week", *names), rows)


def _text(cell: Cell | None) -> str:
    if cell is None:
        return ""
    return str(int(cell)) if isinstance(cell, bool) else str(cell)


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
