"""县区比较: how many alerts were signed and closed in time – never how many there were, which would reward hiding."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from service.alerting.tables import Alert
from service.network.tables import Node
from service.web.board.area import Area, Spot

LOOK_BACK = timedelta(weeks=26)
TO_CLOSE = timedelta(days=7)  # from the day an alert may be lifted
_LEAST = 3  # below so many a share says nothing


@dataclass(frozen=True)
class Clock:
    """What counts of one alert."""

    path: str
    sign_by: datetime
    acknowledged_at: datetime | None
    liftable_at: datetime | None
    closed_at: datetime | None


@dataclass(frozen=True)
class Pace:
    """One county: the share signed and closed in time in percent, None where there were fewer than three."""

    county: Spot
    signed: float | None
    closed: float | None


def load(session: Session, area: Area, now: datetime) -> list[Pace]:
    """The counties of the area by their names' order in the tree; one query."""
    columns: list[Any] = [Node.path, Alert.sign_by, Alert.acknowledged_at, Alert.liftable_at, Alert.closed_at]
    query = select(*columns).join(Node, col(Node.id) == col(Alert.node_id))
    rows = session.execute(query.where(col(Alert.issued_at) > now - LOOK_BACK, area.alerted()))
    return paces(area.groups, [Clock(*row) for row in rows], now)


def paces(counties: Sequence[Spot], clocks: Iterable[Clock], now: datetime) -> list[Pace]:
    """The pace of each county by the alerts beneath it."""
    by_county: dict[str, list[Clock]] = {county.id: [] for county in counties}
    ids = set(by_county)
    for clock in clocks:
        found = next((step for step in clock.path.split("/") if step in ids), None)
        if found is not None:
            by_county[found].append(clock)
    return [
        Pace(county, _share(signed_in_time(c, now) for c in own), _share(closed_in_time(c, now) for c in own))
        for county, own in ((county, by_county[county.id]) for county in counties)
    ]


def signed_in_time(clock: Clock, now: datetime) -> bool | None:
    """Whether the alert was signed by its time; None while there is still time, and when it was over before."""
    if clock.acknowledged_at is not None:
        return clock.acknowledged_at <= clock.sign_by
    over = clock.closed_at or now
    return False if over > clock.sign_by else None


def closed_in_time(clock: Clock, now: datetime) -> bool | None:
    """Whether the alert was closed within a week of the day it could be; None while there is still time."""
    if clock.liftable_at is None:
        return None
    if clock.closed_at is not None:
        return clock.closed_at <= clock.liftable_at + TO_CLOSE
    return False if now > clock.liftable_at + TO_CLOSE else None


def _share(answers: Iterable[bool | None]) -> float | None:
    known = [answer for answer in answers if answer is not None]
    return 100 * sum(known) / len(known) if len(known) >= _LEAST else None
