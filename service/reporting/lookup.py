"""查找: reads once what a whole batch of submissions needs to know; the number of queries does not grow with it."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import orjson
from sqlalchemy import BindParameter, Connection, Select, Text, bindparam, cast, select, tuple_
from sqlmodel import Session, col

from service.network.tables import Node, Post, Tenure, Token
from service.reporting.admit import event_warnings, is_week
from service.reporting.doubts import LOOK_BACK
from service.reporting.known import Bearer, Earlier, Known, Place
from service.reporting.submission import Answer, EventAnswer, ReportAnswer, ReportSubmission, Submission
from service.reporting.tables import Event, Expectation, Receipt, Report
from service.scoring.week import step

_WANTED: BindParameter[Any] = bindparam("wanted", expanding=True)
_PLACE = (col(Node.id), col(Node.path), col(Node.kind), col(Node.headcount), col(Node.opened), col(Node.closed))
_TOKENS: Select[*tuple[Any, ...]] = (
    select(col(Token.digest), col(Token.id), col(Token.officer_id), *_PLACE)
    .join_from(Token, Node, isouter=True)
    .where(col(Token.digest).in_(_WANTED), col(Token.revoked_at).is_(None))
)
_POSTS_HELD = (
    select(col(Tenure.officer_id), col(Node.path))
    .join_from(Tenure, Post)
    .join(Node)
    .where(col(Tenure.officer_id).in_(_WANTED))
)
_PLACES = select(*_PLACE).where(col(Node.id).in_(_WANTED))
_RECEIPTS = select(col(Receipt.token_id), col(Receipt.key), col(Receipt.body_digest), col(Receipt.stored_id)).where(
    tuple_(col(Receipt.token_id), col(Receipt.key)).in_(_WANTED)
)
# Figures as text: these are most rows by far, and SQLAlchemy's way from JSON to a dict costs three times orjson's.
_PAST = select(
    col(Report.node_id), col(Report.week), col(Report.source), col(Report.revision), cast(col(Report.values), Text)
).where(col(Report.node_id).in_(_WANTED), col(Report.week).between(bindparam("first"), bindparam("last")))
_EXPECTED = select(col(Expectation.node_id), col(Expectation.week), col(Expectation.closes_at)).where(
    col(Expectation.node_id).in_(_WANTED), col(Expectation.week).between(bindparam("first"), bindparam("last"))
)


def look_up(session: Session, submissions: Sequence[Submission], known: Known) -> None:
    """Add to `known` everything that deciding about `submissions` takes."""
    connection = session.connection()  # rows as they are: making objects of them would cost as much as reading them
    _bearers(connection, {s.digest for s in submissions} - known.bearers.keys(), known)
    _places(connection, {s.node for s in submissions if s.node is not None} - known.places.keys(), known)
    # Receipts last: who sees that another process has just stored a report then also sees the receipt for it.
    _reports(connection, submissions, known)
    _receipts(session, submissions, known)


def _bearers(connection: Connection, digests: Collection[str], known: Known) -> None:
    officers: dict[str, list[tuple[str, int]]] = {}
    for digest, token_id, officer, *place in connection.execute(_TOKENS, {"wanted": list(digests)}).all():
        if officer is None:
            own = Place(*place)
            known.places[own.id] = own
            known.bearers[digest] = Bearer(token_id, own, (own.path,))
        else:
            officers.setdefault(officer, []).append((digest, token_id))
    if not officers:
        return
    held: dict[str, set[str]] = {officer: set() for officer in officers}
    for officer, path in connection.execute(_POSTS_HELD, {"wanted": list(officers)}).all():
        held[officer].add(path)
    for officer, tokens in officers.items():
        for digest, token_id in tokens:
            known.bearers[digest] = Bearer(token_id, None, tuple(sorted(held[officer])))


def _places(connection: Connection, nodes: Collection[str], known: Known) -> None:
    if nodes:
        for row in connection.execute(_PLACES, {"wanted": list(nodes)}).all():
            known.places[row.id] = Place(*row)


def _receipts(session: Session, submissions: Iterable[Submission], known: Known) -> None:
    keys = {
        (bearer.token_id, s.key)
        for s in submissions
        if s.key is not None and (bearer := known.bearers.get(s.digest)) is not None
    } - known.earlier.keys()
    if not keys:
        return
    found = session.connection().execute(_RECEIPTS, {"wanted": list(keys)}).all()
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


def _reports(connection: Connection, submissions: Iterable[Submission], known: Known) -> None:
    cells = {
        (node, s.week)
        for s in submissions
        if isinstance(s, ReportSubmission) and (node := _target(s, known)) is not None and is_week(s.week)
    }
    if not cells:
        return
    first, last = min(week for _, week in cells), max(week for _, week in cells)
    asked = {"wanted": list({node for node, _ in cells}), "first": first, "last": last}
    for node, week, closes_at in connection.execute(_EXPECTED, asked).all():
        known.closes[node, week] = closes_at
    asked["first"] = step(first, -LOOK_BACK)
    for node, week, source, revision, values in connection.execute(_PAST, asked).all():
        known.remember(node, week, source, revision, orjson.loads(values))


def _target(submission: Submission, known: Known) -> str | None:
    if submission.node is not None:
        return submission.node if submission.node in known.places else None
    bearer = known.bearers.get(submission.digest)
    return bearer.place.id if bearer is not None and bearer.place is not None else None
