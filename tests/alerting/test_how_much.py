"""How much one officer gets, with the real service: together, with the digest, gathered, withdrawn."""

from collections.abc import Iterator

import pytest
from sqlmodel import col, select

from service.alerting import assess
from service.alerting.chain import verify_chains
from service.alerting.tables import Alert, AlertEvent, Notice
from service.clock import FrozenClock, shanghai
from service.db import Database
from service.notify.tables import OutboxMessage
from service.response.desk import Office
from service.response.handle import acknowledge
from service.scoring.pack import Level
from service.shipped import shipped
from tests.builders import BASE_URL, Town
from tests.cast import NETWORK

W47, W48 = "2026-W47", "2026-W48"
MONDAY, CLOSING = "2026-11-23T10:00", "2026-11-25T18:00"  # of W47
MILLS = [f"mill{i}" for i in range(5)]
MANY = NETWORK.replace(
    "officers:\n",
    "".join(f"  - {{node: {id_}, parent: qishan, kind: enterprise, name: 第{id_}厂}}\n" for id_ in MILLS)
    + "officers:\n",
)
PACK = """\
pack: test
name: 测试
version: 2026.1
levels: {blue: 10, yellow: 20, orange: 40, red: 80}
clean_reports_to_lift: {blue: 1, yellow: 2, orange: 3, red: 4}
rules:
  - {id: W1, name: 欠薪, name_en: Arrears, theme: wages, applies_to: [enterprise], kind: threshold,
     of: wage.arrears_days, at_least: {1: 20, 10: 40, 20: 80}, source: 测试 test}
  - {id: C1, name: 集中出现, name_en: Many, theme: operations, applies_to: [county], kind: children, of: subtree,
     count_at: yellow, min_count: 3, at_least: {3: 40}, source: 测试 test}
  - {id: Q1, name: 未报, name_en: Silent, theme: reporting, applies_to: [enterprise], kind: missing,
     at_least: {1: 20}, source: 测试 test}
  - {id: Q2, name: 多户未报, name_en: Many silent, theme: reporting, applies_to: [county], kind: children, of: subtree,
     count_at: silent, min_count: 3, at_least: {5: 20}, source: 测试 test}
"""


@pytest.fixture(params=[200, 2])
def town(request: pytest.FixtureRequest, db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch) -> Town:
    """岐山县 with five more mills; nothing may depend on how many nodes a batch has."""
    monkeypatch.setattr(assess, "BATCH", request.param)
    return Town.found(db, clock, MANY, pack=PACK)


@pytest.fixture(autouse=True)
def nothing_is_lost(db: Database) -> Iterator[None]:
    """Whoever is named as told on a record has a row; it has a message, waits, or says why not."""
    yield
    with db.read() as session:
        told = {
            (event.alert_id, name if name != "operator" else None)
            for event in session.exec(select(AlertEvent))
            for name in event.detail.get("told", ())
        }
        rows = session.exec(select(Notice)).all()
        messages = set(session.exec(select(OutboxMessage.id)))
        assert told == {(row.alert_id, row.officer_id) for row in rows}
        for row in rows:
            assert {"waiting": not row.message_id, "sent": row.message_id in messages, "withdrawn": row.withdrawn}[
                row.state
            ]
            at_once = row.level >= Level.ORANGE and row.withdrawn != "gathered"
            assert not at_once or (row.state == "sent" and row.due_at == row.created_at)
        assert verify_chains(session).fault is None


def notices(town: Town, officer: str) -> list[tuple[str, str | None]]:
    with town.db.read() as session:
        rows = session.exec(select(Notice).where(Notice.officer_id == officer).order_by(col(Notice.id)))
        return [(row.state, row.withdrawn or row.held) for row in rows]


def subjects(town: Town, officer: str) -> list[str]:
    return [letter.subject for letter in town.letters() if letter.officer_id == officer]


def unpaid(town: Town, *nodes: str, days: int = 1, week: str = W47) -> None:
    for node in nodes:
        town.report(node, week, wage__arrears_days=days)
    town.assess()


def closing(town: Town, days: int = 1) -> None:
    """Three mills owe wages in a week in which everybody has reported; it closes, and the county is judged."""
    town.sweep()
    town.wait(MONDAY)
    unpaid(town, "mill0", "mill1", "mill2", days=days)
    unpaid(town, "gear", "mill", "paper", "mill3", "mill4", days=0)
    town.wait(CLOSING)


def test_what_comes_up_together_is_one_message_and_copies_wait_for_the_digest(town: Town) -> None:
    unpaid(town, "gear", "mill0")
    assert len(subjects(town, "li.na")) == 1
    assert subjects(town, "li.na")[0].startswith("【预警汇总】2 条：黄色 2")
    assert notices(town, "sun.wei") == [("waiting", "digest")]  # the organiser has a copy of gear's
    town.wait("2026-11-19T08:30")
    assert len(subjects(town, "sun.wei")) == 1


def test_red_and_orange_go_alone_and_at_night(town: Town) -> None:
    town.clock.set(shanghai("2026-11-18T23:00"))
    unpaid(town, "mill0", "mill1", days=10)
    unpaid(town, "mill2")
    assert [subject[:3] for subject in subjects(town, "li.na")] == ["【橙色"] * 2
    town.wait("2026-11-19T08:30")
    assert "【黄色" in subjects(town, "li.na")[-1]


def test_what_is_signed_before_the_digest_is_not_asked_any_more(town: Town) -> None:
    town.clock.set(shanghai("2026-11-18T23:00"))
    unpaid(town, "mill0")
    acknowledge(Office(town.db, town.library, BASE_URL), town.alert("mill0").id or 0, "li.na", town.clock.now())
    town.wait("2026-11-19T08:30")
    assert notices(town, "li.na") == [("withdrawn", "done")]


def test_a_county_gathers_what_it_is_made_of(town: Town) -> None:
    closing(town)
    county = town.alert("qishan")
    below = [alert for alert in town.alerts() if alert.node_id in MILLS]
    assert [alert.gathered_by for alert in below] == [county.id] * 3
    together, letter = [letter for letter in town.letters() if letter.officer_id == "li.na"]
    assert together.subject.startswith("【预警汇总】3 条")  # they were told when they came up
    assert "归并下级预警 3 个" in letter.body
    assert letter.payload["data"]["gathers"] == [alert.id for alert in below]
    town.wait("2026-12-01T12:00")
    assert town.record("mill0") == ["first_risk", "gathered"]  # the county climbs for it
    assert "escalated" in town.record("qishan")


def test_red_is_never_gathered(town: Town) -> None:
    closing(town, days=20)
    assert Level(town.alert("qishan").level) is Level.ORANGE
    assert [alert.gathered_by for alert in town.alerts() if alert.node_id in MILLS] == [None] * 3


def test_one_more_under_a_gathering_county_waits_for_the_digest(town: Town) -> None:
    closing(town)
    town.clock.set(shanghai("2026-11-26T10:00"))
    before = len(subjects(town, "li.na"))
    unpaid(town, "mill3", week=W48)
    assert town.alert("mill3").gathered_by == town.alert("qishan").id
    assert len(subjects(town, "li.na")) == before
    assert town.record("mill3") == ["first_risk", "gathered"]
    town.wait("2026-11-27T08:30")
    assert any("mill3" in subject for subject in subjects(town, "li.na"))


def test_when_the_county_ends_the_gathered_go_on_by_themselves(town: Town) -> None:
    closing(town)
    with town.db.write() as session:
        county = session.exec(select(Alert).where(Alert.node_id == "qishan")).one()
        county.state, county.closed_at, county.duty, county.next_step_at = "lifted", town.clock.now(), "none", None
        session.add(county)
    town.wait("2026-11-26T10:00")
    alert = town.alert("mill0")
    assert (alert.gathered_by, alert.issued_at) == (None, shanghai("2026-11-26T10:00"))
    assert town.record("mill0") == ["first_risk", "gathered", "released"]
    assert subjects(town, "li.na")[-1].startswith("【预警汇总】3 条")


def test_a_silent_county_is_one_alert_about_the_line(db: Database, clock: FrozenClock) -> None:
    town = Town.found(db, clock, MANY, pack=PACK.replace("count_at: yellow", "count_at: red"))
    town.sweep()
    town.wait(MONDAY)
    town.report("paper", W47)
    town.wait(CLOSING)
    line = town.alert("qishan")
    silent = [alert for alert in town.alerts() if alert.node_id not in {"qishan", "meixian", "baoji"}]
    assert {(alert.theme, alert.gathered_by) for alert in silent} == {("reporting", line.id)}
    assert len(silent) == 7
    town.wait("2026-11-26T08:30")
    assert [subject for subject in subjects(town, "li.na") if "催报" not in subject] == []
    assert len([subject for subject in subjects(town, "duty") if "预警" in subject]) == 1


def test_beyond_the_budget_new_alerts_wait_and_the_record_says_so(db: Database, clock: FrozenClock) -> None:
    text = (shipped("rules") / "response.yaml").read_text("utf-8").replace("officer_week: 12", "officer_week: 1")
    town = Town.found(db, clock, MANY, pack=PACK, response=text)
    unpaid(town, "mill0", "gear")
    assert "秦岭齿轮厂" in subjects(town, "li.na")[0]  # 800 people before nobody knows how many
    assert notices(town, "li.na") == [("sent", "no"), ("waiting", "budget")]
    assert town.record("mill0") == ["first_risk", "held_for_digest"]
    town.wait("2026-11-19T08:30")
    assert len(subjects(town, "li.na")) == 2


def test_the_city_hears_once_a_day_how_things_stand_without_any_unit(town: Town) -> None:
    unpaid(town, "mill0", "paper", days=10)
    town.wait("2026-11-19T08:30")
    town.wait("2026-11-19T08:31")
    town.wait("2026-11-22T09:00")  # a Sunday; what was slept through is not made up for
    with town.db.read() as session:
        daily = session.exec(select(OutboxMessage).where(col(OutboxMessage.occasion).like("city/%"))).all()
    assert [letter.subject[:16] for letter in daily] == ["【市级日报】2026-11-19", "【市级日报】2026-11-22"]
    assert daily[0].officer_id == "duty"
    assert {"岐山县：橙色 1", "眉县：橙色 1"} <= {line[2:] for line in daily[0].body.splitlines()}
    assert "第mill0厂" not in daily[0].body
    assert daily[1].payload["data"]["checkpoint"]
