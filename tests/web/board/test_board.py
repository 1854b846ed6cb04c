"""The board over HTTP: what it shows to whom, as known then and now, as picture, table and file."""

from typing import Any

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.web.access.roles import Role
from service.web.board.sheet import Sheet, as_csv, safe
from tests.web.house import W46, W47, House, seen

OWES: dict[str, Any] = {"staff__headcount": 800, "wage__arrears_days": 66, "wage__arrears_people": 400}


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> House:
    house = House(db, clock)
    house.town.report("gear", W46, **OWES)
    house.town.report("paper", W46, **OWES)
    house.town.assess()
    return house


def test_an_officer_sees_the_own_county_and_nothing_of_the_next(house: House) -> None:
    page = house.who("li.na").get("/board", week=W46)
    assert page.status_code == 200
    assert "秦岭齿轮厂" in seen(page)
    assert "眉县" not in page.text
    city = house.who("zheng.jun", Role.LEADER).get("/board", week=W46)
    assert "秦岭齿轮厂" in city.text
    assert "眉县纸厂" in city.text


def test_another_county_is_not_there(house: House) -> None:
    visitor = house.who("li.na")
    for place in ("meixian", "nowhere"):
        assert visitor.get("/board", county=place).status_code == 404
        assert visitor.get("/board/heat", county=place, format="csv").status_code == 404


@pytest.mark.parametrize("part", ["ranking", "alerts", "network", "heat", "trends", "pace"])
def test_behind_every_picture_stand_a_table_and_a_file(house: House, part: str) -> None:
    visitor = house.who("li.na")
    assert visitor.get(f"/board/{part}", week=W46).status_code == 200
    file = visitor.get(f"/board/{part}", week=W46, format="csv")
    assert file.content.startswith(b"\xef\xbb\xbf")
    assert file.headers["content-disposition"] == f'attachment; filename="{part}-{W46}.csv"'
    assert "眉县" not in file.text


@pytest.mark.parametrize("query", ["week=2025-W53", "week=2026-W54", "week=x", "week=2030-W01", "known=later"])
def test_a_filter_that_cannot_be_is_said_in_words(house: House, query: str) -> None:
    page = house.who("li.na").call("GET", f"/board?{query}")
    assert page.status_code == 422
    assert "内容有误" in seen(page)


@pytest.mark.parametrize("query", ["after=~~~", "county=caijiapo", "industry=none", "theme=none", "theme=wages"])
def test_a_filter_that_finds_little_is_a_page(house: House, query: str) -> None:
    assert house.who("li.na").call("GET", f"/board?week={W46}&{query}").status_code == 200


def test_a_board_without_scores_says_so(house: House) -> None:
    page = seen(house.who("li.na").get("/board", week=W47))
    assert "没有数据" in page or "还没有评分" in page


def test_sealed_findings_are_an_other_lead(house: House) -> None:
    house.town.report("mill", W46, voice__complaints_valid=9)
    house.town.assess()
    page = house.who("li.na").get("/board/ranking", week=W46)
    assert "投诉" not in seen(page)


def test_an_enterprise_has_no_board(house: House) -> None:
    visitor = house.who("clerk", Role.REPORTER, "gear")
    assert visitor.get("/board").status_code == 404
    assert visitor.get("/board/heat").status_code == 404


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "  =1"])
def test_a_text_is_no_formula(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert as_csv(Sheet("t", ["a"], [[text]])).decode().splitlines()[1].strip('"').startswith("'")


def test_a_number_stays_a_number() -> None:
    assert [safe(-5.0), safe(2.25), safe(None), safe(7)] == ["-5", "2.2", "", "7"]
