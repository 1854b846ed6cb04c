"""凭链接签收的页面: /l/{token} from a message – GET shows what there is to sign, POST signs, once.

Mail gateways fetch every link they see, so looking never signs. The token opens this page and nothing else.
"""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from service.errors import Unavailable
from service.network.sealing import Sealer
from service.response.desk import Office
from service.response.links import BadLink, Worthless, look, sign_by_link
from service.web.context import Context, context
from service.web.pages.render import page

router = APIRouter(include_in_schema=False)
PATH = "/l/{token}"
_STATUS = {Worthless.UNKNOWN: 404, Worthless.EXPIRED: 410, Worthless.USED: 410, Worthless.CLOSED: 410}


@router.get(PATH, name="sign")
def show(request: Request, token: str) -> Response:
    """What there is to sign; nothing is changed by looking."""
    parts = context(request)
    try:
        alert = look(_office(parts), _sealer(parts), token, parts.clock.now())
    except BadLink as bad:
        return _worthless(request, bad.why)
    return _answer(request, 200, alert=alert, done=False)


@router.post(PATH)
def sign(request: Request, token: str) -> Response:
    """Sign as the officer the message was written to."""
    parts = context(request)
    try:
        alert = sign_by_link(_office(parts), _sealer(parts), token, parts.clock.now())
    except BadLink as bad:
        return _worthless(request, bad.why)
    return _answer(request, 200, alert=alert, done=True)


def _worthless(request: Request, why: Worthless) -> Response:
    return _answer(request, _STATUS[why], alert=None, why=str(why))


def _answer(request: Request, status: int, **values: Any) -> Response:
    answer = page(request, "link/sign.html", None, status, **values)
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address is a key
    return answer


def _office(parts: Context) -> Office:
    return Office(parts.db, parts.library, parts.settings.base_url)


def _sealer(parts: Context) -> Sealer:
    if parts.sealer is None:
        raise Unavailable("no_key", "服务未配置密钥", "the service has no key")
    return parts.sealer
