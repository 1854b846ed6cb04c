"""周报页: what is asked, what comes of sending it, and that nothing typed is lost – on both databases."""

import html
import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from service.reporting.tables import Due, Report
from service.web.access.roles import Role
from tests.reporting.rules import FINE, WEEK
from tests.web.desk import REPORTS, Desk
from tests.web.visitor import Visitor, log_in

PAGE = f"/report/{WEEK}"
TYPED = {"v.staff.headcount": "８００ 人", "v.wage.arrears_days": "0"}


@pytest.fixture
def clerk(desk: Desk) -> Visitor:
    return log_in(desk, "clerk", Role.REPORTER, "gear")


def key_in(page: httpx.Response) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page.text)
    assert found
    return found[1]


def look(visitor: Visitor, path: str) -> httpx.Response:
    return visitor.call("GET", path)  # with the query in the path as it is


def send(visitor: Visitor, path: str = PAGE, **fields: Any) -> httpx.Response:
    """Open the form and send it with what is given, as a browser would."""
    page = look(visitor, path)
    revision = re.search(r'name="revision" value="(\d+)"', page.text)
    assert page.status_code == 200, page.text
    assert revision
    return visitor.post(path, TYPED | {"key": key_in(page), "revision": revision[1]} | fields)


def reports(desk: Desk) -> list[Report]:
    return sorted(desk.office.stored(Report), key=lambda report: (report.node_id, report.revision))


def shown(page: httpx.Response) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", page.text))


def flat(page: httpx.Response) -> str:
    return shown(page).replace(",", "")


def test_a_clerk_reports_and_gets_a_receipt(desk: Desk, clerk: Visitor) -> None:
    sent = send(clerk, note="工资月底补发")
    assert sent.status_code == 303
    (stored,) = reports(desk)
    assert (stored.node_id, stored.week, stored.values, stored.note) == ("gear", WEEK, FINE, "工资月底补发")
    assert len(desk.office.stored(Due)) == 1
    receipt = look(clerk, sent.headers["location"])
    for told in (stored.id, "2026 年第 47 周", "2026 年 11 月 18 日 10:00", "职工人数", "800"):
        assert told in shown(receipt)


def test_on_a_public_computer_the_receipt_holds_no_figures(desk: Desk) -> None:
    clerk = log_in(desk, "clerk", Role.REPORTER, "gear", "public")
    receipt = look(clerk, send(clerk).headers["location"])
    (stored,) = reports(desk)
    assert stored.id in receipt.text
    assert "800" not in receipt.text
    assert "职工人数" not in receipt.text


def test_the_same_form_twice_and_from_two_windows_is_one_report(desk: Desk, clerk: Visitor) -> None:
    windows = [key_in(look(clerk, PAGE)) for _ in range(2)]
    answers = [clerk.post(PAGE, TYPED | {"key": key}) for key in [windows[0], *windows]]
    (stored,) = reports(desk)
    assert {answer.headers["location"] for answer in answers} == {f"/report/receipt/{stored.id}"}


def test_another_window_with_other_figures_shows_both_and_can_correct(desk: Desk, clerk: Visitor) -> None:
    windows = [key_in(look(clerk, PAGE)) for _ in range(2)]
    clerk.post(PAGE, TYPED | {"key": windows[0]})
    other = clerk.post(PAGE, TYPED | {"key": windows[1], "v.wage.arrears_days": "6", "note": "晚发"})
    assert other.status_code == 409
    assert 'value="6"' in other.text
    assert "已报的一版：0 天" in shown(other)
    assert "晚发" in other.text
    again = {"key": key_in(other), "revision": "1", "v.wage.arrears_days": "6"}
    assert clerk.post(PAGE, TYPED | again).status_code == 303
    assert [report.values["wage.arrears_days"] for report in reports(desk)] == [0, 6]


def test_a_key_that_was_used_for_other_figures_loses_nothing(desk: Desk, clerk: Visitor) -> None:
    key = key_in(look(clerk, PAGE))
    clerk.post(PAGE, TYPED | {"key": key})
    back = clerk.post(PAGE, TYPED | {"key": key, "v.wage.arrears_days": "6"})
    assert (back.status_code, key_in(back) != key) == (409, True)
    assert clerk.post(PAGE, TYPED | {"key": key}).status_code == 303
    assert len(reports(desk)) == 1


def test_a_correction_begins_with_what_was_reported(desk: Desk, clerk: Visitor) -> None:
    desk.post(REPORTS, "gear", {"week": WEEK, "values": FINE | {"union.meeting": True}, "note": "第一次"})
    page = look(clerk, PAGE)
    assert 'value="800"' in page.text
    assert "第一次" in page.text
    assert re.search(r'<option value="1" selected>', page.text)
    sent = send(clerk, **{"v.wage.arrears_days": "3", "v.union.meeting": "1"})
    assert "更正已收到" in look(clerk, sent.headers["location"]).text
    assert [r.values.get("wage.arrears_days") for r in reports(desk)] == [0, 3]


def test_what_was_reported_is_shown_only_after_a_fresh_password(desk: Desk, clerk: Visitor) -> None:
    send(clerk)
    desk.office.clock.advance(timedelta(minutes=11))
    led = look(clerk, PAGE)
    assert led.status_code == 303
    assert led.headers["location"].startswith("/login/again?")
    assert look(clerk, "/report/history").status_code == 303


def test_an_implausible_figure_is_asked_back_and_can_be_confirmed(desk: Desk, clerk: Visitor) -> None:
    wild = {"v.wage.arrears_people": "900"}
    asked = send(clerk, **wild)
    assert asked.status_code == 422
    assert "超过职工人数 800" in shown(asked)
    assert reports(desk) == []
    tokens = re.findall(r'name="asked" value="([^"]+)"', asked.text)
    confirmed = {"key": key_in(asked), "asked": tokens, "confirmed": "1"}
    # Confirmed was 900; whoever types something else is asked anew.
    assert clerk.post(PAGE, TYPED | confirmed | {"v.wage.arrears_people": "901"}).status_code == 422
    assert clerk.post(PAGE, TYPED | confirmed | wild).status_code == 303
    (stored,) = reports(desk)
    assert stored.confirmed == ["over_headcount:wage.arrears_people"]


@pytest.mark.parametrize("note", ["请联系 13812345678", "证号11010519491231002X"])
def test_a_note_that_names_a_person_is_asked_back(desk: Desk, clerk: Visitor, note: str) -> None:
    asked = send(clerk, note=note)
    assert asked.status_code == 422
    assert "请删去" in shown(asked)
    assert note in asked.text
    assert reports(desk) == []


def test_a_zero_report_needs_the_headcount_and_fills_in_the_zeros(desk: Desk, clerk: Visitor) -> None:
    assert send(clerk, nil="1", **{"v.wage.arrears_days": ""}).status_code == 303
    (stored,) = reports(desk)
    assert stored.nil
    assert stored.values["wage.arrears_people"] == 0
    assert "零报告" in shown(look(clerk, f"/report/receipt/{stored.id}"))


def test_a_zero_report_that_contradicts_itself_says_where(desk: Desk, clerk: Visitor) -> None:
    asked = send(clerk, nil="1", **{"v.wage.arrears_days": "6"})
    assert asked.status_code == 422
    assert "零报告中欠薪天数不能非零" in shown(asked)
    assert reports(desk) == []


def test_not_applicable_is_neither_zero_nor_missing(desk: Desk, clerk: Visitor) -> None:
    send(clerk, **{"v.wage.share": "", "na.wage.share": "1", "v.plan.stage": "na"})
    (stored,) = reports(desk)
    assert stored.values == FINE | {"wage.share": "na", "plan.stage": "na"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"v.staff.headcount": "<script>alert(1)</script>"}, "请只填数字"),
        ({"v.staff.headcount": "\u202e007\u2066<b>"}, "请只填数字"),
        ({"v.staff.headcount": "9" * 5000}, "请只填数字"),
        ({"v.staff.headcount": "9" * 30}, "应在 1 到 500000 之间"),
        ({"v.staff.headcount": "12.5"}, "整数"),
        ({"v.contract.expires": "2026-02-30"}, "请填日期"),
        ({"v.no.such": "7"}, "这份表上"),
        ({"note": "字" * 2001}, "备注最多 2000 字"),
    ],
)
def test_bad_input_is_told_beside_its_field_and_nothing_is_lost(
    desk: Desk, clerk: Visitor, fields: dict[str, str], told: str
) -> None:
    answer = send(clerk, **fields | {"v.hours.overtime": "47.5"})
    assert answer.status_code == 422
    assert told in shown(answer)
    assert 'value="47.5"' in answer.text
    assert "<script>alert" not in answer.text
    assert all(
        html.escape(text[:4000], quote=True).replace("&#x27;", "&#39;") in answer.text for text in fields.values()
    )
    assert reports(desk) == []


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/report/2026-W48", 422),  # has not begun
        ("/report/2025-W53", 422),
        ("/report/1999-W01", 422),
        ("/report/47", 422),
        ("/report/%3Cscript%3E", 422),
        (f"{PAGE}?node=mill", 404),
        (f"{PAGE}?node=paper", 404),
        (f"{PAGE}?node=nowhere", 404),
        ("/report/receipt/nowhere", 404),
    ],
)
def test_what_there_is_not_is_a_clear_page(clerk: Visitor, path: str, status: int) -> None:
    page = look(clerk, path)
    assert page.status_code == status
    assert page.headers["content-type"].startswith("text/html")
    assert "<script>alert" not in page.text
    if path.startswith("/report/2") or "W" in path:
        assert clerk.post(path, TYPED).status_code == status


def test_a_session_that_ended_in_mid_form_loses_nothing(desk: Desk, clerk: Visitor) -> None:
    key = key_in(look(clerk, PAGE))
    desk.office.clock.advance(timedelta(hours=1))
    answer = clerk.post(PAGE, TYPED | {"key": key, "note": "<写到一半>"})
    assert answer.status_code == 401
    assert 'name="kept.v.staff.headcount" value="８００ 人"' in answer.text
    assert 'value="&lt;写到一半&gt;"' in answer.text
    assert reports(desk) == []


def test_a_county_clerk_reports_for_an_enterprise_of_the_county_and_it_says_so(desk: Desk) -> None:
    county = log_in(desk, "county", Role.REPORTER, "qishan")
    units = shown(look(county, "/report"))
    assert "秦岭齿轮厂" in units
    assert "眉县纸厂" not in units
    assert "眉县" not in shown(look(county, "/report?q=纸厂"))
    sent = send(county, f"{PAGE}?node=gear")
    assert "代报：岐山县" in shown(look(county, sent.headers["location"]))
    clerk = log_in(desk, "clerk", Role.REPORTER, "gear")
    assert "代报：岐山县" in shown(look(clerk, sent.headers["location"]))
    assert look(county, f"{PAGE}?node=paper").status_code == 404


def test_sealed_figures_stay_with_the_unit_and_survive_a_correction_by_others(desk: Desk) -> None:
    desk.post(REPORTS, "gear", {"week": WEEK, "values": FINE | {"voice.petition": 77777}})
    officer = log_in(desk, "li.na")
    assert "77777" not in flat(look(officer, f"{PAGE}?node=gear"))
    assert "77777" not in flat(look(officer, "/report/history?node=gear"))
    sent = send(officer, f"{PAGE}?node=gear", **{"v.wage.arrears_days": "2", "v.voice.petition": ""})
    assert "77777" not in flat(look(officer, sent.headers["location"]))
    assert reports(desk)[-1].values == FINE | {"wage.arrears_days": 2, "voice.petition": 77777}


def test_what_was_told_last_stands_beside_the_question(desk: Desk, clerk: Visitor) -> None:
    desk.post(REPORTS, "gear", {"week": "2026-W46", "values": FINE | {"wage.arrears_days": 12}})
    assert "上周 12 天" in shown(look(clerk, PAGE))


def test_history_lists_the_newest_revision_of_each_week(desk: Desk, clerk: Visitor) -> None:
    for week, days in (("2026-W45", 3), ("2026-W46", 4)):
        desk.post(REPORTS, "gear", {"week": week, "values": FINE | {"wage.arrears_days": days}})
    desk.post(REPORTS, "gear", {"week": "2026-W46", "values": FINE | {"wage.arrears_days": 5}}, If_Match="1")
    desk.post(REPORTS, "qishan", {"week": "2026-W46", "node": "gear", "values": {}, "source": "observation"})
    page = shown(look(clerk, "/report/history"))
    assert re.findall(r"欠薪天数(\d) 天", page) == ["5", "3"]
    assert page.count("回执") == 0 or page.count("第 2 版") == 1
    assert "第 46 周" not in shown(look(clerk, "/report/history?before=2026-W46"))


def test_one_owed_week_leads_straight_to_its_form(clerk: Visitor) -> None:
    assert look(clerk, "/report").headers["location"] == PAGE
    assert look(clerk, "/report?all=1").status_code == 200
    send(clerk)
    assert "都报齐了" in look(clerk, "/report").text


def test_an_auditor_enters_no_figures(desk: Desk) -> None:
    auditor = log_in(desk, "auditor", Role.AUDITOR, "baoji")
    assert look(auditor, PAGE).status_code == 404
    assert auditor.post(f"{PAGE}?node=gear", TYPED).status_code == 404
    assert reports(desk) == []


def test_no_page_of_a_clerk_speaks_of_levels(desk: Desk, clerk: Visitor) -> None:
    sent = send(clerk)
    paths = [PAGE, "/report?all=1", "/report/history", "/events/new", sent.headers["location"]]
    for words in (shown(look(clerk, path)) for path in paths):
        assert re.findall("预警|风险|等级|评分|蓝色|黄色|橙色|红色|Alert|Level", words) == []
