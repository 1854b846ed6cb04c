"""周报页: the form of a week, what comes of sending it, and the receipt."""

from collections.abc import Collection
from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.access.gates import Posted, fresh, posted, reporting
from service.web.access.roles import REPORTING
from service.web.access.viewer import Viewer
from service.web.context import context
from service.web.forms.entry import Entry, entry_of, stored_entry
from service.web.forms.fields import asked_back, form_sections, note_doubts
from service.web.forms.keys import new_key
from service.web.forms.scope import alone
from service.web.forms.sheet import Sheet, read_sheet
from service.web.forms.submit import Outcome, stored_already, submit
from service.web.pages.render import address, page, words_of

router = APIRouter(include_in_schema=False)
Unit = Annotated[str | None, Query(max_length=64)]
_SHOWN = Outcome(status=200)


@router.get("/report/{week}", name="report_form")
def get_form(request: Request, week: str, viewer: Annotated[Viewer, Depends(reporting)], node: Unit = None) -> Response:
    """The form of a week, with what has been reported where there is something to correct; that takes a fresh
    password, because it shows figures of the past."""
    sheet = _sheet(request, viewer, node, week)
    if sheet.newest is not None:
        fresh(request, viewer)
    return _form(request, viewer, sheet, stored_entry(sheet, new_key()), _SHOWN)


@router.post("/report/{week}", name="report_send")
def post_form(
    request: Request, week: str, sent: Annotated[Posted, Depends(posted(*REPORTING))], node: Unit = None
) -> Response:
    """Take a filled-in form: the receipt, or the form again with everything that was typed."""
    viewer = sent.viewer
    entry = entry_of((name, text) for name, text in sent.form.multi_items() if isinstance(text, str))
    entry = entry if entry.key else replace(entry, key=new_key())
    sheet = _sheet(request, viewer, node, week, entry.texts)
    outcome = submit(context(request).intake, viewer, sheet, entry)
    if outcome.conflict:
        sheet = _sheet(request, viewer, node, week, entry.texts)
        outcome = replace(outcome, stored=stored_already(sheet, entry))
        entry = replace(entry, key=new_key(), revision=sheet.newest.revision if sheet.newest else 0)
    if outcome.stored is not None:
        return RedirectResponse(address(request, "report_receipt", id_=outcome.stored), 303)
    return _form(request, viewer, sheet, entry, outcome)


def _sheet(request: Request, viewer: Viewer, node: str | None, week: str, typed: Collection[str] = ()) -> Sheet:
    parts = context(request)
    rules, now = parts.intake.rules(), parts.clock.now()
    with parts.db.read() as session:
        return read_sheet(session, viewer, rules, node, week, now, typed)


def _form(request: Request, viewer: Viewer, sheet: Sheet, entry: Entry, outcome: Outcome) -> Response:
    said = words_of(request, viewer)
    problem = outcome.problems.get("")
    return page(
        request,
        "forms/weekly.html",
        viewer,
        outcome.status,
        sheet=sheet,
        entry=entry,
        outcome=outcome,
        sections=form_sections(sheet, entry, outcome, said),
        asked_back=asked_back(outcome, entry),
        note_error=said.either(*problem) if problem else "",
        note_doubts=note_doubts(outcome, said),
        lost=lost(sheet, entry, outcome),
        zero_report=sheet.newest is None and any(i.nil_ok for i in sheet.form.indicators.values()),
        several=not alone(viewer),
    )


def lost(sheet: Sheet, entry: Entry, outcome: Outcome) -> list[tuple[str, str]]:
    """What was typed for questions that are no longer on the form, so that nothing vanishes without a word."""
    return [(id_, entry.texts[id_]) for id_ in outcome.problems if id_ and id_ not in sheet.form.indicators]
