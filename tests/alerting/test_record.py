"""The record of an alert is append-only and chained: whatever is changed, added or deleted afterwards is found."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from service.alerting.chain import checkpoint_chains, verify_chains
from service.alerting.tables import ChainCheckpoint
from service.response.desk import Office
from service.response.handle import acknowledge, note
from tests.builders import BASE_URL, Town

ORANGE: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}


@pytest.fixture
def watched(town: Town) -> Town:
    """Three alerts; the first has three lines, a checkpoint holds two of them, and the newest line came after it."""
    for node in ("gear", "mill", "paper"):
        town.report(node, "2026-W47", **ORANGE)
    town.assess()
    office = Office(town.db, town.library, BASE_URL)
    acknowledge(office, 1, "li.na", town.clock.now())
    with town.db.write() as session:
        assert checkpoint_chains(session, town.clock.now())
    note(office, 1, "li.na", town.clock.now(), text="已联系企业😀")
    return town


def change(town: Town, *statements: str) -> None:
    with town.db.write() as session:
        for statement in statements:
            session.connection().execute(text(statement))


def fault(town: Town) -> tuple[int, int] | None:
    with town.db.read() as session:
        found = verify_chains(session).fault
    return (found.alert, found.seq) if found else None


def test_a_record_that_nobody_touched_is_whole(watched: Town) -> None:
    with watched.db.read() as session:
        report = verify_chains(session)
    assert (report.alerts, report.lines, report.unsealed, report.fault) == (3, 5, 0, None)
    assert len(report.digest) == 64


WHOLE_ALERT = [
    f"DELETE FROM {rows}"
    for rows in ("alert_event WHERE alert_id = 3", "notice", "outbox_message", "alert WHERE id = 3")
]
INSERT = (
    "INSERT INTO alert_event (alert_id, seq, at, reason, level, detail, hash) "
    "SELECT alert_id, {seq}, at, reason, level, detail, hash FROM alert_event WHERE alert_id = {of} AND seq = {like}"
)


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE alert_event SET reason = 'noted' WHERE alert_id = 1 AND seq = 2"], (1, 2)),
        (["UPDATE alert_event SET officer_id = 'duty' WHERE alert_id = 1 AND seq = 3"], (1, 3)),
        (["UPDATE alert_event SET detail = '{}' WHERE alert_id = 2 AND seq = 1"], (2, 1)),
        (["UPDATE alert_event SET hash = '' WHERE alert_id = 1 AND seq = 2"], (1, 2)),
        (["DELETE FROM alert_event WHERE alert_id = 1 AND seq = 1"], (1, 1)),
        (["DELETE FROM alert_event WHERE alert_id = 1 AND seq = 3"], (1, 3)),
        (["DELETE FROM alert_event WHERE alert_id = 2"], (2, 1)),
        ([INSERT.format(seq=4, of=1, like=3)], (1, 4)),
        ([INSERT.format(seq=2, of=2, like=1)], (2, 2)),
        # The end cut off, and the alert made to agree: only the checkpoint knows.
        (
            [
                "DELETE FROM alert_event WHERE alert_id = 1 AND seq >= 2",
                "UPDATE alert SET last_seq = 1, head = "
                "(SELECT hash FROM alert_event WHERE alert_id = 1 AND seq = 1) WHERE id = 1",
            ],
            (1, 2),
        ),
        (WHOLE_ALERT, (3, 0)),
        (["UPDATE chain_checkpoint SET alerts = 2"], (0, 1)),
        (["UPDATE alert SET head = 'x' WHERE id = 2"], (2, 1)),
    ],
)
def test_the_first_line_that_was_tampered_with_is_named(
    watched: Town, statements: list[str], found: tuple[int, int]
) -> None:
    assert fault(watched) is None
    change(watched, *statements)
    assert fault(watched) == found


def test_lines_from_before_the_chain_are_counted_and_vouched_for_by_nothing(watched: Town) -> None:
    change(
        watched,
        "DELETE FROM chain_checkpoint",
        "UPDATE alert_event SET hash = ''",
        "UPDATE alert SET head = '', pinned_seq = 0",
    )
    note(Office(watched.db, watched.library, BASE_URL), 1, "li.na", watched.clock.now(), text="升级之后")
    with watched.db.read() as session:
        report = verify_chains(session)
    assert (report.lines, report.unsealed, report.fault, report.digest) == (6, 5, None, "")


def test_a_checkpoint_is_taken_hourly_and_only_when_a_record_has_grown(watched: Town) -> None:
    def taken() -> bool:
        with watched.db.write() as session:
            return checkpoint_chains(session, watched.clock.now())

    assert not taken()  # within the hour
    watched.clock.advance(timedelta(hours=1))
    assert taken()
    watched.clock.advance(timedelta(hours=1))
    assert not taken()
    note(Office(watched.db, watched.library, BASE_URL), 2, "li.na", watched.clock.now(), text="续报")
    watched.clock.advance(timedelta(days=-3))  # the clock was set back
    assert taken()
    assert fault(watched) is None
    with watched.db.read() as session:
        heads = [[head[0] for head in session.get_one(ChainCheckpoint, n).heads] for n in (1, 2, 3)]
    assert heads == [[1, 2, 3], [1], [2]]
    change(watched, "DELETE FROM chain_checkpoint WHERE id = 2")
    assert fault(watched) == (0, 3)


def test_the_sweep_takes_checkpoints_and_puts_away_what_is_long_over(watched: Town) -> None:
    change(watched, "UPDATE alert SET state = 'lifted', closed_at = raised_at, duty = 'none', next_step_at = NULL")
    watched.clock.advance(timedelta(days=61))
    watched.sweep()
    assert {alert.state for alert in watched.alerts() if alert.raised_at < watched.clock.now()} == {"archived"}
    assert watched.record("mill") == ["first_risk", "archived"]
    assert fault(watched) is None
