"""network.yaml: nodes, officers and posts, and the line of every mistake."""

import pytest

from service.clock import shanghai
from service.network.network_text import ContactRow, LeaveRow, OfficerRow, PostRow, read_network

GOOD = """\
nodes:
  - {node: baoji, kind: city, name: 宝鸡市}
officers:
  - id: "007"
    name: 王模
    contacts:
      - {channel: email, address: w@example.org}
      - {channel: webhook, address: "https://example.org/h", secret: whsec_x}
    leaves: [{from: 2026-11-18, until: 2026-11-20T09:00, reason: 年假}]
  - {id: 010, name: 李样}
posts:
  - {node: baoji, role: duty, holder: "007", deputies: [010]}
  - {node: baoji, role: leader}
"""


def test_a_file_is_read_as_it_is_written_and_numbers_stay_text() -> None:
    file, problems = read_network(GOOD, "network.yaml")
    assert problems == []
    assert file.officers == (
        OfficerRow(
            "007",
            "王模",
            (
                ContactRow("email", "w@example.org", None, 7),
                ContactRow("webhook", "https://example.org/h", "whsec_x", 8),
            ),
            (LeaveRow(shanghai("2026-11-18"), shanghai("2026-11-20T09:00"), "年假"),),
            4,
        ),
        OfficerRow("010", "李样", None, None, 10),
    )
    assert file.posts == (PostRow("baoji", "duty", 1, "007", ("010",), 12), PostRow("baoji", "leader", 2, None, (), 13))
    assert file.posts[0].officers == {0: "007", 1: "010"}
    assert [node.name for node in file.nodes] == ["宝鸡市"]


def test_csv_is_told_by_the_file_name() -> None:
    file, problems = read_network("node,parent,kind,name\nx,,city,某市\n", "NODES.CSV")
    assert [node.id for node in file.nodes] == ["x"]
    assert problems == []


OFFICER = "officers:\n  - {id: a, name: 甲, "


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", 1, "must be a YAML map"),
        ("- a\n", 1, "must be a YAML map"),
        ("nodes: [\n", 2, "not readable as YAML"),
        ("nodes: \x00\n", 1, "not readable as YAML"),
        ("[" * 1500, 1, "nested too deeply"),
        ("nodes:\n  - &x {node: a, kind: city, name: b}\n  - *x\n", 2, "aliases"),
        ("nodes: []\nnodes: []\n", 2, "stands twice"),
        ("staff: []\n", 1, "unknown field staff"),
        ("nodes: {a: b}\n", 1, "nodes must be a list"),
        ("nodes: [a]\n", 1, "nodes must be a list"),
        ("nodes:\n  - {node: a, kind: city, name: b, colour: c}\n", 2, "unknown field colour"),
        ("nodes:\n  - {node: a, kind: city, name: [b]}\n", 2, "name must be a text"),
        ("officers:\n  - {id: a b, name: 甲}\n", 2, "officer id 'a b'"),
        ("officers:\n  - {id: a}\n", 2, "name of officer a"),
        (f"{OFFICER}contacts: [{{channel: E-Mail, address: x}}]}}\n", 2, "channel 'E-Mail'"),
        (f"{OFFICER}contacts: [{{channel: email}}]}}\n", 2, "address must have"),
        (
            f"{OFFICER}contacts: [{{channel: email, address: q}}, {{channel: email, address: q}}]}}\n",
            2,
            "contact email",
        ),
        (f"{OFFICER}leaves: [{{from: soon, until: 2026-11-20}}]}}\n", 2, "must be times"),
        (f"{OFFICER}leaves: [{{from: 2026-11-20, until: 2026-11-20}}]}}\n", 2, "end after it begins"),
        ("posts:\n  - {node: a, role: Duty}\n", 2, "role 'Duty'"),
        ("posts:\n  - {node: a, role: duty, rank: first}\n", 2, "rank 'first'"),
        ("posts:\n  - {node: a, role: duty, deputies: b}\n", 2, "deputies must be a list"),
        ("posts:\n  - {node: a, role: duty, holder: b, deputies: [b]}\n", 2, "officer b stands twice"),
        ("posts:\n  - {node: a, role: duty}\n  - {node: a, role: duty}\n", 3, "post a duty stands twice"),
    ],
)
def test_a_mistake_is_named_with_its_line(text: str, line: int, said: str) -> None:
    _, problems = read_network(text, "network.yaml")
    assert any(p.line == line and said in p.text_en and p.text for p in problems), problems


def test_a_problem_with_a_contact_never_shows_its_address() -> None:
    twice = (
        "[{channel: webhook, address: 'https://h/?key=s3cret'}, {channel: webhook, address: 'https://h/?key=s3cret'}]"
    )
    _, problems = read_network(f"{OFFICER}contacts: {twice}}}\n", "network.yaml")
    assert len(problems) == 1
    assert "s3cret" not in str(problems[0])
