"""暂缓提醒: which mutes hold something back when a week is judged, and which of them a figure has ended."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import numpy as np
from sqlalchemy import func
from sqlmodel import Session, col, select

from service.alerting.decide import MuteView
from service.alerting.tables import Mute
from service.alerting.views import mute_view
from service.reporting.tables import Report
from service.scoring.build import number
from service.scoring.kinds import compare
from service.scoring.pack import Condition, Dictionary
from service.scoring.positions import Scalar
from service.scoring.steps import condition


def active(session: Session, nodes: Collection[str], now: datetime) -> dict[str, list[Mute]]:
    """By node the mutes in force: approved where that is needed, neither over nor ended."""
    found: dict[str, list[Mute]] = {}
    query = select(Mute).where(
        col(Mute.node_id).in_(nodes),
        col(Mute.until_at) > now,
        col(Mute.ended_at).is_(None),
        col(Mute.pending).is_(False),
    )
    for row in session.exec(query.order_by(col(Mute.id))):
        found.setdefault(row.node_id, []).append(row)
    return found


def holding(
    session: Session, mutes: Sequence[Mute], week: str, dictionary: Dictionary, now: datetime
) -> list[MuteView]:
    """The mutes that hold something back in `week`; one whose wake-up condition holds there is ended for good."""
    watching = [mute for mute in mutes if mute.wake_if]
    if watching:
        figures = _figures(session, watching[0].node_id, week)
        for mute in watching:
            if woken(read_condition(mute.wake_if, dictionary), figures, dictionary):
                mute.ended_at = now
                session.add(mute)
    return [mute_view(mute) for mute in mutes if mute.ended_at is None]


def read_condition(text: str, dictionary: Dictionary) -> Condition:
    """`indicator op number`, read as rules read it. Raises service.scoring.fields.Wrong."""
    return condition(dictionary)(Scalar(1, 1, text, text))


def woken(wake_if: Condition, figures: Sequence[Mapping[str, object]], dictionary: Dictionary) -> bool:
    """Whether any source's figures are known to fulfil the condition."""
    indicator = dictionary.indicators.get(wake_if.indicator)
    values = [number(indicator, said.get(wake_if.indicator)) for said in figures] if indicator else []
    return bool(compare(wake_if, np.array([v for v in values if isinstance(v, float)])).any())


def _figures(session: Session, node: str, week: str) -> list[Mapping[str, object]]:
    """The newest figures of every source of a node's week."""
    newest = (
        select(Report.source, func.max(Report.revision))
        .where(Report.node_id == node, Report.week == week)
        .group_by(col(Report.source))
    )
    wanted = set(session.exec(newest).all())
    rows = session.exec(select(Report).where(Report.node_id == node, Report.week == week))
    return [row.values for row in rows if (row.source, row.revision) in wanted]
