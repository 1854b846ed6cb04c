"""Codes over the API: an officer verifies the own contacts, and nobody else learns that they exist."""

import re
from typing import Any

import httpx
import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.network.directory import issue_token
from service.network.tables import Contact
from service.notify.verification import GOOD_FOR, MOST_TRIES
from tests.builders import Town
from tests.notify.linked import town_with_mail
from tests.notify.rows import messages
from tests.web.desk import problem
from tests.web.linked import Caller

PHONE = "13891700000"


class Person:
    """Somebody with a token, and the number of 李娜's telephone."""

    def __init__(self, town: Town, **owner: str) -> None:
        self.town = town
        with town.db.write() as session:
            self.token = issue_token(session, town.clock.now(), **owner)
            contact = session.exec(select(Contact).where(Contact.address == PHONE)).one()
            contact.verified_at = None
            self.number = contact.id

    def post(self, what: str, body: Any = None, number: object = None) -> httpx.Response:
        path = f"/api/v1/contacts/{self.number if number is None else number}/{what}"
        return Caller(self.town).call("POST", path, json=body, headers={"Authorization": f"Bearer {self.token}"})

    def code(self) -> str:
        """What came to the telephone."""
        return str(re.findall(r"\d{6}", messages(self.town.db)[-1].body)[0])


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    return town_with_mail(db, clock, "sms", PHONE)


def test_a_code_that_is_told_back_verifies_the_contact(town: Town) -> None:
    li = Person(town, officer_id="li.na")
    sent = li.post("code")
    assert sent.status_code == 202
    assert sent.json() == {"contact": li.number, "channel": "sms", "address": "138****0000", "verified_at": None}
    assert problem(li.post("code")) == (409, "just_sent")
    told = li.post("confirm", {"code": f" {li.code()} "})
    assert (told.status_code, told.json()["verified_at"]) == (200, "2026-11-18T02:00:00Z")
    assert problem(li.post("confirm", {"code": li.code()})) == (422, "wrong_code")


@pytest.mark.parametrize("owner", [{"officer_id": "zhao.min"}, {"node_id": "gear"}])
def test_for_everybody_else_it_is_not_there(town: Town, owner: dict[str, str]) -> None:
    other = Person(town, **owner)
    assert problem(other.post("code")) == (404, "not_found")
    assert problem(other.post("confirm", {"code": "000000"})) == (404, "not_found")
    assert problem(other.post("code", number=999)) == (404, "not_found")


def test_wrong_tries_are_counted_and_a_late_code_is_worthless(town: Town) -> None:
    li = Person(town, officer_id="li.na")
    li.post("code")
    good = li.code()
    wrong = "1" * 6 if good != "1" * 6 else "2" * 6
    for _ in range(MOST_TRIES):
        assert problem(li.post("confirm", {"code": wrong})) == (422, "wrong_code")
    assert problem(li.post("confirm", {"code": good})) == (422, "wrong_code")
    town.clock.advance(GOOD_FOR)
    li.post("code")
    town.clock.advance(GOOD_FOR)
    assert problem(li.post("confirm", {"code": li.code()})) == (422, "wrong_code")


def test_bad_bodies_and_tokens_are_refused(town: Town) -> None:
    li = Person(town, officer_id="li.na")
    assert problem(li.post("confirm", {})) == (422, "missing")
    assert problem(li.post("confirm", {"code": 123456})) == (422, "string_type")
    assert problem(li.post("code", number="x"))[0] == 422
    li.token = "x"
    assert problem(li.post("code")) == (401, "token_unknown")
