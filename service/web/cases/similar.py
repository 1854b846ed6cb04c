"""相似预警: what became of earlier alerts of the same unit, and of the same kind nearby; never outside the scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, cast
from sqlmodel import Session, col, select

from service.alerting.tables import Alert
from service.network.directory import inside
from service.network.tables import Node

MOST = 5


@dataclass(frozen=True)
class Past:
    """An earlier alert and its unit."""

    alert: Alert
    node: Node


def same_unit(session: Session, alert: Alert, node: Node) -> list[Past]:
    """Earlier alerts of the unit, the latest first."""
    query = select(Alert).where(Alert.node_id == node.id, Alert.id != alert.id, col(Alert.closed_at).is_not(None))
    return [Past(row, node) for row in session.exec(query.order_by(col(Alert.closed_at).desc()).limit(MOST))]


def nearby(
    session: Session, alert: Alert, node: Node, prefixes: Sequence[str], leading: str | None, above: str
) -> list[Past]:
    """Earlier alerts of other units below the path `above` that the rule `leading` raised too; none without one."""
    if leading is None:
        return []
    query = (
        select(Alert, Node)
        .join(Node, col(Node.id) == col(Alert.node_id))
        .where(inside(prefixes), inside([above]), Node.id != node.id, Alert.theme == alert.theme)
        .where(
            col(Alert.closed_at).is_not(None), cast(col(Alert.rules), Text).contains(f'"{leading}"', autoescape=True)
        )
    )
    rows = session.exec(query.order_by(col(Alert.closed_at).desc()).limit(MOST))
    return [Past(row, unit) for row, unit in rows]
