"""Charts: whatever the figures and names, a drawing is well-formed, tells what it shows, and lets no markup in."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from service.scoring.pack import Level
from service.web.charts.heat import HeatCell, HeatRow, heat
from service.web.charts.lines import Line, lines, spark, trace
from service.web.charts.names import plain, short
from service.web.charts.network import ROUND, Dot, network
from service.web.charts.shapes import sprite
from service.web.pages.i18n import words

NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40) | st.just(
    "<script>alert(1)</script>\u202e"
)
SCORES = st.lists(st.none() | st.floats(-1e9, 1e9), max_size=30)
LEVELS = st.none() | st.integers(0, 4)
WEEKS = ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]


def parsed(markup: str) -> ElementTree.Element:
    """The drawing as a browser would read it; refuses what is not well-formed."""
    return ElementTree.fromstring(markup)


@given(SCORES, NAMES)
def test_a_line_is_well_formed_whatever_its_values(values: list[float | None], name: str) -> None:
    drawn = parsed(
        lines(name, "told", [f"2026-W{n:02d}" for n in range(1, 31)][: len(values)], [Line(name, values)], [], "x")
    )
    assert drawn.find("title") is not None
    assert drawn.find("desc") is not None
    assert drawn.find(".//script") is None
    parsed(spark(values))


def test_a_gap_stays_a_gap_and_a_point_alone_is_seen() -> None:
    assert trace([(0, 1), None, (2, 3), (4, 5)]) == "M0.0 1.0h.1M2.0 3.0L4.0 5.0"


@given(st.lists(st.tuples(NAMES, LEVELS, st.booleans()), max_size=ROUND + 5), st.integers(0, 30))
def test_a_network_shows_every_node_once(groups: list[tuple[str, int | None, bool]], units: int) -> None:
    dots = [Dot(f"g{n}", name, None, level, silent, "said", "/x") for n, (name, level, silent) in enumerate(groups)]
    leaves = [Dot(f"u{n}", f"unit {n}", f"g{n % 7}", n % 5, False, "said", "/x") for n in range(units)]
    drawn = parsed(network("title", "text", "hub", dots, leaves))
    assert len(drawn.findall("a")) == len(dots) + (units if len(dots) <= ROUND else 0)
    assert all(link.get("aria-label") for link in drawn.findall("a"))


def test_a_level_is_told_by_shape_and_not_by_colour_alone() -> None:
    shapes = {symbol.get("id"): symbol[0].get("d") for symbol in parsed(sprite()).iter("symbol")}
    assert shapes.keys() == {f"s-{level.word}" for level in Level} | {"s-silent"}
    assert len(set(shapes.values())) == len(shapes)


def test_a_heat_map_says_what_each_week_was() -> None:
    cells = [HeatCell(0, Level.NORMAL, True, False), HeatCell(62, Level.ORANGE, False, True), None]
    row = HeatRow("秦岭齿轮厂<b>", False, "/x", [*cells, HeatCell(0.4, Level.NORMAL, False, False)])
    drawn = parsed(heat("caption", WEEKS, [row], words("zh")))
    told = ["".join(cell.itertext()) for cell in drawn.iter("td")]
    assert told == ["未报", "橙62?", "", ""]
    classes = [cell.get("class") or "" for cell in drawn.iter("td")]
    assert classes == ["silent", "half h-orange", "turn none", ""]
    assert ["".join(one.itertext()) for one in drawn.iter("th")][1:5] == ["2026W52", "W53", "2027W01", "W02"]


@given(NAMES)
def test_a_short_name_turns_nothing_around(name: str) -> None:
    assert "\u202e" not in plain(name)
    assert len(short(name)) <= 9
