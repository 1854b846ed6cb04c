"""说明的接口: why a score is what it is, and what other figures would have given; in the scope of scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import Response

from service.alerting.retell import Retold, retell
from service.alerting.tables import Score
from service.errors import Conflict, FieldProblem, FieldProblems
from service.network.directory import TokenView, within
from service.network.tables import Node
from service.reporting.quality import fill, form_of, pointer
from service.scoring.account import account, compared
from service.scoring.build import number
from service.scoring.pack import Dictionary, Pack
from service.scoring.remedy import remedy
from service.scoring.whatif import Figures, what_if
from service.web import problems
from service.web.access.gates import reader
from service.web.access.sealed import sees_sealed
from service.web.access.sightings import looked_at_node
from service.web.api.answers import json_response
from service.web.api.findings import any_sealed
from service.web.context import context
from service.web.json_body import read_object, validated

router = APIRouter(prefix="/api/v1/scores/{node}/{week}", tags=["scores"])


class WhatIfBody(BaseModel):
    """Figures in place of those of the week."""

    model_config = ConfigDict(extra="forbid", strict=True)

    values: dict[str, Any] = Field(
        min_length=1, max_length=200, description="指标 → 数值；null 为缺，na 为不适用 / figures by indicator"
    )


_BODY = TypeAdapter(WhatIfBody)
_CONTENT = {"application/json": {"schema": WhatIfBody.model_json_schema()}}
_DESCRIBED = {"requestBody": {"required": True, "content": _CONTENT}}


@dataclass(frozen=True)
class Asked:
    """The current score of a node's week as a caller may see it; `opened` is whether sealed findings are shown."""

    told: Retold
    opened: bool

    @property
    def shown(self) -> tuple[Pack, Dictionary]:
        """The rules that made the score, and the dictionary they speak of."""
        return self.told.book.pack, self.told.book.dictionary


def asked(request: Request, node: str, week: str, caller: Annotated[TokenView, Depends(reader)]) -> Asked:
    """The current score of a node's week in the caller's scope; 404 whether there is none or it is another's. A look at
    sealed findings is recorded."""
    if not (node + week).isprintable():  # PostgreSQL refuses NUL
        raise problems.not_found()
    parts = context(request)
    query = select(Score, Node).join(Node).where(within(caller.prefixes), Score.node_id == node, Score.week == week)
    with parts.db.read() as session:
        found = session.exec(query.where(col(Score.superseded_at).is_(None))).first()
        if found is None:
            raise problems.not_found()
        shelf = parts.library.shelf(session)
        told = retell(session, shelf, *found)
        opened = sees_sealed(session, shelf, caller.officer_id, found[1])
    if opened and any_sealed(found[0].findings, told.book):
        with parts.db.write() as session:
            looked_at_node(session, parts.clock.now(), caller, node, "sealed")
    return Asked(told, opened)


async def sent(request: Request) -> dict[str, Any]:
    """The JSON object in the body."""
    return read_object(await request.body())


def read_figures(told: Retold, values: Mapping[str, Any], opened: bool) -> Figures:
    """Raises FieldProblems with all that is wrong; what is sealed for the caller is not to be guessed by trying."""
    known = told.book.dictionary.indicators
    secret = [id_ for id_ in values if not opened and id_ in known and known[id_].sealed]
    if secret:
        text, text_en = "是密封指标，只有责任岗位可以试算", "is sealed; only the responsible post may try it"
        raise FieldProblems(
            [FieldProblem("sealed", f"/values/{pointer(i)}", f"{i} {text}", f"{i} {text_en}") for i in secret]
        )
    fill(form_of(told.book.dictionary, told.node.kind, told.score.week), values, nil=False)
    return {id_: None if raw is None else number(known[id_], raw) for id_, raw in values.items()}


Told = Annotated[Asked, Depends(asked)]


@router.get("/explanation", summary="说明一个评分 / explain a score")
def explain(asked: Told) -> Response:
    """What fired and what could not be judged, a Chinese and an English sentence each, why it is this level, and the
    smallest change that would lower it; what is sealed is an other lead to all but the responsible post."""
    told = asked.told
    found = remedy(told.place) if told.place else None
    return json_response(account(told.score, *asked.shown, found, told.node.name, asked.opened))


@router.post("/what-if", summary="试算 / what if", openapi_extra=_DESCRIBED)
def try_figures(asked: Told, body: Annotated[dict[str, Any], Depends(sent)]) -> Response:
    """The score and level that other figures would have given, and the findings that would be others; nothing is
    stored. Figures are checked as those of a report are."""
    told = asked.told
    figures = read_figures(told, validated(_BODY, body).values, asked.opened)
    if told.place is None:
        raise Conflict(
            "score_outdated",
            "评分所依据的内容已经变化，正待重评，请稍后再试",
            "what the score was made of has changed and it will be judged anew; try again in a moment",
        )
    return json_response(compared(told.score, what_if(told.place, figures), *asked.shown, asked.opened))
