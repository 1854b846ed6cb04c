"""解除条件: what has to be true before an alert is lifted, and who has to say so. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from service.alerting.outcome import Outcome
from service.response.verdicts import REAL, FindingVerdict

# Outcomes a person may give; 自行消除 is the clock's.
GIVEN = frozenset(Outcome) - {Outcome.EASED_OUT}
# It was no danger after all: law and sense ask to lift at once (突发事件应对法 art. 70), and the findings are muted.
MUTING = frozenset({Outcome.FALSE_ALARM, Outcome.KNOWN})
# The danger itself has to have gone: these wait for the quiet time of the level.
SETTLED = frozenset({Outcome.DISPUTE, Outcome.NO_DISPUTE})


class Bar(StrEnum):
    """What keeps a wish to lift from being fulfilled."""

    NEEDS_DATE = "needs_date"  # a dispute has a day on which it broke out
    NO_DATE = "no_date"  # and nothing else has
    FUTURE = "future"
    NOT_FALSE = "not_false"  # a finding is real, or nobody has verified it
    NEEDS_NOTE = "needs_note"  # before the clean weeks are complete it takes a reason
    NOT_CONTAINED = "not_contained"
    TOO_EARLY = "too_early"  # not quiet for long enough


@dataclass(frozen=True)
class Wish:
    """What somebody asks for."""

    outcome: Outcome
    disputed_on: date | None
    note: str


@dataclass(frozen=True)
class Situation:
    """What an alert is like when it is to be lifted; `quiet_until` is None where the level asks for no quiet time, and
    also as long as the alert is not contained."""

    liftable: bool
    must_be_quiet: bool
    contained: bool
    quiet_until: datetime | None
    verdicts: Mapping[str, FindingVerdict]
    unverified: tuple[str, ...]


def bar(wish: Wish, now: Situation, at: datetime, today: date) -> Bar | None:
    """The first thing that stands in the way, or None."""
    if (wish.outcome is Outcome.DISPUTE) != (wish.disputed_on is not None):
        return Bar.NEEDS_DATE if wish.outcome is Outcome.DISPUTE else Bar.NO_DATE
    if wish.disputed_on is not None and wish.disputed_on > today:
        return Bar.FUTURE
    if wish.outcome is Outcome.FALSE_ALARM and (now.unverified or REAL & set(now.verdicts.values())):
        return Bar.NOT_FALSE
    if wish.outcome in SETTLED and now.must_be_quiet:
        if not now.contained:
            return Bar.NOT_CONTAINED
        if now.quiet_until is not None and at < now.quiet_until:
            return Bar.TOO_EARLY
    if wish.outcome is Outcome.NO_DISPUTE and not now.liftable and not wish.note:
        return Bar.NEEDS_NOTE
    return None


class Step(StrEnum):
    """What one person's wish to end something comes to."""

    DONE = "done"
    PROPOSED = "proposed"
    ALREADY = "already"  # the same person has proposed just this
    OTHER = "other"  # something else is proposed, and has to be decided first
    NOT_ENTITLED = "not_entitled"


def together(
    two_people: bool, officer: str, holds: bool, proposer: str | None, proposer_holds: bool, same: bool
) -> Step:
    """Who wishes what beside an open proposal (`proposer` None: there is none). Alone, the officer has to hold the
    post; of two different people one has to. `same`: the proposal is just what is wished."""
    if not two_people:
        return Step.DONE if holds else Step.NOT_ENTITLED
    if proposer is None:
        return Step.PROPOSED
    if not same:
        return Step.OTHER
    if proposer == officer:
        return Step.ALREADY
    return Step.DONE if holds or proposer_holds else Step.NOT_ENTITLED
