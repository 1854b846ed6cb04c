"""What happens around a node: those above see fresh levels and silence, peers are held against each other again."""

import pytest

from service.alerting import neighbours
from service.clock import FrozenClock
from service.db import Database
from service.network.exchange import import_network
from service.scoring.pack import Level
from tests.builders import Town

W46 = "2026-W46"
CLOSING = "2026-11-18T18:05"
PACK = """\
pack: around
version: 1.0.0
name: 环顾
levels: {blue: 10, yellow: 25, orange: 45, red: 70}
rules:
  - {id: P, name: 高于同类, theme: wages, kind: peers, of: wage.arrears_days, group_by: kind, min_group: 2,
     at_least: {2: 30}}
  - {id: T, name: 拖欠工资, theme: wages, kind: threshold, of: wage.arrears_days, at_least: {30: 45}}
  - {id: C, name: 辖区, theme: wages, applies_to: [township, county, city], kind: children, count_at: yellow,
     at_least: {1: 30}}
  - {id: S, name: 未报, theme: reporting, applies_to: [county], kind: children, of: subtree, count_at: silent,
     at_least: {1: 10}}
"""


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    """The cast, whose rules look around."""
    town = Town.found(db, clock, pack=PACK)
    town.sweep()
    return town


def levels(town: Town, week: str) -> dict[str, Level]:
    return {s.node_id: Level(s.level) for s in town.scores() if s.week == week and s.superseded_at is None}


def findings(town: Town, node: str) -> dict[str, str]:
    return {f["rule"]: f["reason"] for f in town.score(node, W46).findings}


def test_at_closing_everybody_is_judged_from_below_upwards_and_once(town: Town) -> None:
    for node, days in (("gear", 35), ("mill", 2), ("paper", 1)):
        town.report(node, W46, wage__arrears_days=days)
    town.assess()
    assert levels(town, W46) == {"gear": Level.ORANGE, "mill": Level.NORMAL, "paper": Level.NORMAL}
    town.wait(CLOSING)
    assert levels(town, W46) == {
        **dict.fromkeys(("mill", "paper", "meixian"), Level.NORMAL),
        **dict.fromkeys(("caijiapo", "qishan", "baoji"), Level.YELLOW),
        "gear": Level.RED,
    }
    above = [s.node_id for s in town.scores() if s.week == W46 and s.node_id in ("caijiapo", "qishan", "baoji")]
    assert sorted(above) == ["baoji", "caijiapo", "qishan"]
    assert findings(town, "gear")["P"].startswith("拖欠工资天数 35 天，为同类其余 2 家中位数 1.5 天的")


def test_silence_shows_above_and_a_late_report_ends_it(town: Town) -> None:
    town.report("gear", W46)
    town.wait(CLOSING)
    assert findings(town, "qishan")["S"] == "辖区内 2 家企业中有 1 家本周未报，达到 1 的标准"
    town.report("mill", W46)
    town.assess()
    assert "S" not in findings(town, "qishan")
    assert town.due() == 0


def test_a_late_figure_has_its_peers_judged_again_and_alarms_nobody(town: Town) -> None:
    for node, days in (("gear", 9), ("mill", 5), ("paper", None)):
        town.report(node, W46, wage__arrears_days=days)
    town.wait(CLOSING)
    assert findings(town, "gear")["P"] == "同类其余只有 1 家有数，至少要 2 家：拖欠工资天数"
    before = town.told()
    town.report("paper", W46, revision=2, wage__arrears_days=1)
    town.assess()
    score = town.score("gear", W46)
    assert (Level(score.level), score.decision) == (Level.YELLOW, "history")  # 9 / 3
    assert [Level(town.score(node, W46).level) for node in ("caijiapo", "qishan")] == [Level.YELLOW, Level.YELLOW]
    assert town.told() == before
    assert town.due() == 0


def test_figures_of_peers_are_read_once_until_they_or_the_network_change(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = neighbours._refresh

    def counted(*arguments: object) -> None:
        read.append(1)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(neighbours, "_refresh", counted)
    monkeypatch.setattr("service.alerting.assess.BATCH", 1)
    for node, days in (("gear", 9), ("mill", 2), ("paper", 1)):
        town.report(node, W46, wage__arrears_days=days)
    town.assess()
    assert read == []  # nobody is compared before the week is closed
    town.wait(CLOSING)
    assert len(read) == 1
    town.report("mill", W46, revision=2, wage__arrears_days=8)
    town.assess()
    assert len(read) == 2
    assert Level(town.score("gear", W46).level) is Level.YELLOW  # 9 / 4.5
    with town.db.write() as session:
        closed = "node,parent,kind,name,closed\nmill,qishan,enterprise,岐山面粉厂（演示）,2026-01-01\n"
        import_network(session, closed, "nodes.csv", now=town.clock.now())
    town.report("gear", W46, revision=2, wage__arrears_days=9)
    town.assess()
    assert findings(town, "gear")["P"].startswith("同类其余只有 1 家有数")
