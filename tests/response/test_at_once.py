"""Several officers at the same moment: one record, one owner, one ending – on each kind of database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from service.alerting.chain import verify_chains
from service.alerting.outcome import Outcome
from service.clock import FrozenClock
from service.db import Database
from service.errors import Conflict, Refusal
from service.response.act import Done, act
from service.response.actions import ActionKind
from service.response.desk import Office
from service.response.handle import acknowledge, note
from service.response.lift import lift
from service.response.lifting import Wish
from tests.builders import BASE_URL, Town

ORANGE: dict[str, Any] = {"wage__arrears_days": 35, "wage__arrears_people": 60}
WISH = Wish(Outcome.TRANSFERRED, None, "")


@pytest.fixture
def town(db: Database, clock: FrozenClock) -> Town:
    town = Town.found(db, clock)
    for node in ("gear", "mill"):
        town.report(node, "2026-W47", **ORANGE)
    town.assess()
    return town


def at_once(*moves: Callable[[], object]) -> list[object]:
    """Make all moves from threads of their own; what each gave, or its refusal."""

    def made(move: Callable[[], object]) -> object:
        try:
            return move()
        except Refusal as refusal:
            return refusal

    with ThreadPoolExecutor(len(moves)) as pool:
        return list(pool.map(made, moves))


def test_whoever_signs_first_owns_it(town: Town) -> None:
    office, now = Office(town.db, town.library, BASE_URL), town.clock.now()
    officers = ("li.na", "duty", "zhao.min", "zheng.jun")
    at_once(*(partial(acknowledge, office, 1, who, now) for who in officers))
    assert town.record("gear") == ["first_risk", "acknowledged"]
    assert town.alert("gear").owner_id == town.alert("gear").acknowledged_by


def test_lines_are_numbered_without_gaps_however_many_write(town: Town) -> None:
    office, now = Office(town.db, town.library, BASE_URL), town.clock.now()
    at_once(*(partial(note, office, 1, "li.na", now, text=str(n)) for n in range(8)))
    assert town.alert("gear").last_seq == 9
    with town.db.read() as session:
        assert verify_chains(session).fault is None


def test_a_letters_number_is_given_out_once(town: Town) -> None:
    office, now = Office(town.db, town.library, BASE_URL), town.clock.now()
    letter = Done(ActionKind.OPINION, number="岐工监意〔2026〕1号")
    for number in (1, 2):
        acknowledge(office, number, "li.na", now)
    answers = at_once(*(partial(act, office, n, "li.na", now, done=letter) for n in (1, 2)))
    (refused,) = [answer for answer in answers if isinstance(answer, Refusal)]
    assert isinstance(refused, Conflict)
    assert refused.code == "number_taken"


def test_what_is_lifted_is_lifted_once(town: Town) -> None:
    office, now = Office(town.db, town.library, BASE_URL), town.clock.now()
    acknowledge(office, 1, "li.na", now)
    lift(office, 1, "li.na", now, wish=WISH)
    answers = at_once(*(partial(lift, office, 1, who, now, wish=WISH) for who in ("duty", "zheng.jun")))
    (refused,) = [answer for answer in answers if isinstance(answer, Refusal)]
    assert isinstance(refused, Conflict)
    assert refused.code == "alert_closed"
    assert town.record("gear")[-2:] == ["lift_proposed", "lifted"]
