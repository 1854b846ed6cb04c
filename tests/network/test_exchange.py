"""导入导出: all of a file or nothing, on both databases."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlmodel import Session, col, select

from service.clock import FrozenClock, shanghai
from service.db import Database
from service.errors import FileProblems
from service.network.exchange import ImportSummary, export_network, export_nodes, import_network
from service.network.sealing import Sealer
from service.network.tables import Contact, Leave, Node, Officer, Post, Tenure

NETWORK = """\
nodes:
  - {node: e1, parent: mayinghe, kind: enterprise, name: 甲, industry: 钛, headcount: 9, key: true, opened: 2020-01-01}
  - {node: mayinghe, parent: weibin, kind: township, name: 马营镇}
  - {node: weibin, parent: baoji, kind: county, name: 渭滨区}
  - {node: jintai, parent: baoji, kind: county, name: 金台区, closed: 2030-01-01}
  - {node: baoji, kind: city, name: 宝鸡市}
officers:
  - id: wang
    name: 王模
    contacts:
      - {channel: email, address: w@example.org}
      - {channel: webhook, address: "https://example.org/h", secret: s3}
    leaves: [{from: 2026-11-18, until: 2026-11-20, reason: 年假}]
  - {id: li, name: 李样, contacts: [{channel: console, address: "-"}]}
posts:
  - {node: weibin, role: officer, rank: 2, holder: wang, deputies: [li]}
  - {node: baoji, role: duty, holder: li}
  - {node: baoji, role: leader}
"""
SEALER = Sealer(["test"])

Importer = Callable[..., ImportSummary]


@pytest.fixture
def take(db: Database, clock: FrozenClock) -> Importer:
    """Import a text in one transaction."""

    def run(text: str, file: str = "network.yaml", sealer: Sealer | None = SEALER) -> ImportSummary:
        with db.write() as session:
            return import_network(session, text, file, now=clock.now(), sealer=sealer)

    return run


def paths(db: Database) -> dict[str, str]:
    with db.read() as session:
        return dict(session.exec(select(Node.id, Node.path)).all())


def contacts(session: Session, officer: str) -> list[tuple[str, str, bool]]:
    """Channel, address and whether it is on, in order."""
    query = select(Contact).where(Contact.officer_id == officer).order_by(col(Contact.position), col(Contact.id))
    return [(c.channel, c.address, c.disabled_at is None) for c in session.exec(query)]


def test_a_network_is_taken_whole(db: Database, take: Importer) -> None:
    assert take(NETWORK) == ImportSummary(added=5, changed=0, officers=2, posts=3)
    assert paths(db)["e1"] == "baoji/weibin/mayinghe/e1/"
    with db.read() as session:
        enterprise = session.get(Node, "e1")
        assert enterprise is not None
        assert (enterprise.depth, enterprise.key, enterprise.opened) == (3, True, date(2020, 1, 1))
        assert contacts(session, "wang") == [
            ("email", "w@example.org", True),
            ("webhook", "https://example.org/h", True),
        ]
        assert [leave.from_at for leave in session.exec(select(Leave))] == [shanghai("2026-11-18")]
        held = session.exec(select(Post.role, Tenure.officer_id, Tenure.position).join(Tenure)).all()
        assert set(held) == {("officer", "wang", 0), ("officer", "li", 1), ("duty", "li", 0)}


def test_the_same_file_again_changes_nothing(take: Importer) -> None:
    take(NETWORK)
    assert take(NETWORK) == ImportSummary(added=0, changed=0, officers=2, posts=3)


def test_an_export_imports_back_to_the_same_export(db: Database, take: Importer, clock: FrozenClock) -> None:
    take(NETWORK)
    with db.read() as session:
        exported = export_network(session)
    assert "name: 甲, industry: 钛, headcount: 9, key: true, opened: 2020-01-01}" in exported
    assert take(exported, sealer=None) == ImportSummary(added=0, changed=0, officers=2, posts=3)
    with db.read() as session:
        assert export_network(session) == exported


def test_nodes_go_out_as_csv_and_come_back(db: Database, take: Importer) -> None:
    take(NETWORK)
    with db.read() as session:
        text = export_nodes(session)
    assert text.splitlines()[1] == "baoji,,city,宝鸡市,,,,,"
    assert take(text, "nodes.csv") == ImportSummary(0, 0, 0, 0)


def test_secrets_are_encrypted_stay_over_an_export_and_never_leave(db: Database, take: Importer) -> None:
    take(NETWORK)
    with db.read() as session:
        exported = export_network(session)
    assert "s3" not in exported
    take(exported)
    with db.read() as session:
        sealed = session.exec(select(Contact.secret).where(Contact.channel == "webhook")).one()
    assert sealed is not None
    assert "s3" not in sealed
    assert SEALER.open(sealed) == "s3"


def test_secrets_without_a_key_to_seal_them_are_refused(take: Importer) -> None:
    with pytest.raises(FileProblems, match="no key") as refused:
        take(NETWORK, sealer=None)
    assert "s3" not in str(refused.value)


def test_what_a_file_does_not_name_stays(db: Database, take: Importer) -> None:
    take(NETWORK)
    summary = take("node,parent,kind,name\ne2,weibin,enterprise,二号厂\n", "more.csv")
    assert summary == ImportSummary(added=1, changed=0, officers=0, posts=0)
    assert set(paths(db)) == {"baoji", "weibin", "jintai", "mayinghe", "e1", "e2"}


def test_moving_a_node_moves_its_whole_subtree(db: Database, take: Importer) -> None:
    take(NETWORK)
    assert take("node,parent,kind,name\nmayinghe,jintai,township,马营镇\n", "move.csv").changed == 2
    assert paths(db)["e1"] == "baoji/jintai/mayinghe/e1/"


def test_a_new_root_may_be_put_above_the_old_one(db: Database, take: Importer) -> None:
    take(NETWORK)
    take("node,parent,kind,name\nbaoji,shaanxi,city,宝鸡市\nshaanxi,,city,陕西省\n", "above.csv")
    assert paths(db)["e1"] == "shaanxi/baoji/weibin/mayinghe/e1/"
    with db.read() as session:
        assert set(session.exec(select(Node.depth))) == {0, 1, 2, 3, 4}


def test_an_officer_s_contacts_become_those_of_the_file_and_removed_ones_come_back(
    db: Database, take: Importer
) -> None:
    take(NETWORK)
    listed = "[{channel: sms, address: '1'}, {channel: email, address: w@example.org}]"
    take(f"officers: [{{id: wang, name: 王模, contacts: {listed}}}]")
    with db.read() as session:
        assert contacts(session, "wang") == [
            ("sms", "1", True),
            ("email", "w@example.org", True),
            ("webhook", "https://example.org/h", False),
        ]
        assert "https://example.org/h" not in export_network(session)
    take(NETWORK)
    with db.read() as session:
        assert ("webhook", "https://example.org/h", True) in contacts(session, "wang")


def test_an_officer_named_without_contacts_and_leaves_keeps_them(db: Database, take: Importer) -> None:
    take(NETWORK)
    take("officers: [{id: wang, name: 王新}]")
    with db.read() as session:
        assert len(contacts(session, "wang")) == 2
        assert len(session.exec(select(Leave)).all()) == 1
        officer = session.get(Officer, "wang")
        assert officer is not None
        assert officer.name == "王新"


def test_an_empty_list_of_leaves_ends_them(db: Database, take: Importer) -> None:
    take(NETWORK)
    take("officers: [{id: wang, name: 王模, leaves: []}]")
    with db.read() as session:
        assert session.exec(select(Leave)).all() == []


def test_holder_and_deputy_can_change_places(db: Database, take: Importer) -> None:
    take(NETWORK)
    take("posts: [{node: weibin, role: officer, rank: 5, holder: li, deputies: [wang]}, {node: baoji, role: duty}]")
    with db.read() as session:
        held = session.exec(select(Post.role, Post.rank, Tenure.officer_id, Tenure.position).join(Tenure)).all()
    assert set(held) == {("officer", 5, "li", 0), ("officer", 5, "wang", 1)}


def test_deputies_may_act_in_a_vacant_post(db: Database, take: Importer) -> None:
    take(f"{NETWORK}  - {{node: jintai, role: officer, deputies: [li]}}\n")
    with db.read() as session:
        exported = export_network(session)
    assert "- node: jintai\n  role: officer\n  rank: 1\n  deputies: [li]\n" in exported
    assert take(exported).posts == 4


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("posts:\n- {node: nowhere, role: duty}\n", 2, "node 'nowhere' is nowhere"),
        ("posts:\n- {node: baoji, role: duty, holder: zhao}\n", 2, "officer zhao is nowhere"),
        ("officers:\n- {id: a, name: x}\n- {id: a, name: y}\n", 3, "officer a stands twice"),
        ("nodes:\n- {node: other, kind: city, name: 另一市}\n", 2, "only one node may have no parent"),
        ("nodes:\n- {node: weibin, parent: e1, kind: county, name: 渭滨区}\n", 2, "circle"),
    ],
)
def test_a_file_that_does_not_fit_what_is_stored_changes_nothing(
    db: Database, take: Importer, text: str, line: int, said: str
) -> None:
    take(NETWORK)
    with db.read() as session:
        before = export_network(session)
    with pytest.raises(FileProblems) as refused:
        take(f"{text}unheard: []\n")
    problems = refused.value.problems
    assert any(p.line == line and said in p.text_en for p in problems), problems
    assert [p.line for p in problems] == sorted(p.line for p in problems)
    with db.read() as session:
        assert export_network(session) == before


def test_a_path_too_long_for_its_column_is_refused(take: Importer) -> None:
    ids = [f"{number:02d}{'x' * 62}" for number in range(16)]
    rows = "".join(f"{node},{ids[i - 1] if i else ''},city,x\n" for i, node in enumerate(ids))
    with pytest.raises(FileProblems, match="lies too deep"):
        take(f"node,parent,kind,name\n{rows}", "deep.csv")


def test_a_network_without_posts_and_one_of_a_single_node_are_fine(db: Database, take: Importer) -> None:
    assert take("node,parent,kind,name\nalone,,enterprise,独户\n", "n.csv").added == 1
    with db.read() as session:
        assert export_network(session) == "nodes:\n- {node: alone, kind: enterprise, name: 独户}\n"
