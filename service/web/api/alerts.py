"""预警的接口: list, look, sign; the other moves of an alert's life answer 501 until they are built."""

from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from service.alerting.tables import Alert, AlertEvent, Score
from service.errors import Forbidden, NotYet
from service.network.directory import TokenView, within
from service.network.tables import Node
from service.response.handle import acknowledge
from service.response.lifecycle import Move
from service.rulebook.library import Shelf
from service.scoring.pack import Level
from service.web import problems
from service.web.access import reader
from service.web.api.findings import shown_rules
from service.web.api.paging import Limit, page
from service.web.api.scores import shown_score
from service.web.context import context

router = APIRouter(prefix="/api/v1", tags=["alerts"])
Reader = Annotated[TokenView, Depends(reader)]
LATER_MOVES = tuple(move for move in Move if move is not Move.ACKNOWLEDGE)


@router.get("/alerts", summary="预警列表 / alerts")
def list_alerts(
    request: Request,
    caller: Reader,
    state: Literal["open", "closed"] | None = None,
    node: str | None = None,
    after: Annotated[int, Query(ge=0, le=2**62)] = 0,
    limit: Limit = 100,
) -> Response:
    """Alerts in the caller's scope in the order they were first raised."""
    parts = context(request)
    query = select(Alert).join(Node, col(Node.id) == col(Alert.node_id)).where(within(caller.prefixes))
    if state is not None:
        closed = col(Alert.closed_at)
        query = query.where(closed.is_(None) if state == "open" else closed.is_not(None))
    if node is not None:
        query = query.where(Alert.node_id == node)
    with parts.db.read() as session:
        rows = session.exec(query.where(col(Alert.id) > after).order_by(col(Alert.id)).limit(limit + 1)).all()
        shelf = parts.library.shelf(session)
    return page(rows, limit, lambda row: row.id or 0, lambda row: _shown(row, shelf))


@router.get("/alerts/{alert_id}", summary="一个预警 / one alert")
def show_alert(request: Request, alert_id: int, caller: Reader) -> Response:
    """One alert with its record and the score that raised it, as it was known then."""
    parts = context(request)
    with parts.db.read() as session:
        alert = _within_scope(session, alert_id, caller)
        events = session.exec(
            select(AlertEvent).where(AlertEvent.alert_id == alert_id).order_by(col(AlertEvent.seq))
        ).all()
        score = session.get(Score, alert.score_id)
        shelf = parts.library.shelf(session)
    body = _shown(alert, shelf) | {"record": [_shown_event(event) for event in events]}
    return _json(body | {"score": shown_score(score, shelf) if score else None})


@router.post("/alerts/{alert_id}/acknowledge", summary="签收 / acknowledge")
def sign(request: Request, alert_id: int, caller: Reader) -> Response:
    """Sign an alert as an officer on its path; the ladder stops. Signing twice shows the first signature."""
    parts = context(request)
    with parts.db.read() as session:
        _within_scope(session, alert_id, caller)
    alert = acknowledge(parts.db, alert_id, _officer(caller), parts.clock.now())
    with parts.db.read() as session:
        shelf = parts.library.shelf(session)
    return _json(_shown(alert, shelf))


def _later(move: Move) -> None:
    """Give `move` its route, so that the contract is complete and says what is missing."""

    @router.post(f"/alerts/{{alert_id}}/{move}", summary=f"{move}（尚未提供 / not yet）", name=f"{move}_alert")
    def not_yet(request: Request, alert_id: int, caller: Reader) -> Response:
        with context(request).db.read() as session:
            _within_scope(session, alert_id, caller)
        _officer(caller)
        raise NotYet("not_yet", f"“{move}”将在后续版本提供", f"'{move}' comes with a later version")


for _move in LATER_MOVES:
    _later(_move)


def _within_scope(session: Session, alert_id: int, caller: TokenView) -> Alert:
    """The alert, or the same 404 whether it does not exist or belongs to somebody else."""
    if not 0 < alert_id < 2**31:
        raise problems.not_found()
    query = select(Alert).join(Node, col(Node.id) == col(Alert.node_id))
    alert = session.exec(query.where(col(Alert.id) == alert_id, within(caller.prefixes))).first()
    if alert is None:
        raise problems.not_found()
    return alert


def _officer(caller: TokenView) -> str:
    if caller.officer_id is None:
        raise Forbidden(
            "officer_only",
            "请使用责任人令牌签收或处置",
            "only an officer's token may do this; issue one with --officer",
        )
    return caller.officer_id


def _shown(alert: Alert, shelf: Shelf) -> dict[str, Any]:
    return {
        "id": alert.id,
        "node": alert.node_id,
        "level": Level(alert.level).word,
        "state": "liftable" if alert.liftable_at and not alert.closed_at else alert.state,
        "theme": alert.theme,
        "rules": shown_rules(alert.rules, shelf.newest),
        "first_week": alert.first_week,
        "last_week": alert.last_week,
        "raised_at": alert.raised_at,
        "issued_at": alert.issued_at,
        "sign_by": alert.sign_by,
        "next_step_at": alert.next_step_at,
        "acknowledged_at": alert.acknowledged_at,
        "acknowledged_by": alert.acknowledged_by,
        "closed_at": alert.closed_at,
        "outcome": alert.outcome,
    }


def _shown_event(event: AlertEvent) -> dict[str, Any]:
    return {
        "seq": event.seq,
        "at": event.at,
        "reason": event.reason,
        "week": event.week,
        "level": Level(event.level).word,
        "officer": event.officer_id,
        "detail": event.detail,
    }


def _json(body: dict[str, Any]) -> Response:
    return Response(orjson.dumps(body), media_type="application/json")
