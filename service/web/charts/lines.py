"""折线: scores over weeks – small beside a name, or several with their names at the end; gaps stay gaps; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.web.charts.names import short
from service.web.charts.svg import picture, tag

TOP = 100.0  # the highest score
WIDTH, HEIGHT = 440.0, 196.0
_LEFT, _RIGHT, _UP, _DOWN = 34.0, 134.0, 12.0, 24.0
_SPARK = (84.0, 22.0)
_APART = 15.0  # between names at the end
STYLES = 3  # kinds of line there are


@dataclass(frozen=True)
class Line:
    """One line: a value a week, None where it is not known."""

    name: str
    values: Sequence[float | None]


def spark(values: Sequence[float | None]) -> Markup:
    """A line for the eye beside figures that say the same; it ends in a dot."""
    width, height = _SPARK
    points = _points(values, 2, 3, width - 6, height - 6)
    parts = [tag("path", d=trace(points))]
    if points and points[-1] is not None:
        parts.append(tag("circle", cx=points[-1][0], cy=points[-1][1], r=2.2))
    return tag("svg", *parts, class_="spark", viewBox=f"0 0 {width:.0f} {height:.0f}", aria_hidden="true")


def lines(
    title: str, text: str, weeks: Sequence[str], drawn: Sequence[Line], limits: Sequence[tuple[float, str]], id_: str
) -> Markup:
    """Up to three lines over weeks; `limits` are scores that are marked with a word."""
    width, height = WIDTH - _LEFT - _RIGHT, HEIGHT - _UP - _DOWN
    parts = _grid(weeks, limits, width, height)
    shown = list(drawn)[:STYLES]
    ends = _ends([_last(line.values) for line in shown], height)
    for number, (line, end) in enumerate(zip(shown, ends, strict=True)):
        points = _points(line.values, _LEFT, _UP, width, height)
        parts.append(tag("path", class_=f"line line-{number}", d=trace(points)))
        last = _last(line.values)
        if last is not None and end is not None:
            parts.append(_name(f"{short(line.name, 6)} {last:.0f}", number, end))
    return picture(WIDTH, HEIGHT, title, text, *parts, class_="lines", id_=id_)


def _name(text: str, number: int, y: float) -> Markup:
    x = WIDTH - _RIGHT + 6
    sample = tag("path", class_=f"line line-{number}", d=f"M{x:.0f} {y - 4:.1f}h14")
    return tag("g", sample, tag("text", text, class_="end", x=x + 18, y=y))


def _grid(weeks: Sequence[str], limits: Sequence[tuple[float, str]], width: float, height: float) -> list[Markup]:
    parts = []
    for value, word in [(0.0, ""), (TOP, ""), *limits]:
        y = _UP + height * (1 - value / TOP)
        parts.append(tag("path", class_="limit" if word else "axis", d=f"M{_LEFT:.0f} {y:.1f}h{width:.0f}"))
        parts.append(tag("text", f"{word}{value:.0f}", class_="tick", x=_LEFT - 5, y=y + 4, text_anchor="end"))
    for number in range(len(weeks) - 1, -1, -5):
        x = _LEFT + (width * number / (len(weeks) - 1) if len(weeks) > 1 else 0)
        parts.append(tag("text", weeks[number][5:], class_="tick", x=x, y=HEIGHT - 6, text_anchor="middle"))
    return parts


def _points(
    values: Sequence[float | None], x: float, y: float, width: float, height: float
) -> list[tuple[float, float] | None]:
    """Where each value stands in the box, None where there is none."""
    step = width / (len(values) - 1) if len(values) > 1 else 0
    return [
        None if value is None else (x + step * number, y + height * (1 - min(max(value, 0.0), TOP) / TOP))
        for number, value in enumerate(values)
    ]


def trace(points: Sequence[tuple[float, float] | None]) -> str:
    """The path through the points that breaks where one is missing; a point alone is a dot."""
    parts, before = [], False
    for number, point in enumerate(points):
        if point is None:
            before = False
            continue
        alone = not before and (number + 1 == len(points) or points[number + 1] is None)
        parts.append(f"{'L' if before else 'M'}{point[0]:.1f} {point[1]:.1f}{'h.1' if alone else ''}")
        before = True
    return "".join(parts)


def _last(values: Sequence[float | None]) -> float | None:
    return values[-1] if values else None


def _ends(values: Sequence[float | None], height: float) -> list[float | None]:
    """Where the names stand: as near to the ends of their lines as they can without touching each other."""
    wanted = sorted((_UP + height * (1 - value / TOP) + 4, n) for n, value in enumerate(values) if value is not None)
    places: dict[int, float] = {}
    below = _UP + height + 4
    for left, (y, number) in enumerate(wanted):
        lowest = below - _APART * (len(wanted) - 1 - left)
        free = max(places.values()) + _APART if places else y
        places[number] = min(max(y, free), lowest)
    return [places.get(number) for number in range(len(values))]
