"""图上的名字: names short enough for a drawing, without the marks that turn a line around; pure."""

import re
import unicodedata

_TAIL = re.compile(r"(（演示）|\(演示\)|有限责任公司|股份有限公司|集团有限公司|有限公司|总工会|工会)")
LONGEST = 9


def plain(name: str) -> str:
    """The name without control and direction marks, which would spill over what stands beside it."""
    return "".join(mark for mark in name if unicodedata.category(mark) not in ("Cc", "Cf", "Cs")).strip()


def short(name: str, longest: int = LONGEST) -> str:
    """The name without what all have in common, at most `longest` characters."""
    whole = plain(name)
    told = _TAIL.sub("", whole) or whole
    return told if len(told) <= longest else f"{told[: longest - 1]}…"
