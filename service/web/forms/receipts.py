"""回执页: number, week and time of what was sent; figures only on the own device, just after sending."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from service.network.directory import within
from service.network.tables import Node
from service.reporting.known import IntakeRules
from service.reporting.tables import Event, Report, Source
from service.web import problems
from service.web.access.gates import reporting
from service.web.access.viewer import Viewer
from service.web.context import context
from service.web.forms.fields import told
from service.web.forms.scope import alone
from service.web.forms.sheet import instead
from service.web.pages.i18n import Words
from service.web.pages.render import page, words_of

router = APIRouter(include_in_schema=False)
_FIGURES_FOR = timedelta(minutes=10)  # as long as a password vouches for who sits there


@router.get("/report/receipt/{id_}", name="report_receipt")
def report_receipt(request: Request, id_: str, viewer: Annotated[Viewer, Depends(reporting)]) -> Response:
    """The receipt of a weekly report."""
    parts = context(request)
    with parts.db.read() as session:
        report, node = find_report(session, viewer, id_)
        by = instead(session, report.token_id, node.id)
    mine = report.token_id == viewer.token.id and viewer.computer == "own"
    shown = mine and parts.clock.now() - report.received_at < _FIGURES_FOR
    own = viewer.token.node_id == node.id
    figures = figures_of(report, parts.intake.rules(), words_of(request, viewer), sealed=own) if shown else []
    several = not alone(viewer)
    return page(
        request, "forms/receipt.html", viewer, report=report, node=node, by=by, figures=figures, several=several
    )


@router.get("/events/receipt/{id_}", name="event_receipt")
def event_receipt(request: Request, id_: str, viewer: Annotated[Viewer, Depends(reporting)]) -> Response:
    """The receipt of an event; only whoever reported it gets to see it again."""
    parts = context(request)
    query = select(Event, Node).join(Node, col(Node.id) == col(Event.node_id))
    query = query.where(Event.id == id_, Event.token_id == viewer.token.id, within(viewer.prefixes))
    with parts.db.read() as session:
        row = session.exec(query).first()
    if row is None:
        raise problems.not_found()
    kind = parts.intake.rules().dictionary.events.get(row[0].event)
    return page(request, "forms/event_receipt.html", viewer, event=row[0], node=row[1], kind=kind)


def find_report(session: Session, viewer: Viewer, id_: str) -> tuple[Report, Node]:
    """A report in reach and its unit; a unit's own people see its own reports only. Raises NotFound."""
    query = select(Report, Node).join(Node, col(Node.id) == col(Report.node_id))
    query = query.where(Report.id == id_, Report.source == Source.OWN, within(viewer.prefixes))
    if alone(viewer):
        query = query.where(Report.node_id == viewer.token.node_id)
    row = session.exec(query).first()
    if row is None:
        raise problems.not_found()
    return row[0], row[1]


def figures_of(report: Report, rules: IntakeRules, said: Words, *, sealed: bool) -> list[tuple[str, str]]:
    """Name and figure of everything that was reported, the sealed ones only with `sealed`."""
    known: dict[str, Any] = dict(rules.dictionary.indicators)
    shown = [(known[id_], value) for id_, value in report.values.items() if id_ in known]
    return [
        (said.either(indicator.name, indicator.name_en), told(indicator, value, said))
        for indicator, value in shown
        if sealed or not indicator.sealed
    ]
