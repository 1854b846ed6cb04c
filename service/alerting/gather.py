"""归并: an alert raised by counting what is below gathers those alerts – one message and one ladder, not many."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from service.alerting.load import next_digest
from service.alerting.record import record
from service.alerting.tables import Alert, Notice
from service.alerting.tell import withdraw
from service.network.directory import within
from service.network.duty import REPORTING
from service.network.tables import Node
from service.notify.bundle import Below
from service.rulebook.library import Rulebook
from service.scoring.pack import Level

GATHERED = "gathered"  # the reason of the line that this leaves on the record of the alert below
REST = timedelta(days=1)  # until the ladder of a gathered alert is looked at again
_MIDDLE = (int(Level.YELLOW), int(Level.ORANGE))  # red is never gathered, and blue is the township's own business


@dataclass(frozen=True)
class Reach:
    """What an alert gathers: silence below it, or other alerts that are no worse than itself."""

    silence: bool
    level: Level | None

    def takes(self, silent: bool, level: Level) -> bool:
        """Whether an alert below is gathered."""
        if int(level) not in _MIDDLE:
            return False
        return self.silence if silent else self.level is not None and level <= self.level


def reach_of(alert: Alert, book: Rulebook) -> Reach:
    """By the rules that raised it: those that count silent units, and those that count levels."""
    counted = [rule.below for rule in book.pack.rules if rule.id in set(alert.rules) and rule.below is not None]
    levels = any(below.level is not None for below in counted)
    return Reach(any(below.level is None for below in counted), Level(alert.level) if levels else None)


def is_silence(alert: Alert, book: Rulebook) -> bool:
    """Whether it is about silence and nothing else."""
    themes = {rule.id: rule.theme for rule in book.pack.rules}
    return alert.theme == REPORTING and all(themes.get(id_, REPORTING) == REPORTING for id_ in alert.rules)


def gather(session: Session, now: datetime, book: Rulebook, alert: Alert, node: Node) -> list[tuple[Alert, Node]]:
    """Link what is below to an alert that has just been issued. One that is locked at this moment is left out: somebody
    is at work on it, and it goes on by itself."""
    reach = reach_of(alert, book)
    if reach == Reach(False, None):
        return []
    query = select(Alert, Node).join(Node, col(Node.id) == col(Alert.node_id))
    below = query.where(within([node.path]), Node.id != node.id, col(Alert.closed_at).is_(None))
    free = below.where(col(Alert.level).in_(_MIDDLE), col(Alert.gathered_by).is_(None)).order_by(col(Alert.id))
    found = [
        (child, place)
        for child, place in session.exec(free.with_for_update(of=Alert, skip_locked=True))
        if reach.takes(is_silence(child, book), Level(child.level))
    ]
    for child, _ in found:
        _link(session, now, child, alert)
    return found


def hold_back(
    session: Session, now: datetime, book: Rulebook, alerts: Iterable[Alert], officers: Sequence[str]
) -> None:
    """Take back what still waits about gathered alerts: of silence altogether, of the others what those are told who
    hear of the higher alert."""
    silent: list[int] = []
    others: list[int] = []
    for alert in alerts:
        (silent if is_silence(alert, book) else others).append(alert.id or 0)
    if silent:
        withdraw(session, now, silent, None)
    if others:
        withdraw(session, now, others, officers)


def join_above(session: Session, now: datetime, book: Rulebook, alert: Alert, node: Node) -> bool:
    """Let an alert that has just been issued be gathered by one above it that is open already: about silence nothing is
    told, other mild news waits for the digest. Whether one has gathered it."""
    above = [id_ for id_ in node.path.strip("/").split("/") if id_ != node.id]
    if int(alert.level) not in _MIDDLE or not above:
        return False
    query = select(Alert).where(col(Alert.node_id).in_(above), col(Alert.closed_at).is_(None)).order_by(col(Alert.id))
    silent = is_silence(alert, book)
    for higher in session.exec(query):
        if reach_of(higher, book).takes(silent, Level(alert.level)):
            _link(session, now, alert, higher)
            if silent:
                withdraw(session, now, [alert.id or 0], None)
            elif book.policy.digest is not None and Level(alert.level) in book.policy.digest.levels:
                _defer(session, alert, next_digest(book.policy.digest, book.calendar, now))
            return True
    return False


def orphans() -> SelectOfScalar[Alert]:
    """Open alerts whose gatherer has ended; they go on by themselves."""
    ended = select(Alert.id).where(col(Alert.closed_at).is_not(None))
    gathered = select(Alert).where(col(Alert.gathered_by).is_not(None), col(Alert.closed_at).is_(None))
    return gathered.where(col(Alert.gathered_by).in_(ended)).order_by(col(Alert.id))


def below(found: Sequence[tuple[Alert, Node]]) -> list[Below]:
    """What a letter says about gathered alerts, the most serious first."""
    ranked = sorted(found, key=lambda pair: (-pair[0].level, pair[0].id))
    return [Below(alert.id or 0, Level(alert.level), node.name) for alert, node in ranked]


def _link(session: Session, now: datetime, alert: Alert, higher: Alert) -> None:
    alert.gathered_by = higher.id
    session.add(alert)
    record(session, alert, now, GATHERED, detail={"by": higher.id})


def _defer(session: Session, alert: Alert, until: datetime) -> None:
    waiting = select(Notice).where(Notice.alert_id == alert.id, Notice.state == "waiting")
    for row in session.exec(waiting.where(col(Notice.due_at) < until)):
        row.due_at, row.held = until, "digest"
        session.add(row)
