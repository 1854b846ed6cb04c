"""证据的接口: who knew what when of an alert – as JSON, as a page or as text, whatever the caller accepts."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from service.evidence.assemble import Asked, assemble
from service.evidence.dossier import Dossier, Language
from service.evidence.page import as_html, content_security
from service.evidence.text import as_text
from service.network.directory import TokenView
from service.network.tables import Node
from service.web.access.gates import reader
from service.web.access.sealed import sees_sealed
from service.web.access.sightings import looked
from service.web.api.alert_look import alert_in_scope
from service.web.api.answers import json_response
from service.web.context import Context, context

router = APIRouter(prefix="/api/v1", tags=["alerts"])
Kind = Literal["application/json", "text/html", "text/plain"]


def evidence_of(parts: Context, alert_id: int, caller: TokenView, language: Language) -> Dossier:
    """The evidence of an alert in the caller's scope; 404 whether there is none or it is another's. What is sealed is
    shown where the caller answers for it, and the look is on record before it is answered."""
    with parts.db.read() as session:
        alert = alert_in_scope(session, alert_id, caller)
        node, shelf = session.get_one(Node, alert.node_id), parts.library.shelf(session)
        opened = sees_sealed(session, shelf, caller.officer_id, node, alert)
        dossier = assemble(session, shelf, alert, node, Asked(language, opened, parts.clock.now()))
    with parts.db.write() as session:
        looked(session, parts.clock.now(), caller, alert, "evidence")
        if opened:
            looked(session, parts.clock.now(), caller, alert, "sealed")
    return dossier


def _json(dossier: Dossier) -> Response:
    return json_response(dossier)


def _page(dossier: Dossier) -> Response:
    return HTMLResponse(as_html(dossier), headers={"Content-Security-Policy": content_security()})


def _text(dossier: Dossier) -> Response:
    return PlainTextResponse(as_text(dossier))


_ANSWERS: Mapping[Kind, Callable[[Dossier], Response]] = {
    "application/json": _json,
    "text/html": _page,
    "text/plain": _text,
}
_CONTENT = {kind: {"schema": {"type": "object" if kind.endswith("json") else "string"}} for kind in _ANSWERS}


@router.get(
    "/alerts/{alert_id}/evidence",
    summary="预警证据 / evidence of an alert",
    responses={200: {"content": _CONTENT, "description": "按 Accept 给出 / as `Accept` asks"}},
    response_class=Response,
)
def show_evidence(
    request: Request, alert_id: int, caller: Annotated[TokenView, Depends(reader)], lang: Language = "zh"
) -> Response:
    """Reports, scores, messages, attempts, receipts and moves, and whether their chains are whole."""
    dossier = evidence_of(context(request), alert_id, caller, lang)
    answer = _ANSWERS[wanted(request.headers.get("accept", ""))](dossier)
    answer.headers["Vary"] = "Accept"
    return answer


def wanted(accept: str) -> Kind:
    """The kind of answer that `Accept` prefers, JSON where it asks for none of them."""
    best: tuple[float, Kind] = (0.0, "application/json")
    for part in accept.split(","):
        kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((_number(p[2:]) for p in parameters if p.startswith("q=")), 1.0)
        for known in _ANSWERS:
            if kind == known and quality > best[0]:
                best = (quality, known)
    return best[1]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
