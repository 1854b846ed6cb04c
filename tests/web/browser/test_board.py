"""The board in a real browser, on a desk and on a phone."""

import pytest

from tests.web.browser.stage import DESK, PHONE, Stage, barriers, too_wide
from tests.web.house import W46, W47, House


@pytest.fixture(scope="module", autouse=True)
def happenings(house: House) -> None:
    """The gear works owe wages, the flour mill is calm; both weeks have been judged."""
    house.town.report("gear", W46, wage__arrears_days=20, wage__arrears_people=90, staff__headcount=800)
    house.town.report("gear", W47, wage__arrears_days=66, wage__arrears_people=400, staff__headcount=800)
    house.town.report("mill", W47, staff__headcount=100, wage__arrears_days=0, wage__arrears_people=0)
    house.town.assess()


@pytest.mark.parametrize("width", [DESK, PHONE])
@pytest.mark.parametrize("path", ["/board?week=2026-W47", "/board/heat?week=2026-W47"])
def test_a_board_keeps_nobody_out_and_fits_the_screen(stage: Stage, width: int, path: str) -> None:
    page = stage.enter("li.na", width)
    assert stage.open(page, path) == 200
    assert barriers(page) == []
    assert too_wide(page) == 0


def test_a_board_works_without_script_and_with_the_keyboard(stage: Stage) -> None:
    page = stage.enter("li.na", java_script_enabled=False)
    stage.open(page, "/board")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == "跳到主要内容"
    page.select_option("#week", W47)
    page.click("form.filters button")
    assert "2026 年第 47 周" in page.inner_text(".head")
    assert "秦岭齿轮厂" in page.inner_text(".rank")


def test_a_phone_shows_the_last_eight_weeks_of_the_heat_map(stage: Stage) -> None:
    page = stage.enter("li.na", PHONE)
    stage.open(page, "/board?week=2026-W47")
    weeks = page.locator(".heat thead th[scope=col]:visible").all_inner_texts()
    assert [week.split()[-1] for week in weeks[1:]] == [f"W{number}" for number in range(40, 48)]


def test_a_filter_acts_at_once_where_there_is_script(stage: Stage) -> None:
    page = stage.enter("li.na")
    stage.open(page, "/board?week=2026-W47")
    page.select_option("#known", "then")
    page.wait_for_url("**known=then**")
    assert page.locator(".filters .reset").is_visible()


def test_a_board_takes_five_requests(stage: Stage) -> None:
    page = stage.enter("li.na")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    stage.open(page, "/board?week=2026-W47")
    page.wait_for_load_state("networkidle")
    assert len([url for url in asked if not url.startswith("data:")]) <= 5
