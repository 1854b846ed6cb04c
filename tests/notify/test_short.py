"""What may be told where others read along: number, level, link; on the telephone county, theme and whom to ring."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notify.bundle import Item, bundle
from service.notify.message import compose
from service.notify.reminder import reminder
from service.notify.short import clip_bytes, clip_text, for_bot, for_phone
from service.scoring.pack import Level
from tests.notify.letters import news

SECRETS = ("某某公司", "拖欠工资", "欠薪人数", "35天", "80人", "约谈", "其他线索")


def several(count: int) -> dict[str, Any]:
    """The payload of a bundle, the most serious first."""
    letters = [compose(news(number=n, level=Level.RED if n == 1 else Level.BLUE)) for n in range(1, count + 1)]
    items = [
        Item(n, Level.RED if n == 1 else Level.BLUE, letter.subject, letter.payload, over_budget=False)
        for n, letter in enumerate(letters, 1)
    ]
    return bundle(items).payload


def test_a_group_is_told_number_level_and_link() -> None:
    letter = compose(news(theme="工资支付"))
    lines = for_bot(letter.subject, letter.payload)
    assert lines == [
        "橙色预警，编号 17 / alert No. 17: orange",
        "详情 / Details: http://127.0.0.1:8000/alerts/17",
    ]


def test_a_text_message_is_told_number_level_county_theme_and_the_duty_telephone() -> None:
    letter = compose(news(theme="工资支付"))
    spoken = for_phone(letter.subject, letter.payload, "0917-3260000")
    assert spoken.text == "橙色预警，编号17，岐山县，工资支付，值班电话0917-3260000"
    assert (spoken.number, spoken.level, spoken.county, spoken.theme) == ("17", "橙色", "岐山县", "工资支付")


def test_what_lacks_is_left_out() -> None:
    letter = compose(news(county="", theme=""))
    assert for_phone(letter.subject, letter.payload, "").text == "橙色预警，编号17"


def test_several_alerts_are_counted_the_worst_level_first() -> None:
    payload = several(5)
    spoken = for_phone("【预警汇总】", payload, "0917")
    assert spoken.text == "红色预警，编号1、2、3等5个，岐山县，值班电话0917"
    lines = for_bot("【预警汇总】", payload)
    assert len(lines) == 6
    assert lines[1] == "红色 1：http://127.0.0.1:8000/alerts/17"


@pytest.mark.parametrize("count", [1, 2])
def test_no_unit_finding_or_figure_is_told(count: int) -> None:
    letter = compose(news())
    payload = several(2) if count == 2 else letter.payload
    said = "\n".join(for_bot(letter.subject, payload)) + for_phone(letter.subject, payload, "0917").text
    assert [secret for secret in SECRETS if secret in said] == []


def test_a_reminder_counts_units_and_names_none() -> None:
    letter = reminder("2026-W47", news().at, ["秘密厂"])
    (line,) = for_bot(letter.subject, letter.payload)
    assert "1 户未报" in line
    assert "秘密厂" not in line + for_phone(letter.subject, letter.payload, "").text


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (
            {"type": "labour-watch.contact.code", "data": {"brief": "验证码 1234\n十分钟内有效"}},
            "验证码 1234 十分钟内有效",
        ),
        ({"type": "something.else", "data": {"node": "秘密厂"}}, "新通知"),
        ({}, "新通知"),
    ],
)
def test_any_other_notice_says_what_its_writer_allows(payload: dict[str, Any], said: str) -> None:
    (line,) = for_bot("秘密厂的主题", payload)
    assert said in line
    assert said in for_phone("秘密厂的主题", payload, "").text
    assert "秘密厂" not in line


TEXTS = st.text(st.sampled_from("ab预警😀 \n")).flatmap(
    lambda left: st.text(st.sampled_from("cd字 ")).map(lambda right: f"{left} https://预警.例子/alerts/17 {right}")
)


@given(TEXTS, st.integers(4, 80))
def test_a_cut_is_within_the_limit_and_never_in_a_link_or_a_character(text: str, longest: int) -> None:
    for cut, size in ((clip_text(text, longest), len), (clip_bytes(text, longest), lambda t: len(t.encode()))):
        assert size(cut) <= longest
        assert cut == text or (cut.endswith("…") and text.startswith(cut[:-1]))
        assert "https" not in cut or "https://预警.例子/alerts/17" in cut
