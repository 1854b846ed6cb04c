"""热力图: weeks × units as a table that looks like a picture, so that eye, keyboard and voice read the same; pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from service.scoring.pack import Level
from service.web.charts.names import plain, short
from service.web.charts.shapes import WORDS, name_of
from service.web.charts.svg import tag, together
from service.web.pages.i18n import Words
from service.web.pages.times import week_span

_NAME = 13  # characters of a name


@dataclass(frozen=True)
class HeatCell:
    """One unit's week: `silent` when nothing was reported, `half` when less than half could be judged."""

    score: float
    level: Level
    silent: bool
    half: bool


@dataclass(frozen=True)
class HeatRow:
    """One unit; a `head` is the county of the rows beneath it. A week that nothing is known of is None."""

    name: str
    head: bool
    href: str
    cells: Sequence[HeatCell | None]


def heat(caption: str, weeks: Sequence[str], rows: Sequence[HeatRow], said: Words) -> Markup:
    """The table; where a year begins is marked, and a phone shows the last eight weeks (by its style sheet)."""
    head = tag("tr", tag("th", said("单位"), scope="col"), *(_week(week, n, said) for n, week in enumerate(weeks)))
    turns = [n > 0 and week[:4] != weeks[n - 1][:4] for n, week in enumerate(weeks)]
    body = together(_row(row, turns, said) for row in rows)
    return tag("table", tag("caption", caption, class_="unseen"), tag("thead", head), tag("tbody", body), class_="heat")


def _week(week: str, number: int, said: Words) -> Markup:
    year, name = week.split("-")
    shown = [tag("small", year)] if number == 0 or name == "W01" else []
    return tag("th", *shown, tag("span", name), scope="col", title=week_span(week, said))


def _row(row: HeatRow, turns: Sequence[bool], said: Words) -> Markup:
    name = short(row.name, _NAME)
    link = tag("a", name, href=row.href) if row.href else tag("span", name)
    cells = (_cell(cell, turn, said) for cell, turn in zip(row.cells, turns, strict=True))
    return tag("tr", tag("th", link, scope="row", title=plain(row.name)), *cells, class_="county" if row.head else None)


def _cell(cell: HeatCell | None, turn: bool, said: Words) -> Markup:
    classes = ["turn"] if turn else []
    if cell is None:
        return tag("td", class_=" ".join([*classes, "none"]))
    if cell.silent:
        told = tag("span", said("未报"), class_="unseen")
        return tag("td", told, class_=" ".join([*classes, "silent"]))
    if cell.half:
        classes.append("half")
    if cell.level is Level.NORMAL:
        shown: list[str | Markup] = [f"{cell.score:.0f}"] if cell.score >= 1 else []
    else:
        classes.append(f"h-{name_of(cell.level)}")
        shown = [tag("span", said(WORDS[cell.level]), class_="unseen"), f"{cell.score:.0f}"]
    if cell.half:
        shown.append("?")
    return tag("td", *shown, class_=" ".join(classes) or None)
