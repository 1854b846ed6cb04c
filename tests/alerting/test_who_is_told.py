"""Who is told when the posts are not as usual: a county's own silence, a rota, a node that moves in mid-alert."""

from typing import Any

import pytest
from sqlmodel import col, select

from service.alerting.tables import Notice
from service.clock import FrozenClock, shanghai
from service.db import Database
from service.journal import JournalEntry
from service.network.exchange import import_network
from service.scoring.pack import Level
from tests.builders import Town
from tests.cast import NETWORK

W47 = "2026-W47"
ARREARS: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}
NIGHTS = (
    "rota: {from: 2026-11-16, order: [zhao.min, wang.qiang], shifts: [{hours: '18:00-08:00'}]}, "
    "overrides: [{officer: wang.qiang, from: 2026-11-19T00:00, until: 2026-11-19T04:00}]"
)


@pytest.fixture
def nights(db: Database, clock: FrozenClock) -> Town:
    """The town, where 岐山县 has a rota for the nights."""
    deputies = "holder: li.na, deputies: [wang.qiang"
    return Town.found(db, clock, NETWORK.replace(f"{deputies}]", f"{deputies}, zhao.min], {NIGHTS}"))


def holes(town: Town) -> set[str]:
    with town.db.read() as session:
        return set(session.exec(select(JournalEntry.subject).where(JournalEntry.kind == "hole")))


def told_of(town: Town, node: str) -> list[str]:
    """Officers whom the news of the node's alert is for, in order, at once or with the digest."""
    with town.db.read() as session:
        rows = session.exec(select(Notice).where(Notice.alert_id == town.alert(node).id).order_by(col(Notice.id)))
        return [row.officer_id or "operator" for row in rows]


def test_the_silence_of_a_county_is_told_to_the_city_and_lacks_no_township(town: Town) -> None:
    town.sweep()
    town.wait("2026-11-25T18:00")
    assert Level(town.alert("qishan").level) is Level.BLUE
    town.wait("2026-12-02T18:00")
    assert set(told_of(town, "qishan")) == {"duty"}
    assert not {hole for hole in holes(town) if hole.endswith("@baoji")}


@pytest.mark.parametrize(
    ("at", "officer"),
    [("2026-11-18T19:00", "zhao.min"), ("2026-11-19T02:00", "wang.qiang"), ("2026-11-18T12:00", "li.na")],
)
def test_whoever_is_on_duty_is_told_first(nights: Town, at: str, officer: str) -> None:
    nights.clock.set(shanghai(at))
    nights.report("gear", W47, **ARREARS)
    nights.assess()
    assert told_of(nights, "gear")[0] == officer


def test_a_gap_in_the_rota_is_a_row_for_doctor(nights: Town) -> None:
    nights.report("gear", W47, **ARREARS)
    nights.assess()
    assert holes(nights) == {"county.officer@qishan"}


def test_a_node_moved_in_mid_alert_climbs_on_its_new_path_and_keeps_its_score(town: Town) -> None:
    town.report("gear", W47, **ARREARS)
    town.assess()
    before = town.score("gear", W47)
    assert told_of(town, "gear") == ["li.na", "duty"]
    with town.db.write() as session:
        moved = "node,parent,kind,name\ncaijiapo,meixian,township,蔡家坡镇\n"
        import_network(session, moved, "moved.csv", now=town.clock.now())
    town.wait("2026-11-18T18:00")
    assert set(told_of(town, "gear")[2:]) == {"duty", "zheng.jun"}  # 眉县 has no deputy and no chair: the city
    assert town.score("gear", W47).id == before.id
    assert town.record("gear")[:2] == ["first_risk", "escalated"]


def checked(*officers: str) -> str:
    """The cast, where somebody has made sure of these officers' contacts."""
    text = NETWORK
    for officer in officers:
        text = text.replace(f"address: {officer}}}", f"address: {officer}, verified: true}}")
    return text


@pytest.mark.parametrize(
    ("verified", "red", "told"),
    [
        ((), False, ["li.na", "duty"]),  # nobody is verified: better there than nowhere
        (("li.na", "duty"), False, ["li.na", "duty"]),
        (("zhao.min", "duty"), False, ["zhao.min", "duty"]),  # 李娜 does not count: the next post hears at once
        (("duty",), False, ["duty"]),
        (("duty",), True, ["duty", "li.na"]),  # of red the unverified one hears too
    ],
)
def test_an_unverified_contact_does_not_count_where_there_is_a_surer_one(
    db: Database, clock: FrozenClock, verified: tuple[str, ...], red: bool, told: list[str]
) -> None:
    town = Town.found(db, clock, checked(*verified))
    town.report("gear", W47, **({**ARREARS, "wage__arrears_people": 400} if red else ARREARS))
    town.assess()
    assert town.alert("gear").level == (Level.RED if red else Level.ORANGE)
    assert sorted(told_of(town, "gear")) == sorted(told)
    unsure = "county.officer@qishan" in holes(town)
    assert unsure == (bool(verified) and "li.na" not in verified)
