"""看一个预警: an alert as whoever asks may see it; looking at a grave case or at sealed values is recorded."""

from typing import Any

from sqlmodel import Session, col, select

from service.alerting.tables import Alert, Score
from service.network.directory import TokenView, within
from service.network.tables import Node
from service.rulebook.library import Shelf
from service.web import problems
from service.web.access.sealed import sees_sealed
from service.web.access.sightings import GRAVE, What, looked
from service.web.api.alert_view import whole_alert
from service.web.api.findings import any_sealed
from service.web.context import Context


def alert_in_scope(session: Session, alert_id: int, caller: TokenView) -> Alert:
    """The alert, or the same 404 whether it does not exist or belongs to somebody else."""
    if caller.kind == "enterprise" or not 0 < alert_id < 2**31:
        raise problems.not_found()
    query = select(Alert).join(Node, col(Node.id) == col(Alert.node_id))
    alert = session.exec(query.where(col(Alert.id) == alert_id, within(caller.prefixes))).first()
    if alert is None:
        raise problems.not_found()
    return alert


def look_at(parts: Context, alert_id: int, caller: TokenView) -> dict[str, Any]:
    """One alert in the caller's scope with everything that belongs to it; sealed findings by name where the caller
    answers for it. The look is on record before it is answered."""
    with parts.db.read() as session:
        alert = alert_in_scope(session, alert_id, caller)
        shelf = parts.library.shelf(session)
        opened = sees_sealed(session, shelf, caller.officer_id, session.get_one(Node, alert.node_id), alert)
        body = whole_alert(session, alert, shelf, opened)
        seen = what_is_seen(session, alert, shelf, opened)
    if seen:
        with parts.db.write() as session:
            for what in seen:
                looked(session, parts.clock.now(), caller, alert, what)
    return body


def what_is_seen(session: Session, alert: Alert, shelf: Shelf, opened: bool) -> list[What]:
    """What of a look at an alert is recorded; `opened` is whether sealed findings are shown."""
    seen: list[What] = ["case"] if alert.level >= GRAVE else []
    score = session.get(Score, alert.score_id) if opened else None
    if score is not None and any_sealed(score.findings, shelf.version(score.rule_version)):
        seen.append("sealed")
    return seen
