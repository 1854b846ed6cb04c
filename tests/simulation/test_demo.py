"""演示网络: real counties, invented enterprises and people, nobody without an answer."""

import re
from collections import Counter

import pytest
from sqlmodel import col, select

from service.clock import FrozenClock
from service.db import Database
from service.network.directory import posts_on_path
from service.network.duty import answer
from service.network.exchange import import_network
from service.network.rota import weekday
from service.network.tables import Node, Officer
from service.simulation.demo import DEMO_FILE, demo_network, demo_nodes

COUNTIES = [
    "渭滨区",
    "金台区",
    "陈仓区",
    "凤翔区",
    "岐山县",
    "扶风县",
    "眉县",
    "陇县",
    "千阳县",
    "麟游县",
    "凤县",
    "太白县",
]


def test_the_counties_are_those_of_baoji_and_the_enterprises_forty_five() -> None:
    kinds = Counter(node.kind for node in demo_nodes())
    assert (kinds["city"], kinds["county"], kinds["enterprise"]) == (1, 12, 45)
    assert kinds["township"] >= 24
    assert [node.name.removesuffix("总工会") for node in demo_nodes() if node.kind == "county"] == COUNTIES


def test_enterprises_are_key_of_many_industries_and_marked_as_demonstration() -> None:
    enterprises = [node for node in demo_nodes() if node.kind == "enterprise"]
    assert all(node.name.endswith("（演示）") and node.key and node.headcount for node in enterprises)
    assert len({node.name for node in enterprises}) == 45
    assert len({node.industry for node in enterprises}) >= 12
    assert all(re.fullmatch(r"[a-z0-9-]+", node.id) for node in demo_nodes())


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Database:
    with db.write() as session:
        import_network(session, demo_network(), DEMO_FILE, now=clock.now())
    return db


def test_every_post_of_the_ladder_is_answered_for_every_enterprise(town: Database, clock: FrozenClock) -> None:
    codes = ("township.organiser", "county.officer", "county.deputy", "county.chair", "city.duty", "city.leader")
    with town.read() as session:
        enterprises = session.exec(select(Node.id).where(col(Node.kind) == "enterprise")).all()
        found = posts_on_path(session, enterprises, weekday)
        names = session.exec(select(Officer.name)).all()
    for posts in found.values():
        for code in codes:
            answered = answer(code, posts, clock.now())
            assert answered.post is not None
            assert answered.post.code == code
            assert answered.holes == ()
    assert len(found) == 45
    assert all(name.endswith("（演示）") for name in names)
