"""接口: the web application as it is wired, without a database behind it.

`.venv/bin/python -m tests.guards.interface` writes the snapshot of its OpenAPI anew.
"""

import json
from pathlib import Path

from fastapi import FastAPI

from service.app import assemble, web
from service.clock import SystemClock
from service.db import Database
from service.network.sealing import Sealer
from service.settings import Settings

SNAPSHOT = Path(__file__).with_name("openapi.json")


def application() -> FastAPI:
    """The application that `serve` and `web` run; its database is never asked."""
    return web(assemble(Settings(), Database("sqlite://"), SystemClock(), Sealer(["guard"])), None)


def described(app: FastAPI) -> str:
    """Its OpenAPI as text that can be read and compared line by line."""
    return json.dumps(app.openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    SNAPSHOT.write_text(described(application()), encoding="utf-8")
