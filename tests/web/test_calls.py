"""电话通知 over HTTP: the duty desk records a call, and whoever answered has signed."""

from typing import Any

import pytest

from service.clock import FrozenClock, shanghai
from service.db import Database
from tests.builders import Town
from tests.web.desk import problem
from tests.web.window import Window

RANG: dict[str, Any] = {"officer": "li.na", "called_at": "2026-11-18T10:20", "answered": True, "note": "已在路上"}


@pytest.fixture
def window(db: Database, clock: FrozenClock) -> Window:
    """岐山县's gear works is orange since 10:00; it is 10:25."""
    town = Town.found(db, clock)
    town.report("gear", "2026-W47", wage__arrears_days=35, wage__arrears_people=60)
    town.assess()
    clock.set(shanghai("2026-11-18T10:25"))
    return Window(town)


def test_an_answered_call_signs_for_whoever_was_called(window: Window) -> None:
    answer = window.move("gear", "call", "duty", **RANG)
    body = answer.json()
    assert (answer.status_code, body["acknowledged_by"], body["duty"]) == (200, "li.na", "act")
    assert body["record"][-1]["detail"]["recorded_by"] == "duty"
    again = window.move("gear", "call", "duty", **RANG).json()
    assert again["version"] == body["version"]


@pytest.mark.parametrize(
    ("who", "changes", "refused"),
    [
        ("li.na", {}, (403, "not_entitled")),
        ("zhou.fang", {}, (404, "not_found")),
        ("gear", {}, (404, "not_found")),
        ("duty", {"officer": "zhou.fang"}, (422, "not_on_path")),
        ("duty", {"called_at": "2026-11-18T11:00"}, (422, "impossible_time")),
        ("duty", {"called_at": "soon"}, (422, "not_an_instant")),
        ("duty", {"answered": "yes"}, (422, None)),
        ("duty", {"secret": 1}, (422, None)),
    ],
)
def test_a_call_that_cannot_be_is_refused(
    window: Window, who: str, changes: dict[str, Any], refused: tuple[int, str | None]
) -> None:
    status, code = problem(window.move("gear", "call", who, **RANG | changes))
    assert (status, code if refused[1] else None) == refused
    assert window.town.record("gear") == ["first_risk"]
