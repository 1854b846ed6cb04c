"""Rotas, overrides and verified contacts into the database, out again and onto the path – on both databases."""

import pytest
from sqlmodel import col, select

from service.clock import FrozenClock, shanghai
from service.db import Database
from service.errors import FileProblems
from service.network.directory import posts_on_path
from service.network.duty import How, PostView, answer
from service.network.exchange import export_network, import_network
from service.network.rota import weekday
from service.network.tables import Contact, Post, RotaOverride

NETWORK = """\
nodes:
- {node: baoji, kind: city, name: 宝鸡市}
- {node: e1, parent: baoji, kind: enterprise, name: 一号厂}
officers:
- id: a
  name: 甲😀
  contacts:
  - {channel: console, address: a, verified: 'true'}
  - {channel: email, address: a@example.org}
- id: b
  name: 乙
  contacts:
  - {channel: console, address: b}
  leaves:
  - {from: '2026-12-01T00:00:00+08:00', until: '9999-12-31T00:00:00+08:00', reason: 长假}
posts:
- node: baoji
  role: duty
  rank: 1
  rota:
    from: '2026-11-16'
    every: 1w
    shifts:
    - hours: 08:00-20:00
      days: working
      order: [a, b]
    - hours: 20:00-08:00
      days: all
      order: [b, a]
  deputies: [a, b]
  overrides:
  - {officer: b, from: '2026-11-18T08:00:00+08:00', until: '2026-11-18T12:00:00+08:00', reason: 换班}
- {node: baoji, role: leader, rank: 2, holder: a}
"""


def take(db: Database, clock: FrozenClock, text: str) -> None:
    with db.write() as session:
        import_network(session, text, "network.yaml", now=clock.now())


def given(db: Database) -> str:
    with db.read() as session:
        return export_network(session)


def duty(db: Database) -> PostView:
    with db.read() as session:
        return posts_on_path(session, ["e1"], weekday)["e1"][0]


def test_a_rota_comes_out_as_it_went_in(db: Database, clock: FrozenClock) -> None:
    take(db, clock, NETWORK)
    assert given(db).replace("leaves: []", "").split() == NETWORK.split()
    take(db, clock, given(db))
    assert given(db).replace("leaves: []", "").split() == NETWORK.split()


@pytest.mark.parametrize(
    ("at", "officer", "how"),
    [
        ("2026-11-18T09:00", "b", How.OVERRIDE),
        ("2026-11-18T13:00", "a", How.ROTA),
        ("2026-11-18T21:00", "b", How.ROTA),
        ("2026-11-21T09:00", "a", How.DEPUTY),  # Saturday: nobody's shift
        ("2046-12-03T21:00", "a", How.NEXT),  # whose turn it would be is on leave for ever
    ],
)
def test_whoever_is_on_duty_is_found_on_the_path(
    db: Database, clock: FrozenClock, at: str, officer: str, how: How
) -> None:
    take(db, clock, NETWORK)
    found = answer("city.duty", [duty(db)], shanghai(at))
    assert (found.officer.id if found.officer else None, found.how) == (officer, how)


def test_a_post_listed_without_a_rota_has_none_any_more(db: Database, clock: FrozenClock) -> None:
    take(db, clock, NETWORK)
    take(db, clock, "posts: [{node: baoji, role: duty, holder: b}]")
    with db.read() as session:
        assert session.exec(select(Post.rota).order_by(col(Post.rank))).all() == [None, None]
        assert session.exec(select(RotaOverride)).all() == []
    assert (duty(db).rota, duty(db).acting) == (None, False)


def test_a_post_that_is_not_listed_keeps_its_rota(db: Database, clock: FrozenClock) -> None:
    take(db, clock, NETWORK)
    take(db, clock, "posts: [{node: baoji, role: leader, rank: 2, holder: b}]")
    assert duty(db).rota is not None
    assert len(duty(db).overrides) == 1


def test_somebody_on_the_rota_who_does_not_belong_to_the_post_is_refused(db: Database, clock: FrozenClock) -> None:
    take(db, clock, NETWORK)
    before = given(db)
    with pytest.raises(FileProblems, match=r"network.yaml:2 .*'b'.*deputies"):
        take(db, clock, "posts:\n- {node: baoji, role: duty, holder: a, rota: {from: 2026-11-16, order: [a, b]}}")
    assert given(db) == before


def verified(db: Database) -> dict[str, bool]:
    with db.read() as session:
        return {c.address: c.verified_at is not None for c in session.exec(select(Contact))}


def test_a_contact_stays_verified_until_the_file_says_otherwise(db: Database, clock: FrozenClock) -> None:
    take(db, clock, NETWORK)
    assert verified(db) == {"a": True, "a@example.org": False, "b": False}
    take(db, clock, NETWORK.replace(", verified: 'true'", ""))
    assert verified(db)["a"]
    take(db, clock, NETWORK.replace("verified: 'true'", "verified: false"))
    assert not verified(db)["a"]
    assert [contact.verified for contact in duty(db).officers[0].contacts] == [False, False]
