"""提交: what becomes of a filled-in form – stored through intake, asked back, or shown again with the reason.

A form that says what is stored already gives the receipt of that and stores nothing: sent twice, or from two windows.
"""

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Waited
from dataclasses import dataclass, field
from typing import Any

from service.errors import Conflict, Refusal, Stale, Unavailable
from service.reporting.intake import REPLY_WITHIN, Intake
from service.reporting.quality import fill
from service.reporting.submission import Answer, EventSubmission, ReportSubmission
from service.web.access.viewer import Viewer
from service.web.forms.entry import Entry, question_token
from service.web.forms.sheet import Sheet
from service.web.forms.typed import Told, clean_note, note_problem, read
from service.web.json_body import body_digest, idempotency_key

_BUSY = Unavailable("unavailable", "暂时不可用，尚未保存", "not available just now; nothing was stored", retry_after=5)


@dataclass(frozen=True)
class Outcome:
    """Either the id of what is stored, or why the form comes back: problems by question (empty: the note), doubts to
    confirm, a refusal of the whole, or a conflict with another revision."""

    stored: str | None = None
    problems: Mapping[str, Told] = field(default_factory=dict)
    doubts: tuple[Mapping[str, str], ...] = ()
    refusal: Refusal | None = None
    conflict: bool = False
    status: int = 422


def submit(intake: Intake, viewer: Viewer, sheet: Sheet, entry: Entry) -> Outcome:
    """Store the entry, unless there is something to mend or to confirm first."""
    typed = read(sheet.form, entry.texts, entry.nil)
    note = clean_note(entry.note)
    problems = dict(typed.problems) | note_problem(note)
    if problems:
        return Outcome(problems=problems)
    if (stored := stored_already(sheet, entry)) is not None:
        return Outcome(stored=stored)
    try:
        submission = _submission(viewer, sheet, entry, _kept(sheet, typed.values), note)
        answer = send(intake, submission, entry, sheet.hidden().keys() - typed.values.keys())
        return answer if isinstance(answer, Outcome) else Outcome(stored=answer.id)
    except (Conflict, Stale) as refusal:
        # Somebody else, or another window, was faster: the caller looks again.
        return Outcome(refusal=refusal, conflict=True, status=409)
    except Refusal as refusal:
        return Outcome(refusal=refusal, status=refusal.status)


def stored_already(sheet: Sheet, entry: Entry) -> str | None:
    """The id of the newest revision where it says what the entry says; typed or said in one word is no difference."""
    if sheet.newest is None:
        return None
    typed = read(sheet.form, entry.texts, entry.nil)
    said = fill(sheet.form, _kept(sheet, typed.values), entry.nil), clean_note(entry.note)
    same = not typed.problems and said == (dict(sheet.newest.values), sheet.newest.note)
    return sheet.newest.id if same else None


def unconfirmed(
    warnings: Iterable[Mapping[str, str]], entry: Entry, unseen: Collection[str]
) -> tuple[Mapping[str, str], ...]:
    """All warnings when one of them has not been confirmed for the text that stands there now, else none."""
    asked = tuple(warning for warning in warnings if warning["indicator"] not in unseen)
    tokens = {question_token(w["code"], w["indicator"], entry) for w in asked}
    return () if tokens <= entry.confirmed else asked


def send(
    intake: Intake, submission: ReportSubmission | EventSubmission, entry: Entry, unseen: Collection[str] = ()
) -> Answer | Outcome:
    """Rehearse, and store it when nothing is left to ask; about figures the sender does not see (`unseen`) nothing is.
    Raises a Refusal."""
    rehearsed = intake.rehearsal().run([submission])[0]
    if isinstance(rehearsed, Refusal):
        raise rehearsed
    if not rehearsed.repeated and (doubts := unconfirmed(rehearsed.warnings, entry, unseen)):
        return Outcome(doubts=doubts)
    return _wait(intake.submit(submission))


def _wait(reply: "Future[Answer]") -> Answer:
    try:
        return reply.result(REPLY_WITHIN)
    except Waited as error:
        raise _BUSY from error


def _kept(sheet: Sheet, values: Mapping[str, Any]) -> dict[str, Any]:
    """The figures to send: what the viewer may not see and did not type stays as it is stored."""
    return sheet.hidden() | dict(values)


def _submission(viewer: Viewer, sheet: Sheet, entry: Entry, values: Mapping[str, Any], note: str) -> ReportSubmission:
    said = {"node": sheet.place.id, "week": sheet.week, "values": dict(values), "note": note, "nil": entry.nil}
    return ReportSubmission(
        digest=viewer.digest,
        week=sheet.week,
        values=values,
        node=sheet.place.id,
        nil=entry.nil,
        note=note,
        confirm=tuple(sorted(token.partition("=")[0] for token in entry.confirmed)),
        key=idempotency_key(entry.key or None),
        body_digest=body_digest("report", said),
        if_match=entry.revision or None,
    )
