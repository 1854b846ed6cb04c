"""Templates: the shipped one says what the plain letter says, and no template does anything but say something."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.notify.bundle import Below, with_gathered
from service.notify.message import LONGEST_BODY, FindingLine, Letter, NewsReason, compose
from service.notify.templates import BrokenTemplate, choose, render
from service.scoring.pack import Level
from service.shipped import shipped
from tests.notify.letters import news

SHIPPED = (shipped("rules") / "messages" / "any.any.j2").read_text("utf-8")
SEALED = FindingLine("其他线索")
AT = datetime.fromisoformat("2026-12-31T17:05:00Z")
WORDS = compose(news()).words


def said(letter: Letter) -> tuple[str, str]:
    return letter.subject, letter.body


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"reason": NewsReason.ESCALATED, "level": Level.RED, "county": ""},
        {"findings": (), "advice": (), "sign_by": None},
        {"findings": (SEALED, *(FindingLine(f"依据{i}", f"{i}天") for i in range(9)))},
        {"sign_by": None, "act_by": AT, "reason": NewsReason.ACT_SOON},
        {"node": "{{ level }}{% raw %}<b>", "findings": (FindingLine("长" * 500, "1", "2"),)},
    ],
)
def test_the_shipped_template_says_what_the_plain_letter_says(changes: dict[str, Any]) -> None:
    letter = compose(news(**changes))
    assert render(SHIPPED, letter.words) == said(letter)
    gathering = with_gathered(letter, [Below(3, Level.YELLOW, "面粉厂"), Below(4, Level.BLUE, "纸厂")])
    assert render(SHIPPED, gathering.words) == said(gathering)


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=300), st.lists(st.text(max_size=50), max_size=5))
def test_it_does_so_whatever_the_texts_are(node: str, advice: str, findings: list[str]) -> None:
    letter = compose(news(node=node, advice=(advice,), findings=[FindingLine(name, "1天") for name in findings]))
    assert [line.rstrip() for line in letter.body.split("\n")] == render(SHIPPED, letter.words)[1].split("\n")


def test_the_closest_template_is_taken() -> None:
    names = {f"messages/{name}.j2": "" for name in ("any.any", "any.email", "red.any", "red.email")}
    for level, channel, expected in [
        ("red", "email", "red.email"),
        ("red", "console", "red.any"),
        ("blue", "email", "any.email"),
        ("blue", "console", "any.any"),
    ]:
        assert choose(names, level, channel) == f"messages/{expected}.j2"
    assert choose({}, "red", "email") is None


def test_a_long_text_is_cut_and_a_heading_is_one_safe_line() -> None:
    subject, body = render("标题\x1b[31m {{ who }}\n" + "{{ who }}\x07\n" * 500, WORDS)
    assert len(body) == LONGEST_BODY
    assert "\x1b" not in subject
    assert "\x07" not in body


@pytest.mark.parametrize(
    ("source", "line", "said"),
    [
        ("标题\n{{ who", 2, "语法错误"),
        ("标题\n正文\n{{ nobody }}", 3, "没有这个值"),
        ("标题\n{% for i in range(1000000000) %}x{% endfor %}", 2, "call"),
        ("标题\n{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", 2, "macro"),
        ("标题\n{{ 'x' * 1000000000 }}", 2, "mul"),
        ("标题\n{{ 9 ** 9 ** 9 }}", 2, "pow"),
        ("标题\n{{ who|center(1000000000) }}", 2, "center"),
        ("标题\n{% include '/etc/passwd' %}", 2, "include"),
        ("标题\n{{ who.__class__.__mro__ }}", 2, "__class__"),
        ("标题\n" + "{% for a in link %}" * 3 + "x" + "{% endfor %}" * 3, 2, "循环"),
        ("标题\n{% for a in link %}{% for b in link %}{{ link }}{% endfor %}{% endfor %}", 1, "超过"),
        ("标题\n{% for a in number %}x{% endfor %}", 2, "TypeError"),
        ("标题\n" + "x" * 30_000, 1, "超过"),
        ("标题\n{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}", 1, "嵌套"),
        ("只有标题", 1, "第一行"),
        ("\n只有正文", 1, "第一行"),
        ("", 1, "第一行"),
    ],
)
def test_whatever_else_a_template_tries_is_a_fault_with_its_line(source: str, line: int, said: str) -> None:
    with pytest.raises(BrokenTemplate) as broken:
        render(source, WORDS)
    assert said in broken.value.fault.text
    assert broken.value.fault.line == line
