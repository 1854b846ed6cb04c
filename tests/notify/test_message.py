"""Letters: what an officer reads first, what never gets in."""

import unicodedata
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.notify.message import (
    LONGEST_BODY,
    LONGEST_SUBJECT,
    FindingLine,
    NewsReason,
    compose,
    handed_over,
    plain,
)
from service.scoring.pack import Level
from tests.notify.letters import news

SEALED = FindingLine("其他线索")


def test_the_subject_says_level_place_strongest_finding_and_when_to_sign() -> None:
    assert compose(news()).subject == "【橙色预警】岐山县 某某公司：拖欠工资35天 请于11月18日14:00前签收"


@pytest.mark.parametrize(
    ("changes", "subject"),
    [
        (
            {"reason": NewsReason.ESCALATED},
            "【橙色预警·逾期未签收，提级】岐山县 某某公司：拖欠工资35天 请于11月18日14:00前签收",
        ),
        ({"level": Level.RED, "county": ""}, "【红色预警】某某公司：拖欠工资35天 请于11月18日14:00前签收"),
        ({"node": "岐山县", "findings": ()}, "【橙色预警】岐山县 请于11月18日14:00前签收"),
        ({"sign_by": None, "reason": NewsReason.CORRECTED}, "【橙色预警·更正】岐山县 某某公司：拖欠工资35天"),
        (
            {"sign_by": datetime(2026, 12, 31, 17, 5, tzinfo=UTC)},
            "【橙色预警】岐山县 某某公司：拖欠工资35天 请于1月1日01:05前签收",
        ),
        (
            {"sign_by": None, "act_by": datetime(2026, 11, 18, 4, 0, tzinfo=UTC), "reason": NewsReason.ACT_SOON},
            "【橙色预警·首次处置将到期】岐山县 某某公司：拖欠工资35天 请于11月18日12:00前开展处置并登记",
        ),
        (
            {
                "sign_by": None,
                "update_by": datetime(2026, 11, 19, 2, 0, tzinfo=UTC),
                "reason": NewsReason.UPDATE_MISSED,
            },
            "【橙色预警·逾期未续报，提级】岐山县 某某公司：拖欠工资35天 请于11月19日10:00前续报进展",
        ),
        ({"findings": (SEALED,)}, "【橙色预警】岐山县 某某公司：其他线索 请于11月18日14:00前签收"),
    ],
)
def test_the_subject_of_other_news(changes: dict[str, Any], subject: str) -> None:
    assert compose(news(**changes)).subject == subject


def test_the_body_says_who_why_what_to_do_and_by_when_in_both_languages() -> None:
    assert compose(news()).body.splitlines() == [
        "岐山县 某某公司：橙色预警（新发）",
        "Alert No. 17: orange, new",
        "预警编号：17",
        "触发依据 / Findings:",
        "1. 拖欠工资：35天（阈值 ≥ 30天）",
        "2. 欠薪人数：80人（阈值 ≥ 50人）",
        "建议：约谈企业，核实工资表与补发计划",
        "请于 2026年11月18日14:00（北京时间）前由县级工会干事签收",
        "Sign by 2026-11-18 14:00 (Asia/Shanghai)",
        "详情 / Details: http://127.0.0.1:8000/alerts/17",
    ]


def test_three_findings_are_named_and_sealed_ones_are_one_line_without_a_value() -> None:
    lines = [FindingLine(f"依据{i}", f"{i}天", "≥ 1天") for i in range(4)]
    letter = compose(news(findings=(SEALED, lines[0], SEALED, *lines[1:])))
    assert [finding["name"] for finding in letter.payload["data"]["findings"]] == ["其他线索", "依据0", "依据1"]
    assert letter.payload["data"]["findings"][0] == {"name": "其他线索", "value": "", "threshold": ""}
    assert "1. 其他线索\n" in letter.body
    assert "另有 2 项" in letter.body
    assert "依据2" not in letter.body


def test_without_a_deadline_nobody_is_asked_to_sign() -> None:
    letter = compose(news(sign_by=None))
    assert "签收" not in letter.subject + letter.body
    assert letter.payload["data"]["sign_by"] is None


@pytest.mark.parametrize(
    ("duty", "said", "said_in_english"),
    [
        ("act_by", "前由县级工会干事开展处置并登记", "Act and record it by 2026-11-18 14:00"),
        ("update_by", "前由县级工会干事续报进展", "Report progress by 2026-11-18 14:00"),
    ],
)
def test_after_signing_the_letter_asks_for_the_next_thing(duty: str, said: str, said_in_english: str) -> None:
    letter = compose(news(sign_by=None, **{duty: datetime(2026, 11, 18, 6, 0, tzinfo=UTC)}))
    assert said in letter.body
    assert said_in_english in letter.body
    asked = {key: letter.payload["data"][key] for key in ("sign_by", "act_by", "update_by")}
    assert asked == {"sign_by": None, "act_by": None, "update_by": None} | {duty: "2026-11-18T06:00:00Z"}


def test_the_payload_is_a_cloud_event_that_still_lacks_its_id() -> None:
    payload = compose(news()).payload
    assert {key: payload[key] for key in ("specversion", "type", "source", "subject", "time")} == {
        "specversion": "1.0",
        "type": "labour-watch.alert.raised",
        "source": "labour-watch",
        "subject": "alert/17",
        "time": "2026-11-18T02:00:00Z",
    }
    assert "id" not in payload
    assert payload["data"]["level"] == "orange"
    assert payload["data"]["sign_by"] == "2026-11-18T06:00:00Z"


def test_a_header_cannot_be_injected_through_a_name() -> None:
    letter = compose(news(node="公司\r\nBcc: everyone@example.org", county="岐山县\x00\u202e"))
    assert "\n" not in letter.subject
    assert letter.subject.startswith("【橙色预警】岐山县 公司 Bcc: everyone@example.org")


def test_who_is_handed_a_message_reads_whom_it_did_not_reach() -> None:
    body = handed_over("正文", "county.officer")
    assert body.endswith("\n正文")
    assert "county.officer 未能送达" in body.splitlines()[0]


def test_every_reason_has_words_in_both_languages() -> None:
    assert all(reason.chinese and reason.english and reason == reason.value for reason in NewsReason)
    assert len({reason.chinese for reason in NewsReason}) == len(NewsReason)


TEXT = st.text(st.characters(codec=None), max_size=2000)


@given(TEXT)
def test_plain_text_is_one_bounded_printable_line(text: str) -> None:
    cleaned = plain(text, 50)
    assert len(cleaned) <= 50
    assert cleaned == cleaned.strip()
    assert not any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for character in cleaned)


@given(TEXT, TEXT, st.lists(st.builds(FindingLine, TEXT, TEXT, TEXT), max_size=5), st.lists(TEXT, max_size=5))
def test_any_text_makes_a_letter_that_can_be_sent(
    node: str, other: str, findings: list[FindingLine], advice: list[str]
) -> None:
    letter = compose(
        news(node=node, county=other, post=other, node_id=other, link=node, findings=findings, advice=advice)
    )
    assert len(letter.subject) <= LONGEST_SUBJECT
    assert len(letter.body) <= LONGEST_BODY
    assert "\n" not in letter.subject
    assert orjson.loads(orjson.dumps(letter.payload)) == letter.payload
    (letter.subject + letter.body).encode()
