"""换密码的页面: one's own password, with the old one; every other session of the account ends."""

from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from service.web.access import accounts
from service.web.access.cookie import read_cookie, set_cookie
from service.web.access.gates import Posted, posted, viewer
from service.web.access.login import Let, let_in
from service.web.access.login_pages import field_of, said, status_of, weigh
from service.web.access.origin import address_digest
from service.web.access.passwords import weakness
from service.web.access.viewer import Viewer
from service.web.context import context
from service.web.pages.render import page, words_of

router = APIRouter(include_in_schema=False)


@router.get("/password", name="password")
def password_page(request: Request, who: Annotated[Viewer, Depends(viewer)]) -> Response:
    """The form for another password."""
    return _page(request, who)


@router.post("/password")
async def change(request: Request, sent: Annotated[Posted, Depends(posted())]) -> Response:
    """Take another password; whoever changes it stays, with a new session."""
    who, new = sent.viewer, field_of(sent.form, "new")
    errors = _wrong(request, who, new, field_of(sent.form, "again"))
    if errors:
        return _page(request, who, 422, errors=errors)
    answer = await weigh(request, who.login, field_of(sent.form, "password"))
    if not isinstance(answer, Let):
        return _page(request, who, status_of(answer), answer=said(answer))
    value = await to_thread.run_sync(partial(_store, request, who, new))
    response = _page(request, who, done=True)
    set_cookie(response, request, value)
    return response


def _store(request: Request, who: Viewer, new: str) -> str:
    parts, now = context(request), context(request).clock.now()
    with parts.db.write() as session:
        accounts.set_password(session, who.login, new, now)
    return let_in(parts.db, who.login, address_digest(request), who.computer, read_cookie(request), now)


def _wrong(request: Request, who: Viewer, new: str, again: str) -> dict[str, str]:
    """What is wrong with the new password, beside its field."""
    said_in = words_of(request, who)
    weak = weakness(new, who.login)
    if weak is not None:
        return {"new": said_in.either(*weak)}
    return {} if new == again else {"again": said_in("两次输入的密码不一样")}


def _page(request: Request, who: Viewer, status: int = 200, **told: Any) -> Response:
    values = {"errors": {}, "answer": None, "done": False} | told
    return page(request, "access/password.html", who, status, **values)
