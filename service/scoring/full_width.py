"""全角符号: full-width signs that a Chinese keyboard writes where YAML and conditions want half-width ones."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_SIGNS = {"“": '"', "”": '"', "‘": "'", "’": "'", "【": "[", "】": "]", "。": ".", "、": ",", "—": "-", "－": "-"}
_NAMES = {
    "　": ("全角空格", "a full-width space", "空格", "a space"),
    "：": ("全角冒号 ：", "a full-width colon", "半角冒号 : 加一个空格", "a half-width colon : and a space"),
}
_IN_BRACKETS = re.compile("[：，“”‘’｛｝［］【】、]")
_AFTER_A_KEY = re.compile("^[ -]*[\"']?[A-Za-z0-9_.-]+[\"']? *：")
_AT_THE_START = re.compile("^[ -]*[　－—]")
_AT_THE_VALUE = re.compile("^[ -]*[A-Za-z0-9_.-]+: +[｛［【“‘]")
_GLUED = re.compile(r"^[ -]*[a-z_]+:[^\s:]", re.ASCII)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'|(?:^|(?<=\s))#.*")


@dataclass(frozen=True)
class Misused:
    """A sign that does not do what it seems to do; line and column count from 1."""

    line: int
    column: int
    text: str
    text_en: str


def half_width(sign: str) -> str:
    """What to type instead of a full-width sign; the empty text when it is none."""
    code = ord(sign)
    return " " if sign == "　" else _SIGNS.get(sign, chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else "")


def cure(written: str) -> tuple[str, str]:
    """What to type instead of the first full-width sign of `written`; two empty texts when there is none."""
    sign = next((sign for sign in written if half_width(sign)), "")
    return _told(sign) if sign else ("", "")


def misused(lines: Sequence[str], first: int, last: int) -> Misused | None:
    """The sign that probably keeps lines `first` to `last` (counted from 1) from being YAML."""
    for number in range(first, min(last, len(lines)) + 1):
        bare = _QUOTED.sub(lambda found: " " * len(found[0]), lines[number - 1])
        column = _suspect(bare)
        if column is not None:
            return Misused(number, column + 1, *_told(bare[column]))
        glued = _GLUED.match(bare)
        if glued:
            return Misused(number, glued.end() - 1, "冒号后面要有一个空格", "a colon needs a space after it")
    return None


def _suspect(bare: str) -> int | None:
    """Where in a line without quotations and comments a full-width sign stands for a half-width one."""
    for pattern in (_AFTER_A_KEY, _AT_THE_START, _AT_THE_VALUE):
        found = pattern.match(bare)
        if found:
            return found.end() - 1
    opened = min((at for at in map(bare.find, "{[") if at >= 0), default=len(bare))
    inside = _IN_BRACKETS.search(bare, opened)
    return inside.start() if inside else None


def _told(sign: str) -> tuple[str, str]:
    """Names a sign and what to type instead."""
    half = half_width(sign)
    name, name_en, type_, type_en = _NAMES.get(sign, (f"全角符号 {sign} ", f"full-width {sign}", f" {half}", half))
    return f"这里是{name}，请改用{type_}", f"this is {name_en}; type {type_en}"
