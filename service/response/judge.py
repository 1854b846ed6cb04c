"""研判定级: an officer's own judgement of the level – up alone, down with a second person, both with a reason."""

from datetime import datetime

from service.alerting.tables import Alert
from service.response import refusals
from service.response.desk import Case, Office, on_desk
from service.response.lifecycle import Move
from service.response.lifting import Step, together
from service.response.tables import Proposal
from service.scoring.pack import Level


def judge(
    office: Office,
    alert_id: int,
    officer_id: str,
    now: datetime,
    *,
    level: Level,
    reason: str,
    if_match: int | None = None,
) -> Alert:
    """Set the level of an open alert. A higher one is issued at once and has to be signed anew; a lower one waits for a
    second person. Raises NotFound, Stale, Forbidden, Invalid or Conflict."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        if level == case.alert.level:
            raise refusals.same_level()
        if level > case.alert.level:
            case.begin(Move.JUDGE_UP)
            _remember(case, level)
            case.issuer().reissue(case.node, case.scores[0], case.alert, level, officer_id, reason)
        else:
            case.begin(Move.LOWER)
            _lower(case, level, reason)
    return case.alert


def lower(case: Case, proposal: Proposal) -> None:
    """Lower the level as proposed: the state and the moment of issue stay, the deadlines become those of the level."""
    before = Level(case.alert.level).word
    level = Level(int(proposal.detail["level"]))
    case.decide(proposal, "agreed")
    _remember(case, level)
    case.alert.level = int(level)
    case.note("lowered", before=before, why=proposal.detail["why"], proposed_by=proposal.officer_id)


def _lower(case: Case, level: Level, reason: str) -> None:
    proposal = case.proposal("lower")
    by = case.lifting.by
    proposer = proposal.officer_id if proposal else None
    holds = proposer is not None and case.holds(by, proposer)
    same = proposal is not None and proposal.detail["level"] == int(level)
    step = together(True, case.officer_id, case.holds(by), proposer, holds, same)
    if step is Step.DONE and proposal is not None:
        lower(case, proposal)
    elif step is Step.PROPOSED:
        case.propose("lower", {"level": int(level), "why": reason})
    elif step is not Step.ALREADY:
        raise refusals.proposed_otherwise() if step is Step.OTHER else refusals.not_entitled(by)


def _remember(case: Case, level: Level) -> None:
    """Keep what the figures say at this moment: only what is worse is news against the officer's judgement."""
    case.alert.judged_level = int(level)
    case.alert.judged = {
        "level": max(score.level for score in case.scores),
        "steps": {rule: list(step) for rule, step in case.steps.items()},
    }
