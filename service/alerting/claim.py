"""待评的领取: which nodes have weeks to be judged, and why; a claimed node is judged by nobody else meanwhile."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_
from sqlmodel import Session, col, select

from service.network.tables import Node
from service.reporting.tables import AROUND, Due


@dataclass(frozen=True)
class Claim:
    """Nodes of one level of the tree; per node the weeks that are due and their causes; and the rows that said so."""

    nodes: Sequence[Node]
    causes: Mapping[str, Mapping[str, frozenset[str]]]
    due_ids: Sequence[int]


def anything_due(session: Session, now: datetime) -> bool:
    """Whether some node waits to be judged."""
    return session.exec(select(Due.id).where(_waiting(now)).limit(1)).first() is not None


def _waiting(now: datetime) -> ColumnElement[bool]:
    return or_(col(Due.held_until).is_(None), col(Due.held_until) <= now)


def claim(session: Session, now: datetime, limit: int, only: str | None = None) -> Claim:
    """Lock up to `limit` nodes of one level that have something due (`only` that one): first of all nodes with news of
    their own, so that what is around others is judged once and not at every piece of news, and then the lowest, so that
    whoever is above sees what they come to. PostgreSQL skips those another worker has; SQLite has one writer. Reports
    that come in meanwhile leave Due rows of their own and are not lost."""
    nodes = _lock(session, now, limit, only, news=True) or _lock(session, now, limit, only, news=False)
    causes: dict[str, dict[str, set[str]]] = {node.id: {} for node in nodes}
    rows = session.exec(select(Due).where(col(Due.node_id).in_(list(causes)))).all()
    for row in rows:
        causes[row.node_id].setdefault(row.week, set()).add(row.cause)
    frozen = {node: {week: frozenset(why) for week, why in weeks.items()} for node, weeks in causes.items()}
    return Claim(nodes, frozen, [row.id for row in rows if row.id is not None])


def _lock(session: Session, now: datetime, limit: int, only: str | None, *, news: bool) -> Sequence[Node]:
    waiting = select(Due.node_id).where(_waiting(now))
    if news:
        waiting = waiting.where(col(Due.cause).not_in(AROUND))
    query = select(Node).where(col(Node.id).in_(waiting))
    if only is not None:
        query = query.where(Node.id == only)
    nodes = session.exec(
        query.order_by(col(Node.depth).desc(), col(Node.id))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    ).all()
    return [node for node in nodes if node.depth == nodes[0].depth]


def settle(session: Session, claimed: Claim) -> None:
    """Delete exactly the rows that were read."""
    if claimed.due_ids:
        session.execute(delete(Due).where(col(Due.id).in_(claimed.due_ids)))
