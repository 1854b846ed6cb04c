"""network.yaml: nodes, officers and posts, and the line of every mistake."""

from datetime import date, time

import pytest

from service.clock import shanghai
from service.network.network_text import ContactRow, LeaveRow, OfficerRow, PostRow, read_network
from service.network.rota import Days, Override, Rota, Shift, Span

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


ROTA = """\
posts:
  - node: baoji
    role: duty
    deputies: [a, b]
    rota:
      from: 2026-11-16
      every: 2w
      order: [a, b]
      shifts: [{hours: "08:00-20:00", days: working}, {hours: "20:00-08:00", order: [b, a]}]
    overrides: [{officer: b, from: 2026-11-18T20:00, until: 2026-11-19T08:00, reason: 换班}]
  - {node: baoji, role: leader, holder: a, rota: {from: 2026-11-16, order: [a]}}
"""


def test_a_post_may_have_a_rota_and_overrides() -> None:
    file, problems = read_network(ROTA, "network.yaml")
    assert problems == []
    assert file.posts[0].rota == Rota(
        date(2026, 11, 16),
        14,
        (Shift(time(8), 720, Days.WORKING, ("a", "b")), Shift(time(20), 720, Days.ALL, ("b", "a"))),
    )
    swapped = Span(shanghai("2026-11-18T20:00"), shanghai("2026-11-19T08:00"))
    assert file.posts[0].overrides == (Override("b", swapped, "换班"),)
    assert file.posts[1].rota == Rota(date(2026, 11, 16), 7, (Shift(time(), 1440, Days.ALL, ("a",)),))


def test_a_contact_is_verified_only_when_the_file_says_so() -> None:
    said = (
        "{channel: sms, address: 1}, {channel: voice, address: 1, verified: true}, "
        "{channel: email, address: a@b.cn, verified: false}"
    )
    file, problems = read_network(f"{OFFICER}contacts: [{said}]}}\n", "network.yaml")
    assert problems == []
    assert [contact.verified for contact in file.officers[0].contacts or ()] == [None, True, False]


def test_csv_is_told_by_the_file_name() -> None:
    file, problems = read_network("node,parent,kind,name\nx,,city,某市\n", "NODES.CSV")
    assert [node.id for node in file.nodes] == ["x"]
    assert problems == []


OFFICER = "officers:\n  - {id: a, name: 甲, "
DUTY = "posts:\n  - {node: a, role: duty, holder: b, "


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
        (f"{OFFICER}contacts: [{{channel: E-Mail, address: x}}]}}\n", 2, "no channel 'E-Mail'; there are: console"),
        (f"{OFFICER}contacts: [{{address: x}}]}}\n", 2, "no channel ''"),
        (f"{OFFICER}contacts: [{{channel: email}}]}}\n", 2, "address must have"),
        (
            f"{OFFICER}contacts: [{{channel: email, address: q}}, {{channel: email, address: q}}]}}\n",
            2,
            "contact email",
        ),
        (f"{OFFICER}leaves: [{{from: soon, until: 2026-11-20}}]}}\n", 2, "must be times"),
        (f"{OFFICER}leaves: [{{from: 2026-11-20, until: 2026-11-20}}]}}\n", 2, "end after it begins"),
        (f'{OFFICER}contacts: [{{channel: email, address: "a\\nBcc: b"}}]}}\n', 2, "no line break"),
        (f"{OFFICER}contacts: [{{channel: sms, address: x, verified: maybe}}]}}\n", 2, "verified is true or false"),
        ("posts:\n  - {node: a, role: duty, rota: b}\n", 2, "rota must be a map"),
        (f"{DUTY}rota: {{order: [b]}}}}\n", 2, "the first day"),
        (f"{DUTY}rota: {{from: 2026-02-30, order: [b]}}}}\n", 2, "not '2026-02-30'"),
        (f"{DUTY}rota: {{from: 2026-02-02, every: month, order: [b]}}}}\n", 2, "not 'month'"),
        (f"{DUTY}rota: {{from: 2026-02-02, every: 0w, order: [b]}}}}\n", 2, "not '0w'"),
        (f"{DUTY}rota: {{from: 2026-02-02}}}}\n", 2, "nobody is on the rota"),
        (f"{DUTY}rota: {{from: 2026-02-02, order: [c]}}}}\n", 2, "'c' is on the rota but is neither"),
        (f"{DUTY}rota: {{from: 2026-02-02, order: [b], colour: red}}}}\n", 2, "unknown field colour"),
        (f"{DUTY}rota: {{from: 2026-02-02, order: [b], shifts: [{{hours: 8-20}}]}}}}\n", 2, "not '8-20'"),
        (f"{DUTY}rota: {{from: 2026-02-02, order: [b], shifts: [{{hours: '08:00-25:00'}}]}}}}\n", 2, "'08:00-25:00'"),
        (f"{DUTY}rota: {{from: 2026-02-02, order: [b], shifts: [{{days: sunny}}]}}}}\n", 2, "not 'sunny'"),
        (f"{DUTY}overrides: [{{officer: b, from: soon, until: 2026-11-20}}]}}\n", 2, "times such as 2026-11-18T20:00"),
        (f"{DUTY}overrides: [{{officer: b, from: 2026-11-20, until: 2026-11-19}}]}}\n", 2, "end after it begins"),
        (f"{DUTY}overrides: [{{officer: c, from: 2026-11-19, until: 2026-11-20}}]}}\n", 2, "'c' is on the rota but"),
        (f"officers:\n  - {{id: a, name: {'😀汉' * 2000}}}\n", 2, "must have 1–200 characters"),
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
