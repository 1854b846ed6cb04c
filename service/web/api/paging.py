"""翻页: keyset pages – `after` is the last id of the page before, so a list costs the same at any depth."""

from collections.abc import Callable, Sequence
from typing import Annotated, Any, TypeVar

import orjson
from fastapi import Query
from starlette.responses import Response

Row = TypeVar("Row")

Limit = Annotated[int, Query(ge=1, le=500, description="一页最多多少条 / rows a page")]
# PostgreSQL refuses NUL in a text: no parameter holds a control character.
NodeFilter = Annotated[str | None, Query(pattern=r"^[^\x00-\x1f]{1,64}$", description="节点 / node")]


def page(
    rows: Sequence[Row], limit: int, key: Callable[[Row], str | int], show: Callable[[Row], dict[str, Any]]
) -> Response:
    """`{items, next}`; `rows` is up to one more than `limit`, and `next` is null on the last page."""
    shown = rows[:limit]
    more = str(key(shown[-1])) if len(rows) > limit else None
    return Response(orjson.dumps({"items": [show(row) for row in shown], "next": more}), media_type="application/json")
