"""查看记录: every look at an orange or red case, at sealed values and at evidence leaves a row for the auditor."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import Session, col, func, select

from service.alerting.tables import Alert
from service.network.directory import TokenView, within
from service.network.tables import Node, Officer, Token
from service.scoring.pack import Level
from service.web.access.tables import Account, Sighting
from service.web.access.viewer import Viewer

What = Literal["case", "sealed", "evidence"]
GRAVE = Level.ORANGE  # from this level on a look is recorded


def looked(session: Session, now: datetime, who: Viewer | TokenView, alert: Alert, what: What) -> None:
    """Record a look at an alert; one at a case below orange leaves no row."""
    if what != "case" or alert.level >= GRAVE:
        _record(session, now, who, alert.node_id, what, alert.id)


def looked_at_node(session: Session, now: datetime, who: Viewer | TokenView, node_id: str, what: What) -> None:
    """Record a look at what is known of a node, where it is not about an alert."""
    _record(session, now, who, node_id, what, None)


def _record(
    session: Session, now: datetime, who: Viewer | TokenView, node_id: str, what: What, alert_id: int | None
) -> None:
    token = who.token if isinstance(who, Viewer) else who
    row = Sighting(
        at=now, token_id=token.id, officer_id=token.officer_id, node_id=node_id, alert_id=alert_id, what=what
    )
    session.add(row)


class Seen(NamedTuple):
    """One look as the auditor reads it; `who` is the login, without one the officer or the token's label."""

    id: int
    at: datetime
    who: str
    node: str
    alert_id: int | None
    what: str


def list_sightings(session: Session, scope: Sequence[str], before: int | None, limit: int) -> list[Seen]:
    """Looks at nodes in the scope, newest first; one query."""
    query = (
        select(Sighting, Node.name, func.coalesce(Account.name, Officer.name, Token.label))
        .select_from(Sighting)
        .join(Node, col(Node.id) == col(Sighting.node_id))
        .join(Token, col(Token.id) == col(Sighting.token_id))
        .join(Account, col(Account.token_id) == col(Token.id), isouter=True)
        .join(Officer, col(Officer.id) == col(Sighting.officer_id), isouter=True)
        .where(within(scope))
    )
    if before is not None:
        query = query.where(col(Sighting.id) < before)
    rows = session.exec(query.order_by(col(Sighting.id).desc()).limit(limit))
    return [
        Seen(row.id or 0, row.at, who or str(row.token_id), node, row.alert_id, row.what) for row, node, who in rows
    ]
