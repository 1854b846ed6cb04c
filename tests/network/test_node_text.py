"""nodes.csv: what is read, what is refused, and where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import LineProblem
from service.network.duty import KINDS
from service.network.node_text import COLUMNS, node_cells, read_node, read_nodes_csv
from service.network.tree import NodeRow, check_tree, is_id, places, problems_to

HEAD = "node,parent,kind,name,industry,headcount,key\n"
GOOD = f"""{HEAD}e1,weibin,enterprise,一号厂,钛材,120,true
weibin,baoji,county,渭滨区,,,
baoji,,city,宝鸡市,,,
"""


def problems_of(text: str) -> list[tuple[int, str]]:
    """Line and English text of every problem of a whole file, read and checked as a tree."""
    rows, problems = read_nodes_csv(text, "nodes.csv")
    whole = check_tree({}, rows, problems_to("nodes.csv", problems))
    assert whole or problems
    return [(problem.line, problem.text_en) for problem in problems]


def test_parents_may_stand_after_their_children() -> None:
    rows, problems = read_nodes_csv(GOOD, "nodes.csv")
    assert problems == []
    assert rows[0] == NodeRow("e1", "weibin", "enterprise", "一号厂", "钛材", 120, True, line=2)
    assert problems_of(GOOD) == []


@pytest.mark.parametrize(
    "text",
    [
        "\ufeff" + GOOD,
        GOOD.replace("\n", "\r\n"),
        GOOD + "\n,,,,,,\n",
        GOOD.replace(",,,\n", "\n"),
        GOOD.replace(",", " , "),
    ],
    ids=["BOM", "CRLF", "empty lines", "short rows", "spaces"],
)
def test_the_ways_spreadsheets_write_csv_are_all_read_alike(text: str) -> None:
    rows, problems = read_nodes_csv(text, "nodes.csv")
    assert problems == []
    assert rows == read_nodes_csv(GOOD, "nodes.csv")[0]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "columns are missing"),
        (HEAD, 1, "no node"),
        ("node,parent,kind,name,colour\n", 1, "unknown columns: colour"),
        ("node,node,parent,kind,name\n", 1, "columns stand twice: node"),
        (f"{HEAD}a b,,city,x,,,\n", 2, "node id 'a b'"),
        (f"{HEAD}a/b,,city,x,,,\n", 2, "node id 'a/b'"),
        (f"{HEAD}{'a' * 65},,city,x,,,\n", 2, "node id"),
        (f"{HEAD}a\x7fb,,city,x,,,\n", 2, "node id"),
        (f"{HEAD},,city,x,,,\n", 2, "node id ''"),
        (f"{HEAD}a,,village,x,,,\n", 2, "kind 'village'"),
        (f"{HEAD}a,,city,,,,\n", 2, "name is empty"),
        (f'{HEAD}a,,city,"x\ny",,,\n', 2, "one line"),
        (f"{HEAD}a,,city,{'x' * 201},,,\n", 2, "at most 200"),
        (f"{HEAD}a,,city,x,,12.5,\n", 2, "headcount '12.5'"),
        (f"{HEAD}a,,city,x,,-1,\n", 2, "headcount '-1'"),
        (f"{HEAD}a,,city,x,,９,\n", 2, "headcount"),
        (f"{HEAD}a,,city,x,,{'9' * 12},\n", 2, "headcount"),
        (f"{HEAD}a,,city,x,,,maybe\n", 2, "key 'maybe'"),
        (f"{HEAD}a,,city,x,,,,more\n", 2, "more cells"),
        (f"{HEAD}a,,city,x,,,\na,,city,y,,,\n", 3, "again, first on line 2"),
        (f"{HEAD}a,,city,x,,,\nb,,city,y,,,\n", 3, "only one node"),
        (f"{HEAD}a,,city,x,,,\nb,z,county,y,,,\n", 3, "parent z of b is nowhere"),
        (f"{HEAD}a,,county,x,,,\nb,a,city,y,,,\n", 3, "cannot stand below a, a county"),
        (f"{HEAD}a,,enterprise,x,,,\nb,a,township,y,,,\n", 3, "cannot stand below"),
        (f"{HEAD}a,a,city,x,,,\n", 2, "circle: a → a"),
        (f"{HEAD}a,,city,x,,,\nb,c,county,y,,,\nc,b,county,z,,,\n", 4, "circle: b → c → b"),
        (f'{HEAD}a,,city,"x,,,\n', 2, "not readable as CSV"),
        (f'{HEAD}a,,city,"two\nlines",,,\nb,a,nothing,y,,,\n', 4, "kind 'nothing'"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, said: str) -> None:
    found = problems_of(text)
    assert any(at == line and said in words for at, words in found), found


@pytest.mark.parametrize(
    ("opened", "closed", "said"),
    [
        ("2026-02-30", "", "opened: '2026-02-30'"),
        ("20260101", "", "opened: '20260101'"),
        ("", "2026-W01-1", "closed: '2026-W01-1'"),
        ("2026-03-01", "2026-02-28", "closed 2026-02-28 is before opened 2026-03-01"),
        ("2026-03-01", "2026-03-01", ""),
    ],
)
def test_dates_are_days_of_the_calendar_in_their_order(opened: str, closed: str, said: str) -> None:
    text = f"node,parent,kind,name,opened,closed\na,,city,x,{opened},{closed}\n"
    assert [words for _, words in problems_of(text) if said not in words or not said] == []
    assert bool(problems_of(text)) is bool(said)


def test_all_mistakes_of_a_file_come_at_once_and_in_both_languages() -> None:
    rows, problems = read_nodes_csv(f"{HEAD}a b,,city,x,,,\nc,,town,y,,z,\n", "n.csv")
    assert [problem.line for problem in problems] == [2, 3, 3]
    assert all(problem.text and problem.text_en and problem.file == "n.csv" for problem in problems)
    assert [row.id for row in rows] == ["c"]


def test_a_moved_parent_is_refused_at_the_line_that_moved_it() -> None:
    stored = {
        "baoji": NodeRow("baoji", None, "city", "x"),
        "weibin": NodeRow("weibin", "baoji", "county", "x"),
        "town": NodeRow("town", "weibin", "township", "x"),
    }
    found: list[LineProblem] = []
    problems = problems_to("f", found)
    check_tree(stored, [NodeRow("weibin", "town", "county", "x", line=7)], problems)
    assert {problem.line for problem in found} == {7}
    assert any("circle" in problem.text_en for problem in found)


def test_a_node_made_smaller_than_its_children_is_refused_at_its_line() -> None:
    stored = {
        "baoji": NodeRow("baoji", None, "city", "x"),
        "weibin": NodeRow("weibin", "baoji", "county", "x"),
        "town": NodeRow("town", "weibin", "township", "x"),
    }
    found: list[LineProblem] = []
    problems = problems_to("f", found)
    check_tree(stored, [NodeRow("weibin", "baoji", "enterprise", "x", line=3)], problems)
    assert [(problem.line, "cannot stand below" in problem.text_en) for problem in found] == [(3, True)]


names = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1, max_size=40).filter(
    lambda text: text == text.strip()
)
days = st.none() | st.dates()
nodes = st.builds(
    NodeRow,
    st.text(min_size=1, max_size=64).filter(is_id),
    st.none(),
    st.sampled_from(KINDS),
    names,
    st.none() | names,
    st.none() | st.integers(0, 999_999_999),
    st.booleans(),
    days,
    st.none(),
)


@given(nodes)
def test_a_node_written_as_text_reads_back_the_same(node: NodeRow) -> None:
    found: list[LineProblem] = []
    problems = problems_to("f", found)
    assert read_node(node_cells(node), 0, problems) == node
    assert found == []
    assert set(node_cells(node)) == set(COLUMNS)


@given(st.lists(st.integers(0, 30), max_size=30))
def test_every_path_is_the_path_of_the_parent_and_the_own_id(parents: list[int]) -> None:
    tree = {"r": NodeRow("r", None, "city", "x")}
    for number, parent in enumerate(parents):
        above = list(tree)[parent % len(tree)]
        tree[f"n{number}"] = NodeRow(f"n{number}", above, "city", "x")
    found = places(tree)
    assert next(iter(found)) == "r"
    for node in tree.values():
        above = found[node.parent].path if node.parent else ""
        assert found[node.id].path == f"{above}{node.id}/"
        assert found[node.id].depth == found[node.id].path.count("/") - 1
