"""Journeys of the roles in a real browser, with script and without, on a desk and on a phone."""

import re

import pytest
from playwright.sync_api import Page
from sqlmodel import select

from service.reporting.tables import Nudge, Report
from service.web.access.roles import Role
from service.web.access.sessions import end_all
from tests.web.browser.stage import DESK, PHONE, Stage, too_wide
from tests.web.house import W46, W47, House
from tests.web.visitor import PASSWORD

NEXT_COUNTY = re.compile("岐山|秦岭|蔡家坡|李娜")
NEVER_FOR_A_CLERK = re.compile("预警|风险|等级|评分|分数|规则|红色|橙色|黄色|蓝色")


@pytest.fixture(scope="module", autouse=True)
def happenings(house: House) -> None:
    """Both counties have an alert; that of the gear works rests on a petition too, which is sealed. The week is
    being collected."""
    house.town.sweep()
    house.town.report("gear", W46, wage__arrears_days=35, wage__arrears_people=60, voice__petition_people=12)
    house.town.report("paper", W47, wage__arrears_days=3)
    house.town.assess()


def forget(stage: Stage, *expected: str) -> None:
    """Take away the troubles that the test has asked for, such as the refusal of a page."""
    stage.troubles[:] = [trouble for trouble in stage.troubles if not any(one in trouble for one in expected)]


def test_a_county_officer_sees_nothing_of_the_next_county(stage: Stage) -> None:
    page = stage.enter("zhou.fang")
    for path in ("/board", "/alerts?tab=area", "/units", "/completeness", "/weeks"):
        assert stage.open(page, path) == 200
        assert (path, NEXT_COUNTY.findall(page.content())) == (path, [])
    page.goto(f"{stage.url}/alerts?tab=area&q=gear")
    assert "没有符合条件的预警" in page.inner_text("main")
    for path in (stage.house.path("gear"), "/board?county=qishan", "/completeness?county=qishan", "/units/gear/visit"):
        assert stage.open(page, path) == 404
        assert NEXT_COUNTY.findall(page.inner_text("main")) == []
    forget(stage, "404")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_clerk_sees_no_level_on_any_page_that_can_be_reached(stage: Stage, script: bool) -> None:
    page = stage.enter("clerk", PHONE, Role.REPORTER, "gear", java_script_enabled=script)
    indicators = stage.house.town.library.current().dictionary.indicators.values()
    laws = {one.source for one in indicators if one.source}
    waiting, seen = ["/"], set[str]()
    while waiting:
        path = waiting.pop()
        seen.add(path)
        assert stage.open(page, path) == 200
        text = page.inner_text("body")
        for law in laws:  # a public regulation may be called as it is
            text = text.replace(law, "")
        assert (path, NEVER_FOR_A_CLERK.findall(text)) == (path, [])
        links = page.locator("a[href^='/']").evaluate_all("all => all.map(one => one.getAttribute('href'))")
        waiting += {link.partition("#")[0] for link in links if "/language" not in link} - seen - set(waiting)
    assert {f"/report/{W46}", "/report/history", "/events/new", "/help"} <= {path.partition("?")[0] for path in seen}
    for path in ("/board", "/alerts", "/units", "/completeness", "/weeks", stage.house.path("gear")):
        assert stage.open(page, path) == 404
    forget(stage, "404")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_an_organiser_reminds_and_records_a_visit(stage: Stage, script: bool) -> None:
    unit = "gear" if script else "mill"
    login = "sun.wei" if script else "li.na"
    page = stage.enter(login, PHONE, Role.ORGANISER, java_script_enabled=script)
    stage.open(page, "/units")
    row = f"#u-{unit}"
    page.click(f"{row} form[action$='/nudge'] button")
    assert "今日已催" in page.inner_text(row)
    page.click(f"{row} a[href$='/visit']")
    page.fill("#note", "车间正常开工")
    page.click("form.card button")
    page.wait_for_url("**/visited**")
    assert too_wide(page) == 0
    with stage.house.town.db.read() as session:
        assert unit in session.exec(select(Nudge.node_id)).all()
        observed = session.exec(select(Report).where(Report.node_id == unit, Report.source == "observation")).one()
    assert observed.note == "车间正常开工"


def test_an_auditor_reads_who_looked_and_an_operator_how_things_stand(stage: Stage) -> None:
    officer = stage.enter("li.na")
    stage.open(officer, stage.house.path("gear"))
    auditor = stage.enter("audit.qs", DESK, Role.AUDITOR, "qishan")
    stage.open(auditor, "/sightings")
    assert "李娜" in auditor.inner_text("main")
    assert stage.open(auditor, stage.house.path("gear")) == 200
    assert auditor.locator("main form[method=post]").count() == 0
    operator = stage.enter("ops", DESK, Role.OPERATOR, "baoji")
    stage.open(operator, "/")
    assert operator.url.endswith("/status")
    assert NEXT_COUNTY.findall(operator.inner_text("main")) == []
    assert stage.open(operator, stage.house.path("gear")) == 404
    forget(stage, "404")


def test_a_leader_prints_the_week_on_one_sheet_without_what_is_sealed(stage: Stage) -> None:
    page = stage.enter("zheng.jun", DESK, Role.LEADER)
    stage.open(page, f"/weeks/{W46}")
    page.emulate_media(media="print")
    text = page.inner_text("body")
    assert "内部资料" in text
    assert "注意保管" in text
    assert "秦岭齿轮厂" in text
    assert re.findall("上访|信访|12 人", text) == []
    assert not page.is_visible("nav.places")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_session_that_ended_in_mid_form_loses_nothing(stage: Stage, script: bool) -> None:
    login, week = ("late", W46) if script else ("later", W47)
    page = stage.enter(login, PHONE, Role.REPORTER, "mill", java_script_enabled=script)
    stage.open(page, f"/report/{week}")
    page.fill("[name='v.staff.headcount']", "123")
    page.fill("[name='v.wage.arrears_days']", "0")
    page.fill("[name='v.wage.arrears_people']", "0")
    page.fill("#note", "夜班也已核对")
    with stage.house.town.db.write() as session:
        end_all(session, login, stage.house.office.clock.now())
    page.click("#send")
    _log_in_again(page, login)
    page.get_by_role("button", name="继续提交").click()
    page.wait_for_url("**/report/receipt/**")
    with stage.house.town.db.read() as session:
        kept = session.exec(
            select(Report).where(Report.node_id == "mill", Report.week == week, Report.source == "own")
        ).one()
    assert (kept.values["staff.headcount"], kept.note) == (123, "夜班也已核对")
    forget(stage, "401")


def _log_in_again(page: Page, login: str) -> None:
    page.get_by_text("您填写的内容没有丢失").wait_for()
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main form button")


def _unfold(page: Page, form: str) -> None:
    """Open a form that is folded; the one that is next stands open already."""
    if page.get_attribute(form, "open") is None:
        page.click(f"{form} > summary")


def test_an_officer_signs_verifies_and_lifts_on_a_phone_and_a_second_person_agrees(stage: Stage) -> None:
    phone, path = stage.enter("li.na", PHONE), stage.house.path("gear")
    stage.open(phone, path)
    phone.click("form.sign button")
    phone.get_by_text("已办：签收。").wait_for()
    _unfold(phone, "#move-verify")
    for choice in phone.locator("#move-verify input[value=false]").all():
        choice.check()
    phone.fill("#verify-note", "到厂核对：工资表抄错一位")
    phone.click("#move-verify form button")
    phone.get_by_text("已办：核实。").wait_for()
    _unfold(phone, "#move-lift")
    phone.check("#move-lift input[value=false_alarm]")
    phone.fill("#lift-note", "数据已更正")
    phone.click("#move-lift form button")
    phone.get_by_text("已提议解除。").wait_for()
    assert too_wide(phone) == 0
    desk = stage.enter("zheng.jun", role=Role.LEADER, java_script_enabled=False)
    stage.open(desk, path)
    desk.click("#move-decide button.big")
    assert stage.house.town.alert("gear").outcome == "false_alarm"
    assert stage.house.town.record("gear")[-2:] == ["lift_proposed", "lifted"]
