"""接收: what was answered is in the database, whatever else was in the batch and whatever went wrong."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlmodel import col, select

from service.bell import Topic
from service.clock import FrozenClock
from service.db import Database
from service.errors import Failure, Unavailable
from service.journal import JournalEntry
from service.network.directory import revoke_token
from service.network.tables import Token
from service.reporting import intake
from service.reporting.intake import Intake, forget_receipts
from service.reporting.submission import Answer, EventSubmission, ReportAnswer
from service.reporting.tables import Due, Event, Expectation, Receipt, Report
from tests.reporting.office import Office, away, codes, result
from tests.reporting.rules import FINE, RULES, WEEK


@pytest.fixture
def office(db: Database, clock: FrozenClock) -> Iterator[Office]:
    office = Office(db, clock)
    office.intake.start()
    yield office
    office.intake.stop()


@pytest.fixture
def sqlite_office(sqlite_template: Path, tmp_path: Path, clock: FrozenClock) -> Iterator[Office]:
    shutil.copy(sqlite_template, tmp_path / "labour-watch.db")
    database = Database(f"sqlite:///{tmp_path / 'labour-watch.db'}")
    office = Office(database, clock)
    office.intake.start()
    yield office
    office.intake.stop()
    database.close()


def test_what_was_answered_is_stored_with_its_reason_to_assess(office: Office) -> None:
    rung: list[Topic] = []
    office.db.bell.forward = rung.append
    sent = office.report(values=FINE | {"wage.arrears_days": 100}, note="待补发", confirm=("unusual",), key="k")
    (answer,) = office.settle(sent)
    assert isinstance(answer, ReportAnswer)
    (report,) = office.stored(Report)
    assert (report.id, report.node_id, report.week, report.revision) == (answer.id, "gear", WEEK, 1)
    assert report.values == FINE | {"wage.arrears_days": 100}
    assert (report.note, report.confirmed, report.received_at) == ("待补发", ["unusual"], office.clock.now())
    assert [warning["code"] for warning in report.warnings] == ["unusual"]
    assert [(due.node_id, due.week, due.cause) for due in office.stored(Due)] == [("gear", WEEK, "report")]
    assert [(receipt.key, receipt.stored_id) for receipt in office.stored(Receipt)] == [("k", answer.id)]
    assert rung == [Topic.ASSESS]


def test_an_event_is_stored_as_it_happened(office: Office) -> None:
    sent = EventSubmission(office.digest("gear"), "event.stoppage", office.clock.now(), 40, "停工", key="e")
    first, second = office.settle(sent, sent)
    (row,) = office.stored(Event)
    assert (row.node_id, row.week, row.event, row.people, row.note) == ("gear", WEEK, "event.stoppage", 40, "停工")
    assert [due.cause for due in office.stored(Due)] == ["event"]
    assert codes([first, second]) == ["stored", "repeated"]
    assert codes(office.settle(sent)) == ["repeated"]


def test_a_repeat_gets_the_stored_answer_even_when_it_comes_in_another_batch(office: Office) -> None:
    sent = office.report(values={"wage.arrears_days": 100}, key="k", body_digest="d")
    (first,) = office.settle(sent)
    office.clock.advance(timedelta(days=3))
    (again,) = office.settle(sent)
    assert isinstance(first, ReportAnswer)
    assert isinstance(again, ReportAnswer)
    assert again.as_dict() == first.as_dict()
    assert len(first.warnings) == 2
    assert codes([again]) == ["repeated"]
    assert codes(office.settle(office.report(key="k", body_digest="x"))) == ["key_reused"]
    assert len(office.stored(Report)) == 1


def test_of_two_first_reports_one_is_taken_and_one_conflicts(office: Office) -> None:
    assert codes(office.settle(office.report(), office.report())) == ["stored", "already_reported"]
    assert codes(office.settle(office.report())) == ["already_reported"]


def test_a_correction_is_a_new_row_and_the_old_one_stays(office: Office) -> None:
    office.settle(office.report())
    corrected = office.settle(office.report(values=FINE | {"wage.arrears_days": 5}, if_match=1))
    stale = office.settle(office.report(if_match=1))
    assert codes(corrected + stale) == ["stored", "stale_revision"]
    rows = {row.revision: (row.state, row.values["wage.arrears_days"]) for row in office.stored(Report)}
    assert rows == {1: ("received", 0), 2: ("corrected", 5)}
    assert sorted(due.cause for due in office.stored(Due)) == ["correction", "report"]


def test_a_batch_of_everything_is_settled_one_by_one(office: Office) -> None:
    outcomes = office.settle(
        office.report("gear"),
        office.report("stranger"),
        office.report("qishan", node="mill"),
        office.report("qishan", node="paper"),
        office.report("li.na", node="gear", source="observation"),
        office.report("mill", week="2027-W01"),
        office.report("gear", week="2026-W46", values={"no.such": 1}),
    )
    assert codes(outcomes) == [
        "stored",
        "token_unknown",
        "stored",
        "outside_scope",
        "stored",
        "future_week",
        "unknown_indicator",
    ]
    assert len(office.stored(Report)) == len(office.stored(Due)) == 3


def test_a_revoked_token_stops_writing_at_once(office: Office) -> None:
    office.settle(office.report(week="2026-W45"))
    with office.db.write() as session:
        token = session.exec(select(Token).where(col(Token.digest) == office.digest("gear"))).one()
        revoke_token(session, office.clock.now(), token.id or 0)
    assert codes(office.settle(office.report())) == ["token_unknown"]


def test_lateness_is_measured_by_the_frozen_expectation(office: Office) -> None:
    close = office.clock.now() - timedelta(minutes=1)
    with office.db.write() as session:
        session.add(Expectation(node_id="gear", week="2026-W46", due_at=close, closes_at=close))
    gear, mill = office.settle(office.report(week="2026-W46"), office.report("mill", week="2026-W46"))
    assert isinstance(gear, ReportAnswer)
    assert isinstance(mill, ReportAnswer)
    assert (gear.state, mill.state) == ("late", "received")


def poison(db: Database, node: str) -> None:
    """Make the database refuse reports of `node`, as a fault of ours would."""
    if db.sqlite:
        statements = [
            f"CREATE TRIGGER poison BEFORE INSERT ON report WHEN NEW.node_id = '{node}' "
            "BEGIN SELECT RAISE(ABORT, 'poison'); END"
        ]
    else:
        statements = [
            "CREATE FUNCTION poison() RETURNS trigger AS 'BEGIN RAISE EXCEPTION ''poison''; END' LANGUAGE plpgsql",
            f"CREATE TRIGGER poison BEFORE INSERT ON report FOR EACH ROW WHEN (NEW.node_id = '{node}') "
            "EXECUTE FUNCTION poison()",
        ]
    with db.write() as session:
        for statement in statements:
            session.connection().execute(text(statement))


def test_a_poison_row_never_fails_its_neighbours_and_is_on_record(office: Office) -> None:
    poison(office.db, "mill")
    weeks = [f"2026-W{number}" for number in range(40, 47)]
    sent = [office.report(week=week, key=week) for week in weeks]
    outcomes = office.settle(*sent[:4], office.report("mill"), *sent[4:])
    assert codes(outcomes) == ["stored"] * 4 + ["not_storable"] + ["stored"] * 3
    assert sorted(row.week for row in office.stored(Report)) == weeks
    assert len(office.stored(Due)) == len(office.stored(Receipt)) == 7
    (entry,) = office.stored(JournalEntry)
    assert entry.kind == "intake_poison"
    assert codes(office.settle(office.report())) == ["stored"]


def test_while_the_database_is_away_everybody_is_asked_to_come_again_and_nothing_is_lost(office: Office) -> None:
    sent = [office.report(key="a"), office.report("mill", key="b")]
    with away(office.db):
        outcomes = office.settle(*sent)
        assert codes(outcomes) == ["unavailable", "unavailable"]
        assert all(isinstance(one, Unavailable) and one.retry_after for one in outcomes)
    assert office.stored(Report) == office.stored(Receipt) == []
    assert codes(office.settle(*sent)) == ["stored", "stored"]
    (entry,) = office.stored(JournalEntry)
    assert (entry.kind, entry.detail) == ("intake_outage", {"rows": 2})


def test_a_full_disk_leaves_nothing_half_written(sqlite_office: Office) -> None:
    office = sqlite_office
    with office.db.engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    def full(connection: Any, _record: Any) -> None:
        connection.execute(f"PRAGMA max_page_count={pages}")

    event.listen(office.db.engine, "connect", full)
    office.db.engine.dispose()
    sent = [office.report(week=f"2026-W{number}", note="长" * 2000, key=str(number)) for number in range(10, 40)]
    assert set(codes(office.settle(*sent))) == {"unavailable"}
    assert office.stored(Report) == office.stored(Due) == office.stored(Receipt) == []
    event.remove(office.db.engine, "connect", full)
    office.db.engine.dispose()
    assert set(codes(office.settle(*sent))) == {"stored"}


def test_without_rules_everybody_is_asked_to_come_again(db: Database, clock: FrozenClock) -> None:
    def none() -> Any:
        raise Failure("没有规则", "no rules")

    office = Office(db, clock)
    office.intake = Intake(db, clock, none)
    office.intake.start()
    assert codes(office.settle(office.report())) == ["unavailable"]
    office.intake.stop()


@contextmanager
def another_process(office: Office) -> Iterator[Intake]:
    """An intake with connections and locks of its own."""
    database = Database(office.db.engine.url.render_as_string(hide_password=False))
    other = Intake(database, office.clock, lambda: RULES)
    other.start()
    yield other
    other.stop()
    database.close()


def test_a_row_that_several_processes_store_at_once_is_stored_once(office: Office) -> None:
    weeks = [f"2026-W{number:02}" for number in range(10, 47)]
    keys = {week: week if number % 2 else None for number, week in enumerate(weeks)}
    with another_process(office) as second, another_process(office) as third:
        raced = {
            week: [
                writer.submit(office.report("qishan", week, node="gear", key=keys[week]))
                for writer in (office.intake, second, third)
            ]
            for week in weeks
        }
        settled = {week: sorted(codes([result(future) for future in futures])) for week, futures in raced.items()}
    losers = {week: "repeated" if keys[week] else "already_reported" for week in weeks}
    assert settled == {week: sorted([loser, loser, "stored"]) for week, loser in losers.items()}
    assert len(office.stored(Report)) == len(office.stored(Due)) == len(weeks)
    assert office.stored(JournalEntry) == []


def test_whoever_goes_away_before_the_batch_is_taken_leaves_nothing(db: Database, clock: FrozenClock) -> None:
    office = Office(db, clock)
    gone = office.intake.submit(office.report())
    stays = office.intake.submit(office.report("mill"))
    assert gone.cancel()
    office.intake.start()
    assert codes([result(stays)]) == ["stored"]
    office.intake.stop()
    assert [row.node_id for row in office.stored(Report)] == ["mill"]


def test_a_full_queue_asks_to_come_again(db: Database, clock: FrozenClock) -> None:
    office = Office(db, clock)
    office.intake = Intake(db, clock, lambda: RULES, queue=2)
    waiting = [office.intake.submit(office.report(who)) for who in ("gear", "mill")]
    with pytest.raises(Unavailable):
        office.intake.submit(office.report("qishan"))
    office.intake.start()
    assert codes([result(future) for future in waiting]) == ["stored", "stored"]
    office.intake.stop()


def test_stopping_settles_what_has_queued_up_and_takes_no_more(db: Database, clock: FrozenClock) -> None:
    office = Office(db, clock)
    queued = [office.intake.submit(office.report(week=f"2026-W{number}")) for number in range(10, 47)]
    office.intake.start()
    office.intake.stop()
    assert codes([result(future) for future in queued]) == ["stored"] * len(queued)
    with pytest.raises(Unavailable):
        office.intake.submit(office.report())


def test_batches_of_any_size_give_the_same_rows(db: Database, clock: FrozenClock) -> None:
    office = Office(db, clock)
    office.intake = Intake(db, clock, lambda: RULES, batch=3)
    queued = [
        office.intake.submit(
            office.report(week=f"2026-W{number}", values={"wage.arrears_people": n}, if_match=n or None)
        )
        for number in range(40, 47)
        for n in range(3)
    ]
    office.intake.start()
    assert codes([result(future) for future in queued]) == ["stored"] * 21
    office.intake.stop()
    assert sorted((r.week, r.revision, r.values["wage.arrears_people"]) for r in office.stored(Report)) == [
        (f"2026-W{number}", n + 1, n) for number in range(40, 47) for n in range(3)
    ]


def test_an_event_loop_gets_every_reply_of_a_batch(office: Office) -> None:
    async def ask_all() -> list[Answer | BaseException]:
        sent = [office.report(week=f"2026-W{number}") for number in (40, 41, 42, 42)]
        return await asyncio.gather(*(office.intake.ask(one) for one in sent), return_exceptions=True)

    outcomes = asyncio.run(ask_all())
    assert [one.week if isinstance(one, ReportAnswer) else "refused" for one in outcomes] == [
        "2026-W40",
        "2026-W41",
        "2026-W42",
        "refused",
    ]


def test_an_asker_that_gives_up_does_not_disturb_the_others(office: Office) -> None:
    async def ask() -> Answer:
        gone = office.intake.enqueue(office.report())
        gone.cancel()
        return await office.intake.ask(office.report("mill"))

    assert asyncio.run(ask()).node == "mill"


def test_a_database_that_does_not_answer_is_not_waited_for_for_ever(
    db: Database, clock: FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "REPLY_WITHIN", 0.01)
    office = Office(db, clock)  # nobody settles anything
    with pytest.raises(Unavailable):
        asyncio.run(office.intake.ask(office.report()))


def test_a_rehearsal_answers_like_intake_and_stores_nothing(office: Office) -> None:
    office.settle(office.report(week="2026-W45"))
    rehearsal = office.intake.rehearsal()
    batches = [
        [office.report(week="2026-W45"), office.report(), office.report("stranger")],
        [office.report(), office.report(if_match=1), office.report("mill", values={"no.such": 1})],
    ]
    assert [codes(rehearsal.run(batch)) for batch in batches] == [
        ["already_reported", "stored", "token_unknown"],
        ["already_reported", "stored", "unknown_indicator"],
    ]
    assert len(office.stored(Report)) == len(office.stored(Due)) == 1


def test_receipts_are_forgotten_after_ninety_days(office: Office) -> None:
    office.settle(office.report(key="old"))
    office.clock.advance(timedelta(days=60))
    office.settle(office.report(week="2026-W48", key="new"))
    office.clock.advance(timedelta(days=31))
    with office.db.write() as session:
        assert forget_receipts(session, office.clock.now()) == 1
    assert [receipt.key for receipt in office.stored(Receipt)] == ["new"]


def test_the_number_of_queries_does_not_grow_with_the_batch(db: Database, clock: FrozenClock) -> None:
    office = Office(db, clock)
    asked: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *seen: asked.append(seen[2]))

    def queries(count: int, source: str) -> int:
        office.intake = Intake(db, clock, lambda: RULES)
        sent = [
            office.report("li.na", f"2025-W{n + 1:02}", node="gear", source=source, key=f"{source}/{n}")
            for n in range(count)
        ]
        waiting = [office.intake.submit(one) for one in sent]
        asked.clear()
        office.intake.start()
        office.intake.stop()
        assert codes([result(future) for future in waiting]) == ["stored"] * count
        return len(asked)

    assert queries(2, "own") == queries(40, "observation") <= 12
