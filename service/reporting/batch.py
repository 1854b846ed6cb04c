"""批: what has queued up becomes one transaction – looked up together, decided one by one, written together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlmodel import Session, SQLModel

from service.bell import Topic
from service.clock import Clock
from service.db import Database, new_id, wake
from service.errors import Refusal
from service.reporting.admit import Admitted, admit
from service.reporting.known import IntakeRules, Known
from service.reporting.lookup import look_up
from service.reporting.submission import Answer, Submission
from service.reporting.tables import Due, Event, Receipt, Report

Outcome = Answer | Refusal


def decide(
    session: Session, submissions: Sequence[Submission], known: Known, rules: IntakeRules, now: datetime
) -> list[Admitted | Refusal]:
    """What becomes of each submission, the earlier ones taken as stored for the later ones."""
    look_up(session, submissions, known)
    return [_decide_one(submission, known, rules, now) for submission in submissions]


def _decide_one(submission: Submission, known: Known, rules: IntakeRules, now: datetime) -> Admitted | Refusal:
    try:
        return admit(submission, known, rules, now, new_id())
    except Refusal as refusal:
        return refusal


def store(session: Session, decided: Sequence[Admitted | Refusal]) -> None:
    """Write the rows of what was admitted, and have assess woken when they are committed."""
    admitted = [one for one in decided if isinstance(one, Admitted)]
    # Sorted, so that two processes storing the same cells or keys wait for each other and never in a circle.
    reports = sorted(
        (one.report for one in admitted if one.report), key=lambda r: (r["node_id"], r["week"], r["source"])
    )
    receipts = sorted((one.receipt for one in admitted if one.receipt), key=lambda r: (r["token_id"], r["key"]))
    _insert(session, Report, reports)
    _insert(session, Event, [one.event for one in admitted if one.event])
    _insert(session, Receipt, receipts)
    _insert(session, Due, [one.due for one in admitted if one.due])
    if any(one.due for one in admitted):
        wake(session, Topic.ASSESS)


def _insert(session: Session, table: type[SQLModel], rows: Sequence[Any]) -> None:
    if rows:
        session.connection().execute(insert(table), rows)


def outcomes(decided: Sequence[Admitted | Refusal]) -> list[Outcome]:
    """What is answered to each, once the rows are committed."""
    return [one.answer if isinstance(one, Admitted) else one for one in decided]


class Rehearsal:
    """试报: answers as intake would and stores nothing; each call takes those before it as stored."""

    def __init__(self, db: Database, clock: Clock, rules: IntakeRules) -> None:
        self._db = db
        self._clock = clock
        self._rules = rules
        self._known = Known()

    def run(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """Decide about some more submissions."""
        with self._db.read() as session:
            return outcomes(decide(session, submissions, self._known, self._rules, self._clock.now()))
