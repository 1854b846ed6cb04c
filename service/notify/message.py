"""通知内容: turns the news of an alert into a letter – subject, body and the payload of webhooks. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from service.clock import SHANGHAI
from service.scoring.pack import Level

STRONGEST = 3  # findings a message names; the rest is behind the link
LONGEST_FIELD = 200  # characters of one field
LONGEST_SUBJECT = 120
LONGEST_BODY = 4000


class NewsReason(StrEnum):
    """Why somebody is told, with the words of the message."""

    RAISED = "raised", "新发", "new"
    WORSENED = "worsened", "等级上升", "level raised"
    ESCALATED = "escalated", "逾期未签收，提级", "not signed in time, escalated"
    CORRECTED = "corrected", "更正", "corrected"
    REOPENED = "reopened", "重新出现", "reopened"
    REPEATED = "repeated", "仍未签收，再次通知", "still not signed, told again"
    NIGHT = "night", "夜间无事件红色预警，请研判叫醒谁", "red from figures alone at night: judge who is woken"
    ACT_SOON = "act_soon", "首次处置将到期", "first action due soon"
    ACT_MISSED = "act_missed", "逾期未处置，提级", "no action in time, escalated"
    ACT_REPEATED = "act_repeated", "仍未处置，再次通知", "still no action, told again"
    UPDATE_SOON = "update_soon", "续报将到期", "update due soon"
    UPDATE_MISSED = "update_missed", "逾期未续报，提级", "no update in time, escalated"
    UPDATE_REPEATED = "update_repeated", "仍未续报，再次通知", "still no update, told again"

    chinese: str
    english: str

    def __new__(cls, word: str, chinese: str, english: str) -> "NewsReason":
        reason = str.__new__(cls, word)
        reason._value_ = word
        reason.chinese = chinese
        reason.english = english
        return reason


@dataclass(frozen=True)
class FindingLine:
    """触发依据 as a person reads it: `value_text` "35天", `threshold_text` "≥ 30天"; a sealed one has only its name."""

    name: str
    value_text: str = ""
    threshold_text: str = ""


@dataclass(frozen=True)
class AlertNews:
    """What there is to tell about one alert; `findings` come strongest first, sealed ones already as 其他线索."""

    number: int
    level: Level
    reason: NewsReason
    at: datetime
    node_id: str
    node: str
    county: str
    post: str  # title of the post that has to sign
    findings: Sequence[FindingLine]
    advice: Sequence[str]
    sign_by: datetime | None  # None: there is nothing to sign
    link: str
    act_by: datetime | None = None  # at most one of the three is asked for at a time
    update_by: datetime | None = None
    theme: str = ""  # what it is about, as a person reads it; 其他线索 where that would tell a sealed finding


@dataclass(frozen=True)
class Letter:
    """A message before it is addressed; `words` is what a template may say of it, empty where none does."""

    subject: str
    body: str
    payload: dict[str, Any]
    words: dict[str, Any] = field(default_factory=dict)


def compose(news: AlertNews) -> Letter:
    """Write the letter, Chinese first; total for any text, bounded in length, free of control characters."""
    findings = _strongest(news.findings)
    return Letter(_subject(news, findings), _body(news, findings), _payload(news, findings), _words(news, findings))


def handed_over(body: str, post: str) -> str:
    """The same body for the next address, saying that `post` could not be reached."""
    intro = f"（原收件岗位 {plain(post)} 未能送达，转请您处理 / it could not be reached, passed on to you）"
    return clip(f"{intro}\n{body}", LONGEST_BODY)


def plain(text: str, longest: int = LONGEST_FIELD) -> str:
    """One line of `text` that is safe in a header and on a terminal: no control, bidi or unpaired characters."""
    spaced = "".join(" " if unsafe(character) else character for character in text[: longest * 4])
    return clip(re.sub(r"\s+", " ", spaced).strip(), longest)


def clip(text: str, longest: int) -> str:
    """At most `longest` characters; an ellipsis shows that something is missing."""
    return text if len(text) <= longest else text[: longest - 1] + "…"


def unsafe(character: str) -> bool:
    """Whether a header or a terminal could obey it: a control, format or unpaired character, a line end."""
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Zl", "Zp"}


def _strongest(findings: Sequence[FindingLine]) -> tuple[FindingLine, ...]:
    """The first three different ones: several sealed findings are one 其他线索."""
    cleaned = (FindingLine(plain(f.name), plain(f.value_text), plain(f.threshold_text)) for f in findings)
    return tuple(dict.fromkeys(cleaned))[:STRONGEST]


def _who(news: AlertNews) -> str:
    node, county = plain(news.node, 60), plain(news.county, 40)
    return node if county in {"", node} else f"{county} {node}"


def _subject(news: AlertNews, findings: Sequence[FindingLine]) -> str:
    why = "" if news.reason is NewsReason.RAISED else f"·{news.reason.chinese}"
    what = f"：{_strongest_words(findings)}" if findings else ""
    asked = "".join(f" {asked['short']}" for asked in _asked_words(news))
    return clip(f"【{news.level.chinese}预警{why}】{_who(news)}{what}{asked}", LONGEST_SUBJECT)


def _strongest_words(findings: Sequence[FindingLine]) -> str:
    return clip(findings[0].name + findings[0].value_text, 30) if findings else ""


def _words(news: AlertNews, findings: Sequence[FindingLine]) -> dict[str, Any]:
    """What a template may say, each text as it stands in the plain letter."""
    return {
        "number": news.number,
        "level": {"zh": news.level.chinese, "en": news.level.word},
        "reason": {"zh": news.reason.chinese, "en": news.reason.english},
        "new": news.reason is NewsReason.RAISED,
        "who": _who(news),
        "node": plain(news.node),
        "county": plain(news.county),
        "theme": plain(news.theme),
        "post": plain(news.post),
        "strongest": _strongest_words(findings),
        "findings": [_finding_text(finding) for finding in findings],
        "more": max(len(set(news.findings)) - len(findings), 0),
        "advice": [plain(advice) for advice in news.advice[:STRONGEST]],
        "asked": _asked_words(news),
        "gathers": [],
        "link": plain(news.link, 500),
    }


def _body(news: AlertNews, findings: Sequence[FindingLine]) -> str:
    lines = [
        f"{_who(news)}：{news.level.chinese}预警（{news.reason.chinese}）",
        f"Alert No. {news.number}: {news.level.word}, {news.reason.english}",
        f"预警编号：{news.number}",
        *_finding_lines(findings, len(set(news.findings))),
        *(f"建议：{plain(advice)}" for advice in news.advice[:STRONGEST]),
        *_asked_lines(news),
        f"详情 / Details: {plain(news.link, 500)}",
    ]
    return clip("\n".join(lines), LONGEST_BODY)


def _finding_lines(findings: Sequence[FindingLine], of: int) -> list[str]:
    lines = [f"{i}. {_finding_text(finding)}" for i, finding in enumerate(findings, 1)]
    rest = [f"另有 {of - len(findings)} 项，见详情 / more behind the link"] if of > len(findings) else []
    return ["触发依据 / Findings:", *lines, *rest] if lines else []


def _finding_text(finding: FindingLine) -> str:
    value = f"：{finding.value_text}" if finding.value_text else ""
    threshold = f"（阈值 {finding.threshold_text}）" if finding.threshold_text else ""
    return f"{finding.name}{value}{threshold}"


def _asked(news: AlertNews) -> list[tuple[datetime, str, str]]:
    """Until when what is asked, in both languages."""
    asked = (
        (news.sign_by, "签收", "Sign"),
        (news.act_by, "开展处置并登记", "Act and record it"),
        (news.update_by, "续报进展", "Report progress"),
    )
    return [(at, verb, english) for at, verb, english in asked if at is not None]


def _asked_lines(news: AlertNews) -> list[str]:
    return [line for asked in _asked_words(news) for line in (asked["zh"], asked["en"])]


def _asked_words(news: AlertNews) -> list[dict[str, str]]:
    who = f"由{plain(news.post)}" if plain(news.post) else ""
    return [
        {
            "short": f"请于{_day_and_time(at)}前{verb}",
            "zh": f"请于 {_long_time(at)}前{who}{verb}",
            "en": f"{english} by {_english_time(at)}",
        }
        for at, verb, english in _asked(news)
    ]


def _day_and_time(at: datetime) -> str:
    local = at.astimezone(SHANGHAI)
    return f"{local.month}月{local.day}日{local:%H:%M}"


def _long_time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI).year}年{_day_and_time(at)}（北京时间）"


def _english_time(at: datetime) -> str:
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} (Asia/Shanghai)"


def _payload(news: AlertNews, findings: Sequence[FindingLine]) -> dict[str, Any]:
    return _envelope(f"alert.{news.reason.value}", f"alert/{news.number}", news.at) | {
        "data": {
            "number": news.number,
            "level": news.level.word,
            "node": {"id": plain(news.node_id), "name": plain(news.node)},
            "county": plain(news.county),
            "theme": plain(news.theme),
            "reason": news.reason.value,
            "findings": [
                {"name": finding.name, "value": finding.value_text, "threshold": finding.threshold_text}
                for finding in findings
            ],
            "advice": [plain(advice) for advice in news.advice[:STRONGEST]],
            "post": plain(news.post),
            "sign_by": _instant(news.sign_by) if news.sign_by else None,
            "act_by": _instant(news.act_by) if news.act_by else None,
            "update_by": _instant(news.update_by) if news.update_by else None,
            "link": plain(news.link, 500),
        },
    }


def _envelope(kind: str, subject: str, at: datetime) -> dict[str, Any]:
    """A CloudEvents 1.0 envelope without `id`: that is the message's and is put in when it is sent."""
    return {
        "specversion": "1.0",
        "type": f"labour-watch.{kind}",
        "source": "labour-watch",
        "subject": subject,
        "time": _instant(at),
        "datacontenttype": "application/json",
    }


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
