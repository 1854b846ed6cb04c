"""One-time links: one for each message that asks somebody to sign, known to nobody else, and never at rest."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.network.sealing import Sealer
from service.notify.links import find_link, with_link
from service.notify.message import compose
from service.notify.outbox import Claimed
from service.notify.tables import MessageLink, OutboxMessage
from tests.notify.letters import news, outgoing
from tests.notify.linked import DAY, LINKS, SEALER, claimed, token, town_with_mail

LINK = "https://warn.example/lw/alerts/17"


def known(db: Database, token: str, sealer: Sealer = SEALER) -> MessageLink | None:
    with db.read() as session:
        return find_link(session, sealer, token)


def test_a_link_is_for_one_officer_and_one_alert_and_the_same_at_every_attempt(
    db: Database, clock: FrozenClock
) -> None:
    town = town_with_mail(db, clock)
    first = token(town)
    found = known(db, first)
    assert found is not None
    assert (found.officer_id, found.alert_id, found.expires_at) == ("li.na", 1, clock.now() + DAY)
    clock.advance(timedelta(minutes=5))
    assert token(town) == first
    with db.read() as session:
        assert len(session.exec(select(MessageLink)).all()) == 1


def test_the_token_stands_in_no_row(db: Database, clock: FrozenClock) -> None:
    found = token(town_with_mail(db, clock))
    with db.read() as session:
        rows = [*session.exec(select(OutboxMessage)), *session.exec(select(MessageLink))]
    assert len(rows) > 1
    assert not any(found in str(row.model_dump()) for row in rows)


@pytest.fixture
def message(db: Database, clock: FrozenClock) -> Claimed:
    (one,) = claimed(town_with_mail(db, clock))
    return one


@pytest.mark.parametrize(
    "change",
    [
        {"channel": "console"},  # the operator reads it too
        {"channel": "wecom"},  # a whole group does
        {"alert_id": None},  # several together
        {"officer_id": None},  # nobody is known to read it
        {"payload": compose(news(sign_by=None)).payload},  # nothing to sign
        {"payload": {}},
    ],
)
def test_other_messages_have_none(db: Database, message: Claimed, change: dict[str, object]) -> None:
    sent = {name: change[name] for name in ("officer_id", "payload") if name in change}
    other = replace(message, outgoing=replace(message.outgoing, link="", **sent))  # type: ignore[arg-type]
    other = replace(other, **{name: value for name, value in change.items() if name not in sent})  # type: ignore[arg-type]
    with db.write() as session:
        assert LINKS.attach(session, [other]) == [other]


def test_a_forged_token_is_nobodys(db: Database, clock: FrozenClock) -> None:
    good = token(town_with_mail(db, clock))
    for forged in (good[:-1], good + "A", good[:-4] + "AAAA", "A" * 43, "", "é" * 43, good.swapcase(), "../" + good):
        assert known(db, forged) is None
    with db.write() as session:  # somebody who can write rows, and has no key
        row = session.exec(select(MessageLink)).one()
        row.officer_id = "zhou.fang"
        session.add(row)
    assert known(db, good) is None


def test_a_link_survives_the_change_of_the_key(db: Database, clock: FrozenClock) -> None:
    old = token(town_with_mail(db, clock))
    assert known(db, old, Sealer(["newer key", "new key"])) is not None
    assert known(db, old, Sealer(["newer key"])) is None


def test_the_text_has_the_link_instead_of_the_bare_one_and_the_payload_both() -> None:
    letter = compose(news(link=LINK))
    message = outgoing("x", subject=letter.subject, body=f"{letter.body}\n{LINK}8", payload=letter.payload, link="L")
    mailed = with_link("email", message)
    assert mailed.body.endswith("Details: L\nhttps://warn.example/lw/alerts/178")
    assert mailed.payload == letter.payload
    called = with_link("webhook", message)
    assert (called.payload["data"]["link"], called.payload["data"]["sign_link"]) == (LINK, "L")
    assert "sign_link" not in letter.payload["data"]
    bare = outgoing("x")
    assert with_link("email", bare) is bare
