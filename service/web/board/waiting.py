"""待办: the open alerts of an area with their clocks, the most serious first, then the most urgent."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from service.alerting.tables import Alert
from service.network.tables import Node
from service.rulebook.library import Rulebook
from service.scoring.pack import Level
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN, sealed
from service.web.board.area import Area, names_above
from service.web.cases.inbox import due_at, due_of
from service.web.cases.words import DUTIES, STATES, state_of
from service.web.pages.i18n import Words

MOST = 8


@dataclass(frozen=True)
class Waiting:
    """One open alert; `due_at` is until when `duty` is owed."""

    id: int
    level: Level
    unit: str
    county: str
    about: str
    state: str
    duty: str
    due_at: datetime | None


def load(session: Session, area: Area, book: Rulebook, said: Words, most: int = MOST) -> list[Waiting]:
    """The first `most` open alerts; two queries."""
    query = select(Alert, Node.name, Node.path).join(Node, col(Node.id) == col(Alert.node_id))
    query = query.where(col(Alert.closed_at).is_(None), area.alerted())
    if area.rules is not None:
        themes = {rule.theme for rule in book.pack.rules if rule.id in set(area.rules)}
        query = query.where(col(Alert.theme).in_(themes))
    rows = session.exec(query.order_by(col(Alert.level).desc(), due_at(), col(Alert.id)).limit(most)).all()
    counties = names_above(session, [path for _, _, path in rows])
    names = _names(book, said)
    return [
        Waiting(
            id=alert.id or 0,
            level=Level(alert.level),
            unit=name,
            county=counties[path],
            about=names.get(alert.rules[0], "") if alert.rules else "",
            state=said(STATES[state_of(alert)]),
            duty=said(DUTIES[alert.duty]),
            due_at=due_of(alert),
        )
        for alert, name, path in rows
    ]


def _names(book: Rulebook, said: Words) -> dict[str, str]:
    """The rules by name; a sealed one is an other lead."""
    lead = said.either(SEALED_NAME, SEALED_NAME_EN)
    return {r.id: lead if sealed(r, book.dictionary) else said.either(r.name, r.name_en) for r in book.pack.rules}
