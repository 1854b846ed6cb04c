"""预警的样子: an alert as officers see it – itself, its record, what was found, done and proposed."""

from collections.abc import Collection, Iterable
from typing import Any

from sqlmodel import Session, col, select

from service.alerting.tables import Alert, AlertEvent, Mute, Score
from service.alerting.views import fired_steps
from service.response.actions import FORMS, ActionKind
from service.response.desk import OTHER
from service.response.tables import Action, Proposal, Verification
from service.rulebook.library import Rulebook, Shelf
from service.scoring.pack import Level
from service.scoring.wording import sealed
from service.web.api.findings import shown_rules
from service.web.api.scores import shown_score


def shown_alert(alert: Alert, shelf: Shelf, show_sealed: bool = False) -> dict[str, Any]:
    """An alert as it stands in a list; `version` is what If-Match takes."""
    return {
        "id": alert.id,
        "node": alert.node_id,
        "level": Level(alert.level).word,
        "state": "liftable" if alert.liftable_at and not alert.closed_at else alert.state,
        "theme": alert.theme,
        "rules": shown_rules(alert.rules, shelf.newest, show_sealed),
        "first_week": alert.first_week,
        "last_week": alert.last_week,
        "raised_at": alert.raised_at,
        "issued_at": alert.issued_at,
        "sign_by": alert.sign_by,
        "act_by": alert.act_by,
        "update_by": alert.update_by,
        "duty": alert.duty,
        "next_step_at": alert.next_step_at,
        "owner": alert.owner_id,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by,
        "contained_at": alert.contained_at,
        "liftable_at": alert.liftable_at,
        "judged_level": Level(alert.judged_level).word if alert.judged_level is not None else None,
        "closed_at": alert.closed_at,
        "outcome": alert.outcome,
        "disputed_on": alert.disputed_on,
        "version": alert.last_seq,
    }


def whole_alert(session: Session, alert: Alert, shelf: Shelf, show_sealed: bool = False) -> dict[str, Any]:
    """One alert with everything that belongs to it, and the score that raised it, as it was known then."""
    mask = _Mask(shelf.newest, show_sealed)
    events = session.exec(select(AlertEvent).where(AlertEvent.alert_id == alert.id).order_by(col(AlertEvent.seq)))
    verifications = session.exec(
        select(Verification).where(Verification.alert_id == alert.id).order_by(col(Verification.id))
    ).all()
    actions = session.exec(select(Action).where(Action.alert_id == alert.id).order_by(col(Action.id)))
    proposals = session.exec(select(Proposal).where(Proposal.alert_id == alert.id).order_by(col(Proposal.id)))
    mutes = session.exec(select(Mute).where(Mute.alert_id == alert.id).order_by(col(Mute.id)))
    score = session.get(Score, alert.score_id)
    return shown_alert(alert, shelf, show_sealed) | {
        "open_findings": mask.rules(_open(session, alert, verifications)),
        "record": [_shown_event(event, mask) for event in events],
        "verifications": [_shown_verification(row, mask) for row in verifications],
        "actions": [_shown_action(row) for row in actions],
        "proposals": [_shown_proposal(row) for row in proposals],
        "mutes": [_shown_mute(row, mask) for row in mutes],
        "score": shown_score(score, shelf, show_sealed) if score else None,
    }


class _Mask:
    """Hides the names of sealed rules from whoever may not see them."""

    def __init__(self, book: Rulebook, show_sealed: bool) -> None:
        secret = (rule.id for rule in book.pack.rules if sealed(rule, book.dictionary))
        self._hidden = frozenset() if show_sealed else frozenset(secret)

    def rules(self, ids: Iterable[str]) -> list[str]:
        return list(dict.fromkeys(OTHER if id_ in self._hidden else id_ for id_ in ids))

    def detail(self, detail: dict[str, Any]) -> dict[str, Any]:
        shown = dict(detail)
        if isinstance(shown.get("findings"), dict):
            shown["findings"] = {self.rules([rule])[0]: verdict for rule, verdict in shown["findings"].items()}
        for name in ("open", "rules"):
            if isinstance(shown.get(name), list):
                shown[name] = self.rules(shown[name])
        return shown


def _open(session: Session, alert: Alert, verifications: Collection[Verification]) -> list[str]:
    """Findings that nobody has verified since the level was issued."""
    current = select(Score).where(Score.node_id == alert.node_id, Score.week == alert.last_week)
    newest = session.exec(current.where(col(Score.superseded_at).is_(None))).first()
    fired = fired_steps(newest.findings) if newest else {}
    verified = {row.rule for row in verifications if row.at >= alert.issued_at}
    return [rule for rule in dict.fromkeys([*alert.rules, *fired]) if rule not in verified]


def _shown_event(event: AlertEvent, mask: _Mask) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": event.at,
        "reason": event.reason,
        "week": event.week,
        "level": Level(event.level).word,
        "officer": event.officer_id,
        "detail": mask.detail(event.detail),
        "hash": event.hash,
    }


def _shown_verification(row: Verification, mask: _Mask) -> dict[str, Any]:
    (rule,) = mask.rules([row.rule])
    return {"finding": rule, "verdict": row.verdict, "officer": row.officer_id, "at": row.at, "note": row.note}


def _shown_action(row: Action) -> dict[str, Any]:
    form = FORMS[ActionKind(row.kind)]
    return {
        "id": row.id,
        "kind": row.kind,
        "name": form.name,
        "name_en": form.name_en,
        "officer": row.officer_id,
        "at": row.at,
        "done_at": row.done_at,
        "note": row.note,
        "detail": row.detail,
        "reply_by": row.reply_by,
        "reply_clock": form.reply.shown if form.reply else None,
        "replied_at": row.replied_at,
        "reply": row.reply,
    }


def _shown_proposal(row: Proposal) -> dict[str, Any]:
    detail = row.detail | ({"level": Level(row.detail["level"]).word} if "level" in row.detail else {})
    return {
        "kind": row.kind,
        "officer": row.officer_id,
        "at": row.at,
        "detail": detail,
        "decided_by": row.decided_by,
        "decided_at": row.decided_at,
        "verdict": row.verdict,
    }


def _shown_mute(row: Mute, mask: _Mask) -> dict[str, Any]:
    return {
        "id": row.id,
        "rules": mask.rules(row.rules),
        "level": Level(row.level).word,
        "until": row.until_at,
        "reason": row.reason,
        "wake_if": row.wake_if,
        "officer": row.officer_id,
        "pending": row.pending,
        "approved_by": row.approved_by,
        "ended_at": row.ended_at,
    }
