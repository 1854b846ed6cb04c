"""组织的接口: GET /api/v1/network, the nodes in the caller's scope."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from service.network.directory import TokenView, within
from service.network.tables import Node
from service.web.access.gates import reader
from service.web.api.paging import Limit, page
from service.web.context import context

router = APIRouter(prefix="/api/v1", tags=["network"])


@router.get("/network", summary="组织 / network")
def list_nodes(
    request: Request,
    caller: Annotated[TokenView, Depends(reader)],
    after: Annotated[str, Query(max_length=1000, pattern=r"^[^\x00-\x1f]*$")] = "",
    limit: Limit = 100,
) -> Response:
    """Nodes in the caller's scope in tree order; `after` is the path that ended the page before."""
    query = select(Node).where(within(caller.prefixes), col(Node.path) > after)
    with context(request).db.read() as session:
        rows = session.exec(query.order_by(col(Node.path)).limit(limit + 1)).all()
    return page(rows, limit, lambda row: row.path, _shown)


def _shown(node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "parent": node.parent_id,
        "kind": node.kind,
        "name": node.name,
        "industry": node.industry,
        "headcount": node.headcount,
        "key": node.key,
        "opened": node.opened,
        "closed": node.closed,
        "path": node.path,
    }
