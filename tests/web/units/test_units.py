"""我的单位页: who has reported this week, a reminder a day, a report sent back in neutral words, visits on record."""

from collections.abc import Iterator

import httpx
import pytest
from sqlmodel import select

from service.clock import FrozenClock
from service.db import Database
from service.reporting.tables import Nudge, Report, ReportReturn
from tests.web.house import W46, W47, House, seen
from tests.web.visitor import Visitor


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> Iterator[House]:
    """W47 is being collected; 岐山县's mill has reported, its gear works has not."""
    house = House(db, clock)
    house.town.sweep()
    house.town.report("mill", W47, wage__arrears_days=10)
    house.town.assess()
    house.instance.intake.start()
    yield house
    house.instance.intake.stop()


def nudge(visitor: Visitor, node: str, week: str = W47) -> httpx.Response:
    visitor.get("/units")
    return visitor.post(f"/units/{node}/nudge", {"week": week})


def back(visitor: Visitor, reason: str, revision: str = "1") -> httpx.Response:
    visitor.get("/units")
    return visitor.post("/units/mill/return", {"week": W47, "revision": revision, "reason": reason})


def test_an_organiser_sees_the_units_of_the_township_and_nothing_else(house: House) -> None:
    page = seen(house.who("sun.wei").get("/units"))
    assert "秦岭齿轮厂（演示） 蔡家坡镇 未报" in page
    assert "面粉厂" not in page
    county = seen(house.who("li.na").get("/units"))
    assert "岐山面粉厂（演示） 岐山县 已报" in county
    assert "黄 W47" in county
    assert "眉县" not in county
    missing = seen(house.who("li.na").get("/units", only="missing"))
    assert "面粉厂" not in missing


def test_a_reminder_goes_to_whoever_answers_once_a_day_and_is_neutral(house: House) -> None:
    li = house.who("li.na")
    assert "通知已发给 孙伟" in seen(nudge(li, "gear"))
    assert "今天已经催过" in seen(nudge(li, "gear"))
    (letter,) = [one for one in house.town.letters() if one.occasion.startswith("nudge/")]
    assert "秦岭齿轮厂" in letter.body
    assert not any(word in letter.subject + letter.body for word in ("预警", "等级", "alert", "level"))
    with house.town.db.read() as session:
        assert [row.message_id for row in session.exec(select(Nudge))] == [letter.id]


def test_who_would_remind_himself_is_told_to_ring_up(house: House) -> None:
    answer = seen(nudge(house.who("sun.wei"), "gear"))
    assert "没有可联系的填报员" in answer
    assert "今日已催" in answer


def test_who_has_reported_is_not_reminded(house: House) -> None:
    assert "刚刚已报" in seen(nudge(house.who("li.na"), "mill"))
    assert "不要求报送" in seen(nudge(house.who("li.na"), "gear", "2020-W01"))


def test_units_of_the_next_county_do_not_exist(house: House) -> None:
    zhou = house.who("zhou.fang")
    assert nudge(zhou, "gear").status_code == 404
    assert back(zhou, "请核对").status_code == 404
    assert zhou.get("/units/gear/visit").status_code == 404
    assert nudge(house.who("li.na"), "gear", "2025-W53").status_code == 422


def test_a_report_is_sent_back_with_a_reason_that_tells_nothing(house: House) -> None:
    li = house.who("li.na")
    for reason in ("黄色预警，请核对", "score too high", "找13812345678核对", " "):
        refused = back(li, reason)
        assert refused.status_code == 422
        assert "没有退回" in seen(refused)
    assert back(li, "请核对", revision="2").status_code == 412
    done = seen(back(li, "拖欠天数与上周相差较大，请核对"))
    assert "已退回 岐山面粉厂（演示） 的周报" in done
    assert "拖欠天数与上周相差较大，请核对" in seen(li.get("/units", only="returned"))
    back(li, "拖欠天数与上周相差较大，请核对")
    with house.town.db.read() as session:
        assert len(session.exec(select(ReportReturn)).all()) == 1
    house.town.report("mill", W47, revision=2, wage__arrears_days=8)
    assert "面粉厂" not in seen(li.get("/units", only="returned"))


def test_a_visit_is_an_observation_beside_the_own_report(house: House) -> None:
    sun = house.who("sun.wei")
    sun.get("/units/gear/visit")
    wrong = sun.post(
        "/units/gear/visit", {"v.wage.arrears_days": "很久", "note": "门卫说没发", "key": "a", "revision": "0"}
    )
    assert wrong.status_code == 422
    assert 'value="很久"' in wrong.text
    assert sun.post("/units/gear/visit", {"key": "b", "revision": "0"}).status_code == 422
    kept = sun.post(
        "/units/gear/visit", {"v.wage.arrears_days": "１２", "note": "门卫说没发", "key": "c", "revision": "0"}
    )
    assert (kept.status_code, kept.headers["location"]) == (303, "/units/gear/visited")
    assert "例行走访" in seen(sun.get("/units/gear/visited"))
    with house.town.db.read() as session:
        (row,) = session.exec(select(Report).where(Report.node_id == "gear")).all()
    assert (row.source, row.week, row.values) == ("observation", W47, {"wage.arrears_days": 12})
    assert "秦岭齿轮厂（演示） 蔡家坡镇 未报" in seen(sun.get("/units"))


@pytest.mark.parametrize("query", [{"week": "2025-W53"}, {"week": "x"}, {"only": "y"}, {"after": "zz/"}, {"q": "%"}])
def test_an_address_that_makes_no_sense_is_a_clear_page(house: House, query: dict[str, str]) -> None:
    page = house.who("li.na").get("/units", **query)
    assert page.status_code == 200
    assert W46[:4] in page.text
