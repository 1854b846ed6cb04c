"""预警的接口: the list of alerts, and one with everything that belongs to it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from service.alerting.tables import Alert
from service.network.directory import TokenView, within
from service.network.tables import Node
from service.web.access.gates import reader
from service.web.api.alert_look import look_at
from service.web.api.alert_view import shown_alert
from service.web.api.answers import json_response
from service.web.api.paging import Limit, NodeFilter, page
from service.web.context import context

router = APIRouter(prefix="/api/v1", tags=["alerts"])
Reader = Annotated[TokenView, Depends(reader)]


@router.get("/alerts", summary="预警列表 / alerts")
def list_alerts(
    request: Request,
    caller: Reader,
    state: Literal["open", "closed"] | None = None,
    node: NodeFilter = None,
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
    return page(rows, limit, lambda row: row.id or 0, lambda row: shown_alert(row, shelf))


@router.get("/alerts/{alert_id}", summary="一个预警 / one alert")
def show_alert(request: Request, alert_id: int, caller: Reader) -> Response:
    """One alert with its record, what was found, done and proposed, and the score that raised it, as known then."""
    body = look_at(context(request), alert_id, caller)
    return json_response(body, headers={"ETag": f'"{body["version"]}"'})
