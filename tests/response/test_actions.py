"""Kinds of action: who may take them, and the clocks of letters with the rule they come from."""

import pytest

from service.clock import shanghai
from service.response.actions import FORMS, ActionKind, may_take, numbered, reply_by
from service.rulebook.folder import read_folder
from service.rulebook.library import read_rulebook
from service.shipped import shipped
from service.web.api.action_inputs import DETAILS

LETTERS = {ActionKind.OPINION, ActionKind.PROPOSAL_LETTER}


def test_every_kind_has_its_form_and_its_fields() -> None:
    assert set(ActionKind) == FORMS.keys() == DETAILS.keys()


@pytest.mark.parametrize(
    ("kinds", "letter", "visit"),
    [
        ({"township"}, False, True),
        ({"county"}, True, True),
        ({"city"}, True, True),
        ({"township", "county"}, True, True),
        ({"enterprise"}, False, False),
        ({"planet"}, False, False),
    ],
)
def test_letters_are_for_the_county_and_up(kinds: set[str], letter: bool, visit: bool) -> None:
    assert {may_take(kind, frozenset(kinds)) for kind in LETTERS} == {letter}
    assert {may_take(kind, frozenset(kinds)) for kind in set(ActionKind) - LETTERS} == {visit}


@pytest.mark.parametrize(
    ("kind", "sent", "due"),
    [
        (ActionKind.OPINION, "2026-11-18T10:00", "2026-12-09T10:00"),
        (ActionKind.PROPOSAL_LETTER, "2026-11-18T10:00", "2026-11-25T10:00"),
        (
            ActionKind.PROPOSAL_LETTER,
            "2026-09-29T10:00",
            "2026-10-12T10:00",
        ),  # a holiday, and the make-up Saturday after it
        (ActionKind.REMINDER_LETTER, "2026-11-18T10:00", None),
    ],
)
def test_replies_are_due_after_working_days(kind: ActionKind, sent: str, due: str | None) -> None:
    calendar = read_rulebook(read_folder(shipped("rules")), 1).calendar
    assert reply_by(kind, shanghai(sent), calendar) == (shanghai(due) if due else None)


def test_a_clock_of_another_province_is_shown_as_that() -> None:
    for kind in LETTERS:
        clock = FORMS[kind].reply
        assert clock is not None
        assert clock.shown.startswith("参照浙江")


def test_numbers_are_unique_within_their_year() -> None:
    assert numbered("3", 2026) != numbered("3", 2027)
