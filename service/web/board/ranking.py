"""排名: the most serious units of a week, each with the strongest reason in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.alerting.tables import Score
from service.network.tables import Node
from service.rulebook.library import Shelf
from service.scoring.pack import Level
from service.web.api.findings import shown_findings
from service.web.board.area import Area, Spot, find_spots, known_at
from service.web.board.block import Block
from service.web.pages.i18n import Words, mark

MOST = 14
CANDIDATES = 60  # of a large area, among which the pictures choose
NO_REASON = mark("无触发项")


@dataclass(frozen=True)
class Ranked:
    """One unit of the ranking; `change` over four weeks is None where one of both weeks is not known."""

    unit: Spot
    county: str
    level: Level
    score: float
    change: float | None
    series: Sequence[float | None]
    reason: str


def candidates(session: Session, area: Area, week: str, at: datetime | None) -> list[Spot]:
    """The most serious units of the week; of a small area all that are known."""
    query = select(Score.node_id).where(Score.week == week, known_at(at), area.scores())
    if area.units is None:
        query = query.where(Score.level > Level.NORMAL)
    query = query.order_by(col(Score.level).desc(), col(Score.score).desc(), col(Score.node_id)).limit(CANDIDATES)
    ids = session.exec(query).all()
    spots = {spot.id: spot for spot in find_spots(session, col(Node.id).in_(ids))}
    return [spots[id_] for id_ in ids]


def rank(
    session: Session,
    shelf: Shelf,
    block: Block,
    units: Sequence[Spot],
    counties: dict[str, str],
    at: datetime | None,
    said: Words,
    most: int = MOST,
) -> list[Ranked]:
    """The first `most` of `units` as they are shown; one query for the reasons of all."""
    shown = units[:most]
    reasons = _reasons(session, shelf, [unit.id for unit in shown], block.weeks[-1], at, said)
    ranked = []
    for unit in shown:
        cell = block.at(unit.id)
        if cell is not None:
            series, reason = block.series(unit.id), reasons.get(unit.id) or said(NO_REASON)
            county = counties.get(unit.path, "")
            ranked.append(Ranked(unit, county, cell.level, cell.score, block.change(unit.id), series, reason))
    return ranked


def _reasons(
    session: Session, shelf: Shelf, ids: Sequence[str], week: str, at: datetime | None, said: Words
) -> dict[str, str]:
    query = select(Score.node_id, Score.findings, Score.rule_version)
    rows = session.exec(query.where(col(Score.node_id).in_(ids), Score.week == week, known_at(at)))
    return {node: strongest(findings, shelf, version, said) for node, findings, version in rows}


def strongest(findings: Sequence[dict[str, Any]], shelf: Shelf, version: int, said: Words) -> str:
    """The weightiest finding in words; a sealed one is an other lead. Empty when none fired."""
    fired = [one for one in findings if one["state"] == "fired" and not one["trial"]]
    if not fired:
        return ""
    worst = max(fired, key=lambda one: (one["floor"], one["points"]))
    (shown,) = shown_findings([worst], shelf.version(version))
    name = said.either(shown.get("name", ""), shown.get("name_en", ""))
    return said.either(shown.get("reason", ""), shown.get("reason_en", "")) or name
