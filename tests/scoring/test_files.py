"""Rows of tables become nodes, columns and events, or problems with their lines."""

from datetime import date

import numpy as np
import pytest

from service.scoring.build import Columns, build_panel, panel_of
from service.scoring.files import MOST_PROBLEMS, Table, csv_rows, read_events, read_nodes
from service.scoring.pack import Dictionary, EventKind, Indicator
from service.scoring.panel import NA, PanelEvent, PanelNode, PanelReport
from service.scoring.report_file import read_reports
from service.scoring.week import between, week_number

DICTIONARY = Dictionary(
    {
        "days": Indicator("days", "天数", "Days", "days"),
        "ends": Indicator("ends", "到期", "Ends", "date"),
        "fund": Indicator("fund", "有无", "Fund", "yes_no"),
    },
    {"strike": EventKind("strike", "停工", "Strike")},
)
INDEX = {"a": 0, "b": 1}
NODES = "node,parent,kind,name,industry,headcount,key,opened,closed\n"
REPORTS = "node,week,days,ends,fund\n"
EVENTS = "node,week,event,people\n"


def nodes(text: str) -> tuple[list[PanelNode], list[str]]:
    table = Table("n.csv")
    return read_nodes(table, csv_rows(table, text.splitlines(keepends=True))), [str(p) for p in table.problems]


def reports(text: str) -> tuple[Columns, list[str]]:
    table = Table("r.csv")
    found = read_reports(table, csv_rows(table, text.splitlines(keepends=True)), INDEX, DICTIONARY)
    return found, [str(p) for p in table.problems]


def events(text: str) -> tuple[list[PanelEvent], list[str]]:
    table = Table("e.csv")
    found = read_events(table, csv_rows(table, text.splitlines(keepends=True)), INDEX, DICTIONARY)
    return found, [str(p) for p in table.problems]


def test_nodes_are_read_whatever_stands_first_and_empty_is_unknown() -> None:
    text = NODES + 'firm,city,enterprise,"甲,公司",mining,120,true,2026-01-05,2027-01-01\n\ncity,,city,市,,,,,\n'
    assert nodes(text) == (
        [
            PanelNode("firm", "enterprise", "mining", 120, True, date(2026, 1, 5), date(2027, 1, 1), "city"),
            PanelNode("city", "city"),
        ],
        [],
    )
    assert nodes("kind,node\nenterprise,x\n") == ([PanelNode("x", "enterprise")], [])


@pytest.mark.parametrize(
    ("rows", "place", "says"),
    [
        ("a,,firm,,,,,,\n", "n.csv:2", "enterprise"),
        (",,city,,,,,,\n", "n.csv:2", "编号是空的"),
        ("a,,city,,,,,,\na,,city,,,,,,\n", "n.csv:3", "重复，已见于第 2 行"),
        ("a,z,city,,,,,,\n", "n.csv:2", "没有上级节点 z"),
        ("a,b,city,,,,,,\nb,a,city,,,,,,\n", "n.csv:2", "成环"),
        ("a,a,city,,,,,,\n", "n.csv:2", "成环"),
        ("a,,city,,,many,,,\n", "n.csv:2", "headcount"),
        ("a,,city,,,-1,,,\n", "n.csv:2", "headcount"),
        ("a,,city,,,,maybe,,\n", "n.csv:2", "key"),
        ("a,,city,,,,,2026-02-30,\n", "n.csv:2", "opened"),
        ("a,,city,,,,,2026-02-03,2026-02-02\n", "n.csv:2", "早于 opened"),
        ("a,,city\n", "n.csv:2", "应有 9 格，实有 3 格"),
        ('a,,city,,,,,,\nb,,"city\n\n', "n.csv:3", "引号"),
    ],
)
def test_a_wrong_node_is_told_with_its_line(rows: str, place: str, says: str) -> None:
    _, problems = nodes(NODES + rows)
    assert [problem.split()[0] for problem in problems] == [place]
    assert says in problems[0]


def test_reports_become_columns_in_the_order_of_nodes_and_weeks() -> None:
    text = REPORTS + "b,2026-W53,1.5,2026-11-22,1\na,2027-W01,na,,\na,2026-W53,,na,false\n"
    found, problems = reports(text)
    assert problems == []
    assert found.nodes.tolist() == [0, 0, 1]
    assert (found.weeks - week_number("2026-W53")).tolist() == [0, 1, 0]
    np.testing.assert_equal(found.values["days"], [np.nan, -np.inf, 1.5])
    np.testing.assert_equal(found.values["ends"], [-np.inf, np.nan, date(2026, 11, 22).toordinal()])
    np.testing.assert_equal(found.values["fund"], [0.0, np.nan, 1.0])
    turned = found.of_nodes(np.array([1, 7, 0]))
    assert turned.nodes.tolist() == [0, 2, 2]
    np.testing.assert_equal(turned.values["days"], [1.5, np.nan, -np.inf])


def test_a_table_makes_the_same_panel_as_reports_one_by_one() -> None:
    text = REPORTS + "b,2026-W53,1.5,,1\na,2027-W01,na,2026-11-22,\na,2026-W53,,na,false\n"
    people, weeks = [PanelNode("a", "city"), PanelNode("b", "city")], between("2026-W53", "2027-W02")
    one_by_one = [
        PanelReport("b", "2026-W53", {"days": 1.5, "fund": 1.0}),
        PanelReport("a", "2027-W01", {"days": NA, "ends": float(date(2026, 11, 22).toordinal())}),
        PanelReport("a", "2026-W53", {"ends": NA, "fund": 0.0}),
    ]
    table = panel_of(people, weeks, reports(text)[0], [], DICTIONARY)
    objects = build_panel(people, weeks, one_by_one, [], DICTIONARY)
    for id_ in DICTIONARY.indicators:
        np.testing.assert_equal(table.values[id_], objects.values[id_])
    assert {i: m.tolist() for i, m in table.not_applicable.items()} == {
        i: m.tolist() for i, m in objects.not_applicable.items()
    }
    assert table.reported.tolist() == objects.reported.tolist()


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("", "r.csv:1", "文件是空的"),
        ("days,week\n", "r.csv:1", "缺少列 node"),
        ("node,days\n", "r.csv:1", "缺少列 week"),
        ("node,week,dais\n", "r.csv:1", "未知的列 'dais'"),
        ("node,week,days,days\n", "r.csv:1", "重复"),
        (REPORTS + "c,2026-W01,,,\n", "r.csv:2", "没有节点 'c'"),
        (REPORTS + "a,2025-W53,,,\n", "r.csv:2", "不是日历上的周"),
        (REPORTS + "a,2026-1,,,\n", "r.csv:2", "不是日历上的周"),
        (REPORTS + "a,2026-W01,x,,\n", "r.csv:2", "days 'x' 应当是数字"),
        (REPORTS + "a,2026-W01,inf,,\n", "r.csv:2", "days 'inf'"),
        (REPORTS + "a,2026-W01,,2026,\n", "r.csv:2", "应当是日期"),
        (REPORTS + "a,2026-W01,,,2\n", "r.csv:2", "应当是1 或 0"),
        (REPORTS + "a,2026-W01,,,\nb,2026-W01,,,\na,2026-W01,1,,\n", "r.csv:4", "已见于第 2 行"),
        (REPORTS + 'a,2026-W01,"1\n2",,\n', "r.csv:2", "days '1\\n2'"),
    ],
)
def test_a_wrong_report_is_told_with_its_line(text: str, place: str, says: str) -> None:
    _, problems = reports(text)
    assert [problem.split()[0] for problem in problems] == [place]
    assert says in problems[0]


def test_reading_stops_where_more_problems_would_say_nothing_new() -> None:
    _, problems = reports(REPORTS + "a,2026-W99,,,\n" * 10_000)
    assert len(problems) == MOST_PROBLEMS + 1
    assert "too many problems" in problems[-1]


def test_events_are_read_and_empty_people_are_not_counted() -> None:
    assert events(EVENTS + "a,2026-W53,strike,\nb,2026-W01,strike,12\n") == (
        [PanelEvent("a", "2026-W53", "strike", None), PanelEvent("b", "2026-W01", "strike", 12.0)],
        [],
    )
    assert events("event,week,node\nstrike,2026-W01,a\n")[0] == [PanelEvent("a", "2026-W01", "strike", None)]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("a,2026-W01,strik,1", "没有即时事件 'strik'"),
        ("c,2026-W01,strike,1", "没有节点 'c'"),
        ("a,2025-W53,strike,1", "2025-W53"),
        ("a,2026-W01,strike,few", "people 'few'"),
    ],
)
def test_a_wrong_event_is_told_with_its_line(row: str, says: str) -> None:
    _, problems = events(EVENTS + row + "\n")
    assert [problem.split()[0] for problem in problems] == ["e.csv:2"]
    assert says in problems[0]
