"""历次填报: the own reports, week by week, after a fresh password."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from sqlalchemy import func, tuple_
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from service.reporting.tables import Report, Source
from service.web.access.gates import fresh
from service.web.access.viewer import Viewer
from service.web.context import context
from service.web.forms.receipts import figures_of
from service.web.forms.scope import alone, unit_of
from service.web.pages.render import page, words_of

router = APIRouter(include_in_schema=False)
WEEKS_A_PAGE = 10


@router.get("/report/history", name="report_history")
def get_history(
    request: Request,
    viewer: Annotated[Viewer, Depends(fresh)],
    node: Annotated[str | None, Query(max_length=64)] = None,
    before: Annotated[str, Query(max_length=8)] = "",
) -> Response:
    """The newest revision of every week, newest first."""
    parts = context(request)
    with parts.db.read() as session:
        unit = unit_of(session, viewer, node)
        found = newest_reports(session, unit.id, before, WEEKS_A_PAGE + 1)
    said, rules, own = words_of(request, viewer), parts.intake.rules(), viewer.token.node_id == unit.id
    weeks = [(report, figures_of(report, rules, said, sealed=own)) for report in found[:WEEKS_A_PAGE]]
    more = found[WEEKS_A_PAGE - 1].week if len(found) > WEEKS_A_PAGE else ""
    return page(
        request,
        "forms/history.html",
        viewer,
        unit=unit,
        weeks=weeks,
        more=more,
        before=before,
        several=not alone(viewer),
    )


def newest_reports(session: Session, node: str, before: str, limit: int) -> Sequence[Report]:
    """Own reports of a unit in weeks before `before` (empty: all), newest week first, each in its newest revision."""
    newest = select(Report.week, func.max(Report.revision)).where(Report.node_id == node, Report.source == Source.OWN)
    if before:
        newest = newest.where(col(Report.week) < before)
    newest = newest.group_by(col(Report.week)).order_by(col(Report.week).desc()).limit(limit)
    query = select(Report).where(Report.node_id == node, Report.source == Source.OWN)
    chosen = tuple_(col(Report.week), col(Report.revision)).in_(newest)
    return session.exec(query.where(chosen).order_by(col(Report.week).desc())).all()
