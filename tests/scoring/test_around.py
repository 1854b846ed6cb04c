"""Kinds that look around: what a node's peers and those below it make of its week, and what is said of it."""

from dataclasses import replace

import pytest

from service.scoring.build import build_panel
from service.scoring.panel import Panel, PanelNode, PanelReport
from service.scoring.parse import parse_rules
from service.scoring.score import Finding, score_panel
from tests.scoring.single import HEADER, INDICATORS, said

WEEKS = ("2026-W19", "2026-W20")
LEVELS = "  - {id: T, name: 乙, kind: threshold, of: days, at_least: {1: 10, 2: 25, 3: 45}}\n"
PEERS = "kind: peers, of: people, group_by: parent, min_group: 2, at_least: {2: 5}"
BELOW = "applies_to: [county], kind: children, count_at: yellow, at_least: {1: 3, 2: 7}"
SILENT = "applies_to: [county], kind: children, count_at: silent, per: children, at_least: {0.5: 3}"
SUBTREE = f"{BELOW}, of: subtree"


def judged(fields: str, panel: Panel) -> Finding:
    """What the rule says of the first node in the last week."""
    files = {
        "indicators.yaml": INDICATORS,
        "packs/p.yaml": f"{HEADER}rules:\n  - {{id: R, name: 甲, {fields}}}\n{LEVELS}",
    }
    pack, dictionary = parse_rules(files)
    return score_panel(pack, replace(panel, dictionary=dictionary), WEEKS[-1:]).of(0, 0).findings[0]


def town(nodes: str, *, closed: bool = True, indicator: str = "days") -> Panel:
    """Nodes as `id kind parent 19 20`, the last two their figures of the two weeks; `_` is no report, `.` no figure."""
    cast, reports = [], []
    for line in nodes.split(", "):
        id_, kind, parent, *figures = line.split()
        cast.append(PanelNode(id_, kind, parent=None if parent == "-" else parent, industry="mining"))
        told = [(week, figure) for week, figure in zip(WEEKS, figures, strict=True) if figure != "_"]
        reports += [
            PanelReport(id_, week, {} if f == "." else {indicator: f if f == "na" else float(f)}) for week, f in told
        ]
    _, dictionary = parse_rules({"indicators.yaml": INDICATORS, "packs/p.yaml": f"{HEADER}rules:\n{LEVELS}"})
    return build_panel(cast, WEEKS, reports, [], dictionary, closed=lambda week: closed or week != WEEKS[-1])


@pytest.mark.parametrize(
    ("fields", "others", "says"),
    [
        (PEERS, "b enterprise c 0 4, d enterprise c 0 6", "fired 5"),  # 10 / 5
        (PEERS, "b enterprise c 0 4, d enterprise c 0 7", "silent"),
        (PEERS, "b enterprise c 0 1, d enterprise c 0 5, e enterprise c 0 90", "fired 5"),  # 10 / 5
        (PEERS, "b enterprise c 0 4, d enterprise c 0 .", "unknown"),  # only one other is known
        (PEERS, "b enterprise c 0 4, d enterprise c 0 na", "unknown"),
        (PEERS, "b enterprise c 0 4, d enterprise x 0 4", "unknown"),  # elsewhere
        (PEERS, "b enterprise c 0 4, d county c 0 4", "unknown"),  # of another kind
        (PEERS, "b enterprise c 0 0, d enterprise c 0 0", "unknown"),  # the median is 0
        (PEERS, "b enterprise c 0 -4, d enterprise c 0 -6", "unknown"),
        (f"{PEERS}, weeks: 2", "b enterprise c 9 4, d enterprise c 9 6", "silent"),
        (f"{PEERS}, weeks: 2, min_weeks: 2", "b enterprise c . 4, d enterprise c 0 6", "unknown"),
        (f"{PEERS}, for_weeks: 2", "b enterprise c 0 4, d enterprise c 0 6", "unknown"),
        (f"{PEERS}, for_weeks: 2", "b enterprise c 1 4, d enterprise c 1 6", "fired 5"),
        (f'{PEERS}, only_if: "days > 1"', "b enterprise c 0 4, d enterprise c 0 6", "unknown"),
        (PEERS.replace("parent", "industry"), "b enterprise x 0 4, d enterprise y 0 6", "fired 5"),
        (PEERS.replace("parent", "kind"), "b enterprise x 0 4, d enterprise y 0 6", "fired 5"),
    ],
)
def test_a_node_is_held_against_the_median_of_the_others(fields: str, others: str, says: str) -> None:
    assert said(judged(fields, town(f"a enterprise c 5 10, {others}", indicator="people"))) == says


@pytest.mark.parametrize(
    ("fields", "below", "says"),
    [
        (BELOW, "b enterprise a 0 2, d enterprise a 0 3", "fired 7"),
        (BELOW, "b enterprise a 0 2, d enterprise a 0 1", "fired 3"),
        (BELOW, "b enterprise a 3 1, d enterprise a 3 0", "silent"),  # last week's levels do not count
        (BELOW, "b township a 0 0, d enterprise b 0 3", "silent"),  # not directly below
        (SUBTREE, "b township a 0 0, d enterprise b 0 3", "fired 3"),
        (SUBTREE, "b township a 0 0", "unknown"),  # there is no enterprise
        (BELOW, "b enterprise x 0 3", "unknown"),
        (f"{BELOW}, min_count: 2", "b enterprise a 0 2, d enterprise a 0 1", "silent"),
        (f"{BELOW}, min_count: 0".replace("{1:", "{0: 1, 1:"), "b enterprise a 0 0", "fired 1"),
        (
            f"{BELOW}, per: children".replace("{1: 3, 2: 7}", "{0.5: 3}"),
            "b enterprise a 0 2, d enterprise a 0 1",
            "fired 3",
        ),
        (f"{BELOW}, for_weeks: 2", "b enterprise a 3 3, d enterprise a 0 3", "fired 3"),
        (SILENT, "b enterprise a 0 _, d enterprise a _ 0", "fired 3"),
        (SILENT, "b enterprise a _ 0, d enterprise a _ .", "silent"),
        (SILENT, "b enterprise a 0 _, d township a _ _", "fired 3"),  # a township reports nothing here
        (SILENT, "d township a _ _", "unknown"),
    ],
)
def test_a_county_counts_who_is_below_it(fields: str, below: str, says: str) -> None:
    assert said(judged(fields, town(f"a county - 0 0, {below}"))) == says


@pytest.mark.parametrize(("fields", "kind"), [(PEERS, "enterprise"), (SILENT, "county")])
def test_what_others_have_not_reported_yet_is_unknown_while_the_week_is_open(fields: str, kind: str) -> None:
    panel = town(f"a {kind} c 5 10, b enterprise c 0 4, d enterprise c 0 6, e enterprise a 0 _", closed=False)
    found = judged(fields.replace("people", "days"), panel)
    assert (said(found), found.reason) == ("unknown", "本周尚未截止")


def test_levels_are_fresh_from_one_level_to_the_next() -> None:
    fields = BELOW.replace("[county]", "[city, county, township]").replace("{1: 3, 2: 7}", "{1: 25}")
    panel = town("a city - _ _, b county a _ _, d township b _ _, e enterprise d 0 3")
    assert said(judged(fields, panel)) == "fired 25"


def test_a_way_up_that_goes_round_is_refused() -> None:
    with pytest.raises(ValueError, match="the way up from"):
        judged(BELOW, town("a county b 0 0, b county a 0 0, d enterprise a 0 0"))


@pytest.mark.parametrize(
    ("fields", "nodes", "reason", "reason_en"),
    [
        (
            PEERS,
            "a enterprise c 5 10, b enterprise c 0 4, d enterprise c 0 4",
            "人数 10，为同一上级下其余 2 家中位数 4 的 2.5 倍，达到 2 倍的标准",
            "People at 10, 2.5 times the median 4 of 2 others under the same parent, reaching the threshold of 2 times",
        ),
        (
            PEERS,
            "a enterprise c 5 10, b enterprise c 0 4",
            "同一上级下其余只有 1 家有数，至少要 2 家：人数",
            "People: 1 others under the same parent are known and 2 are needed",
        ),
        (
            PEERS,
            "a enterprise c 5 10, b enterprise c 0 0, d enterprise c 0 0",
            "同一上级下其余 2 家的中位数不大于 0，无法相比：人数",
            "People: the median of 2 others under the same parent is not above 0",
        ),
        (PEERS, "a enterprise - 5 10", "节点没有上级", "the node has no parent"),
        (
            SILENT,
            "a county - 0 0, b enterprise a 0 _, d enterprise a 0 0",
            "辖区内 2 个直接下级中有 1 个本周未报（50%），达到 50% 的标准",
            "1 of 2 nodes directly below did not report this week (50%), reaching the threshold of 50%",
        ),
        (
            SUBTREE,
            "a county - 0 0, b enterprise a 0 3",
            "辖区内 1 家企业中有 1 家达到黄色或更高，达到 1 的标准",
            "1 of 1 enterprises below are at yellow or above, reaching the threshold of 1",
        ),
        (SUBTREE, "a county - 0 0", "本周没有企业", "there are no enterprises below this week"),
    ],
)
def test_others_are_counted_and_never_named(fields: str, nodes: str, reason: str, reason_en: str) -> None:
    found = judged(fields, town(nodes, indicator="people" if fields is PEERS else "days"))
    assert (found.reason, found.reason_en) == (reason, reason_en)
