"""After the clock was set back by a day nothing that was due waits until tomorrow; what the calendar holds stays."""

from datetime import timedelta

from sqlmodel import col, select

from service.alerting.set_back import bring_back
from service.alerting.tables import Notice
from service.journal import JournalEntry
from service.notify.tables import OutboxMessage
from tests.builders import Town

W47 = "2026-W47"


def outbox(town: Town) -> list[OutboxMessage]:
    with town.db.read() as session:
        return list(session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id))))


def kinds(town: Town) -> list[str]:
    with town.db.read() as session:
        return list(session.exec(select(JournalEntry.kind).where(JournalEntry.kind == "clock_set_back")))


def test_messages_of_a_later_time_go_now(town: Town) -> None:
    town.report("gear", W47, wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    assert outbox(town)
    with town.db.write() as session:  # one of them is on its way under a lease
        sending = session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)).limit(1)).one()
        sending.state, sending.available_at = "sending", town.clock.now() + timedelta(minutes=1)
        session.add(sending)
    town.clock.advance(timedelta(days=-1))
    assert bring_back(town.db, town.clock.now()) == len(outbox(town))
    now = town.clock.now()
    waits = {message.state: message.available_at - now for message in outbox(town)}
    assert waits == {"sending": timedelta(minutes=1), "pending": timedelta(0)}
    assert kinds(town) == ["clock_set_back"]


def test_mild_news_that_was_due_goes_and_what_waits_for_the_digest_stays(town: Town) -> None:
    town.report("gear", W47, wage__arrears_days=9)
    town.assess()
    with town.db.write() as session:
        due, held = session.exec(select(Notice).order_by(col(Notice.id))).all()[:2]
        at = town.clock.now()
        for notice, due_at in ((due, at), (held, at + timedelta(hours=15))):
            notice.state, notice.created_at, notice.due_at = "waiting", at, due_at
            session.add(notice)
    town.clock.advance(timedelta(days=-1))
    bring_back(town.db, town.clock.now())
    with town.db.read() as session:
        dues = dict(session.exec(select(Notice.id, Notice.due_at)).all())
    assert dues[due.id] == town.clock.now()
    assert dues[held.id] == held.due_at


def test_nothing_changes_while_the_clock_runs_on(town: Town) -> None:
    town.report("gear", W47, wage__arrears_days=35)
    town.assess()
    before = [(message.id, message.available_at) for message in outbox(town)]
    town.clock.advance(timedelta(seconds=-20))  # as far as clocks of several machines may part
    town.sweep()
    assert [(m.id, m.available_at) for m in outbox(town)[: len(before)]] == before
    assert kinds(town) == []
