"""留住的内容: a form whose session has ended is not lost – it is kept on the page and sent again after the login."""

from dataclasses import dataclass
from urllib.parse import quote

from starlette.datastructures import FormData
from starlette.requests import Request

from service.web.access.origin import root_of

MARK = "kept."  # before the name of a field that waits
_SECRET = ("csrf", "password")
_MOST_FIELDS = 2000


@dataclass(frozen=True)
class Held:
    """Where a form was to go and what stood in it; files are not kept."""

    place: str  # path below the root path, and query
    fields: tuple[tuple[str, str], ...]


class LoggedOut(Exception):
    """Nobody is logged in; `held` is what was sent."""

    def __init__(self, held: Held | None = None) -> None:
        super().__init__()
        self.held = held


class Outdated(Exception):
    """The form is from before this login: whoever is here now has to say that it is to be sent."""

    def __init__(self, held: Held) -> None:
        super().__init__()
        self.held = held


class PasswordWanted(Exception):
    """The page asks for the password anew."""


def asked_for(request: Request) -> str:
    """Path below the root path and query of a request, to come back to."""
    path, root = str(request.scope["path"]), root_of(request)
    query = f"?{request.url.query}" if request.url.query else ""
    return quote(path.removeprefix(root) if path.startswith(f"{root}/") else path) + query


def hold(request: Request, form: FormData) -> Held:
    """What was sent, without secrets."""
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    return Held(asked_for(request), tuple(t for t in texts if not t[0].startswith(_SECRET))[:_MOST_FIELDS])


def held_in(form: FormData, place: str) -> Held | None:
    """What a login page has kept, None when that is nothing."""
    texts = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
    fields = tuple((name.removeprefix(MARK), value) for name, value in texts if name.startswith(MARK))
    return Held(place, fields) if fields and place else None
