"""网络图: an area's counties around its middle and their units around them, by level; pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.web.charts.names import plain, short
from service.web.charts.shapes import SILENT, name_of, placed
from service.web.charts.svg import picture, tag

WIDTH, HEIGHT = 640.0, 540.0
ROUND = 40  # more groups than this stand in rows
_INNER, _OUTER = (150.0, 122.0), (290.0, 236.0)
_LEAST_ROOM = 2.4  # of a group without units, in units
_SERIOUS = 3  # from orange on a unit is named and its line is drawn strong
_COLUMNS, _ROW = 8, 66.0


@dataclass(frozen=True)
class Dot:
    """One node: its level (None: not known), whether it is silent, what is said of it, and where it leads."""

    id: str
    name: str
    parent: str | None
    level: int | None
    silent: bool
    said: str
    href: str
    note: str = ""


def network(title: str, text: str, hub: str, groups: Sequence[Dot], units: Sequence[Dot]) -> Markup:
    """The drawing; `groups` stand around the `hub` and `units` around the group that is their `parent`. More than forty
    groups stand in rows, without their units."""
    if len(groups) > ROUND:
        return _rows(title, text, groups)
    places, edges = _around(groups, units)
    middle = (WIDTH / 2, HEIGHT / 2)
    by_id = {dot.id: dot for dot in (*groups, *units)}
    lines = [_edge(by_id[id_], middle if parent is None else places[parent], places[id_]) for id_, parent in edges]
    drawn = [_unit(dot, *places[dot.id]) for dot in sorted(units, key=_calm_first) if dot.id in places]
    drawn += [_group(dot, *places[dot.id]) for dot in sorted(groups, key=_calm_first)]
    return picture(
        WIDTH, HEIGHT, title, text, *lines, *_hub(hub, *middle), *drawn, class_="net", id_="net", role="group"
    )


def _around(
    groups: Sequence[Dot], units: Sequence[Dot]
) -> tuple[dict[str, tuple[float, float]], list[tuple[str, str | None]]]:
    """Where everything stands, and what is joined: each group has room for its units, which alternate in two rings."""
    beneath = {group.id: [unit for unit in units if unit.parent == group.id] for group in groups}
    loose = [unit for unit in units if unit.parent not in beneath]
    rooms = [max(_LEAST_ROOM, float(len(beneath[group.id]))) for group in groups] + [float(len(loose))] * bool(loose)
    whole, angle = sum(rooms) or 1.0, -math.pi / 2
    places: dict[str, tuple[float, float]] = {}
    edges: list[tuple[str, str | None]] = []
    for place, room in enumerate(rooms):
        turn = 2 * math.pi * room / whole
        group = groups[place] if place < len(groups) else None
        if group is not None:
            places[group.id] = _at(angle + turn / 2, _INNER)
            edges.append((group.id, None))
        own = loose if group is None else beneath[group.id]
        for number, unit in enumerate(own):
            ring = 1.0 if number % 2 == 0 else 0.85
            places[unit.id] = _at(angle + turn * (number + 0.5) / len(own), (_OUTER[0] * ring, _OUTER[1] * ring))
            edges.append((unit.id, group.id if group else None))
        angle += turn
    return places, edges


def _at(angle: float, radius: tuple[float, float]) -> tuple[float, float]:
    return WIDTH / 2 + radius[0] * math.cos(angle), HEIGHT / 2 + radius[1] * math.sin(angle)


def _calm_first(dot: Dot) -> tuple[int, str]:
    return (-1 if dot.level is None else dot.level, dot.id)


def _look(dot: Dot) -> int | str:
    return SILENT if dot.silent or dot.level is None else dot.level


def _edge(dot: Dot, start: tuple[float, float], end: tuple[float, float]) -> Markup:
    strong = f" e-{name_of(dot.level)}" if dot.level is not None and dot.level >= _SERIOUS else ""
    (x, y), (to_x, to_y) = start, end
    return tag("path", class_=f"edge{strong}", d=f"M{x:.0f} {y:.0f}L{to_x:.0f} {to_y:.0f}")


def _hub(name: str, x: float, y: float) -> list[Markup]:
    told = short(name, 8)
    lines = [told] if len(told) <= 4 else [told[: (len(told) + 1) // 2], told[(len(told) + 1) // 2 :]]
    texts = [
        tag("text", line, class_="hub-text", x=x, y=y + 5 + 17 * (number - (len(lines) - 1) / 2))
        for number, line in enumerate(lines)
    ]
    return [tag("circle", class_="hub", cx=x, cy=y, r=36), *texts]


def _unit(dot: Dot, x: float, y: float) -> Markup:
    serious = dot.level is not None and dot.level >= _SERIOUS
    size = 24.0 if serious else 19.0 if dot.level or dot.silent else 14.0
    parts = [placed(_look(dot), x, y, size)]
    if serious:
        parts.append(tag("text", short(dot.name), class_="small", x=_inside(x, 52), y=y + size / 2 + 12))
    return _link(dot, parts)


def _group(dot: Dot, x: float, y: float) -> Markup:
    label = tag("text", short(dot.name, 7), class_="label", x=_inside(x, 40), y=y + 31)
    note = [tag("text", dot.note, class_="small", x=_inside(x, 52), y=y + 45)] if dot.note else []
    return _link(dot, [placed(_look(dot), x, y, 32), label, *note])


def _link(dot: Dot, parts: Sequence[Markup]) -> Markup:
    said = plain(f"{dot.name} {dot.said}")
    return tag("a", tag("title", said), *parts, href=dot.href, aria_label=said)


def _inside(x: float, margin: float) -> float:
    return min(max(x, margin), WIDTH - margin)


def _rows(title: str, text: str, groups: Sequence[Dot]) -> Markup:
    """Many groups, the most serious first."""
    step = WIDTH / _COLUMNS
    ordered = sorted(groups, key=_calm_first, reverse=True)
    drawn = [
        _group(dot, step * (number % _COLUMNS + 0.5), 24 + _ROW * (number // _COLUMNS))
        for number, dot in enumerate(ordered)
    ]
    height = _ROW * math.ceil(len(groups) / _COLUMNS) + 10
    return picture(WIDTH, height, title, text, *drawn, class_="net", id_="net", role="group")
