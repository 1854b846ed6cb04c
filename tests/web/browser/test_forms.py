"""填报 in a real browser: from a phone that goes offline and comes back, on a public computer, and without script."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlmodel import select

from service.reporting.tables import Receipt, Report
from service.web.access.roles import Role
from tests.web.browser.stage import DESK, PHONE, Stage, barriers, too_wide
from tests.web.house import House
from tests.web.visitor import Visitor, log_in

WEEKS = iter(f"2026-W{number}" for number in range(20, 47))  # each test has a week of its own


@pytest.fixture
def week() -> str:
    return next(WEEKS)


def clerk(house: House, computer: Any = "own", login: str = "clerk") -> Visitor:
    return log_in(house, login, Role.REPORTER, "gear", computer)  # type: ignore[arg-type]  # of a desk it needs no more


def sit_down(stage: Stage, visitor: Visitor, width: int = PHONE, **options: Any) -> Page:
    """A window in which this visitor is logged in."""
    page = stage.enter("", width, **options)
    value = visitor.cookies["labour-watch"]
    page.context.clear_cookies()
    page.context.add_cookies([{"name": "labour-watch", "value": value, "url": stage.url}])
    return page


def reports(house: House, week: str) -> list[Report]:
    with house.town.db.read() as session:
        return list(session.exec(select(Report).where(Report.week == week)))


def kept(page: Page) -> dict[str, Any]:
    """What of ours is on the device."""
    found = page.evaluate("JSON.stringify(Object.assign({}, window.localStorage))")
    return {name: value for name, value in json.loads(found).items() if name.startswith("lw:")}


def type_in(page: Page, days: int = 0) -> None:
    page.fill("[name='v.staff.headcount']", "８００")
    page.fill("[name='v.wage.arrears_days']", str(days))
    page.fill("[name='v.wage.arrears_people']", "0")


@pytest.fixture
def phone(stage: Stage) -> Iterator[Page]:
    page = sit_down(stage, clerk(stage.house))
    yield page
    # A line that is down is told by the browser too; everything else is trouble.
    stage.troubles[:] = [t for t in stage.troubles if "ERR_INTERNET_DISCONNECTED" not in t and "409" not in t]


def test_a_clerk_reports_from_a_phone_that_goes_offline_and_comes_back(stage: Stage, phone: Page, week: str) -> None:
    stage.open(phone, f"/report/{week}")
    key = phone.get_attribute("[name=key]", "value")
    type_in(phone)
    phone.context.set_offline(True)
    phone.click("#send")
    phone.get_by_text("已存入待发队列").wait_for()
    assert [name for name in kept(phone) if ":queue:" in name] == [f"lw:clerk:queue:report/gear/{week}"]
    assert reports(stage.house, week) == []
    phone.context.set_offline(False)
    phone.wait_for_url("**/report/receipt/**")
    (stored,) = reports(stage.house, week)
    assert (stored.values["staff.headcount"], stored.week) == (800, week)
    with stage.house.town.db.read() as session:
        receipt = session.exec(select(Receipt).where(Receipt.stored_id == stored.id)).one()
    assert receipt.key == key
    assert kept(phone) == {}


def test_the_same_report_sent_again_after_a_lost_answer_is_one(stage: Stage, phone: Page, week: str) -> None:
    stage.open(phone, f"/report/{week}")
    type_in(phone)
    lost: list[Any] = []

    def swallow(route: Any) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch(max_redirects=0))  # it arrives, its answer does not
            route.abort("internetdisconnected")
        else:
            route.continue_()

    phone.route("**/report/**", swallow)
    phone.click("#send")
    phone.get_by_text("已存入待发队列").wait_for()
    phone.evaluate("window.dispatchEvent(new Event('online'))")
    phone.wait_for_url("**/report/receipt/**")
    assert len(reports(stage.house, week)) == 1


def test_a_conflict_met_on_coming_back_shows_both(stage: Stage, phone: Page, week: str) -> None:
    stage.open(phone, f"/report/{week}")
    type_in(phone, days=6)
    phone.context.set_offline(True)
    phone.click("#send")
    phone.get_by_text("已存入待发队列").wait_for()
    stage.house.town.report("gear", week, wage__arrears_days=2)
    phone.context.set_offline(False)
    phone.get_by_text("这一周已经报过").wait_for()
    assert phone.input_value("[name='v.wage.arrears_days']") == "6"
    assert "2 天" in phone.inner_text("[id='wage.arrears_days-theirs']")
    assert barriers(phone) == []


def test_a_draft_is_back_after_a_reload_for_its_user_only_and_goes_at_logout(
    stage: Stage, phone: Page, week: str
) -> None:
    stage.open(phone, f"/report/{week}")
    key = phone.get_attribute("[name=key]", "value")
    type_in(phone, days=3)
    phone.get_by_text("草稿已存在本机").wait_for()
    phone.reload()
    phone.get_by_text("已恢复本机的草稿").wait_for()
    assert phone.input_value("[name='v.wage.arrears_days']") == "3"
    assert phone.input_value("[name=key]") == key
    other = clerk(stage.house, login="second")
    phone.context.add_cookies([{"name": "labour-watch", "value": other.cookies["labour-watch"], "url": stage.url}])
    phone.reload()
    assert phone.input_value("[name='v.wage.arrears_days']") == ""
    assert kept(phone) != {}
    phone.click("form[action$='/logout'] button")
    phone.wait_for_url("**/login")
    assert kept(phone) == {}


def test_on_a_public_computer_nothing_is_kept(stage: Stage, week: str) -> None:
    page = sit_down(stage, clerk(stage.house, "public"), DESK)
    stage.open(page, f"/report/{week}")
    type_in(page)
    assert "10 分钟" in page.inner_text(".place-note")
    page.click("#send")
    page.wait_for_url("**/report/receipt/**")
    assert kept(page) == {}
    assert "800" not in page.inner_text("main")


def test_a_public_computer_ends_the_login_when_nobody_types(stage: Stage, week: str) -> None:
    page = sit_down(stage, clerk(stage.house, "public"), DESK)
    page.clock.install()
    stage.open(page, f"/report/{week}")
    type_in(page)
    page.clock.run_for(8 * 60_000)
    assert page.locator(".idle-left").is_visible()
    page.clock.run_for(3 * 60_000)
    page.wait_for_url(lambda url: f"/report/{week}" not in url)


def test_the_form_works_without_script(stage: Stage, week: str) -> None:
    page = sit_down(stage, clerk(stage.house), java_script_enabled=False)
    stage.open(page, f"/report/{week}")
    page.fill("[name='v.staff.headcount']", "800")
    page.click("#send-nil")
    assert "零报告" in page.inner_text(".receipt")
    (stored,) = reports(stage.house, week)
    assert stored.nil


@pytest.mark.parametrize("width", [DESK, PHONE])
def test_no_page_of_a_clerk_keeps_anybody_out(stage: Stage, width: int) -> None:
    page = sit_down(stage, clerk(stage.house), width)
    for path in ("/report/2026-W47", "/report?all=1", "/report/history", "/events/new"):
        assert stage.open(page, path) == 200
        assert (path, barriers(page), too_wide(page)) == (path, [], 0)
