"""复述: a stored score judged once more from what was known when it was made, so that it can be said and varied."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session, col, select

from service.alerting.neighbours import Kept, View, read_around
from service.alerting.tables import Score
from service.alerting.views import stored_findings
from service.network.tables import Node
from service.reporting.panels import first_week, read_reports
from service.reporting.tables import ReportingWeek
from service.rulebook.library import Rulebook, Shelf
from service.scoring.pack import Level, State
from service.scoring.score import Finding, NodeScore
from service.scoring.sources import SOURCES_DISAGREE
from service.scoring.week import step
from service.scoring.whatif import Place


@dataclass(frozen=True)
class Retold:
    """A score with the version that made it; `place` is None where it does not come out again: something that it was
    made of, such as the node itself, has changed since, and it will be judged anew."""

    node: Node
    book: Rulebook
    score: NodeScore
    place: Place | None


def retell(session: Session, shelf: Shelf, stored: Score, node: Node) -> Retold:
    """Judge `stored` again; what it said then is told in any case."""
    book = shelf.version(stored.rule_version)
    place = _place(session, book, stored, node)
    again = place.score()
    if _said(again) != (stored.score, stored.level, stored.judged, [_answer(f) for f in stored.findings]):
        return Retold(node, book, _as_stored(stored), None)
    return Retold(node, book, again, place)


def _place(session: Session, book: Rulebook, stored: Score, node: Node) -> Place:
    week = stored.week
    panel_start = min(first_week(session) or week, week)
    first = max(panel_start, step(week, -book.pack.window))
    closed = _closed(session, stored, first)
    reading = read_reports(session, [node.id], first, week, stored.computed_at)
    panel = reading.panel([node], first, week, book.dictionary, closed)
    around = read_around(session, Kept(), View(book, [node], [week], panel_start, closed))
    return Place(book.pack, panel, 0, len(panel.weeks) - 1, around)


def _closed(session: Session, stored: Score, first: str) -> Callable[[str], bool]:
    """Which weeks were closed when the score was made."""
    rows = session.exec(
        select(ReportingWeek.week).where(
            col(ReportingWeek.week) >= first,
            col(ReportingWeek.week) < stored.week,
            col(ReportingWeek.closes_at) > stored.computed_at,
        )
    )
    still_open = set(rows) | (set() if stored.closed else {stored.week})
    return lambda week: week not in still_open


def _said(score: NodeScore) -> tuple[float, int, float, list[tuple[object, ...]]]:
    """What a score says; the words of its findings may be put better by a later version of the program."""
    return score.score, int(score.level), score.judged, [_answer(found) for found in stored_findings(score)]


def _answer(found: dict[str, object]) -> tuple[object, ...]:
    return tuple(found[name] for name in ("rule", "state", "points", "floor", "trial"))


def _as_stored(stored: Score) -> NodeScore:
    found = [
        Finding(**{**said, "state": State(said["state"]), "floor": Level(said["floor"]), "would": said["points"]})
        for said in stored.findings
    ]
    findings = tuple(one for one in found if one.rule != SOURCES_DISAGREE)
    asides = tuple(one for one in found if one.rule == SOURCES_DISAGREE)
    level = Level(stored.level)
    return NodeScore(stored.node_id, stored.week, stored.score, level, stored.judged, findings, asides)
