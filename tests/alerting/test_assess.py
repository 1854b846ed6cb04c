"""A report becomes a score, a decision with its reason, an alert and a letter to the right officer – once."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from service.alerting.assess import Assessor
from service.alerting.tables import Mute
from service.clock import FrozenClock
from service.db import Database
from service.journal import JournalEntry
from service.reporting.tables import Cause, Due
from service.scoring.pack import Level
from tests.builders import BASE_URL, Town

W46, W47 = "2026-W46", "2026-W47"
ARREARS: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}


def test_wages_five_weeks_late_reach_the_county_officer_and_the_city_duty_desk(town: Town) -> None:
    town.report("gear", W47, **ARREARS)
    assert town.assess() > 0
    score, alert = town.score("gear", W47), town.alert("gear")
    assert (Level(score.level), score.decision, score.closed) == (Level.ORANGE, "first_risk", False)
    assert (Level(alert.level), alert.rules[0], alert.theme, alert.score_id) == (Level.ORANGE, "W01", "wages", score.id)
    assert alert.sign_by == town.clock.now() + timedelta(hours=4)
    assert town.told() == ["li.na", "duty"]  # the owner first, and the copy
    assert town.record("gear") == ["first_risk"]
    letter = town.letters()[0]
    for word in ("橙色预警", "岐山县", "秦岭齿轮厂", "35", "11月18日14:00", f"{BASE_URL}/alerts/{alert.id}"):
        assert word in letter.subject + letter.body


def test_a_quiet_report_raises_nothing_and_says_why(town: Town) -> None:
    town.report("gear", W47)
    town.assess()
    assert town.score("gear", W47).decision == "no_risk"
    assert town.alerts() == []
    assert town.letters() == []
    assert town.due() == 0


def test_assessing_again_changes_nothing(town: Town) -> None:
    town.report("gear", W47, **ARREARS)
    town.assess()
    before = (town.scores(), town.record("gear"), town.told())
    with town.db.write() as session:
        session.add(Due(node_id="gear", week=W47, cause=Cause.REPORT, created_at=town.clock.now()))
    town.assess()
    assert (town.scores(), town.record("gear"), town.told()) == before
    assert town.due() == 0


def test_a_batch_of_any_size_gives_the_same_rows(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.alerting.assess.BATCH", 1)
    for node in ("gear", "mill", "paper"):
        town.report(node, W46, **ARREARS)
        town.report(node, W47, **ARREARS)
    town.assess()
    assert {(s.node_id, s.week, s.level) for s in town.scores() if s.node_id != "qishan"} == {
        (node, week, Level.ORANGE) for node in ("gear", "mill", "paper") for week in (W46, W47)
    }
    assert [alert.node_id for alert in town.alerts()].count("gear") == 1


def test_a_sealed_figure_is_another_lead_outside(town: Town) -> None:
    town.report("gear", W47, voice__petition_people=12)
    town.assess()
    letter = town.letters()[0]
    assert "其他线索" in letter.body
    said = letter.body + letter.subject + str(letter.payload["data"]["findings"])
    for secret in ("上访", "12人", "petition"):
        assert secret not in said


def test_what_to_do_about_a_sealed_finding_is_not_told_either(db: Database, clock: FrozenClock) -> None:
    pack = """\
pack: small
version: 1.0.0
name: 测试
levels: {blue: 10, yellow: 25, orange: 45, red: 70}
rules:
  - {id: V, name: 集体上访, name_en: P, theme: voice, kind: threshold, of: voice.petition_people,
     at_least: {5: 30}, advice: 接待上访职工}
  - {id: W, name: 拖欠工资, name_en: W, theme: wages, kind: threshold, of: wage.arrears_days,
     at_least: {1: 10}, advice: 核实工资表}
"""
    town = Town.found(db, clock, pack=pack)
    town.report("gear", W47, voice__petition_people=12, wage__arrears_days=3)
    town.assess()
    letter = town.letters()[0]
    assert letter.payload["data"]["advice"] == ["核实工资表"]
    assert "上访" not in letter.body + letter.subject + str(letter.payload)


def test_a_worse_week_is_issued_anew_and_must_be_signed_again(town: Town) -> None:
    town.report("gear", W46, wage__arrears_days=3)
    town.assess()
    with town.db.write() as session:
        alert = town.alert("gear")
        alert.state, alert.acknowledged_at, alert.acknowledged_by = "acknowledged", town.clock.now(), "sun.wei"
        session.merge(alert)
    town.clock.advance(timedelta(days=1))
    town.report("gear", W47, **ARREARS)
    town.assess()
    alert = town.alert("gear")
    assert (Level(alert.level), alert.acknowledged_at, alert.issued_at) == (Level.ORANGE, None, town.clock.now())
    assert (alert.first_week, alert.last_week) == (W46, W47)
    assert town.record("gear") == ["first_risk", "worsened"]
    assert town.told() == ["sun.wei", "li.na", "duty"]


def test_blue_that_nobody_signed_ends_by_itself_after_a_clean_report(town: Town) -> None:
    town.report("gear", W46, wage__arrears_days=3)
    town.assess()
    town.report("gear", W47)
    town.assess()
    alert = town.alert("gear")
    assert (alert.state, alert.outcome, alert.next_step_at) == ("lifted", "eased_out", None)
    assert town.record("gear") == ["first_risk", "eased_out"]
    assert town.told() == ["sun.wei"]


def test_a_signed_one_waits_for_a_person_and_red_always_does(town: Town) -> None:
    town.happen("gear", "2026-W40", "event.stoppage", 30)
    town.report("gear", "2026-W40")
    town.assess()
    assert Level(town.alert("gear").level) is Level.RED
    for week in ("2026-W44", "2026-W45", W46, W47):  # the stoppage counts for four weeks
        town.report("gear", week)
        town.assess()
    alert = town.alert("gear")
    assert alert.liftable_at is not None
    assert alert.closed_at is None
    assert town.record("gear") == ["first_risk", "eased", "eased", "eased", "liftable"]


def test_the_same_cause_within_sixty_days_reopens_the_same_alert(town: Town) -> None:
    town.report("gear", "2026-W44", wage__arrears_days=3)
    town.report("gear", "2026-W45")
    town.assess()
    town.report("gear", W47, wage__arrears_days=5)
    town.assess()
    assert [Level(alert.level) for alert in town.alerts()] == [Level.BLUE]
    assert town.record("gear") == ["first_risk", "eased_out", "reopened"]
    assert town.alert("gear").closed_at is None


def test_a_correction_upwards_says_so(town: Town) -> None:
    town.report("gear", W47)
    town.assess()
    town.report("gear", W47, revision=2, **ARREARS)
    town.assess()
    assert town.record("gear") == ["corrected"]
    assert town.score("gear", W47).revisions == {f"{W47}/own": 2}
    assert [score.superseded_at is None for score in town.scores() if score.node_id == "gear"] == [False, True]


def test_an_old_correction_only_scores_again(town: Town) -> None:
    for week in ("2026-W42", W47):
        town.report("gear", week)
    town.assess()
    town.report("gear", "2026-W42", revision=2, **ARREARS)
    town.assess()
    score = town.score("gear", "2026-W42")
    assert (Level(score.level), score.decision) == (Level.ORANGE, "history")
    assert town.alerts() == []


def test_a_late_report_changes_the_weeks_that_look_back_on_it(town: Town) -> None:
    town.report("gear", W47, wage__arrears_days=None)  # unknown this week
    town.assess()
    town.report("gear", W46, wage__arrears_days=40)
    town.assess()
    assert Level(town.score("gear", W47).level) is Level.ORANGE  # `carry` keeps last week's figure
    assert set(town.score("gear", W47).revisions) == {f"{W46}/own", f"{W47}/own"}


def test_old_weeks_posted_in_order_raise_as_they_come(town: Town) -> None:
    town.report("gear", "2020-W12", **ARREARS)
    town.assess()
    assert town.record("gear") == ["first_risk"]
    town.report("gear", "2020-W11", wage__arrears_days=200, wage__arrears_people=500)
    town.assess()
    assert town.record("gear") == ["first_risk"]  # something newer is known


def test_an_open_week_is_not_scored_before_it_has_news(town: Town) -> None:
    with town.db.write() as session:
        session.add(Due(node_id="gear", week=W47, cause=Cause.CHILD, created_at=town.clock.now()))
    town.assess()
    assert town.scores() == []
    town.happen("gear", W47, "event.owner_missing")
    town.assess()
    assert Level(town.score("gear", W47).level) is Level.RED


def test_a_muted_cause_raises_nothing_until_it_is_worse(town: Town) -> None:
    with town.db.write() as session:
        session.add(
            Mute(
                node_id="gear",
                rules=["W01", "W02"],
                level=Level.YELLOW,
                until_at=town.clock.now() + timedelta(days=30),
                officer_id="li.na",
                reason="补发计划已备案",
            )
        )
    town.report("gear", W46, wage__arrears_days=3)
    town.assess()
    assert town.score("gear", W46).decision == "muted"
    town.report("gear", W47, **ARREARS)
    town.assess()
    assert town.record("gear") == ["first_risk"]


def test_a_change_below_makes_those_above_due_again_for_weeks_they_were_judged_for(town: Town) -> None:
    town.report("gear", W47, **ARREARS)
    assert town.assess() == 1  # the county has no score of this open week
    town.report("qishan", W47)
    assert town.assess() == 1
    town.report("gear", W47, revision=2)
    assert town.assess() == 2
    assert town.due() == 0


def test_one_node_that_cannot_be_judged_does_not_stop_the_others(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.report("gear", W47, **ARREARS)
    town.report("mill", W47, **ARREARS)
    real = Assessor._assess

    def poisoned(self: Assessor, limit: int, only: str | None) -> int:
        if only in (None, "gear"):
            raise ZeroDivisionError
        return real(self, limit, only)

    monkeypatch.setattr(Assessor, "_assess", poisoned)
    town.assess()
    assert [alert.node_id for alert in town.alerts()] == ["mill"]
    with town.db.read() as session:
        entry = session.exec(select(JournalEntry).where(JournalEntry.kind == "assess_failed")).one()
    assert entry.subject == "gear"
    monkeypatch.setattr(Assessor, "_assess", real)
    town.assess()
    assert len(town.alerts()) == 1  # it is held for a while …
    town.clock.advance(timedelta(minutes=6))
    town.assess()
    assert {alert.node_id for alert in town.alerts()} == {"gear", "mill"}  # … and not forgotten


def test_two_assessors_share_the_nodes_and_none_is_judged_twice(db: Database, town: Town) -> None:
    for node in ("gear", "mill", "paper"):
        town.report(node, W47, **ARREARS)
    second = Assessor(db, town.clock, town.library, BASE_URL)
    while town.assessor.assess_due() + second.assess_due():
        pass
    assert sorted(alert.node_id for alert in town.alerts()) == ["gear", "mill", "paper"]
    assert len(town.letters()) == 6


def test_every_score_names_its_rules_and_the_revisions_it_read(town: Town) -> None:
    town.report("gear", W46)
    town.report("gear", W47)
    town.assess()
    score = town.score("gear", W47)
    assert (score.rule_version, score.pack_digest) == (1, town.library.current().digest)
    assert score.revisions == {f"{W46}/own": 1, f"{W47}/own": 1}
