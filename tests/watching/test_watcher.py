"""The heart beats only while all is well; what is not well is told to the operator, on record, and not every minute."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlmodel import col, select

from service.alerting.tables import Alert
from service.journal import Beat, JournalEntry
from service.notify.hold import hold
from service.notify.tables import OutboxMessage
from service.reporting.tables import Cause, Due, ReportingWeek
from service.watching.vital import Ailment
from service.watching.watcher import Watcher
from tests.builders import Town
from tests.fakes import HttpReceiver
from tests.watching.conftest import beat

MINUTE = timedelta(minutes=1)


def kinds(town: Town, kind: str) -> list[str]:
    """Subjects of the journal's entries of one kind, in order."""
    with town.db.read() as session:
        query = select(JournalEntry.subject).where(JournalEntry.kind == kind)
        return list(session.exec(query.order_by(col(JournalEntry.id))))


def mail(town: Town, start: str) -> list[OutboxMessage]:
    return [letter for letter in town.letters() if letter.occasion.startswith(start)]


def settle(town: Town, state: str, *channels: str) -> None:
    with town.db.write() as session:
        sent = update(OutboxMessage).where(col(OutboxMessage.channel).in_(channels or ("console", "email")))
        session.connection().execute(sent.values(state=state, settled_at=town.clock.now()))


def run(town: Town, sql: str) -> None:
    with town.db.write() as session:
        session.connection().execute(text(sql))


def raise_alert(town: Town) -> None:
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()


def late_message(town: Town) -> None:
    raise_alert(town)
    town.clock.advance(11 * MINUTE)
    beat(town)


def late_week(town: Town) -> None:
    with town.db.write() as session:
        at = town.clock.now() - 11 * MINUTE
        session.add(Due(node_id="gear", week="2026-W47", cause=Cause.REPORT, created_at=at))


def not_opened(town: Town) -> None:
    town.clock.advance(timedelta(days=5))  # Monday of W48, and no sweep
    settle(town, "delivered")
    beat(town)


def restored(town: Town) -> None:
    with town.db.write() as session:
        hold(session, town.clock.now(), "test")


@pytest.mark.parametrize(
    ("trouble", "ailment"),
    [
        (lambda town: beat(town, ago=3 * MINUTE), Ailment.TICKS),
        (lambda town: run(town, "DELETE FROM beat WHERE name = 'sweep'"), Ailment.TICKS),
        (late_message, Ailment.DELIVERIES),
        (late_week, Ailment.ASSESSING),
        (not_opened, Ailment.WEEKLY),
        (restored, Ailment.HELD),
    ],
)
def test_the_heart_beats_only_while_all_is_well(town: Town, trouble: Callable[[Town], None], ailment: Ailment) -> None:
    with HttpReceiver() as monitor:
        watcher = Watcher(town.db, town.clock, "", monitor.url)
        assert watcher.watch(alive=True) == ()
        assert len(monitor.requests) == 1
        trouble(town)
        assert ailment in watcher.watch(alive=True)
        assert len(monitor.requests) == 1


def test_a_dead_thread_stops_the_heart(watcher: Watcher) -> None:
    assert watcher.watch(alive=False) == (Ailment.THREADS,)


def test_a_monitor_that_refuses_is_one_entry_until_it_takes_the_beat(town: Town) -> None:
    with HttpReceiver(500, 500, 200, 404) as monitor:
        watcher = Watcher(town.db, town.clock, "", monitor.url)
        for _ in range(4):
            watcher.watch(alive=True)
    assert kinds(town, "heartbeat_failed") == ["http_500", "http_404"]
    watcher.watch(alive=True)  # gone
    assert kinds(town, "heartbeat_failed")[2:] == ["ConnectError"]


def test_a_week_that_was_not_closed_is_told_once_a_day_through_every_contact(town: Town, watcher: Watcher) -> None:
    town.clock.advance(timedelta(days=9, hours=9))  # W47 closes on Wednesday of W48 at 18:00; nothing swept
    with town.db.write() as session:
        session.add(ReportingWeek(week="2026-W48", due_at=town.clock.now(), closes_at=town.clock.now() + 100 * MINUTE))
    for _ in range(3):
        watcher.watch(alive=True)
        town.clock.advance(MINUTE)
    assert "week_not_closed/2026-W47" in kinds(town, "alarm")
    told = [letter for letter in mail(town, "alarm/week_not_closed/2026-W47") if letter.officer_id == "ops"]
    assert [letter.channel for letter in told] == ["console", "email"]
    assert "2026-W47" in told[0].subject
    town.clock.advance(timedelta(days=1))
    watcher.watch(alive=True)
    assert kinds(town, "alarm").count("week_not_closed/2026-W47") == 2


def test_every_channel_is_tried_once_a_week(town: Town, watcher: Watcher) -> None:
    for _ in range(3):
        watcher.watch(alive=True)
    assert [letter.channel for letter in mail(town, "canary/2026-W47/")] == ["console", "email"]
    settle(town, "delivered")
    watcher.watch(alive=True)
    with town.db.read() as session:
        beats = {b.name: b.detail for b in session.exec(select(Beat)) if b.name.startswith("canary/")}
    assert beats == {"canary/console": "2026-W47", "canary/email": "2026-W47"}
    town.clock.advance(timedelta(days=4, hours=22))  # Monday of W48, 08:00
    watcher.watch(alive=True)
    assert mail(town, "canary/2026-W48/") == []
    town.clock.advance(timedelta(hours=1))
    watcher.watch(alive=True)
    assert len(mail(town, "canary/2026-W48/")) == 2


@pytest.mark.parametrize(("state", "why"), [("given_up", "given_up"), ("pending", "pending")])
def test_a_channel_that_fails_is_told_through_the_others(town: Town, watcher: Watcher, state: str, why: str) -> None:
    watcher.watch(alive=True)
    settle(town, "delivered", "console")
    settle(town, state, "email")
    town.clock.advance(61 * MINUTE)
    for _ in range(2):
        watcher.watch(alive=True)
    (letter,) = mail(town, "alarm/canary/")
    assert letter.channel == "console"
    assert f"email（{why}）" in letter.subject


def test_a_disabled_contact_of_the_operator_is_told_too(town: Town, watcher: Watcher) -> None:
    run(town, "UPDATE contact SET disabled_at = '2026-11-01 00:00:00.000000' WHERE channel = 'email'")
    watcher.watch(alive=True)
    assert [letter.channel for letter in mail(town, "canary/")] == ["console"]
    assert [letter.channel for letter in mail(town, "alarm/canary/")] == ["console"]


def test_without_an_operator_nothing_is_sent_and_alarms_go_to_the_console(town: Town) -> None:
    not_opened(town)
    Watcher(town.db, town.clock, "", "").watch(alive=True)
    assert mail(town, "canary/") == []
    assert {letter.address for letter in mail(town, "alarm/")} == {"operator"}


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("UPDATE alert SET duty = 'act', act_by = NULL", "no_clock"),
        ("UPDATE alert SET next_step_at = NULL, step = 0", "no_clock"),
        ("UPDATE alert SET next_step_at = '2026-11-18 01:00:00.000000+00:00'", "stalled"),
        ("UPDATE alert SET acknowledged_at = '2026-11-18 01:00:00.000000+00:00', owner_id = NULL", "no_owner"),
        ("DELETE FROM notice", "no_owner"),
        ("UPDATE outbox_message SET available_at = '2026-11-18 01:00:00.000000+00:00'", "message_stuck"),
    ],
)
def test_the_audit_finds_what_should_not_be_and_says_so_once_a_day(
    town: Town, watcher: Watcher, sql: str, kind: str
) -> None:
    raise_alert(town)
    watcher.watch(alive=True)
    assert kinds(town, "audit") == []  # a sound alert
    run(town, sql.replace("+00:00", "") if town.db.sqlite else sql)
    for _ in range(3):
        town.clock.advance(timedelta(minutes=61))
        settle(town, "pending") if kind == "message_stuck" else settle(town, "delivered")
        run(town, sql.replace("+00:00", "") if town.db.sqlite else sql)
        watcher.watch(alive=True)
    assert kinds(town, "audit").count(kind) == 1
    with town.db.read() as session:
        counts = session.exec(select(Beat.detail).where(Beat.name == "audit")).one()
        number = session.exec(select(Alert.id)).one()
        entry = session.exec(select(JournalEntry).where(JournalEntry.subject == kind)).one()
    assert f'"{kind}":0' not in counts
    assert entry.detail["alerts"] == ([] if kind == "message_stuck" else [number])


def test_an_alert_that_nobody_was_told_of_is_found(town: Town, watcher: Watcher) -> None:
    raise_alert(town)
    run(town, "DELETE FROM notice")
    run(town, "UPDATE outbox_message SET alert_id = NULL")
    watcher.watch(alive=True)
    assert "no_message" in kinds(town, "audit")
