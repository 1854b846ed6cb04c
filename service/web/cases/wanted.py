"""预警筛选: what somebody asks of the inbox – tab, level, state, words, where to go on – as an address says it.

Pure. Whatever an address holds is read without an error: what makes no sense is not asked for.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from service.scoring.pack import Level

LONGEST_WORDS = 60
LARGEST_ID = 2**31 - 1


class Tab(StrEnum):
    """Whose alerts."""

    MINE = "mine"  # 待我办理
    AREA = "area"  # 辖区全部
    OVERDUE = "overdue"  # 已超时


@dataclass(frozen=True)
class Place:
    """The last row of the page before: the next one begins after it."""

    level: int
    at: datetime
    id: int

    def written(self) -> str:
        """As an address holds it."""
        return f"{self.level}~{self.at.isoformat()}~{self.id}"


@dataclass(frozen=True)
class Wanted:
    """What is asked for."""

    tab: Tab
    closed: bool = False
    level: Level | None = None
    words: str = ""
    after: Place | None = None

    def query(self, after: Place | None = None) -> dict[str, str]:
        """The parameters of an address that asks for this, from `after` on."""
        said = {
            "tab": str(self.tab),
            "state": "closed" if self.closed else "",
            "level": self.level.word if self.level is not None else "",
            "q": self.words,
            "after": after.written() if after else "",
        }
        return {name: value for name, value in said.items() if value}

    def on(self, tab: Tab) -> "Wanted":
        """The same of another tab, from its beginning; nothing that is over is overdue."""
        return replace(self, tab=tab, closed=self.closed and tab is not Tab.OVERDUE, after=None)


def wanted(query: Mapping[str, str], default: Tab) -> Wanted:
    """Read an address."""
    tab = next((t for t in Tab if t == query.get("tab")), default)
    level = next((lv for lv in Level if lv and lv.word == query.get("level")), None)
    closed = query.get("state") == "closed" and tab is not Tab.OVERDUE
    return Wanted(tab, closed, level, words_of(query.get("q", "")), _place(query.get("after", "")))


def words_of(text: str) -> str:
    """What was typed into the search box: one line without control and direction characters, full width as half."""
    spaced = unicodedata.normalize("NFKC", text[: LONGEST_WORDS * 4])
    kept = "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} else c for c in spaced)
    return " ".join(kept.split())[:LONGEST_WORDS]


def number_of(words: str) -> int | None:
    """The number of an alert that the words are, `17`, `#17` or `No. 17`."""
    digits = words.casefold().removeprefix("no.").lstrip("#№ ").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 10):
        return None
    return int(digits) if 0 < int(digits) <= LARGEST_ID else None


def _place(text: str) -> Place | None:
    parts = text.split("~")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 11 for part in parts[::2]):
        return None
    try:
        at = datetime.fromisoformat(parts[1])
    except ValueError:
        return None
    return Place(int(parts[0]), at, int(parts[2])) if at.tzinfo and int(parts[2]) <= LARGEST_ID else None
