"""上下文: what the routes work with, put on `app.state.context` by the composition root."""

from dataclasses import dataclass

from starlette.requests import Request

from service.clock import Clock
from service.db import Database
from service.network.sealing import Sealer
from service.reporting.intake import Intake
from service.rulebook.library import Library
from service.settings import Settings


@dataclass(frozen=True)
class Context:
    """One instance's parts."""

    settings: Settings
    db: Database
    clock: Clock
    intake: Intake
    library: Library
    sealer: Sealer | None = None  # without one there are no one-time links


def context(request: Request) -> Context:
    """The context of the app that serves `request`."""
    found = request.app.state.context
    assert isinstance(found, Context)
    return found
