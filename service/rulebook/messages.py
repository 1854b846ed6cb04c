"""消息模板的检查: what is wrong with the templates of a rules folder, with file and line. Pure but for Jinja2."""

from collections.abc import Mapping
from datetime import UTC, datetime

from service.errors import LineProblem
from service.notify.message import AlertNews, FindingLine, NewsReason, compose
from service.notify.templates import BrokenTemplate, render
from service.scoring.pack import Level

FOLDER = "messages/"
CHANNELS = ("any", "email", "console")  # what others read along has a text of its own, which no template changes
LEVELS = ("any", *(level.word for level in Level if level is not Level.NORMAL))
_AT = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)


def message_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """The templates among the texts of a folder."""
    return {name: text for name, text in texts.items() if name.startswith(FOLDER)}


def check_messages(texts: Mapping[str, str]) -> list[LineProblem]:
    """Every template is tried with news of all kinds; the first fault of each is told."""
    problems: list[LineProblem] = []
    for name, text in message_texts(texts).items():
        level, _, channel = name.removeprefix(FOLDER).removesuffix(".j2").partition(".")
        if level not in LEVELS or channel not in CHANNELS:
            said = f"文件名应为 等级.渠道.j2；等级：{'、'.join(LEVELS)}；渠道：{'、'.join(CHANNELS)}"
            problems.append(LineProblem(name, 1, said, "a template is named LEVEL.CHANNEL.j2"))
            continue
        fault = next((fault for news in _samples() if (fault := _fault(text, news))), None)
        problems += [fault_at(name, fault)] if fault else []
    return problems


def fault_at(name: str, broken: BrokenTemplate) -> LineProblem:
    """The fault of a template as a problem of its file."""
    return LineProblem(name, broken.fault.line, broken.fault.text, broken.fault.text_en)


def _fault(text: str, news: AlertNews) -> BrokenTemplate | None:
    try:
        render(text, compose(news).words)
    except BrokenTemplate as broken:
        return broken
    return None


def _samples() -> list[AlertNews]:
    """News with everything, and with as little as there can be."""
    lines = [FindingLine(f"依据{i}", "35天", "≥ 30天") for i in range(5)]
    full = AlertNews(
        *(
            17,
            Level.RED,
            NewsReason.ESCALATED,
            _AT,
            "n",
            "某某公司",
            "岐山县",
            "县区工会责任人",
            lines,
            ["约谈企业"],
            _AT,
        ),
        link="http://127.0.0.1:8000/alerts/17",
        theme="工资",
    )
    bare = AlertNews(1, Level.BLUE, NewsReason.RAISED, _AT, "n", "某某公司", "", "", [], [], None, "http://x/alerts/1")
    return [full, bare]
