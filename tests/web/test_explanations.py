"""Why a score is what it is, and what if, over HTTP: in the scope of scores, sealed figures masked."""

from typing import Any

import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.web.access.tables import Sighting
from tests.builders import Town
from tests.scoring.works import INDICATORS, PACK
from tests.web.desk import problem
from tests.web.window import Window

W47 = "2026-W47"
EXPLANATION = f"/api/v1/scores/gear/{W47}/explanation"
WHAT_IF = f"/api/v1/scores/gear/{W47}/what-if"


@pytest.fixture
def window(db: Database, clock: FrozenClock) -> Window:
    """岐山县's gear works, judged by the rules of the works, is in arrears and has a petition, which is sealed."""
    town = Town.found(db, clock, pack=PACK, indicators=INDICATORS)
    town.report("gear", W47, days=35, petition=6, stage=0)
    town.assess()
    return Window(town)


def test_a_score_is_explained_in_both_languages(window: Window) -> None:
    body = window.get(EXPLANATION, "duty").json()
    assert (body["node"], body["week"], body["level"], body["score"]) == ("gear", W47, "orange", 55)
    (other, arrears) = body["fired"]
    assert other == {
        "rule": None,
        "name": "其他线索",
        "name_en": "Other lead",
        "sealed": True,
        "points": 30,
        "text": "第47周：其他线索，记 30 分，等级不低于橙色（内容只有责任岗位可见）。",
        "text_en": "Week 47: Other lead, adding 30 points, and the level is orange at least (only the responsible post "
        "sees it).",
    }
    assert (arrears["rule"], arrears["value"], arrears["threshold"], arrears["floor"]) == ("D", 35, 31, "orange")
    assert arrears["text"].startswith("第47周：欠薪天数 35 天，达到 31 天的标准，记 25 分")
    assert arrears["text_en"].startswith("Week 47: Days overdue at 35 days, reaching the threshold of 31 days")
    assert body["remedy"] == {
        "lack": "held",
        "score": 55,
        "level": "orange",
        "changes": [],
        "held": [],
        "text": "本周能改变的指标降不了等级，等级由这些规则定住：其他线索。",
        "text_en": "Nothing that can be changed this week lowers the level, which is held by: Other lead.",
    }
    assert "上访" not in str(body)


def test_the_responsible_post_sees_what_is_sealed_and_each_look_is_recorded(window: Window) -> None:
    body = window.get(EXPLANATION, "li.na").json()
    assert body["fired"][0]["rule"] == "V"
    assert "其他线索" not in str(body)
    assert window.post(WHAT_IF, "li.na", {"values": {"petition": 0}}).status_code == 200
    for who in ("wang.qiang", "duty", "qishan"):
        window.get(EXPLANATION, who)
    with window.town.db.read() as session:
        looks = [(row.officer_id, row.node_id, row.what) for row in session.exec(select(Sighting)).all()]
    assert looks == [("li.na", "gear", "sealed")] * 2 + [("wang.qiang", "gear", "sealed")]


def test_the_smallest_change_names_indicator_and_level(window: Window) -> None:
    window.town.report("mill", W47, days=35)
    window.town.assess()
    remedy = window.get(f"/api/v1/scores/mill/{W47}/explanation", "li.na").json()["remedy"]
    (change,) = remedy["changes"]
    assert (change["indicator"], change["before"], change["after"], remedy["level"]) == ("days", 35, 30, "blue")
    assert change["text"] == "欠薪天数从 35 天降到 30 天"


def test_figures_can_be_tried_and_nothing_is_stored(window: Window) -> None:
    scores = len(window.town.scores())
    tried = window.post(WHAT_IF, "li.na", {"values": {"days": 0, "stage": 4, "hours": None, "people": "na"}}).json()
    assert (tried["score"], tried["level"]) == (42, "orange")
    assert (tried["before"]["score"], tried["before"]["level"]) == (55, "orange")
    assert {c["rule"]: (c["before"]["state"], c["after"]["state"]) for c in tried["changed"]} == {
        "D": ("fired", "silent"),
        "P": ("unknown", "out_of_play"),
        "S": ("silent", "fired"),
        "L": ("unknown", "out_of_play"),
        "T": ("fired", "silent"),
    }
    assert window.get(EXPLANATION, "li.na").json()["score"] == 55
    assert len(window.town.scores()) == scores


@pytest.mark.parametrize(
    ("values", "code", "pointer"),
    [
        ({"dasy": 1}, "unknown_indicator", "/values/dasy"),
        ({"days": "35"}, "wrong_type", "/values/days"),
        ({"days": 401}, "out_of_range", "/values/days"),
        ({"stage": 3}, "not_a_choice", "/values/stage"),
        ({"ends": "2026-02-30"}, "wrong_type", "/values/ends"),
        ({"petition": 0}, "sealed", "/values/petition"),
        ({}, "too_short", "/values"),
        (7, "dict_type", "/values"),
    ],
)
def test_a_figure_that_cannot_be_reported_cannot_be_tried(window: Window, values: Any, code: str, pointer: str) -> None:
    answer = window.post(WHAT_IF, "duty", {"values": values})
    assert problem(answer) == (422, code)
    assert answer.json()["pointer"] == pointer


@pytest.mark.parametrize("body", [{}, {"values": {"days": 1}, "week": W47}])
def test_the_body_has_values_and_nothing_else(window: Window, body: dict[str, Any]) -> None:
    assert problem(window.post(WHAT_IF, "li.na", body))[0] == 422


@pytest.mark.parametrize(("who", "status"), [("gear", 404), ("zhou.fang", 404), ("meixian", 404), ("qishan", 200)])
def test_who_may_not_see_the_score_finds_nothing(window: Window, who: str, status: int) -> None:
    for answer in (window.get(EXPLANATION, who), window.post(WHAT_IF, who, {"values": {"days": 0}})):
        assert answer.status_code == status
        assert status == 200 or problem(answer) == (404, "not_found")


@pytest.mark.parametrize("place", [f"gear/{W47[:-1]}6", "gear/47", "nobody/2026-W47", "gear/2026-W47%00"])
def test_what_was_not_scored_is_not_there(window: Window, place: str) -> None:
    assert problem(window.get(f"/api/v1/scores/{place}/explanation", "li.na")) == (404, "not_found")


def test_a_score_that_does_not_come_out_again_is_told_and_not_tried(window: Window) -> None:
    with window.town.db.write() as session:
        score = session.merge(window.town.score("gear", W47))
        score.judged = 0.25  # as if something that it was made of had been another
    body = window.get(EXPLANATION, "li.na").json()
    assert (body["judged"], body["remedy"], len(body["fired"])) == (0.25, None, 2)
    assert problem(window.post(WHAT_IF, "li.na", {"values": {"days": 0}})) == (409, "score_outdated")
