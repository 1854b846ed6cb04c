"""提议: what takes two people – lifting an alert of a high level, lowering a level – waits here for the second."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.alerting.outcome import Outcome
from service.alerting.tables import Alert
from service.clock import calendar_day
from service.response import refusals
from service.response.desk import Case, Office, on_desk
from service.response.judge import lower
from service.response.lifecycle import Move
from service.response.lift import end, hindrance
from service.response.lifting import Wish
from service.response.tables import Proposal

MOVES = {"lift": Move.LIFT, "lower": Move.LOWER}


@dataclass(frozen=True)
class Deciding:
    """Which proposal is decided how."""

    kind: str  # lift, lower
    verdict: str  # agreed, refused, withdrawn
    note: str = ""


def decide_proposal(
    office: Office,
    alert_id: int,
    officer_id: str,
    now: datetime,
    *,
    deciding: Deciding,
    if_match: int | None = None,
) -> Alert:
    """Agree to the open proposal, refuse it, or withdraw an own one. Raises NotFound, Stale, Forbidden or Conflict."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(MOVES[deciding.kind])
        proposal = case.proposal(deciding.kind)
        if proposal is None:
            raise refusals.nothing_proposed()
        if deciding.verdict == "agreed":
            _agree(case, proposal)
        else:
            _drop(case, proposal, deciding)
    return case.alert


def _agree(case: Case, proposal: Proposal) -> None:
    by = case.lifting.by
    if proposal.officer_id == case.officer_id:
        raise refusals.own_proposal()
    if not (case.holds(by) or case.holds(by, proposal.officer_id)):
        raise refusals.not_entitled(by)
    if proposal.kind == "lower":
        lower(case, proposal)
        return
    wish = _wish(proposal.detail)
    hindrance(case, wish)
    end(case, wish, proposal)


def _wish(detail: dict[str, Any]) -> Wish:
    day = detail.get("disputed_on")
    return Wish(Outcome(detail["outcome"]), calendar_day(day) if day else None, str(detail.get("note", "")))


def _drop(case: Case, proposal: Proposal, deciding: Deciding) -> None:
    own = proposal.officer_id == case.officer_id
    if own and deciding.verdict == "refused":
        raise refusals.own_proposal()
    if not own and deciding.verdict == "withdrawn":
        raise refusals.not_own_proposal()
    proposal.decided_by, proposal.decided_at, proposal.verdict = case.officer_id, case.now, deciding.verdict
    case.session.add(proposal)
    case.note(f"{proposal.kind}_{deciding.verdict}", note=deciding.note)
