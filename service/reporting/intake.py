"""接收: one thread commits what has queued up, and the replies leave after the commit.

A durable write costs one fsync whatever it holds, so many reports share one (findings). A row that cannot be stored
never fails its neighbours, and a database that is away loses nothing: whoever waits is told to send it again.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, Full, Queue
from typing import Any

import structlog
from sqlalchemy import delete
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session, col

from service.clock import Clock
from service.db import Database
from service.errors import Exit, Invalid, Refusal, Unavailable
from service.journal import note
from service.reporting.batch import Outcome, Rehearsal, decide, outcomes, store
from service.reporting.known import IntakeRules, Known
from service.reporting.submission import Answer, Submission
from service.reporting.tables import Receipt

__all__ = ["Intake", "IntakeRules", "forget_receipts"]

KEEP_RECEIPTS = timedelta(days=90)
REPLY_WITHIN = 60.0  # seconds; longer than a locked SQLite is waited for
_ATTEMPTS = 3  # for one row: a collision with another process is resolved by looking again
_RETRY_AFTER = 5  # seconds
_RACES = ("40001", "40P01")  # serialization failure, deadlock: the database is there, the batch was unlucky
_NO_TABLE = "42"  # the class of undefined tables and columns
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class _Pending:
    submission: Submission
    reply: "Future[Answer] | asyncio.Future[Answer]"


class Intake:
    """The one writer of reports and events in this process; `rules` is asked once a batch."""

    def __init__(
        self, db: Database, clock: Clock, rules: Callable[[], IntakeRules], *, queue: int = 4096, batch: int = 256
    ) -> None:
        self.rules = rules
        self._db = db
        self._clock = clock
        self._queue: Queue[_Pending | None] = Queue(queue)
        self._batch = batch
        self._thread = threading.Thread(target=self._run, name="intake", daemon=True)
        self._stopped = False
        self._turned_away = 0

    def start(self) -> None:
        """Begin to settle what has queued up."""
        self._thread.start()

    def stop(self) -> None:
        """Settle what has queued up, then take no more."""
        self._stopped = True
        self._queue.put(None)
        self._thread.join()
        late = [pending for pending in self._take_rest() if pending is not None and _wanted(pending)]
        _reply(late, [_stopping()] * len(late))

    @property
    def alive(self) -> bool:
        """Whether the writer is taking submissions."""
        return self._thread.is_alive()

    def submit(self, submission: Submission) -> "Future[Answer]":
        """Queue one submission; the future holds the answer, or the Refusal, once it is settled. Raises Unavailable."""
        reply: Future[Answer] = Future()
        self._put(_Pending(submission, reply))
        return reply

    def enqueue(self, submission: Submission) -> "asyncio.Future[Answer]":
        """The same for the running event loop, which is woken once a batch and not once a reply. Raises Unavailable."""
        reply: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._put(_Pending(submission, reply))
        return reply

    async def ask(self, submission: Submission) -> Answer:
        """Queue one submission and wait for what becomes of it. Raises a Refusal."""
        try:
            async with asyncio.timeout(REPLY_WITHIN):
                return await self.enqueue(submission)
        except TimeoutError as error:
            raise _unavailable("数据库迟迟没有回应", "the database does not answer") from error

    def rehearsal(self) -> Rehearsal:
        """Something that answers like intake and stores nothing."""
        return Rehearsal(self._db, self._clock, self.rules())

    def _put(self, pending: _Pending) -> None:
        if self._stopped:
            raise _stopping()
        try:
            self._queue.put_nowait(pending)
        except Full:
            raise _unavailable("上报太多，正在排队", "too many reports are waiting") from None

    def _run(self) -> None:
        taken: list[_Pending | None] = []
        while None not in taken:
            taken = self._take()
            batch = [pending for pending in taken if pending is not None and _wanted(pending)]
            if batch:
                _reply(batch, self._settle([pending.submission for pending in batch]))

    def _take(self) -> list[_Pending | None]:
        """What has queued up, at least one; None asks to stop."""
        return [self._queue.get(), *self._take_rest()]

    def _take_rest(self) -> list[_Pending | None]:
        rest: list[_Pending | None] = []
        while len(rest) < self._batch - 1:
            try:
                rest.append(self._queue.get_nowait())
            except Empty:
                break
        return rest

    def _settle(self, submissions: Sequence[Submission]) -> list[Outcome]:
        """What to answer to each; never raises, so the thread lives on."""
        try:
            return self._commit(submissions)
        except Exception as error:
            if _away(error):
                return self._turn_away(submissions, error)
            _log.warning("intake_batch_failed", rows=len(submissions), error=type(error).__name__)
        settled: list[Outcome] = []
        for place, submission in enumerate(submissions):
            outcome = self._settle_one(submission)
            settled.append(outcome)
            if isinstance(outcome, Unavailable):
                # The database went away meanwhile: no need to wait for it once per row.
                return settled + [outcome] * (len(submissions) - place - 1)
        return settled

    def _settle_one(self, submission: Submission) -> Outcome:
        failure: Exception | None = None
        for _ in range(_ATTEMPTS):
            try:
                return self._commit([submission])[0]
            except Exception as error:
                if _away(error):
                    return self._turn_away([submission], error)[0]
                failure = error
        return self._give_up(submission, failure)

    def _commit(self, submissions: Sequence[Submission]) -> list[Outcome]:
        rules = self.rules()
        with self._db.write() as session:
            now = self._clock.now()
            decided = decide(session, submissions, Known(), rules, now)
            store(session, decided)
            if self._turned_away:
                _note_outage(session, now, self._turned_away)
        self._turned_away = 0
        return outcomes(decided)

    def _turn_away(self, submissions: Sequence[Submission], error: Exception) -> list[Outcome]:
        self._turned_away += len(submissions)
        _log.error("intake_unavailable", rows=len(submissions), error=type(error).__name__)
        refusal = _unavailable("数据库暂时不可用，未保存", "the database is away; nothing was stored")
        return [refusal] * len(submissions)

    def _give_up(self, submission: Submission, failure: Exception | None) -> Outcome:
        kind = type(failure).__name__
        _log.error("intake_poison_row", error=kind, node=submission.node)
        try:
            with self._db.write() as session:
                text = "一份上报无法保存，已退回，请联系开发人员"
                text_en = "a submission could not be stored and was refused; tell the developers"
                note(session, self._clock.now(), "intake_poison", submission.node or "", text, text_en, error=kind)
        except DBAPIError as error:
            return self._turn_away([submission], error)[0]
        return Invalid(
            "not_storable", "这份内容无法保存，请联系管理员", "this cannot be stored; tell the administrator"
        )


def forget_receipts(session: Session, now: datetime) -> int:
    """Delete idempotency keys older than 90 days; returns how many."""
    return session.connection().execute(delete(Receipt).where(col(Receipt.created_at) < now - KEEP_RECEIPTS)).rowcount


def _unavailable(text: str, text_en: str) -> Unavailable:
    return Unavailable(
        "unavailable",
        f"{text}，请稍后用同一 Idempotency-Key 重发",
        f"{text_en}; send it again in a moment with the same Idempotency-Key",
        retry_after=_RETRY_AFTER,
    )


def _stopping() -> Unavailable:
    return _unavailable("服务正在停止", "the service is stopping")


def _away(error: Exception) -> bool:
    """Whether the database, and not a row, is the reason: away, locked, full, read-only, or not migrated."""
    state = str(getattr(error.orig, "sqlstate", "")) if isinstance(error, DBAPIError) else ""
    if state in _RACES:
        return False
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout | Exit) or state.startswith(_NO_TABLE)


def _note_outage(session: Session, now: datetime, rows: int) -> None:
    note(
        session,
        now,
        "intake_outage",
        "",
        f"数据库曾不可用，{rows} 份上报被请求重发",
        f"the database was away; {rows} submissions were asked to come again",
        rows=rows,
    )


def _wanted(pending: _Pending) -> bool:
    """Whether somebody still waits for the reply; nobody else will know whether it was stored."""
    if isinstance(pending.reply, Future):
        return pending.reply.set_running_or_notify_cancel()
    return not pending.reply.cancelled()


def _reply(batch: Sequence[_Pending], settled: Sequence[Outcome]) -> None:
    loops: dict[asyncio.AbstractEventLoop, list[tuple[Any, Outcome]]] = {}
    for pending, outcome in zip(batch, settled, strict=True):
        if isinstance(pending.reply, Future):
            _finish([(pending.reply, outcome)])
        else:
            loops.setdefault(pending.reply.get_loop(), []).append((pending.reply, outcome))
    for loop, replies in loops.items():
        try:
            loop.call_soon_threadsafe(_finish, replies)
        except RuntimeError:
            _log.warning("intake_nobody_waits", rows=len(replies))  # the loop is closed: the server has stopped


def _finish(replies: Sequence[tuple[Any, Outcome]]) -> None:
    for reply, outcome in replies:
        if reply.cancelled():
            continue
        if isinstance(outcome, Refusal):
            reply.set_exception(outcome)
        else:
            reply.set_result(outcome)
