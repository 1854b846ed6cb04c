"""What has to be true before an alert is lifted, and who of two people has to hold the post."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.alerting.outcome import Outcome
from service.response.lifting import GIVEN, Bar, Situation, Step, Wish, bar, together
from service.response.verdicts import FindingVerdict

NOW = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 18)
CALM = Situation(
    liftable=True,
    must_be_quiet=False,
    contained=True,
    quiet_until=None,
    verdicts={"W01": FindingVerdict.FALSE},
    unverified=(),
)
RED = replace(CALM, must_be_quiet=True, quiet_until=NOW + timedelta(days=3))
TRUE = replace(CALM, verdicts={"W01": FindingVerdict.PARTLY})


@pytest.mark.parametrize(
    ("outcome", "day", "note", "situation", "expected"),
    [
        (Outcome.NO_DISPUTE, None, "", CALM, None),
        (Outcome.NO_DISPUTE, None, "", replace(CALM, liftable=False), Bar.NEEDS_NOTE),
        (Outcome.NO_DISPUTE, None, "企业已补发", replace(CALM, liftable=False), None),
        (Outcome.NO_DISPUTE, TODAY, "", CALM, Bar.NO_DATE),
        (Outcome.DISPUTE, TODAY, "", CALM, None),
        (Outcome.DISPUTE, None, "", CALM, Bar.NEEDS_DATE),
        (Outcome.DISPUTE, TODAY + timedelta(days=1), "", CALM, Bar.FUTURE),
        (Outcome.FALSE_ALARM, None, "", CALM, None),
        (Outcome.FALSE_ALARM, None, "", TRUE, Bar.NOT_FALSE),
        (Outcome.FALSE_ALARM, None, "", replace(CALM, unverified=("W03",)), Bar.NOT_FALSE),
        (Outcome.FALSE_ALARM, None, "", RED, None),  # no danger after all: at once
        (Outcome.NO_DISPUTE, None, "", RED, Bar.TOO_EARLY),
        (Outcome.NO_DISPUTE, None, "", replace(RED, quiet_until=NOW), None),
        (Outcome.DISPUTE, TODAY, "", replace(RED, contained=False, quiet_until=None), Bar.NOT_CONTAINED),
        (Outcome.TRANSFERRED, None, "", RED, None),
        (Outcome.DISSOLVED, None, "", RED, None),
        (Outcome.KNOWN, None, "", TRUE, None),
    ],
)
def test_what_stands_in_the_way(
    outcome: Outcome, day: date | None, note: str, situation: Situation, expected: Bar | None
) -> None:
    assert bar(Wish(outcome, day, note), situation, NOW, TODAY) is expected


def test_people_give_every_outcome_but_the_clocks() -> None:
    assert set(Outcome) - GIVEN == {Outcome.EASED_OUT}


@pytest.mark.parametrize(
    ("two", "holds", "proposer", "proposer_holds", "same", "expected"),
    [
        (False, True, None, False, False, Step.DONE),
        (False, False, None, False, False, Step.NOT_ENTITLED),
        (True, True, None, False, False, Step.PROPOSED),  # even the leader does not lift a red alone
        (True, False, None, False, False, Step.PROPOSED),
        (True, True, "b", False, True, Step.DONE),
        (True, False, "b", True, True, Step.DONE),
        (True, False, "b", False, True, Step.NOT_ENTITLED),
        (True, True, "a", True, True, Step.ALREADY),
        (True, True, "a", True, False, Step.OTHER),
        (True, True, "b", True, False, Step.OTHER),
    ],
)
def test_alone_or_together(
    two: bool, holds: bool, proposer: str | None, proposer_holds: bool, same: bool, expected: Step
) -> None:
    assert together(two, "a", holds, proposer, proposer_holds, same) is expected


@given(st.booleans(), st.sampled_from(["a", "b", None]), st.booleans(), st.booleans())
def test_two_people_are_two_and_one_of_them_holds_the_post(
    holds: bool, proposer: str | None, proposer_holds: bool, same: bool
) -> None:
    if together(True, "a", holds, proposer, proposer_holds, same) is Step.DONE:
        assert proposer == "b"
        assert holds or proposer_holds
        assert same
