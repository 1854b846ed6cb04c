"""周报要情: one page for leaders – the week in figures and words, sealed values nowhere, the next county nowhere."""

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.web.access.roles import Role
from tests.web.house import W47, House, seen


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> House:
    house = House(db, clock)
    house.town.sweep()
    house.town.report("gear", W47, wage__arrears_days=35, wage__arrears_people=60)
    house.town.report("paper", W47, wage__arrears_days=9, wage__arrears_people=12)
    house.town.wait("2026-11-25T18:00")
    return house


def test_leaders_read_the_week_on_one_page(house: House) -> None:
    text = seen(house.who("zheng.jun", Role.LEADER).get(f"/weeks/{W47}"))
    assert text.count("内部资料 注意保管") == 1
    assert "宝鸡市总工会劳动关系周报要情" in text
    assert "应报 5 户，已报 2 户（按时 2 户），未报 3 户，停工放假 0 户" in text
    assert "秦岭齿轮厂（演示）" in text
    assert "未结预警" in text


def test_a_county_reads_of_itself_alone(house: House) -> None:
    text = seen(house.who("li.na").get(f"/weeks/{W47}"))
    assert "秦岭齿轮厂" in text
    assert "眉县" not in text


@pytest.mark.parametrize(("path", "status"), [("/weeks/2025-W53", 422), ("/weeks/2027-W01", 422), ("/weeks/x", 422)])
def test_a_week_that_cannot_be_is_told(house: House, path: str, status: int) -> None:
    assert house.who("li.na").get(path).status_code == status


def test_the_newest_closed_week_comes_first(house: House) -> None:
    answer = house.who("li.na").get("/weeks")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/weeks/{W47}")


def test_whoever_reports_finds_no_such_page(house: House) -> None:
    assert house.who("gear", Role.REPORTER, "gear").get(f"/weeks/{W47}").status_code == 404
