"""Every route is kept by a gate, and the interface only changes on purpose."""

import pytest
from fastapi import FastAPI

from service.web.access import PUBLIC, ungated

from .interface import SNAPSHOT, application, described

CURE = "read the difference; if it is wanted and additive: .venv/bin/python -m tests.guards.interface"


@pytest.fixture(scope="module")
def app() -> FastAPI:
    return application()


def test_every_route_is_gated_or_on_the_public_list(app: FastAPI) -> None:
    assert ungated(app) == []


def test_the_public_list_names_nothing_that_is_gone(app: FastAPI) -> None:
    assert {getattr(route, "path", "") for route in app.routes} >= PUBLIC


def test_the_interface_is_that_of_the_snapshot(app: FastAPI) -> None:
    assert described(app).splitlines() == SNAPSHOT.read_text(encoding="utf-8").splitlines(), CURE
