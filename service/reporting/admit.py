"""收报: decides what one submission becomes – stored, repeated, or refused with the reason.

Pure: everything known comes in as `Known`, the instant and the new id too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from service.errors import Conflict, Forbidden, Invalid, Stale, Unauthorised
from service.reporting.doubts import Background, confirmed, doubts, note_doubts
from service.reporting.known import Bearer, Earlier, IntakeRules, Known, Place
from service.reporting.quality import fill
from service.reporting.submission import Answer, EventAnswer, EventSubmission, ReportAnswer, ReportSubmission
from service.scoring.week import monday, overlaps, week_at

EARLIEST = "2000-W01"  # a week before this is a slip of the pen
OBSERVATION = "observation"
_SKEW = timedelta(minutes=5)  # clocks of reporters may run ahead of ours by this much


@dataclass(frozen=True)
class Admitted:
    """An answer and the rows that make it true; no rows when the same had been stored before."""

    answer: Answer
    report: Mapping[str, Any] | None = None
    event: Mapping[str, Any] | None = None
    due: Mapping[str, Any] | None = None
    receipt: Mapping[str, Any] | None = None


def admit(
    submission: ReportSubmission | EventSubmission, known: Known, rules: IntakeRules, now: datetime, id_: str
) -> Admitted:
    """Decide about one submission and remember it in `known`. Raises a Refusal with the reason."""
    bearer = known.bearers.get(submission.digest)
    if bearer is None:
        raise Unauthorised(
            "token_unknown",
            "令牌无效或已撤销，请向上级工会领取新令牌",
            "the token is unknown or revoked; ask for a new one",
        )
    if submission.key is not None and (earlier := known.earlier.get((bearer.token_id, submission.key))):
        if earlier.body_digest != submission.body_digest:
            raise Conflict(
                "key_reused",
                "这个 Idempotency-Key 已用于另一份内容，请换一个",
                "this Idempotency-Key stands for another body; use a new one",
            )
        return Admitted(replace(earlier.answer, repeated=True))
    place = _place(submission, bearer, known)
    if isinstance(submission, ReportSubmission):
        admitted = _admit_report(submission, bearer, place, known, rules, now, id_)
    else:
        admitted = _admit_event(submission, bearer, place, rules, now, id_)
    return _with_receipt(admitted, submission, bearer, known, now)


def _place(submission: ReportSubmission | EventSubmission, bearer: Bearer, known: Known) -> Place:
    if submission.node is None and bearer.place is None:
        raise Invalid("node_needed", "责任人令牌须写明 node", "an officer's token must name the `node`", "/node")
    place = bearer.place if submission.node is None else known.places.get(submission.node)
    # A node outside and a node that does not exist get the same answer: nobody learns what exists elsewhere.
    if place is None or not bearer.reaches(place):
        raise Forbidden(
            "outside_scope", "这个令牌不能为该节点上报，请核对 node", "this token may not report for that node", "/node"
        )
    return place


def _admit_report(
    sent: ReportSubmission, bearer: Bearer, place: Place, known: Known, rules: IntakeRules, now: datetime, id_: str
) -> Admitted:
    if sent.source == OBSERVATION and bearer.place == place:
        raise Forbidden(
            "observation_not_yours", "走访记录不能由本单位自己提交", "nobody files an observation of himself", "/source"
        )
    check_week(sent.week, place, now, "/week")
    form = rules.form(place.kind, sent.week)
    values = fill(form, sent.values, sent.nil)
    revision = _next_revision(sent, known.revision(place.id, sent.week, sent.source))
    past = known.past(place.id, sent.week, sent.source)
    found = doubts(form, values, sent.note, Background(past, place.headcount, partial=sent.source == OBSERVATION))
    closes_at = known.closes.get((place.id, sent.week)) or rules.closes_at(sent.week)
    state = "corrected" if revision > 1 else "late" if now > closes_at else "received"
    answer = ReportAnswer(id_, place.id, sent.week, revision, now, state, tuple(doubt.as_dict() for doubt in found))
    known.remember(place.id, sent.week, sent.source, revision, values)
    row = {
        "id": id_,
        "node_id": place.id,
        "week": sent.week,
        "source": sent.source,
        "revision": revision,
        "received_at": now,
        "state": state,
        "values": values,
        "nil": sent.nil,
        "note": sent.note,
        "warnings": list(answer.warnings),
        "confirmed": confirmed(found, sent.confirm),
        "token_id": bearer.token_id,
    }
    return Admitted(answer, report=row, due=_due(place, sent.week, "correction" if revision > 1 else "report", now))


def _admit_event(
    sent: EventSubmission, bearer: Bearer, place: Place, rules: IntakeRules, now: datetime, id_: str
) -> Admitted:
    if sent.event not in rules.dictionary.events:
        listed = ", ".join(rules.dictionary.events)
        raise Invalid("unknown_event", f"没有这类事件，可用：{listed}", f"no such event; there are: {listed}", "/event")
    if sent.happened_at > now + _SKEW:
        raise Invalid(
            "future_event", "发生时间在将来，请核对", "it happened in the future; check the time", "/happened_at"
        )
    week = week_at(sent.happened_at)
    check_week(week, place, now + _SKEW, "/happened_at")
    warnings = event_warnings(sent.note)
    answer = EventAnswer(id_, place.id, week, sent.event, sent.happened_at, sent.people, now, warnings)
    row = {
        "id": id_,
        "node_id": place.id,
        "week": week,
        "event": sent.event,
        "happened_at": sent.happened_at,
        "people": sent.people,
        "note": sent.note,
        "received_at": now,
        "token_id": bearer.token_id,
        "discreet": sent.discreet,
    }
    return Admitted(answer, event=row, due=_due(place, week, "event", now))


def event_warnings(note: str) -> tuple[Mapping[str, str], ...]:
    """What the answer to an event asks back; it follows from the note alone, so it is not stored."""
    return tuple(doubt.as_dict() for doubt in note_doubts(note))


def check_week(week: str, place: Place, now: datetime, pointer: str = "") -> None:
    """Whether a report of `week` may come from `place` at all. Raises Invalid with the reason."""
    if not is_week(week):
        raise Invalid(
            "not_a_week", "没有这个报告周，应如 2026-W47", "there is no such week; it is written like 2026-W47", pointer
        )
    if week > week_at(now):
        raise Invalid("future_week", f"{week} 还没有开始", f"{week} has not begun yet", pointer)
    if week < EARLIEST:
        raise Invalid(
            "week_too_early", f"不接受 {EARLIEST} 以前的报告周", f"no week before {EARLIEST} is taken", pointer
        )
    if not overlaps(place.opened, place.closed, week):
        raise Invalid("node_closed", f"该节点在 {week} 未启用或已停用", f"the node was not open in {week}", pointer)


def is_week(text: str) -> bool:
    """Whether `text` names a week of the calendar; 2025-W53 does not."""
    try:
        monday(text)
    except ValueError:
        return False
    return True


def _next_revision(sent: ReportSubmission, newest: int) -> int:
    if sent.if_match is None and newest:
        raise Conflict(
            "already_reported",
            f"{sent.week} 已报过（第 {newest} 版）；更正请带 If-Match: {newest}",
            f"{sent.week} has been reported (revision {newest}); to correct it send If-Match: {newest}",
            "/week",
        )
    if sent.if_match is not None and sent.if_match != newest:
        text = f"最新为第 {newest} 版" if newest else f"{sent.week} 还没有报过"
        text_en = f"the newest revision is {newest}" if newest else f"{sent.week} has not been reported yet"
        raise Stale("stale_revision", f"If-Match 不符，{text}", f"If-Match does not fit: {text_en}")
    return newest + 1


def _due(place: Place, week: str, cause: str, now: datetime) -> Mapping[str, Any]:
    return {"node_id": place.id, "week": week, "cause": cause, "created_at": now}


def _with_receipt(
    admitted: Admitted, sent: ReportSubmission | EventSubmission, bearer: Bearer, known: Known, now: datetime
) -> Admitted:
    if sent.key is None:
        return admitted
    known.earlier[bearer.token_id, sent.key] = Earlier(sent.body_digest, admitted.answer)
    receipt = {
        "token_id": bearer.token_id,
        "key": sent.key,
        "body_digest": sent.body_digest,
        "stored_id": admitted.answer.id,
        "created_at": now,
    }
    return replace(admitted, receipt=receipt)
