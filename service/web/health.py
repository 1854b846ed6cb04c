"""健康: whether the process lives, whether it can do its work, and what waits."""

from collections.abc import Callable
from datetime import datetime

from fastapi import APIRouter, FastAPI
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from service.alerting.tables import Alert
from service.journal import JournalEntry
from service.notify.tables import OutboxMessage
from service.reporting.tables import Due
from service.web.context import context

router = APIRouter(include_in_schema=False)
Check = Callable[[], str]
WAITING = ("pending", "sending")


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
        body = _gauges(session, parts.clock.now())
    return Response(body, media_type="text/plain; version=0.0.4; charset=utf-8")


def _gauges(session: Session, now: datetime) -> bytes:
    registry = CollectorRegistry()

    def gauge(name: str, text: str, value: float) -> None:
        Gauge(f"labour_watch_{name}", text, registry=registry).set(value)

    due, oldest_due = session.exec(select(func.count(col(Due.id)), func.min(Due.created_at))).one()
    waiting, oldest = session.exec(
        select(func.count(col(OutboxMessage.id)), func.min(OutboxMessage.created_at)).where(
            col(OutboxMessage.state).in_(WAITING)
        )
    ).one()
    unsigned = select(func.count(col(Alert.id))).where(
        col(Alert.closed_at).is_(None), col(Alert.acknowledged_at).is_(None)
    )
    gauge("due_rows", "node weeks waiting to be assessed", due)
    gauge("due_oldest_seconds", "age of the oldest of them", _age(now, oldest_due))
    gauge("outbox_waiting", "messages not delivered yet", waiting)
    gauge("outbox_oldest_seconds", "age of the oldest of them", _age(now, oldest))
    gauge("alerts_unsigned", "open alerts nobody has signed", session.exec(unsigned).one())
    gauge("alerts_overdue", "of them past their time", session.exec(unsigned.where(col(Alert.sign_by) < now)).one())
    gauge(
        "journal_entries", "failures and holes on record", session.exec(select(func.count(col(JournalEntry.id)))).one()
    )
    return generate_latest(registry)


def _age(now: datetime, since: datetime | None) -> float:
    return 0.0 if since is None else max(0.0, (now - since).total_seconds())


def add_health(app: FastAPI, checks: dict[str, Check]) -> None:
    """Give the app its health routes; `checks` answer "ok" or what is wrong."""
    app.state.checks = checks
    app.include_router(router)
