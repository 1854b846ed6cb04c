"""Between processes on PostgreSQL: a ring is heard by the others, and exactly one leads until it goes."""

from collections.abc import Iterator

import psycopg
import pytest

from service.bell import Bell, Topic
from service.postgres import Chime, Leader
from tests.conftest import make_postgres_database
from tests.real import eventually


@pytest.fixture
def url(postgres: str) -> str:
    return make_postgres_database(postgres)


@pytest.fixture
def pair(url: str) -> Iterator[tuple[Bell, Bell]]:
    """The bells of two processes."""
    bells = Bell(), Bell()
    chimes = [Chime(url, bell) for bell in bells]
    for chime in chimes:
        chime.start()
    yield bells
    for chime in chimes:
        chime.stop()


def heard(bell: Bell, topic: Topic) -> bool:
    return bell._events[topic].is_set()


def test_a_ring_is_heard_in_the_other_process(pair: tuple[Bell, Bell]) -> None:
    here, there = pair

    def ring_and_hear() -> bool:
        here.ring(Topic.ASSESS)
        return heard(there, Topic.ASSESS)

    assert eventually(ring_and_hear, every=0.1)
    assert not heard(there, Topic.DELIVER)


def test_a_lost_connection_is_made_again(pair: tuple[Bell, Bell], url: str) -> None:
    here, there = pair
    here.ring(Topic.ASSESS)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND datname = current_database()"
        )
    there.wait(Topic.ASSESS, 0)

    def ring_and_hear() -> bool:
        here.ring(Topic.ASSESS)
        return heard(there, Topic.ASSESS)

    assert eventually(ring_and_hear, every=0.2)


def test_one_leads_and_another_takes_over_when_it_goes(url: str) -> None:
    first, second = Leader(url), Leader(url)
    assert first.leading()
    assert not second.leading()
    assert first.leading()
    first.stop()
    assert second.leading()
    assert not first.leading()
    second.stop()


def test_a_leader_that_lost_its_connection_leads_no_more_until_it_asks_again(url: str) -> None:
    leader = Leader(url)
    assert leader.leading()
    assert leader._connection is not None
    leader._connection.close()
    assert not leader.leading()
    assert leader.leading()
    leader.stop()


def test_a_server_that_is_away_is_no_leader() -> None:
    assert not Leader("postgresql://nobody@127.0.0.1:1/nothing").leading()
