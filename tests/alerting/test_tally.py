"""How many reported is counted by the clock: in time, late, not at all, excused – never more than were owed."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from service.errors import Conflict, Invalid, NotFound, Refusal
from service.network.directory import issue_token
from service.network.tables import Token
from service.reporting.excuse import excuse, expect_again
from service.reporting.tables import Expectation, ReportingTally
from service.reporting.tally import COUNTS, stale_weeks
from service.scoring.pack import Level
from tests.builders import Town

W47, W48 = "2026-W47", "2026-W48"


def counts(town: Town, week: str = W47) -> dict[str, tuple[int, ...]]:
    """due, in time, late, missing, excused by parent."""
    with town.db.read() as session:
        rows = session.exec(select(ReportingTally).where(ReportingTally.week == week).order_by("home_id"))
        return {row.home_id: tuple(getattr(row, name) for name in COUNTS[:5]) for row in rows}


def an_organiser(town: Town) -> int:
    """The id of somebody's token."""
    with town.db.write() as session:
        issue_token(session, town.clock.now(), node_id="qishan")
    with town.db.read() as session:
        return session.exec(select(col(Token.id)).order_by(col(Token.id).desc())).first() or 0


def test_every_unit_counts_once_under_its_parent(town: Town) -> None:
    town.sweep()
    before = counts(town)
    assert sum(row[0] for row in before.values()) == 5
    assert all(row[0] == row[3] for row in before.values())
    town.report("gear", W47)
    town.report("gear", W47, revision=2)
    town.report("mill", W47, source="observation")
    town.wait("2026-11-24T12:01")  # the report is due on Tuesday at noon
    town.report("paper", W47)
    town.sweep()
    assert sum(row[1] for row in counts(town).values()) == 1
    assert sum(row[2] for row in counts(town).values()) == 1
    assert sum(row[3] for row in counts(town).values()) == 3


def test_a_count_is_made_again_when_a_report_came_and_not_otherwise(town: Town) -> None:
    town.sweep()
    town.clock.advance(timedelta(minutes=5))
    with town.db.read() as session:
        assert stale_weeks(session) == []
    town.report("gear", W47)
    with town.db.read() as session:
        assert stale_weeks(session) == [W47]


def test_a_unit_that_stood_still_is_not_missing_and_its_silence_is_no_finding(town: Town) -> None:
    town.sweep()
    who = an_organiser(town)
    for week, closes in ((W47, "2026-11-25T18:00"), (W48, "2026-12-02T18:00")):
        with town.db.write() as session:
            excuse(session, town.clock.now(), "mill", week, who, " 停产  检修 ")
        town.wait(closes)
    assert town.score("mill", W48).level == Level.NORMAL
    assert town.score("paper", W48).level == Level.YELLOW
    assert sum(row[4] for row in counts(town, W48).values()) == 1
    with town.db.write() as session:
        expect_again(session, town.clock.now(), "mill", W48)
    town.assess()
    assert [f["rule"] for f in town.score("mill", W48).findings if f["state"] == "fired"] == ["Q01"]
    with town.db.read() as session:
        row = session.exec(select(Expectation).where(Expectation.node_id == "mill", Expectation.week == W47)).one()
    assert (row.state, row.excused_reason, row.excused_by) == ("excused", "停产 检修", who)


@pytest.mark.parametrize(
    ("node", "week", "reason", "error"),
    [
        ("gear", W47, "停产", Conflict),  # it has reported
        ("mill", "2026-W30", "停产", NotFound),
        ("nowhere", W47, "停产", NotFound),
        ("mill", W47, "  ", Invalid),
        ("mill", W47, "停" * 201, Invalid),
    ],
)
def test_what_cannot_be_excused(town: Town, node: str, week: str, reason: str, error: type[Refusal]) -> None:
    town.sweep()
    town.report("gear", W47)
    who = an_organiser(town)
    with pytest.raises(error), town.db.write() as session:
        excuse(session, town.clock.now(), node, week, who, reason)
    with pytest.raises(NotFound), town.db.write() as session:
        expect_again(session, town.clock.now(), "mill", W47)
