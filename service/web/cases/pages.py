"""预警页: the inbox, one alert, and its forms."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from service.clock import SHANGHAI
from service.errors import FieldProblem, FieldProblems, Stale
from service.evidence.page import as_html, content_security
from service.network.tables import Node
from service.response.desk import Office
from service.scoring.pack import Level
from service.web.access.gates import Posted, posted, staff
from service.web.access.roles import HANDLERS
from service.web.access.sealed import sees_sealed
from service.web.access.sightings import looked
from service.web.access.viewer import Viewer
from service.web.api.alert_look import alert_in_scope, what_is_seen
from service.web.api.evidence import evidence_of
from service.web.cases import words
from service.web.cases.action_fields import FIELDS
from service.web.cases.case_file import CaseFile, Looking, read_case
from service.web.cases.charts import drawn
from service.web.cases.inbox import inbox
from service.web.cases.moves import PLAIN, Attempt, Make, Plain, Verdict, attempt, deciding, muted, replying
from service.web.cases.offers import decision, endings, kinds, may_approve, offers, open_proposals
from service.web.cases.wanted import Tab, wanted
from service.web.context import context
from service.web.pages.render import address, page, words_of

router = APIRouter(include_in_schema=False)
Staff = Annotated[Viewer, Depends(staff)]
Handler = Annotated[Posted, Depends(posted(*HANDLERS))]


@router.get("/alerts", name="alerts")
def list_alerts(request: Request, viewer: Staff) -> Response:
    """The inbox."""
    parts, now = context(request), context(request).clock.now()
    default = Tab.MINE if viewer.token.officer_id else Tab.AREA
    asked = wanted(request.query_params, default)
    with parts.db.read() as session:
        found = inbox(session, parts.library.shelf(session), viewer.token, asked, now)
        tabs = [tab for tab in Tab if tab is not Tab.MINE or viewer.token.officer_id]
        return page(
            request,
            "cases/inbox.html",
            viewer,
            asked=asked,
            found=found,
            tabs=tabs,
            levels=[level for level in reversed(Level) if level],
            words=words,
            state_of=words.state_of,
        )


@router.get("/alerts/{alert_id}", name="alert")
def show_alert(request: Request, alert_id: int, viewer: Staff) -> Response:
    """One alert."""
    return _show(request, viewer, alert_id)


@router.get("/alerts/{alert_id}/evidence", name="evidence")
def show_evidence(request: Request, alert_id: int, viewer: Staff) -> Response:
    """Who knew what when, to read and to print."""
    english = words_of(request, viewer).language == "en"
    dossier = evidence_of(context(request), alert_id, viewer.token, "en" if english else "zh")
    return HTMLResponse(as_html(dossier), headers={"Content-Security-Policy": content_security()})


def _show(request: Request, viewer: Viewer, alert_id: int, tried: Attempt | None = None) -> Response:
    """The page of an alert; a look at a grave one, or at what is sealed, is on record before it is answered."""
    parts, now, said = context(request), context(request).clock.now(), words_of(request, viewer)
    office = Office(parts.db, parts.library, parts.settings.base_url)
    officer = viewer.token.officer_id if viewer.role in HANDLERS else None
    with parts.db.read() as session:
        alert = alert_in_scope(session, alert_id, viewer.token)
        shelf = parts.library.shelf(session)
        opened = sees_sealed(session, shelf, officer, session.get_one(Node, alert.node_id), alert)
        file = read_case(session, office, alert, now, Looking(officer, viewer.prefixes, opened, said))
        seen = what_is_seen(session, alert, shelf, opened)
        may = _may(file) if officer else {}
        answer = _page(request, viewer, file, tried, may)
    if seen:
        with parts.db.write() as session:
            for what in seen:
                looked(session, now, viewer, alert, what)
    return answer


def _page(request: Request, viewer: Viewer, file: CaseFile, tried: Attempt | None, may: dict[str, Any]) -> Response:
    said = words_of(request, viewer)
    return page(
        request,
        "cases/alert.html",
        viewer,
        status=tried.refusal.status if tried and tried.refusal else 200,
        file=file,
        words=words,
        state=words.state_of(file.alert),
        pictures={one.key: drawn(one, said) for one in file.findings},
        open=_open_form(request, file, tried, may),
        kind=_kind(request, tried),
        fields=FIELDS,
        tried=tried,
        errors=_errors(tried, said.language),
        since=_since(file, tried),
        done=request.query_params.get("done", "") if tried is None else "",
        local=lambda at: f"{at.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}",
        may=may,
    )


@router.post("/alerts/{alert_id}/{move}", name="move")
def post_move(request: Request, alert_id: int, move: Plain, sent: Handler) -> Response:
    """One of the plain moves."""
    return _make(request, sent, alert_id, move, PLAIN[move])


@router.post("/alerts/{alert_id}/actions/{action_id}/reply", name="reply")
def post_reply(request: Request, alert_id: int, action_id: int, sent: Handler) -> Response:
    """The reply to an action."""
    return _make(request, sent, alert_id, "reply", replying(action_id))


@router.post("/alerts/{alert_id}/proposals/{kind}/{verdict}", name="decide")
def post_decision(
    request: Request, alert_id: int, kind: Literal["lift", "lower"], verdict: Verdict, sent: Handler
) -> Response:
    """The decision of a proposal."""
    return _make(request, sent, alert_id, "decide", deciding(kind, verdict))


@router.post("/alerts/{alert_id}/mutes/{mute_id}/{verdict}", name="mute")
def post_mute(
    request: Request, alert_id: int, mute_id: int, verdict: Literal["approve", "end"], sent: Handler
) -> Response:
    """The approval or the end of a mute."""
    return _make(request, sent, alert_id, "mutes", muted(mute_id, verdict))


def _make(request: Request, sent: Posted, alert_id: int, move: str, make: Make) -> Response:
    """Make the move and show the alert as it is then; refused, the form comes back as it was typed, and says why."""
    tried = attempt(request, sent.viewer, sent.form, alert_id, move, make)
    if tried.refusal is not None:
        return _show(request, sent.viewer, alert_id, tried)
    return RedirectResponse(address(request, "alert", {"done": move}, alert_id=alert_id), 303)


def _may(file: CaseFile) -> dict[str, Any]:
    """What this officer may do, with what the forms choose from."""
    waiting = open_proposals(file.proposals, file.alert.issued_at)
    return {
        "offers": offers(file.case),
        "kinds": kinds(file.case),
        "endings": endings(file.case),
        "lifting": file.case.lifting,
        "decisions": [decision(file.case, proposal) for proposal in waiting.values()],
        "approve": {mute.id for mute in file.mutes if may_approve(file.case, mute)},
        "people": list({o.id: o for p in file.case.posts if p.kind != "enterprise" for o in p.officers}.values()),
        "levels": [level for level in Level if level],
    }


MOST_OPEN = 4  # findings to verify that a form shows unasked: on a phone it stands above what they are about


def _open_form(request: Request, file: CaseFile, tried: Attempt | None, may: dict[str, Any]) -> str:
    """The form that stands open: the one that was refused, the one asked for, else what comes next."""
    if tried is not None:
        return tried.move
    asked = request.query_params.get("form", "")
    if asked:
        return asked
    if may.get("decisions"):
        return "decide"
    few = 0 < len(file.left) <= MOST_OPEN
    following = ("acknowledge", "verify" if few else "", "act" if file.alert.duty == "act" else "")
    return next((move for move in following if move and may and may["offers"][move].open), "")


def _kind(request: Request, tried: Attempt | None) -> str:
    """The kind of action whose fields are shown."""
    if tried is not None and tried.move == "act":
        return tried.typed("kind")
    return request.query_params.get("kind", "")


def _errors(tried: Attempt | None, language: str) -> dict[str, str]:
    """What is wrong, by field; what is not about one field stands under the empty name."""
    refusal = tried.refusal if tried else None
    if refusal is None or isinstance(refusal, Stale):
        return {}
    alone = FieldProblem(refusal.code, refusal.pointer, refusal.text, refusal.text_en)
    found = refusal.problems if isinstance(refusal, FieldProblems) else (alone,)
    english = language == "en"
    return {p.pointer.lstrip("/").replace("/", "."): p.text_en if english else p.text for p in reversed(found)}


def _since(file: CaseFile, tried: Attempt | None) -> list[Any]:
    """What has happened since the page was opened from which a form came too late."""
    if tried is None or not isinstance(tried.refusal, Stale):
        return []
    return [line for line in file.lines if line.seq > (tried.seen or 0)]
