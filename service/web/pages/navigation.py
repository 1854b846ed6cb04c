"""导航: the places a role may go to, in the order they are shown."""

from collections.abc import Collection
from dataclasses import dataclass

from service.web.access.roles import FIRST_PAGE, STAFF, Role
from service.web.access.viewer import Viewer
from service.web.pages.i18n import Words, mark

_PLACES: tuple[tuple[str, str, frozenset[Role]], ...] = (
    ("/board", mark("风险态势"), STAFF),
    ("/alerts", mark("预警处置"), STAFF),
    ("/units", mark("我的单位"), frozenset({Role.ORGANISER, Role.OFFICER})),
    ("/completeness", mark("报送情况"), STAFF),
    ("/weeks", mark("周报要情"), STAFF),
    ("/report", mark("每周填报"), frozenset({Role.REPORTER})),
    ("/report/history", mark("历次填报"), frozenset({Role.REPORTER})),
    ("/events/new", mark("即时事件"), frozenset({Role.REPORTER})),
    ("/sightings", mark("查看记录"), frozenset({Role.AUDITOR})),
    ("/status", mark("系统状态"), frozenset({Role.OPERATOR})),
    ("/help", mark("帮助"), frozenset(Role)),
)


@dataclass(frozen=True)
class Place:
    """One entry of the navigation."""

    path: str
    label: str
    here: bool


def places(viewer: Viewer, path: str, existing: Collection[str], said: Words) -> list[Place]:
    """What `viewer` may go to among the `existing` paths; `here` marks the one that `path` lies in, the longest."""
    open_to = [(to, label) for to, label, roles in _PLACES if viewer.role in roles and to in existing]
    inside = [to for to, _ in open_to if path == to or path.startswith(f"{to}/")]
    here = max(inside, key=len, default="")
    return [Place(to, said(label), to == here) for to, label in open_to]


def first_place(viewer: Viewer, existing: Collection[str]) -> str:
    """Where a role begins; the help page where its own is not there."""
    return FIRST_PAGE[viewer.role] if FIRST_PAGE[viewer.role] in existing else "/help"
