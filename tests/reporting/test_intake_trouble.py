"""接收: poison, outages, races, impatience – nothing is lost or stored twice, and neighbours do not notice."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from service.clock import FrozenClock
from service.db import Database
from service.errors import Failure, Unavailable
from service.journal import JournalEntry
from service.reporting import intake
from service.reporting.intake import Intake
from service.reporting.submission import Answer
from service.reporting.tables import Due, Receipt, Report
from tests.reporting.office import Office, away, codes, result
from tests.reporting.rules import RULES


@pytest.fixture
def sqlite_office(sqlite_template: Path, tmp_path: Path, clock: FrozenClock) -> Iterator[Office]:
    shutil.copy(sqlite_template, tmp_path / "labour-watch.db")
    database = Database(f"sqlite:///{tmp_path / 'labour-watch.db'}")
    office = Office(database, clock)
    office.intake.start()
    yield office
    office.intake.stop()
    database.close()


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
