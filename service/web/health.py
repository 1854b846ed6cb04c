"""健康: whether the process lives, whether it can do its work, and what waits."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.watching.figures import collect
from service.watching.metrics import exposition
from service.web.context import context

router = APIRouter(include_in_schema=False)
Check = Callable[[], str]


@router.get("/healthz")
async def alive() -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
def ready(request: Request) -> Response:
    """The database answers, its tables are those of this program, and every thread runs; each trouble by name."""
    checks: dict[str, Check] = request.app.state.checks
    found = {name: _result(check) for name, check in checks.items()}
    return JSONResponse(found, 200 if set(found.values()) <= {"ok"} else 503)


def _result(check: Check) -> str:
    try:
        return check()
    except SQLAlchemyError as error:
        return type(error).__name__


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """What waits and for how long, read from the rows at each scrape, so that every process tells the same."""
    parts = context(request)
    with parts.db.read() as session:
        now = parts.clock.now()
        body = exposition(collect(session, now), now)
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def add_health(app: FastAPI, checks: dict[str, Check]) -> None:
    """Give the app its health routes; `checks` answer "ok" or what is wrong."""
    app.state.checks = checks
    app.include_router(router)
