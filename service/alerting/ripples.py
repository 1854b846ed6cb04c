"""涟漪: whom a freshly judged week makes due again – those above it, and those that are compared with it.

They are never locked from here; each has a Due row with a cause of its own, and no news of its own.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from sqlalchemy import insert, select
from sqlmodel import Session, col

from service.alerting.claim import Claim
from service.alerting.neighbours import group_members, groups_of, in_hand
from service.alerting.tables import Score
from service.network.tables import Node
from service.reporting.tables import Cause, Due
from service.rulebook.library import Shelf
from service.scoring.pack import Level, Rule
from service.scoring.week import step

_FIGURES = frozenset({Cause.REPORT, Cause.CORRECTION})

Weeks = Mapping[str, Collection[str]]  # by node


def shows_above(new: Score, old: Score | None) -> bool:
    """Whether the week's level or silence is another than it was; what was never judged was normal and not silent."""
    before = (old.level, _silent(old)) if old else (int(Level.NORMAL), False)
    return before != (new.level, _silent(new))


def _silent(score: Score) -> bool:
    return score.closed and not score.reported


def reported_unjudged(claimed: Claim, shelf: Shelf) -> dict[str, set[str]]:
    """Weeks of nodes that report without any rule to judge them: that they are not silent shows above all the same."""
    kinds = shelf.newest.pack.kinds
    return {
        node.id: {week for week, why in claimed.causes[node.id].items() if Cause.REPORT in why}
        for node in claimed.nodes
        if node.kind not in kinds
    }


def tell_above(
    session: Session, shelf: Shelf, nodes: Iterable[Node], changed: Weeks, cause: Cause, now: datetime
) -> None:
    """Have the nodes above a change judged again, where a rule counts what is below them: for weeks they were judged
    for, and for weeks that are being closed, when another process may be judging them at this moment. A change that
    came of peers alone alarms nobody further up either, so it goes up with that `cause`."""
    counting = {kind for book in shelf.books for kind in book.pack.counting}
    above: dict[str, set[str]] = {}
    for node in nodes if counting else ():
        for id_ in node.path.split("/")[:-2] if changed.get(node.id) else ():
            above.setdefault(id_, set()).update(changed[node.id])
    if not above:
        return
    weeks = {week for of_node in above.values() for week in of_node}
    closing = in_hand(session, weeks)
    kinds = select(col(Node.id)).where(col(Node.id).in_(above), col(Node.kind).in_(counting))
    scored = select(col(Score.node_id), col(Score.week)).where(
        col(Score.node_id).in_(above), col(Score.week).in_(weeks), col(Score.superseded_at).is_(None)
    )
    judged = {(node, week) for node, week in session.execute(scored)}
    due = [(node, week) for node in session.scalars(kinds) for week in above[node]]
    _make_due(session, [key for key in due if key in judged or key[1] in closing], cause, now)


def tell_peers(session: Session, shelf: Shelf, claimed: Claim, now: datetime) -> None:
    """Have everybody judged again who is compared with a node whose figures of a closed week came late or were
    corrected: that week and the later ones that add it up. Before its closing is in hand a week tells nobody, because
    then everybody is due for it anyway."""
    rules = {_looks(rule): rule for book in shelf.books for rule in book.pack.of_kind("peers")}
    news: dict[str, list[Node]] = {}
    for node in claimed.nodes if rules else ():
        for week, why in claimed.causes[node.id].items():
            if why & _FIGURES:
                news.setdefault(week, []).append(node)
    if not news:
        return
    longest = max(rule.window for rule in rules.values())
    closed = in_hand(session, {step(week, later) for week in news for later in range(longest + 1)})
    told: set[tuple[str, str]] = set()
    for week, nodes in news.items():
        judged_now = {node.id for node in nodes}  # with all of this, and their later weeks too
        for rule in rules.values():
            weeks = {step(week, later) for later in range(rule.window + 1)} & closed
            groups = groups_of(rule, nodes) if weeks else ()
            if groups:
                told |= {key for key in _compared(session, rule, groups, weeks) if key[0] not in judged_now}
    _make_due(session, sorted(told), Cause.PEER, now)


def _looks(rule: Rule) -> tuple[object, ...]:
    """Rules that say the same here tell the same nodes of the same weeks."""
    return rule.group and rule.group.by, rule.applies_to, rule.window


def _compared(
    session: Session, rule: Rule, groups: Collection[str], weeks: Collection[str]
) -> Iterable[tuple[str, str]]:
    query = (
        select(col(Score.node_id), col(Score.week))
        .join(Node, col(Node.id) == col(Score.node_id))
        .where(group_members(rule, groups), col(Score.week).in_(weeks), col(Score.superseded_at).is_(None))
    )
    return [(node, week) for node, week in session.execute(query)]


def _make_due(session: Session, keys: Collection[tuple[str, str]], cause: Cause, now: datetime) -> None:
    rows = [{"node_id": node, "week": week, "cause": cause, "created_at": now} for node, week in keys]
    if rows:
        session.execute(insert(Due), rows)
