"""批量接口: many reports as NDJSON; every line is a report of its own and has a result of its own, in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from service.errors import Refusal
from service.network.directory import TokenView
from service.reporting.batch import Outcome
from service.reporting.intake import Intake
from service.reporting.submission import Submission
from service.web import problems
from service.web.access.gates import caller, reporter
from service.web.api.answers import bulk_described
from service.web.api.inputs import bulk_line
from service.web.context import context

router = APIRouter(tags=["reports"])

PATH = "/api/v1/reports:bulk"
MEDIA_TYPE = "application/x-ndjson"
_TOGETHER = 256  # lines that are waited for together: no request can fill the queue alone

Settle = Callable[[Sequence[Submission]], Awaitable[list[Outcome]]]
Line = tuple[int, str | None, Submission | Refusal]  # number, key, what it says or why it cannot be read


@router.post(PATH, responses={200: {"description": "每行一个结果 / a result a line"}}, openapi_extra=bulk_described())
async def post_reports(
    request: Request,
    digest: Annotated[str, Depends(reporter)],
    _token: Annotated[TokenView, Depends(caller)],  # a large body is only read for somebody who is known
    dry_run: bool = False,
) -> Response:
    """批量报送；dry_run 只检查不保存 / Post many reports; dry_run checks and stores nothing."""
    intake = context(request).intake
    raw = await request.body()
    settle = await _rehearse(intake) if dry_run else _store(intake)
    return StreamingResponse(_results(raw, digest, settle, dry_run), media_type=MEDIA_TYPE)


def _store(intake: Intake) -> Settle:
    async def settle(submissions: Sequence[Submission]) -> list[Outcome]:
        waiting = [_queued(intake, submission) for submission in submissions]
        settled = await asyncio.gather(*waiting, return_exceptions=True)
        return [_outcome(one) for one in settled]

    return settle


async def _rehearse(intake: Intake) -> Settle:
    rehearsal = await run_in_threadpool(intake.rehearsal)

    async def settle(submissions: Sequence[Submission]) -> list[Outcome]:
        return await run_in_threadpool(rehearsal.run, submissions)

    return settle


def _queued(intake: Intake, submission: Submission) -> "asyncio.Future[Any]":
    try:
        return intake.enqueue(submission)
    except Refusal as refusal:
        full: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        full.set_exception(refusal)
        return full


def _outcome(settled: Any) -> Outcome:
    if isinstance(settled, BaseException) and not isinstance(settled, Refusal):
        raise settled
    outcome: Outcome = settled
    return outcome


async def _results(raw: bytes, digest: str, settle: Settle, dry_run: bool) -> AsyncIterator[bytes]:
    """The result lines, a batch at a time; who goes away half-way finds the rest of the lines not sent."""
    numbered = [(number, text) for number, text in enumerate(raw.split(b"\n"), 1) if text.strip()]
    for start in range(0, len(numbered), _TOGETHER):
        lines = [_line(number, text, digest) for number, text in numbered[start : start + _TOGETHER]]
        settled = iter(await settle([said for _, _, said in lines if not isinstance(said, Refusal)]))
        yield b"".join(
            _result(number, key, said if isinstance(said, Refusal) else next(settled), dry_run)
            for number, key, said in lines
        )


def _line(number: int, text: bytes, digest: str) -> Line:
    try:
        key, submission = bulk_line(digest, text)
        return number, key, submission
    except Refusal as refusal:
        return number, None, refusal


def _result(number: int, key: str | None, outcome: Outcome, dry_run: bool) -> bytes:
    result: dict[str, Any] = {"line": number, "key": key}
    if isinstance(outcome, Refusal):
        result |= problems.as_dict(outcome)
    else:
        result |= {"status": 200 if outcome.repeated else 201, **outcome.as_dict()}
        if dry_run and not outcome.repeated:
            result |= {"id": None, "dry_run": True}
    return orjson.dumps(result) + b"\n"
