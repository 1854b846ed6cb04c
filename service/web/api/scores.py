"""评分的接口: GET /api/v1/scores, for officers and superior unions within their scope."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from service.alerting.tables import Score
from service.network.directory import TokenView, within
from service.network.tables import Node
from service.rulebook.library import Shelf
from service.scoring.pack import Level
from service.web.access.gates import reader
from service.web.api.findings import shown_findings
from service.web.api.paging import Limit, NodeFilter, page
from service.web.api.reports import WeekFilter
from service.web.context import context

router = APIRouter(prefix="/api/v1", tags=["scores"])


@router.get("/scores", summary="评分 / scores")
def list_scores(
    request: Request,
    caller: Annotated[TokenView, Depends(reader)],
    node: NodeFilter = None,
    week: WeekFilter = None,
    after: Annotated[str, Query(max_length=36, pattern=r"^[^\x00-\x1f]*$")] = "",
    limit: Limit = 100,
) -> Response:
    """Current scores in the caller's scope, oldest computation first, each with the rules and revisions it read."""
    parts = context(request)
    query = select(Score).join(Node).where(within(caller.prefixes), col(Score.superseded_at).is_(None))
    if node is not None:
        query = query.where(Score.node_id == node)
    if week is not None:
        query = query.where(Score.week == week)
    with parts.db.read() as session:
        rows = session.exec(query.where(col(Score.id) > after).order_by(col(Score.id)).limit(limit + 1)).all()
        shelf = parts.library.shelf(session)
    return page(rows, limit, lambda row: row.id, lambda row: shown_score(row, shelf))


def shown_score(row: Score, shelf: Shelf, show_sealed: bool = False) -> dict[str, Any]:
    """One score as the API shows it, worded by the version that made it."""
    return {
        "id": row.id,
        "node": row.node_id,
        "week": row.week,
        "score": row.score,
        "level": Level(row.level).word,
        "judged": row.judged,
        "reported": row.reported,
        "closed": row.closed,
        "decision": row.decision,
        "findings": shown_findings(row.findings, shelf.version(row.rule_version), show_sealed),
        "rules": {"version": row.rule_version, "sha256": row.pack_digest},
        "revisions": row.revisions,
        "computed_at": row.computed_at,
    }
