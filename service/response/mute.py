"""暂缓提醒的办理: some findings of a node are not to be heard of for a while, with a reason, an end and a way back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from service.alerting.mutes import read_condition
from service.alerting.tables import Alert, Mute
from service.errors import Invalid
from service.network.duty import PostView
from service.response import refusals
from service.response.desk import Case, Office, on_desk
from service.response.lifecycle import Move
from service.scoring.fields import Wrong
from service.scoring.pack import Level

LONGEST = timedelta(days=366)


@dataclass(frozen=True)
class Muting:
    """What somebody asks for; `rules` None: everything that has fired for the alert."""

    until: datetime
    reason: str
    rules: Sequence[str] | None = None
    wake_if: str = ""


def mute(
    office: Office, alert_id: int, officer_id: str, now: datetime, *, muting: Muting, if_match: int | None = None
) -> tuple[Alert, Mute]:
    """Mute findings up to the alert's level; of a red alert it holds nothing back until somebody one level up approves.
    The same again is the same mute. Raises NotFound, Stale, Invalid or Conflict."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.MUTE)
        row = _row(case, muting)
        known = _known(case, row)
        if known is not None:
            return case.alert, known
        case.session.add(row)
        case.session.flush()
        case.note(
            "mute_asked" if row.pending else "muted",
            mute=row.id,
            rules=row.rules,
            until=row.until_at.isoformat(),
            reason=row.reason,
            wake_if=row.wake_if,
        )
    return case.alert, row


def approve_mute(
    office: Office,
    alert_id: int,
    officer_id: str,
    now: datetime,
    *,
    mute_id: int,
    note: str = "",
    if_match: int | None = None,
) -> tuple[Alert, Mute]:
    """Let a mute of a red alert hold, as somebody who stands one level above whoever asked. Approved again, it is the
    same. Raises NotFound, Stale, Forbidden or Conflict."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.MUTE)
        row = _of(case, mute_id)
        if row.ended_at is not None:
            raise refusals.mute_over(mute_id)
        if row.pending:
            if officer_id not in above(row.officer_id, case.posts):
                raise refusals.one_level_up()
            row.pending, row.approved_by = False, officer_id
            case.session.add(row)
            detail: dict[str, Any] = {"mute": mute_id} | ({"note": note} if note else {})
            case.note("mute_approved", **detail)
    return case.alert, row


def end_mute(
    office: Office,
    alert_id: int,
    officer_id: str,
    now: datetime,
    *,
    mute_id: int,
    note: str = "",
    if_match: int | None = None,
) -> tuple[Alert, Mute]:
    """End a mute before its time, or refuse one that was asked for; anybody on the path may. Ended again, it is the
    same. Raises NotFound or Stale."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        row = _of(case, mute_id)
        if row.ended_at is None:
            reason = "mute_refused" if row.pending else "mute_ended"
            row.pending, row.ended_at = False, now
            case.session.add(row)
            case.note(reason, mute=mute_id, note=note)
    return case.alert, row


def above(officer_id: str, posts: Sequence[PostView]) -> set[str]:
    """Who stands one level up: everybody at higher nodes than the officer's highest post; at the top of the tree those
    of higher rank there, and when nobody is, the others at the top. `posts` go from the node up to the root."""
    own = [i for i, post in enumerate(posts) if officer_id in {officer.id for officer in post.officers}]
    if not own:
        return set()
    highest = posts[own[-1]]
    higher = [post for post in posts[own[-1] + 1 :] if post.officers]
    elsewhere = [post for post in higher if post.node_id != highest.node_id]
    peers = [post for post in posts if post.node_id == highest.node_id]
    found = {officer.id for post in elsewhere or higher or peers for officer in post.officers}
    return found - {officer_id}


def _row(case: Case, muting: Muting) -> Mute:
    rules = case.findings if muting.rules is None else case.named(muting.rules)
    unknown = [rule for rule in rules if rule not in case.findings]
    if unknown or not rules:
        raise refusals.unknown_rules(unknown, case.findings, "/rules")
    if not case.now < muting.until <= case.now + LONGEST:
        raise Invalid(
            "bad_until", "截止时间应在将来，且不超过一年", "the end lies in the future, within a year", "/until"
        )
    return Mute(
        node_id=case.node.id,
        rules=rules,
        level=max([case.alert.level, *(score.level for score in case.scores)]),
        steps={rule: list(step) for rule, step in case.steps.items() if rule in rules},
        until_at=muting.until,
        officer_id=case.officer_id,
        reason=muting.reason,
        wake_if=_condition(case, muting.wake_if),
        alert_id=case.id,
        asked_at=case.now,
        pending=case.alert.level == Level.RED,
    )


def _condition(case: Case, text: str) -> str:
    """The wake-up condition, which rules could read. Raises Invalid with what is wrong with it."""
    if text.strip():
        try:
            read_condition(text, case.book.dictionary)
        except Wrong as wrong:
            raise Invalid("bad_condition", wrong.text, wrong.text_en, "/wake_if") from wrong
    return text.strip()


def _known(case: Case, row: Mute) -> Mute | None:
    query = select(Mute).where(
        Mute.alert_id == row.alert_id,
        Mute.officer_id == row.officer_id,
        Mute.until_at == row.until_at,
        Mute.wake_if == row.wake_if,
        Mute.reason == row.reason,
        col(Mute.ended_at).is_(None),
    )
    return next((found for found in case.session.exec(query) if found.rules == row.rules), None)


def _of(case: Case, mute_id: int) -> Mute:
    found = case.session.exec(select(Mute).where(Mute.id == mute_id, Mute.alert_id == case.id)).first()
    if found is None:
        raise refusals.no_such_mute(mute_id)
    return found
