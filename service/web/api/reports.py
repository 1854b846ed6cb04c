"""周报接口: post one report and read reports back."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import Response

from service.network.directory import TokenView, within
from service.network.tables import Node
from service.reporting.submission import ReportAnswer
from service.reporting.tables import Report, Source
from service.web.access.gates import caller, reporter
from service.web.api.answers import ReportReceipt, described, json_response, report_item, written
from service.web.api.inputs import ReportBody, report_submission
from service.web.api.paging import Limit, NodeFilter, page
from service.web.context import context
from service.web.json_body import if_match, read_object

router = APIRouter(tags=["reports"])

WeekFilter = Annotated[str | None, Query(pattern=r"^\d{4}-W\d{2}$", description="报告周 / week")]
After = Annotated[
    str | None, Query(pattern=r"^[0-9a-f-]{36}$", description="上一页的 next / `next` of the page before")
]


@router.post("/api/v1/reports", status_code=201, responses=written(ReportReceipt), openapi_extra=described(ReportBody))
async def post_report(request: Request, digest: Annotated[str, Depends(reporter)]) -> Response:
    """报送一份周报 / Post one weekly report."""
    headers = request.headers
    revision = if_match(headers.get("if-match"))
    body = read_object(await request.body())
    submission = report_submission(digest, body, headers.get("idempotency-key"), revision)
    answer = await context(request).intake.ask(submission)
    assert isinstance(answer, ReportAnswer)
    return json_response(answer.as_dict(), 200 if answer.repeated else 201, {"ETag": f'"{answer.revision}"'})


@router.get("/api/v1/reports", responses={200: {"description": "一页周报 / a page of reports"}})
def get_reports(
    request: Request,
    token: Annotated[TokenView, Depends(caller)],
    node: NodeFilter = None,
    week: WeekFilter = None,
    after: After = None,
    limit: Limit = 100,
) -> Response:
    """读取令牌范围内的周报，旧的在前 / Read the reports in the token's scope, oldest first."""
    parts = context(request)
    indicators = parts.library.current().dictionary.indicators
    sealed = {id_ for id_, indicator in indicators.items() if indicator.sealed}
    with parts.db.read() as session:
        found = _reports(session, token, node, week, after, limit + 1)
    return page(found, limit, lambda r: r.id, lambda r: report_item(r, () if r.node_id == token.node_id else sealed))


def _reports(
    session: Session, token: TokenView, node: str | None, week: str | None, after: str | None, limit: int
) -> Sequence[Report]:
    query = select(Report).join(Node).where(within(token.prefixes))
    if token.kind == "enterprise":
        # What others observed of it is none of its business: it would show who talks to the union.
        query = query.where(Report.node_id == token.node_id, Report.source == Source.OWN)
    filters: list[Any] = [
        *([Report.node_id == node] if node is not None else []),
        *([Report.week == week] if week is not None else []),
        *([col(Report.id) > after] if after is not None else []),
    ]
    return session.exec(query.where(*filters).order_by(col(Report.id)).limit(limit)).all()
