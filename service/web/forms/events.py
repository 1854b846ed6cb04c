"""即时事件页: report an incident at once, without waiting for the week."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col, select
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.clock import SHANGHAI
from service.errors import Conflict, Refusal
from service.network.directory import within
from service.network.tables import Node
from service.reporting.submission import EventSubmission
from service.web.access.gates import Posted, posted, reporting
from service.web.access.roles import REPORTING
from service.web.access.viewer import Viewer
from service.web.context import context
from service.web.forms.entry import Entry, question_token
from service.web.forms.incident import EventEntry, Incident, read_incident
from service.web.forms.keys import new_key
from service.web.forms.scope import alone, unit_of
from service.web.forms.submit import Outcome, send
from service.web.forms.typed import LONGEST_NOTE, clean_note
from service.web.json_body import body_digest, idempotency_key
from service.web.pages.render import address, page, words_of

router = APIRouter(include_in_schema=False)
MOST_UNITS = 500  # in the list to choose from; others are reached from the list of units
_SENT_BEFORE = Conflict(
    "sent_before",
    "这张表刚才已提交过，现在的内容不同；如果是另一起事件，请再提交一次",
    "this form was sent before with something else in it; if this is another incident, send it once more",
)
FIELDS = ("event", "day", "clock", "people", "note", "key", "node")


@router.get("/events/new", name="event_form")
def get_form(
    request: Request,
    viewer: Annotated[Viewer, Depends(reporting)],
    node: Annotated[str, Query(max_length=64)] = "",
) -> Response:
    """An empty form for an incident that has just happened."""
    now = context(request).clock.now().astimezone(SHANGHAI)
    entry = EventEntry(day=now.date().isoformat(), clock=f"{now:%H:%M}", key=new_key(), node=node)
    return _form(request, viewer, entry, Outcome(status=200))


@router.post("/events/new", name="event_send")
def post_form(request: Request, sent: Annotated[Posted, Depends(posted(*REPORTING))]) -> Response:
    """Take an incident: the receipt, or the form again with everything that was typed."""
    viewer, entry = sent.viewer, _entry(sent.form)
    parts = context(request)
    with parts.db.read() as session:
        unit = unit_of(session, viewer, entry.node or None)
    problems, incident = read_incident(entry)
    if incident is None:
        return _form(request, viewer, entry, Outcome(problems=problems))
    submission = _submission(viewer, unit.id, entry, incident)
    try:
        answer = send(parts.intake, submission, Entry({}, note=entry.note, confirmed=entry.asked))
    except Conflict:
        return _form(request, viewer, replace(entry, key=new_key()), Outcome(refusal=_SENT_BEFORE, status=409))
    except Refusal as refusal:
        return _form(request, viewer, entry, Outcome(refusal=refusal, status=refusal.status))
    if isinstance(answer, Outcome):
        return _form(request, viewer, entry, answer)
    return RedirectResponse(address(request, "event_receipt", id_=answer.id), 303)


def _submission(viewer: Viewer, node: str, entry: EventEntry, incident: Incident) -> EventSubmission:
    note = clean_note(entry.note)
    said: dict[str, object] = {"node": node, "event": entry.event, "happened_at": incident.happened_at.isoformat()}
    said |= {"people": incident.people, "note": note, "discreet": entry.discreet}
    return EventSubmission(
        digest=viewer.digest,
        event=entry.event[:64],
        happened_at=incident.happened_at,
        people=incident.people,
        note=note,
        node=node,
        key=idempotency_key(entry.key or None),
        body_digest=body_digest("event", said),
        discreet=entry.discreet,
    )


def _entry(form: FormData) -> EventEntry:
    texts: Mapping[str, str] = {n: str(form.get(n, ""))[: 4 * LONGEST_NOTE] for n in FIELDS}
    asked = frozenset(str(token) for token in form.getlist("asked")) if "confirmed" in form else frozenset()
    return EventEntry(**texts, discreet="discreet" in form, asked=asked)


def _form(request: Request, viewer: Viewer, entry: EventEntry, outcome: Outcome) -> Response:
    parts = context(request)
    said = words_of(request, viewer)
    with parts.db.read() as session:
        units = [] if alone(viewer) else _units(session, viewer)
        unit = unit_of(session, viewer, entry.node or None) if alone(viewer) or entry.node else None
    noted = Entry({}, note=entry.note)
    return page(
        request,
        "forms/event.html",
        viewer,
        outcome.status,
        entry=entry,
        outcome=outcome,
        kinds=list(parts.intake.rules().dictionary.events.values()),
        errors={name: said.either(*told) for name, told in outcome.problems.items()},
        asked_back=[question_token(doubt["code"], "", noted) for doubt in outcome.doubts],
        unit=unit,
        units=units,
    )


def _units(session: Session, viewer: Viewer) -> list[Node]:
    query = select(Node).where(within(viewer.prefixes), col(Node.closed).is_(None))
    return list(session.exec(query.order_by(col(Node.path)).limit(MOST_UNITS)))
