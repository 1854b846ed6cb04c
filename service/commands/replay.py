"""重放的命令: post a reports.csv to a running server, week after week, as the enterprises would have done."""

import asyncio
import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import httpx
import orjson
import typer
from rich.console import Console
from rich.progress import Progress

from service.commands.context import read_text
from service.commands.simulate import read_dictionary
from service.errors import Failure, Findings, WrongUse
from service.scoring.panel import NA

ANYBODY = "*"  # the node of a token that reports for all
SHOWN = 10  # reasons printed
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?", re.ASCII)
_TRIES_AGAIN = (502, 503, 504)


@dataclass(frozen=True)
class Row:
    """One report as the file has it, and as it is sent."""

    node: str
    week: str
    values: Mapping[str, Any]

    @property
    def key(self) -> str:
        """The same for the same figures, so that a broken replay can simply be run again."""
        said = orjson.dumps([self.node, self.week, self.values], option=orjson.OPT_SORT_KEYS)
        return f"replay-{hashlib.sha256(said).hexdigest()[:40]}"


@dataclass
class Tally:
    """What became of the rows."""

    counts: Counter[str] = field(default_factory=Counter)
    reasons: list[str] = field(default_factory=list)

    def refused(self, row: Row, answer: httpx.Response) -> None:
        """Count a refusal, and keep its reason while there are few."""
        self.counts["refused"] += 1
        if len(self.reasons) < SHOWN:
            self.reasons.append(f"{row.node} {row.week}: {answer.status_code} {_reason(answer)}")


def replay(
    file: Annotated[Path, typer.Argument(help="reports.csv")],
    url: Annotated[str, typer.Option(help="服务地址 / address of the server")],
    tokens: Annotated[Path, typer.Option(help="node,token；* 代报全部 / CSV node,token; * reports for all")],
    rules: Annotated[
        Path | None, typer.Option(help="规则目录 / rules folder", show_default="自带规则 / shipped")
    ] = None,
    concurrency: Annotated[int, typer.Option(min=1, max=256, help="同时发送 / requests at once")] = 16,
    patience: Annotated[
        float, typer.Option(min=0, help="重试多久（秒） / seconds to retry a server that is away")
    ] = 60.0,
) -> None:
    """按周重放周报 / post reports in the order of their weeks."""
    if not url.startswith(("http://", "https://")):
        raise WrongUse(
            f"地址 {url} 应以 http:// 或 https:// 开头", f"the URL {url} must begin with http:// or https://"
        )
    yes_no = frozenset(i.id for i in read_dictionary(rules).indicators.values() if i.type == "yes_no")
    rows = sorted(read_rows(read_text(file), file.name, yes_no), key=lambda row: row.week)
    held = read_tokens(read_text(tokens), tokens.name)
    _check_tokens(rows, held)
    console = Console(stderr=True)
    with Progress(console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("重放 replay", total=len(rows))
        tally = asyncio.run(post_all(rows, url, held, concurrency, patience, lambda: bar.advance(task)))
    _print(tally)
    if tally.counts["refused"]:
        raise Findings("有周报被拒收，原因见上", "some reports were refused; the reasons are above")


def read_rows(text: str, file: str, yes_no: frozenset[str]) -> Iterator[Row]:
    """The rows of reports.csv; a column of `yes_no` becomes true or false. Raises WrongUse."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not {"node", "week"} <= set(reader.fieldnames or ()):
        raise WrongUse(f"{file} 缺少 node 或 week 列", f"{file} has no column node or week")
    for row in reader:
        node, week = row.pop("node"), row.pop("week")
        cells = {name: value for name, value in row.items() if isinstance(value, str) and value.strip()}
        yield Row(node, week, {name: as_json(cell.strip(), name in yes_no) for name, cell in cells.items()})


def as_json(cell: str, yes_no: bool = False) -> Any:
    """A cell as the API takes it: whole numbers without a point, yes_no as true or false, all else as it is written."""
    if yes_no or cell in ("true", "false"):
        return {"1": True, "true": True, "0": False, "false": False}.get(cell, cell)
    if cell == NA or not _NUMBER.fullmatch(cell):
        return cell
    number = float(cell)
    if number.is_integer() and abs(number) < 2**53:
        return int(number)
    return number if abs(number) < float("inf") else cell


def read_tokens(text: str, file: str) -> dict[str, str]:
    """Tokens by node. Raises WrongUse when the columns are not there."""
    reader = csv.DictReader(io.StringIO(text, newline=""))
    if not {"node", "token"} <= set(reader.fieldnames or ()):
        raise WrongUse(f"{file} 应有 node、token 两列", f"{file} must have the columns node and token")
    return {row["node"].strip(): row["token"].strip() for row in reader if row["node"] and row["token"]}


async def post_all(
    rows: list[Row], url: str, tokens: Mapping[str, str], concurrency: int, patience: float, done: Callable[[], object]
) -> Tally:
    """Post all rows, the weeks one after another, the nodes of a week side by side. Raises Failure."""
    tally, gate = Tally(), asyncio.Semaphore(concurrency)
    limits = httpx.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
    async with httpx.AsyncClient(base_url=url, timeout=30, limits=limits) as client:

        async def one(row: Row) -> None:
            async with gate:
                _count(tally, row, await _post(client, row, tokens, patience))
                done()

        failures: list[BaseException] = []
        try:
            for _, week in groupby(rows, key=lambda row: row.week):
                async with asyncio.TaskGroup() as group:
                    for row in week:
                        group.create_task(one(row))
        except* Failure as away:
            failures.extend(away.exceptions)
        if failures:
            raise failures[0]
    return tally


async def _post(client: httpx.AsyncClient, row: Row, tokens: Mapping[str, str], patience: float) -> httpx.Response:
    body: dict[str, Any] = {"week": row.week, "values": row.values}
    if row.node not in tokens:
        body["node"] = row.node
    headers = {"Authorization": f"Bearer {tokens.get(row.node) or tokens[ANYBODY]}", "Idempotency-Key": row.key}
    waited, wait = 0.0, 0.25
    while True:
        try:
            answer = await client.post("/api/v1/reports", json=body, headers=headers)
        except httpx.TransportError as error:
            trouble = type(error).__name__
        else:
            if answer.status_code == 429:
                await asyncio.sleep(_retry_after(answer))
                continue
            if answer.status_code not in _TRIES_AGAIN:
                return answer
            trouble = f"HTTP {answer.status_code}"
        if waited >= patience:
            raise _away(client, trouble)
        await asyncio.sleep(wait)
        waited, wait = waited + wait, min(wait * 2, 5.0)


def _away(client: httpx.AsyncClient, trouble: str) -> Failure:
    return Failure(
        f"服务 {client.base_url} 不可用（{trouble}）；恢复后重新运行同一命令即可继续",
        f"the server at {client.base_url} is away ({trouble}); run the same command again to go on",
    )


def _retry_after(answer: httpx.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return max(0.05, float(text)) if text.isdecimal() else 1.0


def _count(tally: Tally, row: Row, answer: httpx.Response) -> None:
    if answer.status_code in (200, 201):
        tally.counts["accepted" if answer.status_code == 201 else "repeated"] += 1
    elif answer.status_code == 409 and _problem(answer).get("code") == "already_reported":
        tally.counts["already"] += 1
    else:
        tally.refused(row, answer)


def _reason(answer: httpx.Response) -> str:
    problem = _problem(answer)
    return f"{problem['detail']} / {problem['detail_en']}" if "detail_en" in problem else answer.reason_phrase


def _problem(answer: httpx.Response) -> dict[str, Any]:
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _check_tokens(rows: list[Row], tokens: Mapping[str, str]) -> None:
    without = sorted({row.node for row in rows} - tokens.keys())
    if without and ANYBODY not in tokens:
        some = ", ".join(without[:5])
        raise WrongUse(
            f"{len(without)} 个节点没有令牌，例如 {some}；请补充，或用 {ANYBODY} 给出代报令牌",
            f"{len(without)} nodes have no token, such as {some}; add them, or one for {ANYBODY}",
        )


def _print(tally: Tally) -> None:
    for reason in tally.reasons:
        typer.echo(reason, err=True)
    counts = tally.counts
    typer.echo(
        f"收下 {counts['accepted']}，重复 {counts['repeated']}，已有 {counts['already']}，拒收 {counts['refused']} / "
        f"accepted {counts['accepted']}, repeated {counts['repeated']}, already there {counts['already']}, "
        f"refused {counts['refused']}"
    )
