"""接收: what was answered is in the database, whatever else was in the batch and whatever went wrong."""

import asyncio
from datetime import timedelta

from sqlalchemy import event
from sqlmodel import col, select

from service.bell import Topic
from service.clock import FrozenClock
from service.db import Database
from service.network.directory import revoke_token
from service.network.tables import Token
from service.reporting.intake import Intake, forget_receipts
from service.reporting.submission import Answer, EventSubmission, ReportAnswer
from service.reporting.tables import Due, Event, Expectation, Receipt, Report
from tests.reporting.office import Office, codes, result
from tests.reporting.rules import FINE, RULES, WEEK


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
