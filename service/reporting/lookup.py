"""查找: reads once what a whole batch of submissions needs to know; the number of queries does not grow with it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import select, tuple_
from sqlmodel import Session, col

from service.network.tables import Node, Post, Tenure, Token
from service.reporting.admit import event_warnings, is_week
from service.reporting.doubts import LOOK_BACK
from service.reporting.known import Bearer, Earlier, Known, Place
from service.reporting.submission import Answer, EventAnswer, ReportAnswer, ReportSubmission, Submission
from service.reporting.tables import Event, Expectation, Receipt, Report
from service.scoring.week import step

_PLACE = (col(Node.id), col(Node.path), col(Node.kind), col(Node.headcount), col(Node.opened), col(Node.closed))


def look_up(session: Session, submissions: Sequence[Submission], known: Known) -> None:
    """Add to `known` everything that deciding about `submissions` takes."""
    _bearers(session, {s.digest for s in submissions} - known.bearers.keys(), known)
    _places(session, {s.node for s in submissions if s.node is not None} - known.places.keys(), known)
    # Receipts last: who sees that another process has just stored a report then also sees the receipt for it.
    _reports(session, submissions, known)
    _receipts(session, submissions, known)


def _bearers(session: Session, digests: Collection[str], known: Known) -> None:
    query = select(col(Token.digest), col(Token.id), col(Token.officer_id), *_PLACE).join_from(
        Token, Node, isouter=True
    )
    officers: dict[str, list[tuple[str, int]]] = {}
    for digest, token_id, officer, *place in session.execute(
        query.where(col(Token.digest).in_(digests), col(Token.revoked_at).is_(None))
    ):
        if officer is None:
            own = Place(*place)
            known.places[own.id] = own
            known.bearers[digest] = Bearer(token_id, own, (own.path,))
        else:
            officers.setdefault(officer, []).append((digest, token_id))
    if not officers:
        return
    held: dict[str, set[str]] = {officer: set() for officer in officers}
    paths = select(col(Tenure.officer_id), col(Node.path)).join_from(Tenure, Post).join(Node)
    for officer, path in session.execute(paths.where(col(Tenure.officer_id).in_(officers))):
        held[officer].add(path)
    for officer, tokens in officers.items():
        for digest, token_id in tokens:
            known.bearers[digest] = Bearer(token_id, None, tuple(sorted(held[officer])))


def _places(session: Session, nodes: Collection[str], known: Known) -> None:
    if nodes:
        for row in session.execute(select(*_PLACE).where(col(Node.id).in_(nodes))):
            known.places[row.id] = Place(*row)


def _receipts(session: Session, submissions: Iterable[Submission], known: Known) -> None:
    keys = {
        (bearer.token_id, s.key)
        for s in submissions
        if s.key is not None and (bearer := known.bearers.get(s.digest)) is not None
    } - known.earlier.keys()
    if not keys:
        return
    query = select(col(Receipt.token_id), col(Receipt.key), col(Receipt.body_digest), col(Receipt.stored_id))
    found = session.execute(query.where(tuple_(col(Receipt.token_id), col(Receipt.key)).in_(sorted(keys)))).all()
    if found:
        answers = _answers(session, [row.stored_id for row in found])
        for token_id, key, body_digest, stored_id in found:
            known.earlier[token_id, key] = Earlier(body_digest, answers[stored_id])


def _answers(session: Session, ids: Collection[str]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for r in session.execute(select(Report).where(col(Report.id).in_(ids))).scalars():
        answers[r.id] = ReportAnswer(r.id, r.node_id, r.week, r.revision, r.received_at, r.state, tuple(r.warnings))
    for e in session.execute(select(Event).where(col(Event.id).in_(ids))).scalars():
        warnings = event_warnings(e.note)
        answers[e.id] = EventAnswer(e.id, e.node_id, e.week, e.event, e.happened_at, e.people, e.received_at, warnings)
    return answers


def _reports(session: Session, submissions: Iterable[Submission], known: Known) -> None:
    cells = {
        (node, s.week)
        for s in submissions
        if isinstance(s, ReportSubmission) and is_week(s.week) and (node := _target(s, known)) is not None
    }
    if not cells:
        return
    nodes = {node for node, _ in cells}
    first, last = min(week for _, week in cells), max(week for _, week in cells)
    query = select(
        col(Report.node_id), col(Report.week), col(Report.source), col(Report.revision), col(Report.values)
    ).where(col(Report.node_id).in_(nodes), col(Report.week).between(step(first, -LOOK_BACK), last))
    for row in session.execute(query):
        known.remember(*row)
    expected = select(col(Expectation.node_id), col(Expectation.week), col(Expectation.closes_at))
    closes: dict[tuple[str, str], datetime] = {
        (node, week): closes_at
        for node, week, closes_at in session.execute(
            expected.where(col(Expectation.node_id).in_(nodes), col(Expectation.week).between(first, last))
        )
    }
    known.closes |= closes


def _target(submission: Submission, known: Known) -> str | None:
    if submission.node is not None:
        return submission.node if submission.node in known.places else None
    bearer = known.bearers.get(submission.digest)
    return bearer.place.id if bearer is not None and bearer.place is not None else None
