"""范围: which nodes a board is about, as conditions; a constant number of bounded queries finds what it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sql
from sqlalchemy import ColumnElement, Text, and_, cast, exists, false, func, literal_column, or_, true
from sqlmodel import Session, col, select

from service.alerting.tables import Score
from service.network.directory import inside, within
from service.network.tables import Node
from service.rulebook.library import Rulebook
from service.scoring.week import monday
from service.scoring.wording import sealed
from service.web.board.asked import Asked
from service.web.problems import not_found

SMALL = 400  # an area of up to so many judged nodes is shown unit by unit
_GROUPS = 400  # how many counties there are to choose from
_INDUSTRIES = 100


@dataclass(frozen=True)
class Spot:
    """A node as pictures name it."""

    id: str
    name: str
    path: str
    kind: str
    parent: str | None = None


@dataclass(frozen=True)
class Area:
    """What the viewer may see of what was asked for: `roots` are its tops, `groups` what stands beneath them, `units`
    its judged nodes when they are few, else None. `book` are the rules as they are now."""

    prefixes: tuple[str, ...]
    industry: str | None
    rules: tuple[str, ...] | None  # ids of the theme's rules, None for all
    roots: tuple[Spot, ...]
    groups: tuple[Spot, ...]
    units: tuple[Spot, ...] | None
    choices: tuple[Spot, ...]  # the counties there are to choose from
    industries: tuple[str, ...]
    whole: bool  # whether it is everything there is

    @property
    def name(self) -> str:
        """What the area is called."""
        return "、".join(root.name for root in self.roots[:3])

    def nodes(self) -> ColumnElement[bool]:
        """The condition that a node lies in it."""
        here = within(self.prefixes)
        return here if self.industry is None else and_(here, col(Node.industry) == self.industry)

    def alerted(self) -> ColumnElement[bool]:
        """The same of a node that an alert has been joined with."""
        here = inside(self.prefixes)
        return here if self.industry is None else and_(here, col(Node.industry) == self.industry)

    def everyone(self) -> ColumnElement[bool]:
        """The condition that a score is of a node that lies in it."""
        return true() if self.whole else exists().where(col(Node.id) == col(Score.node_id), self.nodes())

    def scores(self) -> ColumnElement[bool]:
        """The same for those in which the theme plays a part; asked a score, so that few scores cost little."""
        return self.everyone() if self.rules is None else and_(self.everyone(), _fired(self.rules))


def _fired(rules: Sequence[str]) -> ColumnElement[bool]:
    """That a finding of one of these rules fired: findings are stored as text, beginning with rule and state."""
    text = cast(col(Score.findings), Text)
    return or_(*(text.contains(f'{{"rule":"{rule}","state":"fired"', autoescape=True) for rule in rules), false())


def known_at(at: datetime | None) -> ColumnElement[bool]:
    """The condition that a score is the one known at an instant; the one known now for None."""
    superseded = col(Score.superseded_at)
    if at is None:
        return superseded.is_(None)
    return and_(col(Score.computed_at) <= at, or_(superseded.is_(None), superseded > at))


def find_area(session: Session, prefixes: tuple[str, ...], asked: Asked, book: Rulebook) -> Area:
    """The area that `asked` names within the viewer's `prefixes`. Raises NotFound for one outside of them."""
    choices = _children(session, prefixes)
    if asked.county is not None:
        chosen = session.exec(select(Node.path).where(within(prefixes), col(Node.id) == asked.county)).first()
        if chosen is None:
            raise not_found()
        prefixes = (chosen,)
    roots = find_spots(session, col(Node.path).in_(_tops(prefixes)))
    groups = choices if asked.county is None else _children(session, prefixes)
    rules = None if asked.theme is None else rules_of(asked.theme, book)
    whole = asked.industry is None and _is_whole(session, prefixes)
    industries = _industries(session, prefixes)
    area = Area(prefixes, asked.industry, rules, roots, groups, None, choices, industries, whole)
    living = or_(col(Node.closed).is_(None), col(Node.closed) > monday(asked.weeks[0]))
    units = find_spots(session, and_(area.nodes(), living, col(Node.kind).in_(book.pack.kinds)), SMALL + 1)
    return area if len(units) > SMALL else Area(**(vars(area) | {"units": units}))


def rules_of(theme: str, book: Rulebook) -> tuple[str, ...]:
    """The rules of a theme that may be told of: a filter must not give away what is sealed."""
    return tuple(r.id for r in book.pack.rules if r.theme == theme and not sealed(r, book.dictionary))


def themes_of(book: Rulebook) -> tuple[str, ...]:
    """The themes there are to choose from."""
    return tuple(dict.fromkeys(r.theme for r in book.pack.rules if not sealed(r, book.dictionary)))


def _is_whole(session: Session, prefixes: Sequence[str]) -> bool:
    """Whether the prefixes hold every tree there is."""
    roots = session.exec(select(func.count(col(Node.id))).where(col(Node.parent_id).is_(None))).one()
    return sum(prefix.count("/") == 1 for prefix in _tops(prefixes)) == roots


def _tops(prefixes: Sequence[str]) -> list[str]:
    """The prefixes that lie in no other."""
    return [p for p in prefixes if not any(p != q and p.startswith(q) for q in prefixes)]


def _children(session: Session, prefixes: Sequence[str]) -> tuple[Spot, ...]:
    """The counties within, or where there are less than two of them what stands directly beneath the tops."""
    counties = find_counties(session, prefixes)
    if len(counties) > 1:
        return counties
    tops = select(Node.id).where(col(Node.path).in_(_tops(prefixes)))
    beneath = and_(col(Node.parent_id).in_(tops), col(Node.kind).in_(("county", "township")))
    return find_spots(session, beneath, _GROUPS)


def find_counties(session: Session, prefixes: Sequence[str]) -> tuple[Spot, ...]:
    """The counties within, in tree order."""
    county = col(Node.kind) == literal_column("'county'")  # a parameter would not meet the index of the counties
    return find_spots(session, and_(within(prefixes), county))


def find_spots(session: Session, which: ColumnElement[bool], most: int = _GROUPS) -> tuple[Spot, ...]:
    """The first nodes of a condition in tree order."""
    columns: list[Any] = [Node.id, Node.name, Node.path, Node.kind, Node.parent_id]
    rows = session.execute(sql.select(*columns).where(which).order_by(col(Node.path)).limit(most))
    return tuple(Spot(*row) for row in rows)


def _industries(session: Session, prefixes: Sequence[str]) -> tuple[str, ...]:
    """The industries within; of a large area those of its first units."""
    first = select(Node.industry).where(within(prefixes), col(Node.industry).is_not(None)).limit(10 * SMALL).subquery()
    found = session.exec(select(first.c.industry).distinct().limit(_INDUSTRIES)).all()
    return tuple(sorted(str(one) for one in found))


def names_above(session: Session, paths: Sequence[str]) -> dict[str, str]:
    """For each path the name of the county that it lies in, empty above counties."""
    above = {path: path.rstrip("/").split("/") for path in paths}
    ids = {step for steps in above.values() for step in steps}
    query = select(Node.id, Node.name).where(col(Node.id).in_(ids), col(Node.kind) == "county")
    counties = dict(session.exec(query).all())
    return {path: next((counties[step] for step in steps if step in counties), "") for path, steps in above.items()}
