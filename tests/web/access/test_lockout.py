"""登录限制: guesses wait longer and longer, but nobody is locked out by somebody else's guesses."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.journal import JournalEntry
from service.web.access import passwords
from service.web.access.lockout import ALARM, FREE, LONGEST, Guesses, wait_until
from service.web.access.login import Guess, Let, Wait, Wrong, guess, let_in
from service.web.access.roles import Role
from service.web.access.tables import FailedLogin
from tests.conftest import WEDNESDAY
from tests.web.desk import Desk
from tests.web.visitor import PASSWORD, open_account

AT = WEDNESDAY


def tried(here: int, anywhere: int | None = None, *, known: bool = False) -> Guesses:
    return Guesses(here, AT if here else None, here if anywhere is None else anywhere, AT, known)


@pytest.mark.parametrize(
    ("guesses", "seconds"),
    [
        (tried(0, 0), None),
        (tried(FREE - 1), None),
        (tried(FREE), 15),
        (tried(FREE + 1), 30),
        (tried(FREE + 5), 480),
        (tried(FREE + 6), 900),
        (tried(10**6), 900),
        (tried(0, ALARM - 1), None),
        (tried(0, ALARM), 30),
        (tried(FREE, ALARM), 30),
        (tried(FREE + 3, ALARM), 120),
        (tried(0, 10**6, known=True), None),
        (tried(FREE, 10**6, known=True), 15),
    ],
)
def test_how_long_a_guess_waits(guesses: Guesses, seconds: int | None) -> None:
    assert wait_until(guesses) == (None if seconds is None else AT + timedelta(seconds=seconds))


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.booleans())
def test_nobody_waits_longer_than_a_quarter_of_an_hour_and_more_guesses_never_shorten_it(
    here: int, elsewhere: int, known: bool
) -> None:
    def until(guesses: Guesses) -> datetime:
        return wait_until(guesses) or AT

    assert until(tried(here, here + elsewhere, known=known)) <= AT + LONGEST
    assert until(tried(here, here + elsewhere, known=known)) <= until(
        tried(here + 1, here + elsewhere + 1, known=known)
    )


class Door:
    """李娜's account, and guesses at it from addresses; a second between them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        open_account(desk, "li.na", Role.OFFICER)

    def guess(self, password: str, address: str, login: str = "li.na") -> Let | Wrong | Wait:
        self.desk.office.clock.advance(timedelta(seconds=1))
        return guess(self.desk.office.db, Guess(login, password, address), self.desk.office.clock.now())

    def come_in(self, address: str) -> None:
        assert isinstance(self.guess(PASSWORD, address), Let)
        let_in(self.desk.office.db, "li.na", address, "own", None, self.desk.office.clock.now())


@pytest.fixture
def door(desk: Desk) -> Door:
    return Door(desk)


def test_after_five_failures_even_the_right_password_waits_but_only_there(door: Door) -> None:
    assert [door.guess("x", "here") for _ in range(FREE)] == [Wrong()] * FREE
    assert isinstance(door.guess(PASSWORD, "here"), Wait)
    assert isinstance(door.guess("x", "here"), Wait)
    assert isinstance(door.guess(PASSWORD, "elsewhere"), Let)
    assert isinstance(door.guess("x", "here", "zhao.min"), Wrong)
    assert len(door.desk.office.stored(FailedLogin)) == FREE + 1  # what waits is not counted
    door.desk.office.clock.advance(timedelta(seconds=15))
    assert isinstance(door.guess(PASSWORD, "here"), Let)
    assert isinstance(door.guess("x", "here"), Wrong)  # the count began anew


def test_an_attack_from_everywhere_slows_strangers_and_tells_the_operator_but_lets_the_owner_in(door: Door) -> None:
    door.come_in("office")
    for number in range(ALARM):
        assert isinstance(door.guess("x", f"bot {number}"), Wrong)
    assert isinstance(door.guess("x", "one more bot"), Wait)
    assert isinstance(door.guess(PASSWORD, "hotel"), Wait)
    assert isinstance(door.guess(PASSWORD, "office"), Let)
    (entry,) = door.desk.office.stored(JournalEntry)
    assert (entry.kind, entry.subject) == ("login_alarm", "li.na")
    door.desk.office.clock.advance(timedelta(seconds=30))
    assert isinstance(door.guess(PASSWORD, "hotel"), Let)


def test_a_login_nobody_has_is_weighed_as_any_other(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    weighed = []
    verify = passwords._hasher().verify
    hasher = passwords._hasher()

    def weigh(password: str, kept: str) -> bool:
        weighed.append(kept[:9])
        return verify(password, kept)

    monkeypatch.setattr(hasher, "verify", weigh)
    assert isinstance(door.guess("x", "here"), Wrong)
    assert isinstance(door.guess("nobody", "here", "who"), Wrong)
    assert weighed == ["$argon2id"] * 2


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("Wei-he 1953 bridge", True),
        ("渭河大桥一九五三年通车了", True),
        ("long enough it is", True),
        ("Ab3-efgh", True),
        ("Ab3-efg", False),
        ("abcdefgh1", False),
        ("abcdefghijkl", False),
        ("aaaaaaaaaaaa", False),
        ("Admin@123", False),
        ("Gonghui@123", False),
        ("123456789012", False),
        ("my zhao.min password", False),
        ("x" * 201, False),
        ("tab\tin the password", False),
        ("", False),
    ],
)
def test_which_passwords_will_do(password: str, good: bool) -> None:
    assert (passwords.weakness(password, "zhao.min") is None) is good


def test_a_password_typed_in_full_width_is_the_same() -> None:
    kept = passwords.hash_password("Ab3-efgh")
    assert passwords.password_fits("Ａｂ３－ｅｆｇｈ", kept)
    assert not passwords.password_fits("Ab3-efgi", kept)
    assert not passwords.password_fits("Ab3-efgh", "not a hash")
