"""预警办理页: signed, verified, handled, lifted by the people of the cast; what each move needs, who sees what."""

import re
from typing import Any

import pytest
from sqlmodel import select

from service.clock import FrozenClock, shanghai
from service.db import Database
from service.web.access.roles import Role
from service.web.access.tables import Sighting
from tests.web.house import W47, House, seen, version

FALSE = {"finding__W01": "false", "finding__W02": "data_error", "finding__W03": "false"}


@pytest.fixture
def house(db: Database, clock: FrozenClock) -> House:
    """岐山县's gear works is orange, 眉县's paper mill blue."""
    house = House(db, clock)
    house.town.report("gear", W47, wage__arrears_days=35, wage__arrears_people=60)
    house.town.report("paper", W47, wage__arrears_days=3)
    house.town.assess()
    return house


def test_an_orange_alert_from_the_signature_to_the_end(house: House) -> None:
    li = house.who("li.na")
    first = seen(li.get(house.path("gear")))
    assert "达到 31 天的标准" in first
    assert "宝应县三色预警办法" in first
    assert "将拖欠工资天数从 35 天降到 7 天" in first
    assert "核实 预警 1 尚未签收，请先签收" in first  # what is not possible yet, and why
    signed = house.move(li, "gear", "acknowledge")
    assert (signed.status_code, signed.headers["location"]) == (303, f"{house.path('gear')}?done=acknowledge")
    assert "李娜 签收" in seen(li.get(house.path("gear")))
    verified = house.move(li, "gear", "verify", finding__W01="true", finding__W03="partly", note="到厂核对工资表")
    assert verified.status_code == 303
    assert "还有 1 项未核实" in seen(li.get(house.path("gear")))
    house.move(
        li, "gear", "act", kind="visit", done_at="2026-11-18T09:30", detail__supervisors="２", detail__met="union"
    )
    page = seen(li.get(house.path("gear")))
    assert "到场的劳动法律监督员人数 2 见到了谁 企业工会" in page
    house.move(li, "gear", "contain", note="已达成补发计划")
    proposed = house.move(li, "gear", "lift", outcome="no_dispute", note="工资已补发")
    assert "等第二人同意后解除" in seen(li.call("GET", proposed.headers["location"]))
    duty = house.who("duty")
    agreed = duty.get(house.path("gear"))
    assert "提议解除：未发生争议" in seen(agreed)
    duty.post(house.path("gear", "proposals/lift/approve"), {"version": version(agreed)})
    assert house.town.alert("gear").outcome == "no_dispute"
    over = seen(li.get(house.path("gear")))
    assert "解除：未发生争议 （李娜 提议）" in over.replace("未发生争议（", "未发生争议 （")
    assert house.town.record("gear")[-2:] == ["lift_proposed", "lifted"]


def test_whoever_proposed_does_not_agree(house: House) -> None:
    li = house.who("li.na")
    house.move(li, "gear", "acknowledge")
    house.move(li, "gear", "lift", outcome="transferred", note="已移交")
    page = li.get(house.path("gear"))
    assert "不能同意自己的提议" in seen(page)
    assert "/proposals/lift/approve" not in page.text
    refused = li.post(house.path("gear", "proposals/lift/approve"), {"version": version(page)})
    assert refused.status_code == 403
    assert "不能同意自己的提议" in seen(refused)


@pytest.mark.parametrize("move", ["acknowledge", "verify", "act", "lift", "note"])
def test_the_next_county_and_those_who_only_read_move_nothing(house: House, move: str) -> None:
    zhou = house.who("zhou.fang")
    zhou.get(house.path("paper"))
    assert zhou.post(house.path("gear", move), {"version": "1", "note": "x"}).status_code == 404
    auditor = house.who("auditor", Role.AUDITOR)
    page = auditor.get(house.path("gear"))
    assert (page.status_code, version(page)) == (200, "")
    assert auditor.post(house.path("gear", move), {"version": "1", "note": "x"}).status_code == 404
    assert house.town.record("gear") == ["first_risk"]


def test_somebody_was_faster_and_nothing_that_was_typed_is_lost(house: House) -> None:
    li, wang = house.who("li.na"), house.who("wang.qiang")
    opened = version(li.get(house.path("gear")))
    house.move(wang, "gear", "acknowledge")
    house.move(wang, "gear", "note", note="我在现场")
    late = li.post(house.path("gear", "note"), {"version": opened, "note": "准备约谈 <script>"})
    assert late.status_code == 412
    page = seen(late)
    assert "您的操作没有提交" in page
    assert "王强 备注 我在现场" in page
    assert "准备约谈 <script>" in page  # as text
    assert "<script>" not in late.text.partition("<body")[2].replace('<script src="', "")
    again = li.post(house.path("gear", "note"), {"version": version(late), "note": "准备约谈"})
    assert again.status_code == 303


def test_a_form_sent_twice_is_one_move(house: House) -> None:
    li = house.who("li.na")
    house.move(li, "gear", "acknowledge")
    form = {"version": version(li.get(house.path("gear"))), "note": "已到厂"}
    assert [li.post(house.path("gear", "note"), form).status_code for _ in range(2)] == [303, 303]
    assert house.town.record("gear").count("noted") == 1


@pytest.mark.parametrize(
    ("move", "fields", "status", "told"),
    [
        ("verify", {}, 422, "findings"),
        ("verify", {"finding__W99": "true"}, 422, "没有这些触发依据"),
        ("act", {"kind": "dance"}, 422, "不是可用的值"),
        ("act", {"kind": "visit", "detail__supervisors": "两人"}, 422, "应为整数"),
        ("act", {"kind": "visit", "done_at": "2026-12-01T10:00"}, 422, "时间在未来"),
        ("act", {"kind": "visit", "done_at": "昨天"}, 422, "done_at 应如"),
        ("act", {"kind": "legal_aid", "detail__claimed": "一万"}, 422, "claimed"),
        ("contain", {}, 409, "请先记录处置"),
        ("lift", {"outcome": "dispute"}, 422, "须写明日期"),
        ("lift", {"outcome": "false_alarm"}, 409, "须先逐条核实"),
        ("level", {"level": "red"}, 422, "reason 缺少此项"),
        ("mute", {"until": "2026-11-01T10:00", "reason": "x"}, 422, "截止时间应在将来"),
        ("note", {"note": " "}, 422, "note 缺少此项"),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    house: House, move: str, fields: dict[str, Any], status: int, told: str
) -> None:
    li = house.who("li.na")
    house.move(li, "gear", "acknowledge")
    answer = house.move(li, "gear", move, **fields)
    assert answer.status_code == status
    assert "没有办成" in seen(answer)
    assert told in seen(answer)
    typed = [value for name, value in fields.items() if name in ("done_at", "detail__supervisors", "detail__claimed")]
    assert all(f'value="{value}"' in answer.text for value in typed)
    assert house.town.record("gear") == ["first_risk", "acknowledged"]


def test_all_false_waits_to_be_lifted_as_a_false_alarm(house: House) -> None:
    li = house.who("li.na")
    house.move(li, "gear", "acknowledge")
    house.move(li, "gear", "verify", **FALSE)
    page = seen(li.get(house.path("gear")))
    assert "核实不属实，待解除" in page
    assert "须先逐条核实" not in page


def test_what_is_sealed_is_for_the_responsible_post_and_a_look_leaves_a_row(house: House) -> None:
    house.town.report("mill", W47, voice__petition_people=12)
    house.town.assess()
    li, sun = house.who("li.na"), house.who("zheng.jun", Role.LEADER)
    opened, closed = seen(li.get(house.path("mill"))), seen(sun.get(house.path("mill")))
    assert "密封" in opened
    assert "V02" in opened
    assert "其他线索" in closed
    assert "V02" not in closed
    assert "信访" not in closed
    with house.town.db.read() as session:
        rows = [(row.officer_id, row.what) for row in session.exec(select(Sighting).order_by("id"))]
    assert sorted(set(rows)) == [("li.na", "case"), ("li.na", "sealed"), ("zheng.jun", "case")]


def test_who_was_told_and_how_it_went_is_on_the_page(house: House) -> None:
    page = seen(house.who("li.na").get(house.path("gear")))
    assert "李娜 console li.na" in page
    assert "待发" in page


def test_the_duty_desk_records_a_call_that_signs(house: House) -> None:
    house.town.clock.set(shanghai("2026-11-18T10:30"))
    duty = house.who("duty")
    called = house.move(duty, "gear", "call", officer="li.na", called_at="2026-11-18T10:20", answered="yes")
    assert called.status_code == 303
    assert "电话通知 李娜，已接听，视为签收" in seen(duty.get(house.path("gear")))
    assert "打给谁" not in seen(house.who("li.na").get(house.path("gear")))


def test_an_earlier_alert_of_the_unit_is_shown_with_its_outcome(house: House) -> None:
    zhou = house.who("zhou.fang")
    house.move(zhou, "paper", "acknowledge")
    house.move(zhou, "paper", "lift", outcome="dissolved")
    assert "相似的以往预警 没有相似的以往预警" in seen(house.who("li.na").get(house.path("gear")))


def test_the_evidence_is_read_on_a_page(house: House) -> None:
    li, zhou = house.who("li.na"), house.who("zhou.fang")
    page = li.get(house.path("gear", "evidence"))
    assert (page.status_code, "秦岭齿轮厂" in page.text) == (200, True)
    assert zhou.get(house.path("gear", "evidence")).status_code == 404


def test_every_word_is_english_for_an_english_reader(house: House) -> None:
    li = house.who("li.na")
    li.cookies.set("language", "en")
    house.move(li, "gear", "acknowledge")
    page = seen(li.get(house.path("gear")))
    for name in ("秦岭齿轮厂（演示）", "岐山县", "李娜", "市值班", "中文"):
        page = page.replace(name, "")
    ours = re.sub(r"Basis .*?(?=Advice)|Advice .*?(?=Show as|Known|W0|\d+ rules)", "", page)
    assert "Days past" in page
    assert (
        re.findall(r"[\u4e00-\u9fff]{2,}", re.sub(r"source: [^)]*\)|Known false alarms.*?(?=W0|\d+ rules)", "", ours))
        == []
    )
