"""Every route is kept by a gate, and the interface only changes on purpose."""

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import iter_route_contexts

from service.web.access.gates import PUBLIC, reader, ungated

from .interface import SNAPSHOT, application, described

CURE = "read the difference; if it is wanted and additive: .venv/bin/python -m tests.guards.interface"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return application()


def test_every_route_is_gated_or_on_the_public_list(app: FastAPI) -> None:
    assert ungated(app) == []


def test_a_route_without_a_gate_is_found() -> None:
    app = FastAPI(openapi_url=None)
    router = APIRouter(prefix="/api")
    router.get("/open")(lambda: None)
    router.get("/gated", dependencies=[Depends(reader)])(lambda: None)
    app.include_router(router)
    assert ungated(app) == ["/api/open"]


def test_the_public_list_names_nothing_that_is_gone(app: FastAPI) -> None:
    assert {route.path for route in iter_route_contexts(app.routes)} >= PUBLIC


def test_the_interface_is_that_of_the_snapshot(app: FastAPI) -> None:
    assert described(app).splitlines() == SNAPSHOT.read_text(encoding="utf-8").splitlines(), CURE
