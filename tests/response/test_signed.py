"""A signature in the system stands with the message that asked for it – and does not prove that the message arrived."""

from datetime import timedelta

import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.evidence.stored import Told
from service.notify.receipts import IN_SYSTEM
from service.notify.tables import MessageReceipt, OutboxMessage
from service.response.desk import Office
from service.response.handle import acknowledge
from tests.builders import BASE_URL, Town
from tests.notify.linked import town_with_mail
from tests.web.linked import hand_over


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    return town_with_mail(db, clock, "sms", "13891700000")


def sign(town: Town, officer: str) -> list[MessageReceipt]:
    """The receipts there are once this officer has signed."""
    acknowledge(Office(town.db, town.library, BASE_URL), 1, officer, town.clock.now())
    with town.db.read() as session:
        return list(session.exec(select(MessageReceipt)))


def test_the_message_that_left_says_that_its_officer_signed(town: Town) -> None:
    id_ = hand_over(town)
    for _ in range(2):
        (found,) = sign(town, "li.na")
        assert (found.message_id, found.kind, found.detail) == (id_, "acknowledged", IN_SYSTEM)
    with town.db.read() as session:
        message = session.get_one(OutboxMessage, id_)
    assert message.state == "accepted"
    assert Told(message, (), (found,), alone=True).arrived_at is None


def test_only_the_newest_news_of_the_alert_says_so(town: Town) -> None:
    hand_over(town)
    town.clock.advance(timedelta(hours=1))
    town.happen("gear", "2026-W47", "event.stoppage", 30)
    town.assess()
    again = hand_over(town, remote_id="gw-2")
    assert [receipt.message_id for receipt in sign(town, "li.na")] == [again]


def test_what_has_not_left_or_went_to_others_says_nothing(town: Town) -> None:
    assert sign(town, "zhao.min") == []
    town.report("mill", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    assert sign(town, "li.na") == []
