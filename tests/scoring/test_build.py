"""Reports and events become a panel: the more serious source counts, and no week outside a node's life."""

from datetime import date

import numpy as np
import pytest

from service.scoring.build import build_panel, cell, number
from service.scoring.pack import Dictionary, EventKind, Indicator
from service.scoring.panel import NA, PanelEvent, PanelNode, PanelReport
from service.scoring.week import between

UP = Indicator("up", "升", "up", "number")
DOWN = Indicator("down", "降", "down", "number", worse="down")
DATE = Indicator("ends", "到期", "ends", "date")
YES_NO = Indicator("strike_fund", "有无", "has", "yes_no")
DICTIONARY = Dictionary({i.id: i for i in (UP, DOWN, DATE, YES_NO)}, {"e": EventKind("e", "e", "e")})
WEEKS = between("2026-W52", "2027-W02")


@pytest.mark.parametrize(
    ("indicator", "raw", "value"),
    [
        (UP, None, None),
        (UP, 12, 12.0),
        (UP, 12.5, 12.5),
        (UP, "na", NA),
        (UP, "", None),
        (UP, " 7 ", 7.0),
        (UP, "-1.5e3", -1500.0),
        (UP, True, 1.0),
        (UP, 10**400, None),
        (UP, float("inf"), None),
        (UP, float("nan"), None),
        (UP, [1], None),
        (UP, "twelve", None),
        (YES_NO, True, 1.0),
        (YES_NO, "FALSE", 0.0),
        (YES_NO, "1", 1.0),
        (DATE, "2026-11-22", float(date(2026, 11, 22).toordinal())),
        (DATE, 12, None),
        (DATE, "2026-02-30", None),
    ],
)
def test_a_stored_figure_is_a_number_not_applicable_or_missing(
    indicator: Indicator, raw: object, value: object
) -> None:
    assert number(indicator, raw) == value


@pytest.mark.parametrize(
    ("indicator", "written"),
    [(UP, text) for text in ("1,000", "12%", "nan", "inf", "1e999", "0x10", "1_000", "１２", "NA", "true")]
    + [(DATE, text) for text in ("20261122", "2026-W47-7", "2026-13-01", "12")]
    + [(YES_NO, text) for text in ("2", "yes", "是")],
)
def test_a_cell_that_nobody_can_read_is_an_error_and_not_missing(indicator: Indicator, written: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (its text is for programmers; people read that of scoring.files)
        cell(indicator, written)


def test_of_several_sources_the_more_serious_figure_counts_and_a_figure_goes_before_na() -> None:
    reports = [
        PanelReport("n", "2026-W52", {"up": 3.0, "down": 3.0}),
        PanelReport("n", "2026-W52", {"up": 5.0, "down": 5.0}),
        PanelReport("n", "2026-W53", {"up": NA, "down": 4.0}),
        PanelReport("n", "2026-W53", {"up": 0.0, "down": NA}),
        PanelReport("n", "2027-W01", {"up": NA}),
    ]
    panel = build_panel([PanelNode("n", "enterprise")], WEEKS, reports, [], DICTIONARY)
    assert WEEKS == ["2026-W52", "2026-W53", "2027-W01", "2027-W02"]
    np.testing.assert_equal(panel.values["up"], [[5.0, 0.0, np.nan, np.nan]])
    np.testing.assert_equal(panel.values["down"], [[3.0, 4.0, np.nan, np.nan]])
    assert panel.not_applicable["up"].tolist() == [[False, False, True, False]]
    assert "down" not in panel.not_applicable
    assert panel.reported.tolist() == [[True, True, True, False]]


def test_nothing_is_known_of_a_node_before_it_opens_or_after_it_closes() -> None:
    node = PanelNode("n", "enterprise", opened=date(2027, 1, 3), closed=date(2027, 1, 11))
    reports = [PanelReport("n", week, {"up": 1.0, "down": NA}) for week in WEEKS]
    events = [PanelEvent("n", week, "e", None) for week in WEEKS]
    panel = build_panel([node], WEEKS, reports, events, DICTIONARY)
    assert panel.alive.tolist() == panel.reported.tolist() == [[False, True, True, False]]
    np.testing.assert_equal(panel.values["up"], [[np.nan, 1.0, 1.0, np.nan]])
    np.testing.assert_equal(panel.people["e"], [[np.nan, 1.0, 1.0, np.nan]])
    assert panel.not_applicable["down"].tolist() == [[False, True, True, False]]


def test_the_largest_event_of_a_week_counts_and_unknown_people_are_one() -> None:
    events = [PanelEvent("n", "2026-W52", "e", people) for people in (None, 6.0, 2.0)]
    panel = build_panel([PanelNode("n", "enterprise")], WEEKS, [], events, DICTIONARY)
    np.testing.assert_equal(panel.people["e"], [[6.0, np.nan, np.nan, np.nan]])


def test_what_lies_outside_the_panel_or_the_dictionary_is_left_out() -> None:
    nodes = [PanelNode("n", "enterprise")]
    reports = [PanelReport("other", "2026-W52", {"up": 1.0}), PanelReport("n", "2026-W01", {"up": 1.0})]
    reports.append(PanelReport("n", "2026-W53", {"retired": 1.0}))
    events = [PanelEvent("n", "2026-W01", "e", 1.0), PanelEvent("n", "2026-W52", "unknown", 1.0)]
    panel = build_panel(nodes, WEEKS, reports, events, DICTIONARY, closed=lambda week: week < "2027-W02")
    assert all(np.isnan(block).all() for block in panel.values.values())
    assert (panel.people, panel.closed.tolist()) == ({}, [True, True, True, False])
    assert panel.reported.tolist() == [[False, True, False, False]]


def test_a_panel_may_be_empty() -> None:
    assert build_panel([], [], [], [], DICTIONARY).alive.shape == (0, 0)
    assert build_panel([], WEEKS, [], [], DICTIONARY).alive.shape == (0, 4)
