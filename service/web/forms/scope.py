"""范围: for which unit somebody fills in a form; a unit outside and one that does not exist get the same answer."""

from sqlmodel import Session, select

from service.network.directory import within
from service.network.tables import Node
from service.reporting.known import Place
from service.scoring.pack import Dictionary
from service.web import problems
from service.web.access.viewer import Viewer


def alone(viewer: Viewer) -> bool:
    """Whether the viewer belongs to one enterprise and reports for nobody else."""
    return viewer.token.kind == "enterprise"


def unit_of(session: Session, viewer: Viewer, node_id: str | None) -> Node:
    """The unit asked for, by default the viewer's own. Raises NotFound."""
    wanted = node_id or viewer.token.node_id
    if wanted is None or (alone(viewer) and wanted != viewer.token.node_id):
        raise problems.not_found()
    node = session.exec(select(Node).where(Node.id == wanted, within(viewer.prefixes))).first()
    if node is None:
        raise problems.not_found()
    return node


def place_of(node: Node) -> Place:
    """A unit as the decisions about reports know it."""
    return Place(node.id, node.path, node.kind, node.headcount, node.opened, node.closed)


def reporting_kinds(dictionary: Dictionary) -> list[str]:
    """The kinds of node that report anything."""
    return sorted({kind for indicator in dictionary.indicators.values() for kind in indicator.applies_to})
