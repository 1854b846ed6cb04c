"""The sweep bench at a small size: what is not due costs nothing, and the index finds what is."""

from collections.abc import Callable

import pytest
from sqlalchemy import text

from service.alerting.sweep import Sweeper
from service.clock import FrozenClock
from service.db import Database
from service.rulebook.library import Library
from tests.bench.sweep import NOW, add, count_queries, fill, make_due
from tests.builders import BASE_URL


@pytest.fixture
def town_of(db: Database) -> Callable[[int, int], Sweeper]:
    """A database with so many open alerts, so many of them due, whose week is open."""

    def make(alerts: int, due: int) -> Sweeper:
        fill(db, alerts)
        make_due(db, 0)
        sweeper = Sweeper(db, FrozenClock(NOW), Library(db), BASE_URL)
        sweeper.sweep()
        make_due(db, due)
        return sweeper

    return make


@pytest.mark.parametrize(("due", "climbed"), [(0, 0), (5, 5)])
def test_the_queries_of_a_sweep_do_not_grow_with_the_alerts_that_are_not_due(
    town_of: Callable[[int, int], Sweeper], db: Database, due: int, climbed: int
) -> None:
    sweeper = town_of(10, due)
    asked = count_queries(db)
    assert sweeper.sweep().climbed == climbed
    few = asked()
    add(db, 10, 1_000)
    make_due(db, due)
    asked = count_queries(db)
    assert sweeper.sweep().climbed == climbed
    assert asked() == few


def test_what_is_due_is_found_by_the_index(town_of: Callable[[int, int], Sweeper], db: Database) -> None:
    town_of(2_000, 3)
    with db.write() as session:
        connection = session.connection()
        if not db.sqlite:
            connection.execute(text("ANALYZE alert"))
        explain = "EXPLAIN QUERY PLAN" if db.sqlite else "EXPLAIN"
        query = "SELECT * FROM alert WHERE next_step_at <= :now AND closed_at IS NULL ORDER BY next_step_at LIMIT 500"
        plan = " ".join(str(row) for row in connection.execute(text(f"{explain} {query}"), {"now": NOW}))
    assert "ix_alert_next_step" in plan
