"""分数块: the scores of some units over the weeks of the pictures, and what is read off them; pure but for `load`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from service.alerting.tables import Score
from service.scoring.pack import Level
from service.scoring.statement import HALF
from service.web.board.area import Spot, known_at

BACK = 4  # weeks that the change of a score looks back


@dataclass(frozen=True)
class Cell:
    """One unit's week: `silent` when it closed without a report, `half` when less than half of it could be judged."""

    score: float
    level: Level
    judged: float
    silent: bool

    @property
    def half(self) -> bool:
        """Whether the level says little."""
        return self.judged < HALF


@dataclass(frozen=True)
class Block:
    """Units × weeks; a week without a score is missing from `cells`."""

    weeks: Sequence[str]
    units: Sequence[Spot]
    cells: Mapping[tuple[str, str], Cell]

    def at(self, unit: str, week: str | None = None) -> Cell | None:
        """The cell of a unit, of the newest week when none is named."""
        return self.cells.get((unit, week or self.weeks[-1]))

    def series(self, unit: str) -> list[float | None]:
        """The scores of a unit, None for unknown weeks; a silent week is a gap."""
        found = [self.cells.get((unit, week)) for week in self.weeks]
        return [None if cell is None or cell.silent else cell.score for cell in found]

    def change(self, unit: str) -> float | None:
        """By how much the score differs from that of four weeks before; None where either is not known."""
        now, before = self.at(unit), self.at(unit, self.weeks[-1 - BACK])
        return None if now is None or before is None else now.score - before.score

    def weight(self, unit: str) -> tuple[int, float]:
        """The more serious, the greater; a unit that is not known is the least."""
        cell = self.at(unit)
        return (int(cell.level), cell.score) if cell else (-1, 0.0)


def load(session: Session, units: Sequence[Spot], weeks: Sequence[str], at: datetime | None) -> Block:
    """The scores of `units` as known at an instant (None: now), in one query."""
    columns: list[Any] = [
        Score.node_id,
        Score.week,
        Score.score,
        Score.level,
        Score.judged,
        Score.reported,
        Score.closed,
    ]
    query = select(*columns).where(
        col(Score.node_id).in_([unit.id for unit in units]), col(Score.week).between(weeks[0], weeks[-1]), known_at(at)
    )
    rows = session.execute(query)
    cells = {
        (node, week): Cell(score, Level(level), judged, closed and not reported)
        for node, week, score, level, judged, reported, closed in rows
    }
    return Block(weeks, units, cells)
