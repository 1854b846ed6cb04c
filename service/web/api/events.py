"""事件接口: report an incident at once, and read incidents back."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from service.network.directory import TokenView, within
from service.network.tables import Node, Token
from service.reporting.tables import Event
from service.web.access.gates import caller, reporter
from service.web.api.answers import EventReceipt, described, event_item, json_response, written
from service.web.api.inputs import EventBody, event_submission
from service.web.api.paging import Limit, NodeFilter, page
from service.web.api.reports import After, WeekFilter
from service.web.context import context
from service.web.json_body import read_object

router = APIRouter(tags=["events"])


@router.post("/api/v1/events", status_code=201, responses=written(EventReceipt), openapi_extra=described(EventBody))
async def post_event(request: Request, digest: Annotated[str, Depends(reporter)]) -> Response:
    """报告一起即时事件 / Report one incident."""
    body = read_object(await request.body())
    submission = event_submission(digest, body, request.headers.get("idempotency-key"))
    answer = await context(request).intake.ask(submission)
    return json_response(answer.as_dict(), 200 if answer.repeated else 201)


@router.get("/api/v1/events", responses={200: {"description": "一页事件 / a page of events"}})
def get_events(
    request: Request,
    token: Annotated[TokenView, Depends(caller)],
    node: NodeFilter = None,
    week: WeekFilter = None,
    after: After = None,
    limit: Limit = 100,
) -> Response:
    """读取令牌范围内的事件，旧的在前 / Read the incidents in the token's scope, oldest first."""
    with context(request).db.read() as session:
        found = _events(session, token, node, week, after, limit + 1)
    return page(found, limit, lambda event: event.id, event_item)


def _events(
    session: Session, token: TokenView, node: str | None, week: str | None, after: str | None, limit: int
) -> Sequence[Event]:
    query = select(Event).join(Node, col(Event.node_id) == col(Node.id)).where(within(token.prefixes))
    if token.kind == "enterprise":
        # What others reported about it is none of its business: it would show who talks to the union.
        own = select(Token.id).where(Token.node_id == token.node_id)
        query = query.where(Event.node_id == token.node_id, col(Event.token_id).in_(own))
        query = query.where(~col(Event.discreet) | (col(Event.token_id) == token.id))
    filters: list[Any] = [
        *([Event.node_id == node] if node is not None else []),
        *([Event.week == week] if week is not None else []),
        *([col(Event.id) > after] if after is not None else []),
    ]
    return session.exec(query.where(*filters).order_by(col(Event.id)).limit(limit)).all()
