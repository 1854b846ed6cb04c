"""图后之表: the sheet behind every picture of a board; pure."""

from collections.abc import Callable
from datetime import datetime

from service.web.board.board import Board
from service.web.board.pictures import heat_rows, level_words
from service.web.board.sheet import Sheet, Value
from service.web.charts.names import plain
from service.web.charts.shapes import WORDS
from service.web.pages.i18n import Words, mark
from service.web.pages.times import moment

Made = Callable[[Board, datetime, Words], Sheet]


def ranking(board: Board, now: datetime, said: Words) -> Sheet:
    """The most serious units with their strongest reasons."""
    columns = [said("等级"), said("单位"), said("县区"), said("分数"), said("较四周前"), said("主要原因")]
    rows: list[list[Value]] = [
        [said(WORDS[one.level]), plain(one.unit.name), one.county, one.score, one.change or None, one.reason]
        for one in board.ranked
    ]
    return Sheet(said("分数排名"), columns, rows)


def alerts(board: Board, now: datetime, said: Words) -> Sheet:
    """The open alerts with their clocks."""
    columns = [
        said("编号"),
        said("等级"),
        said("单位"),
        said("县区"),
        said("事由"),
        said("状态"),
        said("待办"),
        said("期限"),
    ]
    rows: list[list[Value]] = [
        [a.id, said(WORDS[a.level]), plain(a.unit), a.county, a.about, a.state, a.duty, _when(a.due_at, said)]
        for a in board.waiting
    ]
    return Sheet(said("待办预警"), columns, rows)


def _when(at: datetime | None, said: Words) -> str:
    return moment(at, said) if at else ""


def network(board: Board, now: datetime, said: Words) -> Sheet:
    """Each node of the network picture with its level."""
    spots = {s.id: s for s in (*board.area.roots, *board.area.groups, *(board.area.units or ()))}
    rows: list[list[Value]] = []
    for spot in spots.values():
        cell = board.block.at(spot.id)
        beneath = board.beneath.get(spot.id, {})
        counted = [said("%(level)s %(number)s 家", level=said(WORDS[lv]), number=n) for lv, n in beneath.items()]
        score = cell.score if cell else None
        rows.append([plain(spot.name), level_words(cell, said) if cell else "", score, "、".join(counted)])
    return Sheet(said("预警网络"), [said("单位"), said("等级"), said("分数"), said("其中严重的")], rows)


def heat(board: Board, now: datetime, said: Words) -> Sheet:
    """Units × weeks in words."""
    rows: list[list[Value]] = []
    for row in heat_rows(board, lambda spot: ""):
        values: list[Value] = []
        for cell in row.cells:
            if cell is None:
                values.append(None)
            elif cell.silent:
                values.append(said("未报"))
            else:
                values.append(f"{said(WORDS[cell.level])} {cell.score:.0f}{'?' if cell.half else ''}")
        rows.append([plain(row.name), *values])
    return Sheet(said("周 × 单位 热力图"), [said("单位"), *board.block.weeks], rows)


def trends(board: Board, now: datetime, said: Words) -> Sheet:
    """The scores behind the lines."""
    spots = {one.unit.id: one.unit for one in board.ranked} | {spot.id: spot for spot in board.rising}
    spots |= {group.id: group for group in board.area.groups if board.block.at(group.id)}
    rows: list[list[Value]] = [[plain(spot.name), *board.block.series(spot.id)] for spot in spots.values()]
    return Sheet(said("趋势"), [said("单位"), *board.block.weeks], rows)


def pace(board: Board, now: datetime, said: Words) -> Sheet:
    """The counties by signing and closing in time."""
    columns = [said("县区"), said("按时签收（%）"), said("按时办结（%）")]
    rows: list[list[Value]] = [[plain(one.county.name), one.signed, one.closed] for one in board.paces]
    return Sheet(said("县区办理及时率"), columns, rows)


SHEETS: dict[str, tuple[str, Made]] = {
    "ranking": (mark("分数排名"), ranking),
    "alerts": (mark("待办预警"), alerts),
    "network": (mark("预警网络"), network),
    "heat": (mark("周 × 单位 热力图"), heat),
    "trends": (mark("趋势"), trends),
    "pace": (mark("县区办理及时率"), pace),
}
