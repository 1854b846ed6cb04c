"""语言开关与首页: choosing a language, the first page of a role, and the help page."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.web.access.gates import viewer
from service.web.access.origin import root_of, safe_next, secure
from service.web.access.viewer import Viewer
from service.web.pages.i18n import LANGUAGES
from service.web.pages.navigation import first_place
from service.web.pages.render import COOKIE, address, pages_of

router = APIRouter(include_in_schema=False)
_A_YEAR = 365 * 24 * 3600


@router.get("/language", name="language")
def choose(request: Request, to: str = "zh", next: str = "/") -> Response:  # noqa: A002  # the word of addresses
    """Remember the language in this browser and go back to the page."""
    answer = RedirectResponse(address(request, safe_next(next) or "/"), 303)
    if to in LANGUAGES:
        path = root_of(request) or "/"
        answer.set_cookie(COOKIE, to, _A_YEAR, path=path, secure=secure(request), httponly=True, samesite="lax")
    return answer


@router.get("/", name="home")
def home(request: Request, who: Annotated[Viewer, Depends(viewer)]) -> Response:
    """To the page where a role begins."""
    return RedirectResponse(address(request, first_place(who, pages_of(request.app))), 303)
