"""带状图: one series over weeks with the range that was usual and a threshold; gaps stay gaps; pure."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.web.charts.svg import picture, tag, together

WIDTH, HEIGHT = 560.0, 180.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 56.0, 14.0, 14.0, 26.0
Band = tuple[float, float]


@dataclass(frozen=True)
class Banded:
    """What is drawn; all sequences have one entry a week. `read` puts a figure of the axis into words."""

    id: str
    title: str
    text: str
    weeks: Sequence[str]
    values: Sequence[float | None]
    bands: Sequence[Band | None]
    threshold: float | None
    read: Callable[[float], str]


def banded(chart: Banded) -> Markup:
    """The drawing: band, threshold, line and dots, the newest figure larger."""
    scale = _Scale(chart)
    parts = [*_grid(chart, scale), *_band(chart, scale), *_threshold(chart, scale), *_line(chart, scale)]
    return picture(WIDTH, HEIGHT, chart.title, chart.text, *parts, class_="banded", id_=chart.id)


class _Scale:
    """From weeks and figures to places in the drawing."""

    def __init__(self, chart: Banded) -> None:
        known = [v for v in chart.values if v is not None]
        known += [end for band in chart.bands if band for end in band]
        known += [chart.threshold] if chart.threshold is not None else []
        low, high = min([0.0, *known]), max([0.0, *known])
        self.step = _step(high - low)
        self.low = math.floor(low / self.step) * self.step
        self.high = max(math.ceil(high / self.step) * self.step, self.low + self.step)
        self._between = (WIDTH - _LEFT - _RIGHT) / max(len(chart.weeks) - 1, 1)

    def x(self, place: float) -> float:
        """Of a week."""
        return round(_LEFT + place * self._between, 1)

    def y(self, figure: float) -> float:
        """Of a figure."""
        part = (figure - self.low) / (self.high - self.low)
        return round(HEIGHT - _BOTTOM - part * (HEIGHT - _TOP - _BOTTOM), 1)

    def ticks(self) -> list[float]:
        """The figures that the axis names."""
        count = round((self.high - self.low) / self.step)
        return [self.low + n * self.step for n in range(count + 1)]


def _step(span: float) -> float:
    """Between two figures of the axis: 1, 2 or 5 times a power of ten, so that there are three or four of them."""
    if not span > 0 or not math.isfinite(span):
        return 1.0
    size = 10.0 ** math.floor(math.log10(span / 3))
    return next((n * size for n in (1, 2, 5) if n * size >= span / 4), 10 * size)


def _grid(chart: Banded, scale: _Scale) -> list[Markup]:
    parts = []
    for figure in scale.ticks():
        y = scale.y(figure)
        parts.append(tag("line", class_="grid", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y))
        parts.append(tag("text", chart.read(figure), class_="tick", x=_LEFT - 6, y=y + 4, text_anchor="end"))
    last = len(chart.weeks) - 1
    for place in range(last, -1, -5):
        anchor = "end" if place == last else "middle"
        week = chart.weeks[place].partition("-")[2]
        parts.append(tag("text", week, class_="tick", x=scale.x(place), y=HEIGHT - 8, text_anchor=anchor))
    return parts


def _band(chart: Banded, scale: _Scale) -> list[Markup]:
    """One area for each run of weeks of which something was expected."""
    parts = []
    for first, last in _runs([band is not None for band in chart.bands]):
        here = [(place, band) for place, band in enumerate(chart.bands) if first <= place <= last and band]
        edge = 0.5 if first == last else 0.0
        tops = [(scale.x(place), scale.y(band[1])) for place, band in here]
        lows = [(scale.x(place), scale.y(band[0])) for place, band in reversed(here)]
        if edge:
            tops = [(scale.x(first - edge), tops[0][1]), (scale.x(first + edge), tops[0][1])]
            lows = [(scale.x(first + edge), lows[0][1]), (scale.x(first - edge), lows[0][1])]
        parts.append(tag("polygon", class_="band", points=" ".join(f"{x},{y}" for x, y in tops + lows)))
    return parts


def _threshold(chart: Banded, scale: _Scale) -> list[Markup]:
    if chart.threshold is None:
        return []
    y = scale.y(chart.threshold)
    return [tag("line", class_="threshold", x1=_LEFT, x2=WIDTH - _RIGHT, y1=y, y2=y)]


def _line(chart: Banded, scale: _Scale) -> list[Markup]:
    parts = []
    for first, last in _runs([value is not None for value in chart.values]):
        points = [(scale.x(p), scale.y(v)) for p, v in enumerate(chart.values) if v is not None and first <= p <= last]
        if len(points) > 1:
            parts.append(tag("polyline", class_="line", points=" ".join(f"{x},{y}" for x, y in points)))
    known = [(place, value) for place, value in enumerate(chart.values) if value is not None]
    dots = (_dot(scale.x(place), scale.y(value), place == known[-1][0]) for place, value in known)
    return [*parts, together(dots)]


def _dot(x: float, y: float, newest: bool) -> Markup:
    return tag("circle", class_="dot newest" if newest else "dot", cx=x, cy=y, r=4.5 if newest else 2.2)


def _runs(there: Sequence[bool]) -> list[tuple[int, int]]:
    """First and last place of each run of true ones."""
    runs: list[tuple[int, int]] = []
    for place, known in enumerate(there):
        if known and runs and runs[-1][1] == place - 1:
            runs[-1] = runs[-1][0], place
        elif known:
            runs.append((place, place))
    return runs
