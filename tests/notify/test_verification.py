"""Codes to contacts: told back they verify, guessed they do not."""

import re

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.errors import Conflict
from service.network.tables import Contact
from service.notify.verification import EVERY, GOOD_FOR, MOST_TRIES, confirm, send_code
from tests.notify.linked import SEALER
from tests.notify.rows import messages, person


def ask(db: Database, clock: FrozenClock, contact: int | None) -> str:
    """Have a code sent; the code, as it stands in the message."""
    with db.write() as session:
        send_code(session, clock.now(), SEALER, session.get_one(Contact, contact))
    newest = messages(db)[-1]
    assert (newest.contact_id, newest.alert_id) == (contact, None)
    return str(re.findall(r"\d{6}", newest.body)[0])


def told(db: Database, clock: FrozenClock, officer: str, code: str) -> int | None:
    with db.write() as session:
        found = confirm(session, clock.now(), SEALER, officer, code)
        return found.id if found else None


def verified(db: Database, contact: int | None) -> bool:
    with db.read() as session:
        return session.get_one(Contact, contact).verified_at is not None


def test_a_code_told_back_by_its_officer_verifies_once(db: Database, clock: FrozenClock) -> None:
    contact = person(db, "li", "sms", "13891700000").contact_id
    person(db, "wang", "sms", "13891700001")
    code = ask(db, clock, contact)
    assert told(db, clock, "wang", code) is None
    assert not verified(db, contact)
    assert told(db, clock, "li", f" {code} ") == contact
    assert verified(db, contact)
    assert told(db, clock, "li", code) is None


def test_codes_expire_and_are_not_guessed(db: Database, clock: FrozenClock) -> None:
    contact = person(db, "li", "sms", "13891700000").contact_id
    code = ask(db, clock, contact)
    with pytest.raises(Conflict):
        ask(db, clock, contact)
    for _ in range(MOST_TRIES):
        assert told(db, clock, "li", f"{(int(code) + 1) % 10**6:06d}") is None
    assert told(db, clock, "li", code) is None
    clock.advance(EVERY)
    code = ask(db, clock, contact)
    clock.advance(GOOD_FOR)
    assert told(db, clock, "li", code) is None
    assert not verified(db, contact)
