"""登录的页面: coming in, going out, and typing the password again; what was typed into a form before is not lost."""

from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any
from urllib.parse import urlencode

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Depends, FastAPI
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from service.errors import Forbidden, TooMany
from service.web.access import sessions
from service.web.access.accounts import login_of
from service.web.access.cookie import drop_cookie, read_cookie, set_cookie
from service.web.access.form import read_form
from service.web.access.gates import Posted, posted, sent_by, viewer
from service.web.access.held import Held, LoggedOut, Outdated, PasswordWanted, asked_for, held_in
from service.web.access.login import Guess, Let, Wait, Wrong, guess, let_in
from service.web.access.origin import address_digest, root_of, safe_next, same_place
from service.web.access.viewer import Computer, Viewer
from service.web.context import context
from service.web.pages.render import page

router = APIRouter(include_in_schema=False)
TRIES = parse("40/minute")  # of one address in this process: what argon2 costs is not given away
_GUESSES_AT_ONCE = 2


@dataclass(frozen=True)
class Typed:
    """What stands on a login page: where to go, who says who they are, and a form that waits for `kept_for`."""

    place: str = ""
    login: str = ""
    computer: Computer = "public"
    held: Held | None = None
    kept_for: str = ""


@router.get("/login", name="login")
def login_page(request: Request, next: str = "", who: Annotated[Viewer | None, Depends(sent_by)] = None) -> Response:  # noqa: A002
    """The login page; whoever is logged in already goes on."""
    if who is not None:
        return _go(request, safe_next(next))
    return _login_page(request, 200, Typed(safe_next(next), computer=_likely(request)))


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Look at a login and a password; a new session begins with a new cookie."""
    refuse_foreign(request)
    form = await read_form(request)
    typed = _typed(form)
    answer = await weigh(request, typed.login, field_of(form, "password"))
    if not isinstance(answer, Let):
        return _login_page(request, status_of(answer), typed, answer)
    parts, now = context(request), context(request).clock.now()
    begin = partial(let_in, parts.db, answer.login, address_digest(request), typed.computer, read_cookie(request), now)
    value = await to_thread.run_sync(begin)
    response = _go(request, typed.place)
    if typed.held is not None and typed.kept_for in ("", answer.login):
        who = await to_thread.run_sync(sessions.find_viewer, parts.db, value, now)
        response = page(request, "access/again.html", who, held=typed.held, back=True)
    set_cookie(response, request, value)
    return response


def _typed(form: FormData) -> Typed:
    place = safe_next(field_of(form, "next"))
    computer: Computer = "own" if field_of(form, "computer") == "own" else "public"
    return Typed(
        place, field_of(form, "login")[:64], computer, held_in(form, place), login_of(field_of(form, "kept_for"))
    )


@router.post("/logout", name="logout")
def log_out(request: Request, sent: Annotated[Posted, Depends(posted())]) -> Response:
    """End the session."""
    parts, value = context(request), read_cookie(request)
    if value is not None:
        with parts.db.write() as session:
            sessions.end(session, value, parts.clock.now())
    response = RedirectResponse(f"{root_of(request)}/login", 303)
    drop_cookie(response, request)
    return response


@router.get("/login/again", name="login_again")
def again_page(request: Request, who: Annotated[Viewer, Depends(viewer)], next: str = "") -> Response:  # noqa: A002
    """Ask for the password of whoever is logged in."""
    return page(request, "access/confirm.html", who, place=safe_next(next), answer=None)


@router.post("/login/again")
async def confirm(request: Request, sent: Annotated[Posted, Depends(posted())]) -> Response:
    """Look at the password of whoever is logged in; it is fresh then."""
    place, parts = safe_next(field_of(sent.form, "next")), context(request)
    answer = await weigh(request, sent.viewer.login, field_of(sent.form, "password"))
    if not isinstance(answer, Let):
        return page(request, "access/confirm.html", sent.viewer, status_of(answer), place=place, answer=said(answer))
    await to_thread.run_sync(_confirm, parts.db, read_cookie(request) or "", parts.clock.now())
    return _go(request, place)


def _confirm(db: Any, value: str, now: Any) -> None:
    with db.write() as session:
        sessions.confirm(session, value, now)


async def weigh(request: Request, login: str, password: str) -> Let | Wrong | Wait:
    """Look at one guess in a thread, two at a time; the others wait in the loop and hold no thread. Raises TooMany."""
    state, address = request.app.state, address_digest(request)
    if not hasattr(state, "tries"):
        state.tries, state.guessing = FixedWindowRateLimiter(MemoryStorage()), CapacityLimiter(_GUESSES_AT_ONCE)
    if not state.tries.hit(TRIES, address):
        raise TooMany(
            "too_many_logins", "登录过于频繁，请一分钟后再试", "too many logins; try again in a minute", retry_after=60
        )
    parts = context(request)
    made = Guess(login, password, address)
    look = partial(guess, parts.db, made, parts.clock.now())
    found: Let | Wrong | Wait = await to_thread.run_sync(look, limiter=state.guessing)
    return found


def refuse_foreign(request: Request) -> None:
    """Raises Forbidden for a form from another site."""
    if not same_place(request):
        raise Forbidden("foreign_form", "请从本系统的登录页登录", "log in from the login page of this system")


def said(answer: Wrong | Wait) -> dict[str, Any]:
    """What is told about a guess that did not let in."""
    return {"until": answer.until if isinstance(answer, Wait) else None}


def status_of(answer: Wrong | Wait) -> int:
    """The status of a page that tells of a guess that did not let in."""
    return 429 if isinstance(answer, Wait) else 401


def _login_page(request: Request, status: int, typed: Typed, answer: Wrong | Wait | None = None) -> Response:
    told = said(answer) if answer is not None else None
    return page(request, "access/login.html", None, status, typed=typed, answer=told)


def _likely(request: Request) -> Computer:
    """A phone is somebody's own; a desktop at work may be anybody's."""
    return "own" if "Mobi" in request.headers.get("user-agent", "") else "public"


def _go(request: Request, place: str) -> Response:
    """Onwards to a page of ours, the first one without a place."""
    return RedirectResponse(f"{root_of(request)}{place or '/'}", 303)


def field_of(form: FormData, name: str) -> str:
    """The text of a field; empty where there is none."""
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


async def _logged_out(request: Request, error: Exception) -> Response:
    """A page asks who is there; a form waits on the login page until that is known again."""
    assert isinstance(error, LoggedOut)
    if error.held is None or error.held.place == "/logout":
        query = f"?{urlencode({'next': asked_for(request)})}" if error.held is None else ""
        return RedirectResponse(f"{root_of(request)}/login{query}", 303)
    value = read_cookie(request)
    login = await to_thread.run_sync(sessions.whose, context(request).db, value) if value else None
    return _login_page(request, 401, Typed(error.held.place, login or "", _likely(request), error.held, login or ""))


async def _outdated(request: Request, error: Exception) -> Response:
    """The form is from before this login: it is sent when whoever is here says so."""
    assert isinstance(error, Outdated)
    return page(request, "access/again.html", request.state.viewer, 409, held=error.held, back=False)


async def _password_wanted(request: Request, _error: Exception) -> Response:
    return RedirectResponse(f"{root_of(request)}/login/again?{urlencode({'next': asked_for(request)})}", 303)


def add_access(app: FastAPI) -> None:
    """Give the app its login pages, and have pages ask for a login."""
    app.add_exception_handler(LoggedOut, _logged_out)
    app.add_exception_handler(Outdated, _outdated)
    app.add_exception_handler(PasswordWanted, _password_wanted)
    app.include_router(router)
