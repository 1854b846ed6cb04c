"""Callbacks of gateways: believed when signed, the same however often they come; and the answer “1”."""

from typing import Any

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.network.tables import Contact
from tests.builders import Town
from tests.notify.linked import claimed, town_with_mail
from tests.notify.rows import message
from tests.web.desk import problem
from tests.web.linked import Caller, hand_over

RECEIPTS, REPLIES = "/api/v1/receipts/sms", "/api/v1/replies/sms"
PHONE = "13891700000"
DONE = {"id": "gw-1", "status": "delivered"}


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    return town_with_mail(db, clock, "sms", PHONE)


def reply(text: str = "1", sender: str = PHONE, number: str = "r-1") -> dict[str, str]:
    return {"id": number, "sender": sender, "text": text}


def test_a_signed_receipt_makes_it_delivered_and_twice_is_the_same_answer(town: Town) -> None:
    id_, gateway = hand_over(town), Caller(town)
    first = gateway.signed(RECEIPTS, DONE)
    assert (first.status_code, first.json()["message"], first.json()["status"]) == (200, id_, "delivered")
    assert message(town.db, id_).state == "delivered"
    assert gateway.signed(RECEIPTS, DONE | {"id": id_}).json() == first.json()


@pytest.mark.parametrize(
    ("secret", "minutes_old", "code"),
    [("another", 0, "bad_signature"), ("agreed", 6, "old_signature"), ("agreed", -6, "old_signature")],
)
def test_a_callback_that_is_not_rightly_signed_changes_nothing(
    town: Town, secret: str, minutes_old: int, code: str
) -> None:
    id_ = hand_over(town)
    for path, body in ((RECEIPTS, DONE), (REPLIES, reply())):
        answer = Caller(town).signed(path, body, secret, minutes_old)
        assert problem(answer) == (401, code)
    assert message(town.db, id_).state == "accepted"
    assert town.record("gear") == ["first_risk"]


def test_without_a_signature_or_a_secret_nothing_is_believed(town: Town) -> None:
    hand_over(town)
    assert problem(Caller(town).call("POST", RECEIPTS, json=DONE)) == (401, "bad_signature")
    assert problem(Caller(town, "").signed(RECEIPTS, DONE, "")) == (401, "bad_signature")


def test_two_secrets_are_good_while_one_replaces_the_other(town: Town) -> None:
    hand_over(town)
    gateway = Caller(town, "newer, agreed")
    assert {gateway.signed(RECEIPTS, DONE, secret).status_code for secret in ("newer", "agreed")} == {200}


NONSENSE: list[tuple[Any, tuple[int, str]]] = [
    ({"id": "gw-2", "status": "delivered"}, (404, "unknown_message")),
    ({"id": "gw-1", "status": "read"}, (422, "literal_error")),
    ({"id": "", "status": "failed"}, (422, "string_too_short")),
    ({"id": "gw-1\n", "status": "failed"}, (422, "string_pattern_mismatch")),
    (b"<html>OK</html>", (400, "bad_json")),
    (b"[]", (400, "not_an_object")),
]


def test_what_makes_no_sense_is_refused(town: Town) -> None:
    hand_over(town)
    gateway = Caller(town)
    assert [problem(gateway.signed(RECEIPTS, body)) for body, _ in NONSENSE] == [expected for _, expected in NONSENSE]


@pytest.mark.parametrize(("text", "sender"), [("1", PHONE), (" １ ", f"+86 {PHONE}"), ("1。", f"86{PHONE}")])
def test_the_answer_1_from_a_verified_number_signs(town: Town, text: str, sender: str) -> None:
    hand_over(town)
    gateway = Caller(town)
    assert gateway.signed(REPLIES, reply(text, sender)).json() == {"signed": 1}
    assert town.record("gear") == ["first_risk", "acknowledged"]
    assert town.alert("gear").owner_id == "li.na"
    assert gateway.signed(REPLIES, reply(text, sender)).json() == {"signed": 1}
    assert gateway.signed(REPLIES, reply(text, sender, "r-2")).json() == {"signed": None}  # nothing is left to sign


def test_the_same_answer_passed_on_twice_does_not_sign_a_second_alert(town: Town) -> None:
    town.report("mill", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    for number, one in enumerate(claimed(town, "sms")):
        assert one.outgoing.officer_id == "li.na", number
    gateway = Caller(town)
    assert gateway.signed(REPLIES, reply()).json() == {"signed": 2}
    assert gateway.signed(REPLIES, reply()).json() == {"signed": 2}
    assert gateway.signed(REPLIES, reply(number="r-2")).json() == {"signed": 1}


def test_other_answers_sign_nothing(town: Town) -> None:
    hand_over(town)
    for said in (reply("2"), reply("收到"), reply(sender="13800000000"), reply(sender="1")):
        assert Caller(town).signed(REPLIES, said).json() == {"signed": None}
    assert town.record("gear") == ["first_risk"]


@pytest.mark.parametrize("change", [{"verified_at": None}, {"disabled": True}])
def test_an_answer_from_a_number_nobody_vouches_for_signs_nothing(town: Town, change: dict[str, Any]) -> None:
    hand_over(town)
    with town.db.write() as session:
        contact = session.get_one(Contact, message_contact(town))
        if "disabled" in change:
            contact.disabled_at = town.clock.now()
        else:
            contact.verified_at = None
        session.add(contact)
    assert Caller(town).signed(REPLIES, reply()).json() == {"signed": None}
    assert town.record("gear") == ["first_risk"]


def message_contact(town: Town) -> int:
    return next(letter.contact_id or 0 for letter in town.letters() if letter.channel == "sms")
