"""The clock closes weeks, reminds, climbs; any number of sweeps, early or late, come to the same."""

from datetime import timedelta
from typing import Any

from sqlmodel import select

from service.alerting.sweep import Sweep
from service.journal import JournalEntry
from service.network.directory import issue_token
from service.reporting.tables import Expectation, Receipt
from service.scoring.pack import Level
from tests.builders import Town

W47, W48 = "2026-W47", "2026-W48"
ARREARS: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}


def expectations(town: Town, week: str) -> set[str]:
    with town.db.read() as session:
        return set(session.exec(select(Expectation.node_id).where(Expectation.week == week)))


def test_a_week_is_opened_once_with_what_everybody_owes(town: Town) -> None:
    assert town.sweep() == Sweep([W47], [], 0, 0)
    assert expectations(town, W47) == {"gear", "mill", "paper", "qishan", "meixian"}
    assert town.sweep() == Sweep([], [], 0, 0)


def test_weeks_that_passed_while_nobody_watched_were_owed_too(town: Town) -> None:
    town.sweep()
    done = town.wait("2026-12-09T09:00")
    assert (done.opened, done.closed) == (["2026-W48", "2026-W49", "2026-W50"], [W47, W48])


def test_a_silent_week_is_a_finding_when_it_closes(town: Town) -> None:
    town.sweep()
    town.report("gear", W47)
    town.assess()
    town.wait("2026-11-25T17:59")
    assert [score.node_id for score in town.scores()] == ["gear"]
    assert town.wait("2026-11-25T18:00").closed == [W47]
    mill = town.score("mill", W47)
    assert (mill.reported, mill.closed, mill.decision) == (False, True, "no_risk")
    assert [(f["rule"], f["points"]) for f in mill.findings if f["state"] == "fired"] == [("Q01", 2)]
    town.wait("2026-12-02T18:00")
    assert town.score("mill", W48).decision == "first_risk"
    assert Level(town.alert("mill").level) is Level.YELLOW
    assert Level(town.alert("gear").level) is Level.BLUE if town.alerts()[0].node_id == "gear" else True


def test_a_county_that_falls_silent_is_found_too(town: Town) -> None:
    town.sweep()
    town.wait("2026-11-25T18:00")
    assert Level(town.alert("qishan").level) is Level.BLUE


def test_reminders_go_once_and_name_each_officers_units(town: Town) -> None:
    town.sweep()
    town.report("gear", W47)
    town.assess()
    assert town.wait("2026-11-23T11:59").reminded == 0
    assert town.wait("2026-11-23T12:00").reminded == 4
    assert town.wait("2026-11-23T12:01").reminded == 0
    letters = {letter.officer_id: letter.body for letter in town.letters()}
    assert set(letters) == {"li.na", "zhou.fang"}
    assert "岐山面粉厂" in letters["li.na"]
    assert "秦岭齿轮厂" not in letters["li.na"]
    assert "眉县纸厂" in letters["zhou.fang"]
    assert "面粉" not in letters["zhou.fang"]


def test_an_unsigned_orange_climbs_to_the_top_of_its_ladder(town: Town) -> None:
    town.report("gear", W47, **ARREARS)
    town.assess()
    for at, told in [
        ("2026-11-18T11:59", ["li.na", "duty"]),
        ("2026-11-18T12:00", ["wang.qiang"]),
        ("2026-11-18T14:00", ["zhao.min", "duty"]),
        ("2026-11-18T18:00", ["zheng.jun"]),
        ("2026-11-30T18:00", []),
    ]:
        before = 0 if at == "2026-11-18T11:59" else len(town.told())
        town.wait(at)
        assert [name for name in town.told()[before:] if "remind" not in name][: len(told)] == told
    assert town.record("gear")[:4] == ["first_risk", "escalated", "escalated", "escalated"]


def test_after_a_standstill_every_rung_is_recorded_and_everyone_told_once(town: Town) -> None:
    town.report("gear", W47, **ARREARS)
    town.assess()
    before = len(town.told())
    town.wait("2026-11-18T20:00")
    assert town.record("gear") == ["first_risk", "escalated", "escalated", "escalated"]
    assert sorted(town.told()[before:]) == ["duty", "wang.qiang", "zhao.min", "zheng.jun"]


def test_a_post_without_a_holder_is_replaced_by_the_next_above_and_is_a_row(town: Town) -> None:
    town.report("paper", W47, **ARREARS)  # 眉县 has no deputy and no chair
    town.assess()
    town.wait("2026-11-18T12:00")
    assert town.told() == ["zhou.fang", "duty", "duty"]
    town.wait("2026-11-18T14:00")
    with town.db.read() as session:
        holes = session.exec(select(JournalEntry.subject).where(JournalEntry.kind == "hole")).all()
    assert sorted(holes) == ["county.chair@meixian", "county.deputy@meixian"]


def test_history_is_scored_for_silent_nodes_and_alarms_nobody(town: Town) -> None:
    town.sweep()
    for week in ("2026-W20", "2026-W21", "2026-W22"):
        town.report("gear", week)
    town.sweep()
    assert {s.week for s in town.scores() if s.node_id == "mill"} == {"2026-W20", "2026-W21"}
    town.clock.advance(timedelta(minutes=1))
    town.sweep()
    mill = [s for s in town.scores() if s.node_id == "mill"]
    assert [(s.week, s.decision, s.score) for s in mill] == [
        ("2026-W20", "history", 2.0),
        ("2026-W21", "history", 8.0),
        ("2026-W22", "history", 16.0),
    ]
    assert town.alerts() == []


def test_receipts_are_kept_ninety_days(town: Town) -> None:
    with town.db.write() as session:
        issue_token(session, town.clock.now(), node_id="gear")
        for days in (89, 91):
            session.add(
                Receipt(
                    token_id=1,
                    key=f"k{days}",
                    body_digest="",
                    stored_id="",
                    created_at=town.clock.now() - timedelta(days=days),
                )
            )
    town.sweep()
    with town.db.read() as session:
        assert session.exec(select(Receipt.key)).all() == ["k89"]
