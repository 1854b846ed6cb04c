"""接口: the JSON API, version 1."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from urllib.parse import urlsplit

from fastapi import FastAPI

from service.web.api import (
    alert_moves,
    alerts,
    bulk,
    contacts,
    events,
    evidence,
    explanations,
    network,
    receipts,
    reports,
    scores,
)
from service.web.context import Context
from service.web.limits import BodyLimit, RateLimit
from service.web.problems import handle_problems
from service.web.under_root import UnderRoot

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def build_api(parts: Context, lifespan: Lifespan | None = None) -> FastAPI:
    """The application with every route of the API, its limits around them, and problem+json for every error."""
    from service.web.pages.areas import add_pages  # here: pages show what the files beside this one put into words

    settings = parts.settings
    app = FastAPI(title="labour-watch 劳动关系预警", version="1", docs_url=None, redoc_url=None, lifespan=lifespan)
    app.state.context = parts
    app.add_middleware(
        BodyLimit, limit=settings.body_limit, bulk_limit=settings.bulk_limit, bulk_paths=frozenset({bulk.PATH})
    )
    app.add_middleware(RateLimit, rate=settings.rate_limit)
    handle_problems(app)
    for part in (
        reports,
        bulk,
        events,
        scores,
        explanations,
        alerts,
        alert_moves,
        evidence,
        network,
        contacts,
        receipts,
    ):
        app.include_router(part.router)
    add_pages(app)
    if root := urlsplit(settings.base_url).path.rstrip("/"):
        app.add_middleware(UnderRoot, root=root)
    return app
