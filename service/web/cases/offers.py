"""可办事项: which moves the table of `lifecycle` leaves open to this officer, and of the others what they wait for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from service.alerting.outcome import Outcome
from service.alerting.tables import Mute
from service.clock import SHANGHAI
from service.errors import Refusal
from service.response import refusals
from service.response.actions import FORMS, ActionKind, may_take
from service.response.calls import DESK, at_desk
from service.response.desk import Case
from service.response.lifecycle import Move, Standing, Who, permit, standing
from service.response.lift import situated
from service.response.lifting import GIVEN, Wish, bar
from service.response.mute import above
from service.response.tables import Proposal

Said = tuple[str, str]  # Chinese, English
NOTHING: Said = ("", "")
# In the order in which they come in the life of an alert.
OFFERED = (
    Move.ACKNOWLEDGE,
    Move.CALL,
    Move.VERIFY,
    Move.ACT,
    Move.CONTAIN,
    Move.LIFT,
    Move.NOTE,
    Move.JUDGE_UP,
    Move.LOWER,
    Move.MUTE,
    Move.ARCHIVE,
)


@dataclass(frozen=True)
class Offer:
    """One move: open to the viewer, done already, or neither, with what it waits for."""

    open: bool
    done: bool = False
    why: Said = NOTHING


@dataclass(frozen=True)
class Ending:
    """One outcome that an alert may be lifted with; `why` stands in its way, `note`: it takes a reason."""

    outcome: str
    why: Said
    note: bool = False


@dataclass(frozen=True)
class Decision:
    """An open proposal and what the viewer may say to it."""

    proposal: Proposal
    agree: bool
    refuse: bool
    withdraw: bool
    why: Said


def offers(case: Case) -> dict[str, Offer]:
    """Every move a person makes, by its name."""
    return {str(move): _offer(case, move) for move in OFFERED}


def kinds(case: Case) -> list[tuple[str, Said, Said]]:
    """Kinds of action with their names, and why one cannot be taken by this officer."""
    found = []
    for kind in ActionKind:
        form = FORMS[kind]
        why = NOTHING if may_take(kind, case.kinds) else _said(refusals.from_kind(form.from_kind))
        found.append((str(kind), (form.name, form.name_en), why))
    return found


def endings(case: Case) -> list[Ending]:
    """What the alert could be lifted with now."""
    now, until = situated(case)
    today = case.now.astimezone(SHANGHAI).date()
    found = []
    for outcome in Outcome:
        if outcome in GIVEN:
            day = today if outcome is Outcome.DISPUTE else None
            barred = bar(Wish(outcome, day, "…"), now, case.now, today)
            bare = bar(Wish(outcome, day, ""), now, case.now, today)
            why = _said(refusals.barred(barred, until)) if barred else NOTHING
            found.append(Ending(str(outcome), why, note=barred is None and bare is not None))
    return found


def decision(case: Case, proposal: Proposal) -> Decision:
    """What this officer may say to an open proposal."""
    by, own = case.lifting.by, proposal.officer_id == case.officer_id
    entitled = case.holds(by) or case.holds(by, proposal.officer_id)
    why = _said(refusals.own_proposal()) if own else NOTHING if entitled else _said(refusals.not_entitled(by))
    return Decision(proposal, agree=entitled and not own, refuse=not own, withdraw=own, why=why)


def may_approve(case: Case, mute: Mute) -> bool:
    """Whether this officer stands one level above whoever asked for the mute."""
    return mute.pending and case.officer_id in above(mute.officer_id, case.posts)


def open_proposals(proposals: Sequence[Proposal], issued_at: datetime) -> Mapping[str, Proposal]:
    """By kind those that wait to be decided; one from before the level was issued is void."""
    return {p.kind: p for p in proposals if p.decided_at is None and p.at >= issued_at}


def _offer(case: Case, move: Move) -> Offer:
    found = standing(move, case.state)
    if found is Standing.ALREADY:
        return Offer(open=False, done=True)
    if found is not Standing.PERMITTED:
        try:
            case.begin(move)
        except Refusal as refusal:
            return Offer(open=False, why=_said(refusal))
    row = permit(move, case.state)
    if row is not None and row.who is Who.DESK and not at_desk(case):
        return Offer(open=False, why=_said(refusals.not_entitled(DESK)))
    if row is not None and row.who is Who.LIFTER and not _lifts(case, move):
        return Offer(open=False, why=_said(refusals.not_entitled(case.lifting.by)))
    return Offer(open=True)


def _lifts(case: Case, move: Move) -> bool:
    """Where two people are needed anybody on the path may be the first of them."""
    return move is Move.LOWER or case.lifting.two_people or case.holds(case.lifting.by)


def _said(refusal: Refusal) -> Said:
    return refusal.text, refusal.text_en
