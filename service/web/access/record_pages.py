"""审计与运维的页面: who looked at what, for auditors; how the system is, for operators, who see no case."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from service.journal import JournalEntry
from service.watching.figures import collect
from service.web.access.gates import allowed
from service.web.access.roles import Role
from service.web.access.sightings import list_sightings
from service.web.access.viewer import Viewer
from service.web.context import context
from service.web.pages.i18n import mark
from service.web.pages.render import page

router = APIRouter(include_in_schema=False)
auditing = allowed(Role.AUDITOR)
operating = allowed(Role.OPERATOR)
ROWS = 100
Before = Annotated[int | None, Query(ge=1, le=2**62)]
WHAT = {"case": mark("橙色、红色预警"), "sealed": mark("密封内容"), "evidence": mark("证据材料")}


@router.get("/sightings", name="sightings")
def sightings(request: Request, who: Annotated[Viewer, Depends(auditing)], before: Before = None) -> Response:
    """Who looked at grave cases, sealed values and evidence in the auditor's area, newest first."""
    with context(request).db.read() as session:
        found = list_sightings(session, who.prefixes, before, ROWS + 1)
    older = found[ROWS - 1].id if len(found) > ROWS else None
    return page(request, "access/sightings.html", who, seen=found[:ROWS], older=older, before=before, what=WHAT)


@router.get("/status", name="status")
def status(request: Request, who: Annotated[Viewer, Depends(operating)], before: Before = None) -> Response:
    """What waits and since when, which jobs beat, and the journal, newest first."""
    parts = context(request)
    query = select(JournalEntry).order_by(col(JournalEntry.id).desc()).limit(ROWS + 1)
    if before is not None:
        query = query.where(col(JournalEntry.id) < before)
    with parts.db.read() as session:
        health = collect(session, parts.clock.now())
        entries = session.exec(query).all()
    older = entries[ROWS - 1].id if len(entries) > ROWS else None
    checks = {name: check() for name, check in getattr(request.app.state, "checks", {}).items()}
    values: dict[str, Any] = {
        "health": health,
        "entries": entries[:ROWS],
        "older": older,
        "before": before,
        "checks": checks,
    }
    return page(request, "access/status.html", who, **values)
