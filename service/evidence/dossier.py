"""案卷: the evidence of one alert in the words of one language, ready to be set as text, page or PDF. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal

from service.clock import SHANGHAI
from service.scoring.cells import Text

Language = Literal["zh", "en"]
QUOTE = "│ "  # begins a detail that is a line of a message


class Mark(StrEnum):
    """What a reader has to see at once."""

    NONE = "none"
    GOOD = "good"  # it arrived, it is as it was written
    BAD = "bad"  # it never arrived, it was changed


@dataclass(frozen=True)
class Entry:
    """One thing that happened or was found. `ref` is its number in the dossier, such as M3; `seal` a hash."""

    at: datetime | None
    what: str
    ref: str = ""
    details: tuple[str, ...] = ()
    mark: Mark = Mark.NONE
    seal: str = ""


@dataclass(frozen=True)
class Section:
    """One part; `empty` is said where there is nothing in it."""

    key: str
    title: str
    intro: str
    entries: tuple[Entry, ...]
    empty: str


@dataclass(frozen=True)
class Dossier:
    """The whole: what the alert is (`facts`), whether its records are whole, and the sections in their order."""

    number: int
    level: str  # word of the level: normal blue yellow orange red
    title: str
    subtitle: str
    language: Language
    facts: tuple[tuple[str, str], ...]
    whole: bool
    verdict: str
    made_at: datetime
    sealed_shown: bool
    note: str  # what this document shows and hides, and how it was made
    sections: tuple[Section, ...] = field(default=())


@dataclass(frozen=True)
class Tongue:
    """Chooses one of two languages."""

    language: Language

    def say(self, chinese: str, english: str) -> str:
        """The one of the two that is wanted."""
        return chinese if self.language == "zh" else english

    def of(self, text: Text) -> str:
        """As `say`, of a pair."""
        return self.say(*text)

    def join(self, parts: list[str]) -> str:
        """A list in a sentence."""
        return self.say("、", ", ").join(part for part in parts if part)

    def span(self, length: timedelta) -> str:
        """How long something took, to the second below an hour."""
        seconds = int(abs(length.total_seconds()))
        days, hours, minutes = seconds // 86400, seconds // 3600 % 24, seconds // 60 % 60
        parts = [(days, "天", "d"), (hours, "小时", "h"), (minutes, "分", "min")]
        if seconds < 3600:
            parts.append((seconds % 60, "秒", "s"))
        shown = [self.say(f"{n} {chinese}", f"{n} {english}") for n, chinese, english in parts if n]
        return " ".join(shown) or self.say("0 秒", "0 s")


def local(at: datetime) -> str:
    """An instant in Baoji, to the second: 2026-11-18 10:00:00."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M:%S}"
