"""巡查: every route of the app, every role, two areas – nothing of the next county can be read, counted, exported or
inferred, a reporter meets no level, score, rule or alert, and what is sealed keeps its name.

The routes are those of the app, so that a page that is added is walked too: one without a gate, or with a parameter
this walk cannot fill, fails.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from service.clock import FrozenClock
from service.db import Database
from service.web.access.gates import PUBLIC, ungated
from service.web.access.roles import HANDLERS, Role
from tests.conftest import WEDNESDAY
from tests.web.house import House, seen
from tests.web.visitor import Visitor, log_in

WEEK = "2026-W47"
# What a parameter of a path is filled with where it does not name a thing of somebody's.
PLAIN = {
    "week": WEEK,
    "name": "style.css",
    "move": "note",
    "kind": "lift",
    "verdict": "approve",
    "proposed": "lift",
    "action_id": "1",
    "mute_id": "1",
    "channel": "console",
    "contact_id": "99999",
    "token": "x" * 43,
    "id_": "01a204ff-e573-710f-93eb-50cd78763420",
}
OWN = ("alert_id", "node")  # what names a thing of somebody's
NOBODY = {"alert_id": "99999", "node": "nowhere"}
LINKED = {"/l/{token}", "/api/v1/receipts/{channel}", "/api/v1/replies/{channel}"}  # kept by a secret of their own
SAYS_NOTHING = PUBLIC | LINKED | {"/static/{name}", "/openapi.json"}
WHAT_A_REPORTER_NEVER_MEETS = re.compile(
    r"预警|风险|等级|评分|分数|规则|红色|橙色|黄色|蓝色|alert|risk|\blevel|\bscore|\brules?\b|W0\d|\borange\b|\byellow\b",
    re.IGNORECASE,
)
NAMES = {
    "qishan": ("岐山", "秦岭", "蔡家坡", "李娜", "孙伟", "赵敏", "gear", "mill"),
    "meixian": ("眉县", "周芳", "paper"),
}
ECHOES = r'<input type="hidden"[^>]*>|<a class="tongue".*?</a>'  # the address one is at, and random keys
SEALED = ("上访", "信访", "petition")


@dataclass(frozen=True)
class Caller:
    """Somebody who looks: a role in an area, through pages and with the account's own token through the API."""

    login: str
    role: Role
    area: str
    stands: str


CALLERS = (
    Caller("clerk.gear", Role.REPORTER, "qishan", "gear"),
    Caller("clerk.qishan", Role.REPORTER, "qishan", "qishan"),
    Caller("sun.wei", Role.ORGANISER, "qishan", "sun.wei"),
    Caller("zhao.min", Role.LEADER, "qishan", "zhao.min"),
    Caller("audit.qishan", Role.AUDITOR, "qishan", "qishan"),
    Caller("rules.qishan", Role.RULE_ADMIN, "qishan", "qishan"),
    Caller("ops.qishan", Role.OPERATOR, "qishan", "qishan"),
    Caller("clerk.paper", Role.REPORTER, "meixian", "paper"),
    Caller("zhou.fang", Role.OFFICER, "meixian", "zhou.fang"),
)


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Both counties have a grave case; that of 岐山县 rests on a petition too, which is sealed."""
    path = tmp_path_factory.mktemp("walk") / "labour-watch.db"
    shutil.copy(sqlite_template, path)
    house = House(Database(f"sqlite:///{path}"), FrozenClock(WEDNESDAY))
    house.town.report("gear", WEEK, wage__arrears_days=45, wage__arrears_people=300, voice__petition_people=12)
    house.town.report("paper", WEEK, wage__arrears_days=45, wage__arrears_people=200)
    house.town.assess()
    yield house
    house.town.db.close()


@pytest.fixture(scope="module", params=CALLERS, ids=lambda caller: caller.login)
def caller(request: pytest.FixtureRequest) -> Caller:
    found: Caller = request.param
    return found


@pytest.fixture(scope="module")
def visitor(house: House, caller: Caller) -> Visitor:
    return log_in(house, caller.login, caller.role, caller.stands)  # type: ignore[arg-type]


def walked(app: FastAPI) -> list[tuple[str, str]]:
    """Method and path of every route that may say something of somebody."""
    routes = [route for route in iter_route_contexts(app.routes) if route.path not in SAYS_NOTHING]
    return [(method, str(route.path)) for route in routes for method in sorted((route.methods or set()) - {"HEAD"})]


def fill(path: str, things: dict[str, str]) -> str:
    """The path with its parameters filled. Raises KeyError for one the walk does not know: say there what it names."""
    return re.sub(r"{(\w+)(?::\w+)?}", lambda found: {**PLAIN, **things}[found[1]], path)


def names_a_thing(path: str) -> bool:
    return any(f"{{{name}}}" in path for name in OWN)


def bare(answer: httpx.Response, *ids: str) -> tuple[int, str]:
    """Status and text without what was asked for and the secrets of forms, which no page can help repeating."""
    text = re.sub(ECHOES, "", answer.text, flags=re.DOTALL)
    for id_ in sorted(ids, key=len, reverse=True):
        text = text.replace(id_, "")
    return answer.status_code, text


def the_other(caller: Caller, house: House) -> dict[str, str]:
    """A thing of the next county, of each sort."""
    node = "paper" if caller.area == "qishan" else "gear"
    return {"alert_id": str(house.town.alert(node).id), "node": node}


@pytest.fixture(scope="module")
def answers(house: House, visitor: Visitor, caller: Caller) -> dict[str, httpx.Response]:
    """Every page there is to be read with the caller's own things, by the path of its route."""
    node = "gear" if caller.area == "qishan" else "paper"
    own = {"alert_id": str(house.town.alert(node).id), "node": node}
    return {path: visitor.get(fill(path, own)) for method, path in walked(house.app) if method == "GET"}


def test_every_route_has_a_gate_and_only_parameters_that_the_walk_can_fill(house: House) -> None:
    assert ungated(house.app, PUBLIC | LINKED) == []
    things = {"alert_id": "1", "node": "gear"}
    assert [path for _, path in walked(house.app) if "{" in fill(path, things)] == []


def test_a_route_that_the_walk_does_not_know_is_found(house: House) -> None:
    with pytest.raises(KeyError):
        fill("/cases/{case}", {})
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.get("/cases/{case}")(lambda case: None)
    assert walked(app) == [("GET", "/cases/{case}")]
    assert ungated(app) == ["/cases/{case}"]


def test_nobody_reads_a_name_of_the_next_county(answers: dict[str, httpx.Response], caller: Caller) -> None:
    (other,) = NAMES.keys() - {caller.area}
    strange = re.compile("|".join(NAMES[other]))
    told = {path: strange.findall(answer.text) for path, answer in answers.items()}
    assert {path: names for path, names in told.items() if names} == {}


def test_a_thing_of_the_next_county_is_as_one_that_does_not_exist(
    house: House, visitor: Visitor, caller: Caller
) -> None:
    other = the_other(caller, house)
    apart = []
    for method, path in walked(house.app):
        if not names_a_thing(path):
            continue
        answers = [
            bare(visitor.call(method, fill(path, things), **form(method, visitor)), *other.values(), *NOBODY.values())
            for things in (other, NOBODY)
        ]
        if answers[0] != answers[1] or answers[0][0] < 400:
            apart.append((method, path, [status for status, _ in answers]))
    assert apart == []


def test_a_question_about_the_next_county_is_answered_as_one_about_nowhere(
    house: House, visitor: Visitor, caller: Caller
) -> None:
    other = the_other(caller, house)["node"]
    county = "meixian" if caller.area == "qishan" else "qishan"
    apart = []
    for method, path in walked(house.app):
        if method != "GET" or names_a_thing(path):
            continue
        for name, id_ in (("node", other), ("county", county)):
            theirs, nowhere = (
                bare(visitor.get(fill(path, {}), **{name: one}), id_, "nowhere") for one in (id_, "nowhere")
            )
            if theirs != nowhere:
                apart.append((path, name, theirs[0], nowhere[0]))
    assert apart == []


def test_a_reporter_meets_no_level_score_rule_or_alert(
    house: House, answers: dict[str, httpx.Response], caller: Caller
) -> None:
    if caller.role is not Role.REPORTER:
        assert caller.role in set(Role) - {Role.REPORTER}
        return
    met = {}
    laws = {one.source for one in house.town.library.current().dictionary.indicators.values() if one.source}
    for path, answer in answers.items():
        said = seen(answer)
        for law in laws:  # a public regulation may be called as it is
            said = said.replace(law, "")
        if found := set(WHAT_A_REPORTER_NEVER_MEETS.findall(said)):
            met[path] = found
    assert met == {}


def test_what_is_sealed_keeps_its_name_from_all_but_the_responsible_post(
    answers: dict[str, httpx.Response], caller: Caller
) -> None:
    told = {}
    for path, answer in answers.items():
        if path.startswith(("/report", "/help", "/units/{node}/visit")):  # a form asks for every figure by its name
            continue
        if found := [word for word in SEALED if word in answer.text]:
            told[path] = found
    assert bool(told) is (caller.role is Role.OFFICER)  # only an officer of the county owns an orange alert


def test_who_may_not_handle_cases_cannot_send_a_form_about_one(house: House, visitor: Visitor, caller: Caller) -> None:
    if caller.role in HANDLERS:
        return
    number = str(house.town.alert("gear" if caller.area == "qishan" else "paper").id)
    before = len(house.town.record("gear"))
    for method, path in walked(house.app):
        if method == "POST" and "{alert_id}" in path:
            answer = visitor.call(method, fill(path, {"alert_id": number}), **form(method, visitor))
            assert answer.status_code in (401, 404), (path, answer.status_code)
    assert len(house.town.record("gear")) == before


def form(method: str, visitor: Visitor) -> dict[str, object]:
    return {"data": {"csrf": visitor.csrf, "note": "x"}} if method == "POST" else {}
