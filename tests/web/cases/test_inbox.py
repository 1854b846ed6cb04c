"""预警列表: mine, my area's and overdue; searched, filtered, page by page; nothing of the next county."""

import re

import pytest
from sqlalchemy import event

from service.clock import FrozenClock, shanghai
from service.db import Database
from service.web.access.roles import Role
from service.web.cases import inbox
from tests.web.house import W47, House, seen
from tests.web.visitor import Visitor


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> House:
    """岐山县's gear works is orange, its mill red by petitions; 眉县's paper mill is blue."""
    house = House(db, clock)
    house.town.report("gear", W47, wage__arrears_days=35, wage__arrears_people=60)
    house.town.report("mill", W47, voice__petition_people=12)
    house.town.report("paper", W47, wage__arrears_days=3)
    house.town.assess()
    return house


def names(visitor: Visitor, **query: str) -> list[str]:
    page = visitor.get("/alerts", **query)
    assert page.status_code == 200
    return re.findall(r'class="case-name"[^>]*><bdi>([^<]*)</bdi>', page.text)


def counts(visitor: Visitor) -> list[str]:
    return re.findall(r'class="count[^"]*">(\d+)<', visitor.get("/alerts").text)


def test_an_officer_finds_what_waits_for_her_the_most_serious_first(house: House) -> None:
    li = house.who("li.na")
    assert names(li) == ["岐山面粉厂（演示）", "秦岭齿轮厂（演示）"]
    assert counts(li) == ["2", "2", "0"]
    page = seen(li.get("/alerts"))
    assert "拖欠工资天数 35天" in page
    assert "剩 4 小时" in page
    assert "其他线索" in page
    assert "petition" not in page


def test_the_officer_of_the_next_county_sees_none_of_it(house: House) -> None:
    zhou = house.who("zhou.fang")
    assert names(zhou, tab="area") == ["眉县纸厂（演示）"]
    assert names(zhou, tab="area", q="齿轮") == []
    assert names(zhou, tab="area", q=str(house.town.alert("gear").id)) == []
    assert counts(zhou)[1] == "1"
    gone, unknown = zhou.get(house.path("gear")), zhou.get("/alerts/987654")
    assert (gone.status_code, seen(gone)) == (404, seen(unknown))


def test_a_deputy_who_was_not_asked_finds_it_in_his_area(house: House) -> None:
    wang = house.who("wang.qiang")
    assert names(wang) == []
    assert "没有等您办理的预警" in seen(wang.get("/alerts"))
    assert len(names(wang, tab="area")) == 2


def test_what_is_signed_belongs_to_whoever_signed(house: House) -> None:
    duty = house.who("duty")
    house.move(house.who("li.na"), "gear", "acknowledge")
    assert "秦岭齿轮厂（演示）" in names(house.who("li.na"))
    assert "秦岭齿轮厂（演示）" not in names(duty)


def test_a_proposal_waits_for_whoever_may_decide_it(house: House) -> None:
    li = house.who("li.na")
    house.move(li, "gear", "acknowledge")
    house.move(li, "gear", "lift", outcome="transferred", note="已移交")
    assert "秦岭齿轮厂（演示）" in names(house.who("duty"))
    assert "等第二人同意" in seen(li.get("/alerts"))


def test_overdue_is_what_nobody_has_done_in_time(house: House) -> None:
    li = house.who("li.na")
    assert names(li, tab="overdue") == []
    house.town.clock.set(shanghai("2026-11-18T14:10"))
    li = house.who("li.na")
    assert names(li, tab="overdue") == ["岐山面粉厂（演示）", "秦岭齿轮厂（演示）"]
    assert "已超时 10 分" in seen(li.get("/alerts", tab="overdue"))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("齿轮", ["gear"]),
        ("　齿轮 ", ["gear"]),
        ("拖欠工资天数", ["gear"]),
        ("w01", ["gear"]),
        ("厂", ["mill", "gear"]),
        ("%", []),
        ("信访", []),  # what is sealed is not to be found by trying
        ("V02", []),
        ("\u202e", ["mill", "gear"]),  # a direction mark is nothing to look for
        ("<script>", []),
    ],
)
def test_a_search_looks_at_units_numbers_and_rules(house: House, words: str, found: list[str]) -> None:
    units = {"gear": "秦岭齿轮厂（演示）", "mill": "岐山面粉厂（演示）"}
    assert names(house.who("li.na"), tab="area", q=words) == [units[node] for node in found]


def test_a_search_finds_a_number(house: House) -> None:
    number = house.town.alert("gear").id
    assert names(house.who("li.na"), tab="area", q=f"No. {number}") == ["秦岭齿轮厂（演示）"]


def test_pages_follow_each_other_without_a_gap(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "PAGE", 1)
    duty, path, met = house.who("duty"), "/alerts?tab=area", []
    for _ in range(3):
        page = duty.call("GET", path)
        met += re.findall(r'class="case-name"[^>]*><bdi>([^<]*)</bdi>', page.text)
        following = re.search(r'<a href="([^"]+)" rel="next">', page.text)
        path = following[1].replace("&amp;", "&") if following else ""
    assert (met, path) == (["岐山面粉厂（演示）", "秦岭齿轮厂（演示）", "眉县纸厂（演示）"], "")


@pytest.mark.parametrize(
    "query",
    [
        {"after": "x"},
        {"after": "9~not-a-time~1"},
        {"after": "9999999999999~2026-11-18T02:00:00+00:00~1"},
        {"level": "purple"},
        {"tab": "theirs"},
        {"state": "gone"},
        {"q": "x" * 500},
    ],
)
def test_an_address_that_makes_no_sense_asks_for_nothing_special(house: House, query: dict[str, str]) -> None:
    assert house.who("li.na").get("/alerts", **query).status_code == 200


def test_a_page_from_the_future_leads_back_to_the_first(house: House) -> None:
    page = house.who("li.na").get("/alerts", tab="area", after="1~2099-01-01T00:00:00+00:00~5")
    assert "后面没有预警了" in seen(page)


def test_what_is_over_is_found_with_its_outcome(house: House) -> None:
    zhou = house.who("zhou.fang")
    house.move(zhou, "paper", "acknowledge")
    house.move(zhou, "paper", "lift", outcome="no_dispute", note="已发放")
    assert names(zhou, tab="area") == []
    assert names(zhou, tab="area", state="closed") == ["眉县纸厂（演示）"]
    assert "未发生争议" in seen(zhou.get("/alerts", tab="mine", state="closed"))


@pytest.mark.parametrize(("role", "stands"), [(Role.REPORTER, "gear"), (Role.RULE_ADMIN, None), (Role.OPERATOR, None)])
def test_for_others_the_pages_do_not_exist(house: House, role: Role, stands: str | None) -> None:
    visitor = house.who("somebody", role, stands)
    for path in ("/alerts", house.path("gear"), "/units"):
        assert visitor.get(path).status_code == 404
    assert visitor.post(house.path("gear", "acknowledge"), {"version": "1"}).status_code == 404


def test_the_page_asks_as_many_questions_for_many_alerts_as_for_one(house: House) -> None:
    def asked(visitor: Visitor) -> int:
        questions: list[str] = []
        engine = house.town.db.engine
        event.listen(engine, "before_cursor_execute", lambda *given: questions.append(given[2]))
        visitor.get("/alerts", tab="area")
        return len(questions)

    asked(house.who("zhou.fang"))  # reads the rules, once
    assert asked(house.who("duty")) == asked(house.who("zhou.fang"))
