"""通讯录: posts on the way up, scope, tokens – on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.errors import WrongUse
from service.network.directory import (
    HeldPost,
    find_token,
    held_posts,
    issue_token,
    list_tokens,
    posts_on_path,
    revoke_token,
    token_digest,
    within,
)
from service.network.exchange import import_network
from service.network.rota import weekday
from service.network.tables import Contact, Node, Token

NETWORK = """\
nodes:
  - {node: baoji, kind: city, name: 宝鸡市}
  - {node: weibin, parent: baoji, kind: county, name: 渭滨区}
  - {node: WEIBIN, parent: baoji, kind: county, name: 大写区}
  - {node: wei_in, parent: baoji, kind: county, name: 下划线区}
  - {node: weibin2, parent: baoji, kind: county, name: 另一区}
  - {node: 马营镇, parent: weibin, kind: township, name: 马营镇}
  - {node: e1, parent: 马营镇, kind: enterprise, name: 一号厂}
  - {node: e2, parent: weibin2, kind: enterprise, name: 二号厂}
officers:
  - id: wang
    name: 王模
    contacts: [{channel: email, address: b}, {channel: console, address: a}]
    leaves: [{from: 2026-11-18, until: 2026-11-20}]
  - {id: li, name: 李样, contacts: [{channel: console, address: c}]}
posts:
  - {node: weibin, role: officer, rank: 2, holder: wang, deputies: [li]}
  - {node: weibin, role: clerk, rank: 1}
  - {node: baoji, role: duty, holder: li}
"""


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Database:
    """A database that holds the network above."""
    with db.write() as session:
        import_network(session, NETWORK, "network.yaml", now=clock.now())
    return db


def test_posts_come_from_the_node_up_and_by_rank_with_contacts_and_leaves_in_order(town: Database) -> None:
    with town.read() as session:
        posts = posts_on_path(session, ["e1"], weekday)["e1"]
    assert [(post.code, post.node_id) for post in posts] == [
        ("county.clerk", "weibin"),
        ("county.officer", "weibin"),
        ("city.duty", "baoji"),
    ]
    holder, deputy = posts[1].officers
    assert [contact.channel for contact in holder.contacts] == ["email", "console"]
    assert len(holder.leaves) == 1
    assert deputy == posts[2].officers[0]


def test_any_number_of_nodes_costs_the_same_number_of_queries(town: Database) -> None:
    counts = []
    for nodes in (["e1"], ["e1", "e2", "weibin", "baoji", "nowhere"]):
        seen: list[str] = []
        listener = lambda *args, seen=seen: seen.append(args[2])  # noqa: E731
        event.listen(town.engine, "before_cursor_execute", listener)
        with town.read() as session:
            found = posts_on_path(session, nodes, weekday)
        event.remove(town.engine, "before_cursor_execute", listener)
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 8  # SQLite counts its BEGIN
    assert set(found) == {"e1", "e2", "weibin", "baoji"}


def test_a_contact_that_is_off_is_not_offered(town: Database, clock: FrozenClock) -> None:
    with town.write() as session:
        contact = session.exec(select(Contact).where(Contact.address == "b")).one()
        contact.disabled_at = clock.now()
    with town.read() as session:
        holder = posts_on_path(session, ["weibin"], weekday)["weibin"][1].officers[0]
    assert [contact.address for contact in holder.contacts] == ["a"]


@pytest.mark.parametrize(
    ("prefixes", "inside"),
    [
        (["baoji/weibin/"], {"weibin", "马营镇", "e1"}),
        (["baoji/WEIBIN/"], {"WEIBIN"}),
        (["baoji/wei_in/"], {"wei_in"}),
        (["baoji/weibin/马营镇/"], {"马营镇", "e1"}),
        (["baoji/weibin/马营镇/", "baoji/weibin2/"], {"马营镇", "e1", "weibin2", "e2"}),
        ([], set()),
    ],
)
def test_scope_is_the_subtree_and_nothing_that_only_looks_like_it(
    town: Database, prefixes: list[str], inside: set[str]
) -> None:
    with town.read() as session:
        assert set(session.exec(select(Node.id).where(within(prefixes)))) == inside


def test_scope_of_the_root_is_everything(town: Database) -> None:
    with town.read() as session:
        everything = session.exec(select(Node.id)).all()
        assert set(session.exec(select(Node.id).where(within(["baoji/"])))) == set(everything)


def test_a_node_s_token_is_found_by_its_digest_and_opens_its_subtree(town: Database, clock: FrozenClock) -> None:
    with town.write() as session:
        token = issue_token(session, clock.now(), node_id="weibin", label="区工会")
    with town.read() as session:
        found = find_token(session, token_digest(token))
        stored = session.exec(select(Token)).one()
    assert found is not None
    assert (found.node_id, found.kind, found.prefixes) == ("weibin", "county", ("baoji/weibin/",))
    assert found.officer_id is None
    assert token.startswith("lw_")
    assert token not in repr(stored)
    assert (stored.label, stored.issued_at) == ("区工会", clock.now())


def test_an_officer_s_token_opens_the_posts_held_and_deputised(town: Database, clock: FrozenClock) -> None:
    with town.write() as session:
        token = issue_token(session, clock.now(), officer_id="li")
    with town.read() as session:
        found = find_token(session, token_digest(token))
        assert held_posts(session, "wang") == (HeldPost("county.officer", "weibin", "baoji/weibin/"),)
    assert found is not None
    assert found.node_id is None
    assert [post.code for post in found.posts] == ["city.duty", "county.officer"]
    assert found.prefixes == ("baoji/", "baoji/weibin/")


def test_a_revoked_token_and_an_unknown_one_are_not_found(town: Database, clock: FrozenClock) -> None:
    with town.write() as session:
        token = issue_token(session, clock.now(), node_id="e1")
        other = issue_token(session, clock.now(), node_id="e1")
    with town.write() as session:
        first = list_tokens(session)[0]
        revoke_token(session, clock.now(), first.id or 0)
    clock.advance(timedelta(hours=1))
    with town.write() as session:
        assert revoke_token(session, clock.now(), first.id or 0).revoked_at == clock.now() - timedelta(hours=1)
    with town.read() as session:
        assert find_token(session, token_digest(token)) is None
        assert find_token(session, token_digest("lw_guess")) is None
        assert find_token(session, token_digest(other)) is not None


@pytest.mark.parametrize(
    ("holder", "said"),
    [
        ({}, "either"),
        ({"node_id": "e1", "officer_id": "li"}, "either"),
        ({"node_id": "nowhere"}, "no node nowhere"),
        ({"officer_id": "nobody"}, "no officer nobody"),
    ],
)
def test_a_token_needs_one_holder_that_exists(
    town: Database, clock: FrozenClock, holder: dict[str, str], said: str
) -> None:
    with town.write() as session, pytest.raises(WrongUse, match=said):
        issue_token(session, clock.now(), **holder)


def test_revoking_a_token_that_is_not_there_is_refused(town: Database, clock: FrozenClock) -> None:
    with town.write() as session, pytest.raises(WrongUse, match="no token 99"):
        revoke_token(session, clock.now(), 99)
