"""解除: ends an alert with what became of it – alone, or as a proposal that a second person agrees to."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from service.alerting.decide import REOPEN_WITHIN
from service.alerting.tables import Alert, Mute
from service.clock import SHANGHAI
from service.reporting.calendar import deadline
from service.response import refusals
from service.response.desk import Case, Office, on_desk
from service.response.lifecycle import Move, State
from service.response.lifting import MUTING, Situation, Step, Wish, bar, together
from service.response.tables import Proposal
from service.response.verdicts import still_open

MUTED_FOR: timedelta = REOPEN_WITHIN


def lift(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, wish: Wish, if_match: int | None = None
) -> Alert:
    """Lift an alert, or propose to; whoever wishes what another has proposed agrees to it. The alert is open afterwards
    if it waits for a second person. Raises NotFound, Stale, Forbidden, Invalid, or Conflict with what is missing."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.LIFT)
        hindrance(case, wish)
        proposal = case.proposal("lift")
        same = proposal is not None and _asked(proposal.detail) == _asked(_detail(wish))
        by = case.lifting.by
        proposer = proposal.officer_id if proposal else None
        step = together(
            case.lifting.two_people,
            officer_id,
            case.holds(by),
            proposer,
            proposer is not None and case.holds(by, proposer),
            same,
        )
        if step is Step.DONE:
            end(case, wish, proposal)
        elif step is Step.PROPOSED:
            case.propose("lift", _detail(wish))
        elif step is not Step.ALREADY:
            raise refusals.proposed_otherwise() if step is Step.OTHER else refusals.not_entitled(by)
    return case.alert


def hindrance(case: Case, wish: Wish) -> None:
    """Raise what stands in the way of lifting the alert with this outcome."""
    now, until = situated(case)
    found = bar(wish, now, case.now, case.now.astimezone(SHANGHAI).date())
    if found is not None:
        raise refusals.barred(found, until)


def situated(case: Case) -> tuple[Situation, datetime | None]:
    """What the alert is like when it is to be lifted, and until when it has to be quiet."""
    alert, quiet, verdicts = case.alert, case.lifting.quiet, case.verdicts
    until = None
    if quiet is not None and alert.contained_at is not None:
        until = deadline(max(alert.contained_at, alert.issued_at), quiet, "wall", case.book.calendar)
    now = Situation(
        liftable=alert.liftable_at is not None,
        must_be_quiet=quiet is not None,
        contained=alert.contained_at is not None,
        quiet_until=until,
        verdicts=verdicts,
        unverified=tuple(still_open(case.findings, verdicts)),
    )
    return now, until


def end(case: Case, wish: Wish, proposal: Proposal | None) -> None:
    """Lift the alert: outcome on its row and its record, open proposals decided, its findings muted where nothing was
    behind them."""
    alert = case.alert
    alert.outcome, alert.disputed_on = str(wish.outcome), wish.disputed_on
    alert.closed_at, alert.state = case.now, str(State.LIFTED)
    if proposal is not None:
        case.decide(proposal, "agreed")
    other = case.proposal("lower")
    if other is not None:
        case.decide(other, "withdrawn")
    _end_asked(case, case.session.exec(select(Mute).where(Mute.alert_id == case.id, col(Mute.pending))))
    if wish.outcome in MUTING:
        _mute(case, wish)
    case.note("lifted", proposed_by=proposal.officer_id if proposal else None, **_detail(wish))


def _mute(case: Case, wish: Wish) -> None:
    """The next identical report must not reopen it: nothing is heard of these findings up to their present level for as
    long as an alert could be reopened, unless one takes a worse step."""
    steps = case.steps
    case.session.add(
        Mute(
            node_id=case.node.id,
            rules=case.findings,
            level=max([case.alert.level, *(score.level for score in case.scores)]),
            steps={rule: list(step) for rule, step in steps.items()},
            until_at=case.now + MUTED_FOR,
            officer_id=case.officer_id,
            reason=f"{wish.outcome}: {wish.note}" if wish.note else str(wish.outcome),
            alert_id=case.id,
        )
    )


def _end_asked(case: Case, asked: Iterable[Mute]) -> None:
    for mute in asked:
        mute.pending, mute.ended_at = False, case.now
        case.session.add(mute)


def _detail(wish: Wish) -> dict[str, Any]:
    day = wish.disputed_on.isoformat() if wish.disputed_on else None
    return {"outcome": str(wish.outcome), "disputed_on": day, "note": wish.note}


def _asked(detail: dict[str, Any]) -> tuple[Any, Any]:
    """What a wish to lift comes to; two people may put different notes to the same wish."""
    return detail["outcome"], detail["disputed_on"]
