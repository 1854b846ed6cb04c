"""报送情况: who sees whose reporting, what the table says, and how a unit that stood still is taken out of it."""

import csv
import io

import pytest

from service.clock import FrozenClock
from service.db import Database
from service.web.access.roles import Role
from tests.web.house import W47, House, seen


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> House:
    house = House(db, clock)
    house.town.sweep()
    house.town.report("gear", W47)
    house.town.wait("2026-11-24T12:01")  # due on Tuesday at noon
    house.town.report("qishan", W47)
    house.town.sweep()
    return house


def test_a_county_officer_reads_who_reported_in_time_late_and_not_at_all(house: House) -> None:
    page = house.who("li.na").get("/completeness", week=W47)
    text = seen(page)
    assert "报送率 2/3" in text
    assert "66.7%" in text
    assert "面粉厂" in text
    assert "眉县" not in text  # the next county


def test_the_file_says_what_the_table_says(house: House) -> None:
    answer = house.who("duty").get("/completeness", week=W47, format="csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert answer.headers["content-disposition"] == f'attachment; filename="completeness-{W47}.csv"'
    assert rows[0][:5] == ["县区", "应报", "按时", "迟报", "未报"]
    assert [row[1:5] for row in rows[1:] if row[0].startswith("岐山县")] == [["3", "1", "1", "1"]]


def test_a_unit_that_stands_still_is_no_longer_missing(house: House) -> None:
    officer = house.who("li.na")
    told = officer.post(f"/completeness/mill/excuse?week={W47}", {"reason": "停产检修"})
    assert told.status_code == 200
    assert "停工放假" in seen(told)
    assert "报送率 2/2" in seen(told)
    assert "停产检修" in seen(told)
    back = officer.post(f"/completeness/mill/expect?week={W47}")
    assert "报送率 2/3" in seen(back)


@pytest.mark.parametrize(
    ("node", "reason", "status"), [("gear", "停产", 409), ("mill", " ", 422), ("nowhere", "停产", 404)]
)
def test_what_cannot_be_excused_is_told_and_nothing_typed_is_lost(
    house: House, node: str, reason: str, status: int
) -> None:
    answer = house.who("li.na").post(f"/completeness/{node}/excuse?week={W47}", {"reason": reason})
    assert answer.status_code == status
    assert "报送率 2/3" in seen(house.who("li.na").get("/completeness", week=W47))


def test_the_outsider_can_neither_read_nor_excuse(house: House) -> None:
    outsider = house.who("zhou.fang")
    unknown = outsider.get("/completeness", week=W47, county="nowhere")
    other = outsider.get("/completeness", week=W47, county="qishan")
    assert (other.status_code, seen(other)) == (404, seen(unknown))
    assert outsider.post(f"/completeness/mill/excuse?week={W47}", {"reason": "停产"}).status_code == 404
    assert "面粉厂" not in outsider.get("/completeness", week=W47).text


def test_an_auditor_reads_and_changes_nothing(house: House) -> None:
    auditor = house.who("duty", Role.AUDITOR, "baoji")
    page = auditor.get("/completeness", week=W47)
    assert page.status_code == 200
    assert "/excuse" not in page.text
    assert auditor.post(f"/completeness/mill/excuse?week={W47}", {"reason": "停产"}).status_code == 404


@pytest.mark.parametrize("week", ["2025-W53", "2027-W01", "x", "2026-W47' --"])
def test_a_week_that_cannot_be_is_told_in_words(house: House, week: str) -> None:
    answer = house.who("li.na").get("/completeness", week=week)
    assert answer.status_code == 422
    assert "内容有误" in seen(answer)


def test_pages_beyond_the_last_say_so(house: House) -> None:
    page = house.who("li.na").get("/completeness", week=W47, after="zzz/")
    assert "后面没有单位了" in seen(page)
