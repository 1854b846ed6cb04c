"""短文: what may be told where others read or listen along. Group bots get number, level and link; a text message or a
call gets number, level, county, theme and the duty telephone – never a unit, a finding or a figure. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.notify.message import clip, plain
from service.scoring.pack import Level

LEAST_TEXT = 10  # characters that say what a link is about
NAMED = 3  # of several alerts in one text message
_LEVELS = {level.word: level for level in Level}
_LINK = re.compile(r"https?://\S+")
# Their subjects count and name no unit.
_OPEN_SUBJECTS = frozenset({"labour-watch.report.reminder", "labour-watch.city.daily"})
_NEUTRAL = "劳动关系预警系统有一条新通知，请登录查看 / a new notice, see the system"


@dataclass(frozen=True)
class Spoken:
    """The variables of a text message or a call; those of a notice that is about no alert are empty but for `text`."""

    text: str
    number: str = ""
    level: str = ""
    county: str = ""
    theme: str = ""


def for_bot(subject: str, payload: Mapping[str, Any]) -> list[str]:
    """The lines for a group; links stand at the end of their line."""
    news = _news(payload)
    if not news:
        return [_other(subject, payload)]
    if len(news) == 1:
        level = _level(news[0])
        return [
            f"{level.chinese}预警，编号 {_number(news[0])} / alert No. {_number(news[0])}: {level.word}",
            f"详情 / Details: {_words(news[0], 'link', 500)}",
        ]
    listed = [f"{_level(one).chinese} {_number(one)}：{_words(one, 'link', 500)}" for one in news]
    return [f"预警 {len(news)} 条，重要的在前 / {len(news)} alerts, the most serious first", *listed]


def for_phone(subject: str, payload: Mapping[str, Any], duty_phone: str) -> Spoken:
    """What a text message says, and a call reads out."""
    news = _news(payload)
    if not news:
        return Spoken(_other(subject, payload))
    level = max(_level(one) for one in news)
    number = "、".join(_number(one) for one in news[:NAMED]) + (f"等{len(news)}个" if len(news) > NAMED else "")
    county, theme = _together(news, "county"), _together(news, "theme")
    call = f"值班电话{duty_phone}" if duty_phone else ""
    text = "，".join(filter(None, [f"{level.chinese}预警", f"编号{number}", county, theme, call]))
    return Spoken(text, number, level.chinese, county, theme)


def clip_text(text: str, longest: int) -> str:
    """At most `longest` characters, cut with … and never within a link."""
    return text if len(text) <= longest else _cut(text, longest - 1)


def clip_before(text: str, link: str, longest: int) -> str:
    """Text and link in at most `longest` characters: what is cut is the text; a link without room for a word before it
    is left out whole."""
    room = longest - len(link)
    return clip_text(text, room) + link if room >= LEAST_TEXT else clip_text(text, longest)


def clip_bytes(text: str, longest: int) -> str:
    """At most `longest` bytes of UTF-8, cut with … and never within a character or a link."""
    raw = text.encode()
    if len(raw) <= longest:
        return text
    return _cut(text, len(raw[: longest - len("…".encode())].decode(errors="ignore")))


def _cut(text: str, at: int) -> str:
    for link in _LINK.finditer(text):
        if link.start() < at < link.end():
            at = link.start()
    return f"{text[: max(at, 0)]}…"


def _news(payload: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The alerts that a message is about: one, several together, or none."""
    data = payload.get("data", {})
    return [one for one in data.get("news", [data]) if one.get("level") in _LEVELS and "number" in one]


def _other(subject: str, payload: Mapping[str, Any]) -> str:
    """A notice about no alert. Its writer may say in `brief` what anybody may read, such as a code."""
    brief = _words(payload.get("data", {}), "brief", 500)
    return brief or (plain(subject) if payload.get("type") in _OPEN_SUBJECTS else _NEUTRAL)


def _together(news: Sequence[Mapping[str, Any]], field: str) -> str:
    found = list(dict.fromkeys(filter(None, (_words(one, field, 40) for one in news))))
    return "" if not found else found[0] if len(found) == 1 else f"{found[0]}等"


def _level(one: Mapping[str, Any]) -> Level:
    return _LEVELS[one["level"]]


def _number(one: Mapping[str, Any]) -> str:
    return clip(str(one["number"]), 20)


def _words(one: Mapping[str, Any], field: str, longest: int) -> str:
    return plain(str(one.get(field) or ""), longest)
