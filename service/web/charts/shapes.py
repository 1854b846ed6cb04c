"""等级的样子: each level has a shape, a word and a colour; a shape is drawn once a page and used by its name; pure."""

from markupsafe import Markup

from service.scoring.pack import Level
from service.web.charts.svg import tag, together
from service.web.pages.i18n import Words, mark

WORDS = {
    Level.NORMAL: mark("正常"),
    Level.BLUE: mark("蓝"),
    Level.YELLOW: mark("黄"),
    Level.ORANGE: mark("橙"),
    Level.RED: mark("红"),
}
DEGREES = {
    Level.NORMAL: mark("未见异常"),
    Level.BLUE: mark("一般"),
    Level.YELLOW: mark("较重"),
    Level.ORANGE: mark("严重"),
    Level.RED: mark("特别严重"),
}
SILENT = "silent"  # the shape of a unit that has not reported
_BANG = "M10.9 {0}h2.2l-.4 {1}h-1.4zM12 {2}a1.35 1.35 0 1 1 0 2.7 1.35 1.35 0 0 1 0-2.7z"
_DRAWN: dict[str, tuple[tuple[str, str], ...]] = {
    "red": (("f", "M7.2 1h9.6L23 7.2v9.6L16.8 23H7.2L1 16.8V7.2z"), ("g", _BANG.format(5, 9, 15.8))),
    "orange": (("f", "M12 .4 23.6 12 12 23.6.4 12z"), ("g", _BANG.format(5.6, 7.4, 14.7))),
    "yellow": (("f", "M12 1.5 23.3 22H.7z"), ("g", _BANG.format(8, 6.5, 16))),
    "blue": (
        ("f", "M12 1a11 11 0 1 1 0 22 11 11 0 0 1 0-22z"),
        ("g", "M11 10.5h2V18h-2zM12 6a1.4 1.4 0 1 1 0 2.8A1.4 1.4 0 0 1 12 6z"),
    ),
    "normal": (("f", "M12 2.5a9.5 9.5 0 1 1 0 19 9.5 9.5 0 0 1 0-19z"), ("g", "M7.5 12.2l3.2 3.3L16.7 9")),
    SILENT: (("f", "M3 3h18v18H3z"), ("g", "M7 12h2.4M10.8 12h2.4M14.6 12H17")),
}


def sprite() -> Markup:
    """Every shape once, to stand unseen at the head of a page."""
    drawn = (
        tag(
            "symbol",
            *(tag("path", class_=f"{part}-{name}", d=d) for part, d in paths),
            id=f"s-{name}",
            viewBox="0 0 24 24",
        )
        for name, paths in _DRAWN.items()
    )
    return tag("svg", tag("defs", together(drawn)), class_="sprite", aria_hidden="true", width=0, height=0)


def shape(level: int | str) -> Markup:
    """The shape of a level or of silence, for the eye only: a word stands beside it."""
    return tag("svg", tag("use", href=f"#s-{name_of(level)}"), class_="ic", viewBox="0 0 24 24", aria_hidden="true")


def placed(level: int | str, x: float, y: float, size: float) -> Markup:
    """The shape within a drawing, centred on a point."""
    return tag("use", href=f"#s-{name_of(level)}", x=x - size / 2, y=y - size / 2, width=size, height=size)


def chip(level: int, said: Words) -> Markup:
    """Shape and word of a level."""
    name = name_of(level)
    return tag("span", shape(level), tag("span", said(WORDS[Level(level)])), class_=f"chip l-{name}")


def name_of(level: int | str) -> str:
    """The name of a level in ids and classes."""
    return level if isinstance(level, str) else Level(level).word
