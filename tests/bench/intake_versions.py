"""The three versions of intake that the bench compares: the same application around different writers."""

import sys
from collections.abc import Sequence

import uvicorn
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool

from service.clock import SystemClock
from service.db import Database, new_id
from service.network.tables import Node, Token
from service.reporting.admit import Admitted, admit
from service.reporting.doubts import LOOK_BACK
from service.reporting.intake import Intake, IntakeRules
from service.reporting.known import Bearer, Earlier, Known, Place
from service.reporting.lookup import look_up
from service.reporting.submission import Answer, ReportAnswer, ReportSubmission, Submission
from service.reporting.tables import Due, Expectation, Receipt, Report
from service.rulebook.library import Library
from service.scoring.week import step
from service.settings import Settings
from service.web.api import build_api
from service.web.context import Context


class Bare(Intake):
    """Checks a report and answers at once; nothing is stored, and tokens are known from the start."""

    def prepare(self) -> None:
        with self._db.read() as session:
            digests = session.exec(select(Token.digest)).all()
            self._everybody = Known()
            look_up(session, [ReportSubmission(digest, "", {}) for digest in digests], self._everybody)

    async def ask(self, submission: Submission) -> Answer:
        known = Known(self._everybody.bearers, self._everybody.places)
        return admit(submission, known, self.rules(), self._clock.now(), new_id()).answer


class Orm(Intake):
    """One SQLModel transaction a request, on a thread, as a FastAPI application usually does it."""

    async def ask(self, submission: Submission) -> Answer:
        return await run_in_threadpool(self._transact, submission)

    def _transact(self, submission: Submission) -> Answer:
        assert isinstance(submission, ReportSubmission)
        rules = self.rules()
        with self._db.write() as session:
            known = _known(session, submission)
            admitted = admit(submission, known, rules, self._clock.now(), new_id())
            _add(session, admitted)
        return admitted.answer


def _known(session: Session, sent: ReportSubmission) -> Known:
    token = session.exec(select(Token).where(Token.digest == sent.digest, col(Token.revoked_at).is_(None))).one()
    node = session.get_one(Node, token.node_id)
    place = Place(node.id, node.path, node.kind, node.headcount, node.opened, node.closed)
    known = Known({sent.digest: Bearer(token.id or 0, place, (place.path,))}, {place.id: place})
    receipt = session.get(Receipt, (token.id, sent.key)) if sent.key else None
    if receipt is not None and sent.key is not None:
        report = session.get_one(Report, receipt.stored_id)
        answer = ReportAnswer(report.id, node.id, report.week, report.revision, report.received_at, report.state, ())
        known.earlier[token.id or 0, sent.key] = Earlier(receipt.body_digest, answer)
    weeks = col(Report.week).between(step(sent.week, -LOOK_BACK), sent.week)
    for row in session.exec(select(Report).where(Report.node_id == node.id, weeks)):
        known.remember(row.node_id, row.week, row.source, row.revision, row.values)
    expected = session.get(Expectation, (node.id, sent.week))
    if expected is not None:
        known.closes[node.id, sent.week] = expected.closes_at
    return known


def _add(session: Session, admitted: Admitted) -> None:
    for table, row in ((Report, admitted.report), (Receipt, admitted.receipt), (Due, admitted.due)):
        if row is not None:
            session.add(table(**row))


VERSIONS = {"bare": Bare, "orm": Orm, "ours": Intake}


def main(arguments: Sequence[str]) -> None:
    version, port, url = arguments
    db, clock = Database(url), SystemClock()
    library = Library(db)
    book = library.current()
    rules = IntakeRules(book.dictionary, book.calendar, book.policy.reports)
    intake = VERSIONS[version](db, clock, lambda: rules)
    if isinstance(intake, Bare):
        intake.prepare()
    intake.start()
    app = build_api(Context(Settings(rate_limit="100000000/minute"), db, clock, intake, library))
    uvicorn.run(app, host="127.0.0.1", port=int(port), http="httptools", ws="none", log_level="warning")
    intake.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
