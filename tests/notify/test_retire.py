"""An address that is gone: disabled once, its owner and the operator are told, and a verified import brings it back."""

from datetime import timedelta

from sqlmodel import col, select

from service.clock import FrozenClock
from service.db import Database
from service.network.tables import Contact, Officer
from service.notify.channels import Channel, Outcome, Outgoing, Result
from service.notify.channels.webhook import WebhookChannel
from service.notify.outbox import Address
from tests.fakes import HttpReceiver
from tests.notify.rows import journal, messages, put
from tests.notify.test_deliver import Scripted, deliver


def officer(db: Database, *contacts: tuple[str, str]) -> list[Address]:
    """李娜 with these contacts."""
    with db.write() as session:
        session.add(Officer(id="li.na", name="李娜"))
        session.flush()
        rows = [Contact(officer_id="li.na", position=n, channel=c, address=a) for n, (c, a) in enumerate(contacts)]
        session.add_all(rows)
        session.flush()
        return [Address("li.na", "qishan/county.officer", row.channel, row.address, row.id) for row in rows]


def disabled(db: Database) -> dict[str, str]:
    """Reason by address."""
    with db.read() as session:
        rows = session.exec(select(Contact).where(col(Contact.disabled_at).is_not(None)))
        return {row.address: row.disabled_reason for row in rows}


def test_an_address_that_is_gone_is_disabled_once_and_its_owner_and_the_operator_are_told(
    db: Database, clock: FrozenClock
) -> None:
    pager, console = Scripted(), Scripted()
    with HttpReceiver(410, 404) as receiver:
        channels: dict[str, Channel] = {"webhook": WebhookChannel(clock), "pager": pager, "console": console}
        hook, other = officer(db, ("webhook", receiver.url + "?key=hunter2"), ("pager", "13900000000"))
        for n in range(2):
            put(db, clock.now(), f"alert/{n}", hook, other)
        deliver(db, clock, channels)
        deliver(db, clock, channels)
    assert list(disabled(db)) == [hook.address]
    (entry,) = journal(db)
    assert (entry.kind, entry.subject) == ("contact_disabled", "li.na")
    told = [row for row in messages(db) if row.occasion.startswith("contact/")]
    assert sorted((row.channel, row.address) for row in told) == [("console", "operator"), ("pager", "13900000000")]
    assert len(pager.sent) == 3  # both alerts took the next channel, and the notice
    said = entry.text + entry.text_en + "".join(row.subject + row.body + str(row.payload) for row in told)
    assert "hunter2" not in said


def test_what_only_this_message_met_disables_nothing(db: Database, clock: FrozenClock) -> None:
    def act(_outgoing: Outgoing) -> Result:
        return Result(Outcome.GIVE_UP, "400")

    (one,) = officer(db, ("test", "a"))
    put(db, clock.now(), "x", one)
    deliver(db, clock, {"test": Scripted(act)})
    assert disabled(db) == {}


def test_an_officer_without_another_contact_is_told_by_the_operator(db: Database, clock: FrozenClock) -> None:
    def act(_outgoing: Outgoing) -> Result:
        return Result(Outcome.GIVE_UP, "550", gone="邮箱不存在")

    (one,) = officer(db, ("test", "a"))
    put(db, clock.now(), "x", one)
    clock.advance(timedelta(seconds=1))
    deliver(db, clock, {"test": Scripted(act), "console": Scripted()})
    assert disabled(db) == {"a": "邮箱不存在"}
    assert [row.address for row in messages(db)] == ["a", "operator"]
    assert [entry.kind for entry in journal(db)] == ["contact_disabled", "undelivered"]
