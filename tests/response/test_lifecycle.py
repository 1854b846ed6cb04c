"""The table of permitted moves: every move × every state, as the field expects it, and what must hold of all rows."""

import pytest

from service.response.lifecycle import CLOSED_STATES, OPEN_STATES, TABLE, Move, Standing, State, Who, leads, standing
from service.response.verdicts import FindingVerdict, after_verifying, still_open

S = State
# From raised, acknowledged, verified, handling, contained, rejected, lifted, archived:
# + permitted, = made already, s sign first, h handle first, o open still, . over.
EXPECTED = {
    Move.ACKNOWLEDGE: "+ = = = = = . .",
    Move.CALL: "+ + + + + + . .",
    Move.VERIFY: "s + + + + + . .",
    Move.ACT: "s + + + + + . .",
    Move.CONTAIN: "s h h + = h . .",
    Move.LIFT: "s + + + + + . .",
    Move.LOWER: "s + + + + + . .",
    Move.JUDGE_UP: "+ + + + + + . .",
    Move.MUTE: "+ + + + + + . .",
    Move.NOTE: "+ + + + + + + +",
    Move.REPLY: "+ + + + + + + +",
    Move.ARCHIVE: "o o o o o o + =",
    Move.ISSUE: "+ + + + + + . .",
    Move.EASE_OUT: "+ h h h h h . .",
    Move.REOPEN: "s h h h h h + +",
}
SIGNS = {
    "+": Standing.PERMITTED,
    "=": Standing.ALREADY,
    "s": Standing.UNSIGNED,
    "h": Standing.UNHANDLED,
    "o": Standing.OPEN,
    ".": Standing.CLOSED,
}


def test_every_move_stands_in_the_expected_table() -> None:
    assert EXPECTED.keys() == set(Move)


@pytest.mark.parametrize("move", list(Move))
def test_each_move_from_each_state(move: Move) -> None:
    found = {state: standing(move, state) for state in State}
    assert found == dict(zip(State, (SIGNS[sign] for sign in EXPECTED[move].split()), strict=True))


def test_nothing_leaves_a_closed_alert_but_reopening_and_archiving() -> None:
    leaving = {
        row.move for row in TABLE for source in row.sources & CLOSED_STATES if any(to is not source for to in row.to)
    }
    assert leaving == {Move.REOPEN, Move.ARCHIVE}


def test_only_lifting_and_easing_out_end_an_open_alert_and_only_signing_begins_the_work() -> None:
    ends = {row.move for row in TABLE if row.sources & OPEN_STATES and row.to & CLOSED_STATES}
    assert ends == {Move.LIFT, Move.EASE_OUT}
    out_of_raised = {
        row.move for row in TABLE for to in row.to if S.RAISED in row.sources and to in OPEN_STATES - {S.RAISED}
    }
    assert out_of_raised == {Move.ACKNOWLEDGE, Move.CALL}


def test_what_ends_or_lowers_an_alert_is_for_those_who_may_lift_it() -> None:
    assert {row.move for row in TABLE if row.who is Who.LIFTER} == {Move.LIFT, Move.LOWER}
    assert {row.move for row in TABLE if row.who is Who.ENGINE} == {Move.ISSUE, Move.EASE_OUT, Move.REOPEN}


@pytest.mark.parametrize(
    ("move", "source", "to", "permitted"),
    [
        (Move.ACKNOWLEDGE, S.RAISED, S.ACKNOWLEDGED, True),
        (Move.ACKNOWLEDGE, S.RAISED, S.VERIFIED, False),
        (Move.NOTE, S.LIFTED, S.LIFTED, True),
        (Move.NOTE, S.LIFTED, S.RAISED, False),
        (Move.ACT, S.REJECTED, S.REJECTED, True),
        (Move.ACT, S.REJECTED, S.HANDLING, False),
        (Move.REOPEN, S.ARCHIVED, S.RAISED, True),
    ],
)
def test_where_a_move_leads(move: Move, source: State, to: State, permitted: bool) -> None:
    assert leads(move, source, to) is permitted


T, P, F, D = FindingVerdict.TRUE, FindingVerdict.PARTLY, FindingVerdict.FALSE, FindingVerdict.DATA_ERROR


@pytest.mark.parametrize(
    ("state", "verdicts", "after"),
    [
        (S.ACKNOWLEDGED, {}, S.ACKNOWLEDGED),
        (S.ACKNOWLEDGED, {"W01": T}, S.ACKNOWLEDGED),
        (S.ACKNOWLEDGED, {"W01": T, "W03": F}, S.VERIFIED),
        (S.ACKNOWLEDGED, {"W01": P, "W03": D}, S.VERIFIED),
        (S.ACKNOWLEDGED, {"W01": F, "W03": D}, S.REJECTED),
        (S.HANDLING, {"W01": T}, S.HANDLING),
        (S.HANDLING, {"W01": F, "W03": F}, S.REJECTED),
        (S.CONTAINED, {"W01": T, "W03": T}, S.CONTAINED),
        (S.REJECTED, {"W01": T, "W03": F}, S.VERIFIED),
    ],
)
def test_an_alert_is_verified_when_all_is_and_rejected_when_nothing_is_real(
    state: State, verdicts: dict[str, FindingVerdict], after: State
) -> None:
    assert after_verifying(state, ["W01", "W03"], verdicts) is after
    assert leads(Move.VERIFY, state, after)


def test_what_is_not_verified_is_named_in_its_order() -> None:
    assert still_open(["W01", "V02", "W03"], {"V02": T}) == ["W01", "W03"]


def test_an_alert_without_findings_is_not_rejected() -> None:
    assert after_verifying(S.ACKNOWLEDGED, [], {}) is S.VERIFIED
