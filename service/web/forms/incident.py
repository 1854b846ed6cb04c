"""事件内容: an incident as it was typed, and what it means. Pure."""

from dataclasses import dataclass, field
from datetime import datetime

from service.clock import shanghai
from service.web.forms.typed import Told, clean_note, note_problem, plain_text

MOST_PEOPLE = 100_000_000


@dataclass(frozen=True)
class EventEntry:
    """An incident as it was typed."""

    event: str = ""
    day: str = ""
    clock: str = ""
    people: str = ""
    note: str = ""
    key: str = ""
    node: str = ""
    discreet: bool = False
    asked: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Incident:
    """An incident as it was meant."""

    happened_at: datetime
    people: int | None


def read_incident(entry: EventEntry) -> tuple[dict[str, Told], Incident | None]:
    """What is wrong with an entry by field, and what it means when nothing is."""
    problems: dict[str, Told] = {}
    at, people = _instant(entry), plain_text(entry.people).removesuffix("人")
    if not entry.event:
        problems["event"] = "请选择事件类别", "choose what has happened"
    if at is None:
        problems["day"] = "请填发生的日期和时间，如 2026-11-18 09:30", "type date and time such as 2026-11-18 09:30"
    if people and not (people.isascii() and people.isdigit() and len(people) < 10 and int(people) <= MOST_PEOPLE):
        problems["people"] = "人数只填整数；不清楚就空着", "type a whole number; leave it empty when it is not known"
    if too_long := note_problem(clean_note(entry.note)):
        problems["note"] = too_long[""]
    if problems or at is None:
        return problems, None
    return {}, Incident(at, int(people) if people else None)


def _instant(entry: EventEntry) -> datetime | None:
    day = plain_text(entry.day).replace("/", "-").replace(".", "-")
    try:
        return shanghai(f"{day}T{plain_text(entry.clock).zfill(5)}")
    except (ValueError, OverflowError):
        return None
