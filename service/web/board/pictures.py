"""图与表: a board's figures as pictures and as the sheets behind them; pure."""

from collections.abc import Callable, Sequence

from markupsafe import Markup

from service.scoring.pack import Level
from service.web.board.area import Spot
from service.web.board.block import Cell
from service.web.board.board import Board
from service.web.charts.heat import HeatCell, HeatRow, heat
from service.web.charts.lines import STYLES, Line, lines
from service.web.charts.network import Dot, network
from service.web.charts.shapes import WORDS
from service.web.pages.i18n import Words

Limits = Sequence[tuple[float, str]]
Reach = Callable[[Spot], str]  # the address that a node leads to


def level_words(cell: Cell | None, said: Words) -> str:
    """Level and score of a cell: 橙 · 62 分; or that nothing is known."""
    if cell is None:
        return said("没有数据")
    words = said("%(level)s · %(score)s 分", level=said(WORDS[cell.level]), score=f"{cell.score:.0f}")
    if cell.silent:
        return said("未报 · %(level)s", level=words)
    return said("%(level)s · 过半无法判断", level=words) if cell.half else words


def network_picture(board: Board, said: Words, reach: Reach) -> Markup:
    """The area by level: its groups and, of a small area, their units."""
    groups = board.area.groups
    names = {group.id for group in groups}
    units = [unit for unit in board.area.units or () if unit.id not in names and unit not in board.area.roots]
    text = said(
        "%(groups)s 个县区或镇街，%(units)s 家单位；颜色之外以形状区分等级，严重的标出名称。",
        groups=len(groups),
        units=len(units),
    )
    hub = board.area.roots[0].name if board.area.roots else ""
    dots = [_dot(board, group, None, said, reach) for group in groups]
    leaves = [_dot(board, unit, _group_of(unit, names), said, reach) for unit in units]
    return network(said("预警网络"), text, hub, dots, leaves)


def _dot(board: Board, spot: Spot, parent: str | None, said: Words, reach: Reach) -> Dot:
    cell = board.block.at(spot.id)
    beneath = board.beneath.get(spot.id, {})
    counted = [f"{said(WORDS[level])} {beneath[level]}" for level in (Level.RED, Level.ORANGE) if beneath.get(level)]
    level = None if cell is None else int(cell.level)
    if cell is None and spot.kind in ("county", "township"):
        level = 0  # not judged itself: it stands for its units
    said_of = " · ".join([level_words(cell, said), *counted])
    silent = cell is not None and cell.silent
    return Dot(spot.id, spot.name, parent, level, silent, said_of, reach(spot), " ".join(counted))


def _group_of(unit: Spot, groups: set[str]) -> str | None:
    return next((step for step in unit.path.split("/") if step in groups), None)


def heat_rows(board: Board, reach: Reach) -> list[HeatRow]:
    """The rows of the heat map: each group with the units beneath it; of a large area the groups alone."""
    names = {group.id for group in board.area.groups}
    rows: list[HeatRow] = [_heat_row(board, root, True, reach) for root in board.area.roots if _known(board, root)]
    for group in board.area.groups:
        own = [u for u in board.shown if u.id != group.id and _group_of(u, names) == group.id]
        if own or not board.shown or group in board.shown:
            rows.append(_heat_row(board, group, True, reach))
            rows += [_heat_row(board, unit, False, reach) for unit in own]
    loose = [u for u in board.shown if _group_of(u, names) is None and u not in board.area.roots]
    return rows + [_heat_row(board, unit, False, reach) for unit in loose]


def _known(board: Board, spot: Spot) -> bool:
    return any(board.block.at(spot.id, week) for week in board.block.weeks)


def _heat_row(board: Board, spot: Spot, head: bool, reach: Reach) -> HeatRow:
    found = [board.block.at(spot.id, week) for week in board.block.weeks]
    cells = [None if c is None else HeatCell(c.score, c.level, c.silent, c.half) for c in found]
    return HeatRow(spot.name, head, reach(spot), cells)


def heat_picture(board: Board, rows: Sequence[HeatRow], said: Words) -> Markup:
    """The heat map of these rows."""
    return heat(said("各单位近 26 周的分数与等级"), board.block.weeks, rows, said)


def trends(board: Board, limits: Limits, said: Words) -> list[tuple[str, Markup]]:
    """Up to three drawings with their headings: the most serious units, those that rose most, the counties."""
    groups = [group for group in board.area.groups if board.block.at(group.id)]
    groups.sort(key=lambda group: board.block.weight(group.id), reverse=True)
    wanted = [
        (said("分数最高的单位"), [one.unit for one in board.ranked][:STYLES]),
        (said("四周升幅最大的单位"), list(board.rising)[:STYLES]),
        (said("分数最高的县区"), groups[:STYLES]),
    ]
    return [
        (title, _trend(board, title, spots, limits, f"trend-{number}", said))
        for number, (title, spots) in enumerate(wanted)
        if spots
    ]


def _trend(board: Board, title: str, spots: Sequence[Spot], limits: Limits, id_: str, said: Words) -> Markup:
    drawn = [Line(spot.name, board.block.series(spot.id)) for spot in spots]
    told = "; ".join(f"{spot.name} {level_words(board.block.at(spot.id), said)}" for spot in spots)
    return lines(title, told, board.block.weeks, drawn, limits, id_)
