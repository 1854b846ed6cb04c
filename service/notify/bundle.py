"""合并通知: one letter with several pieces of news – the day's digest, or what came up together. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.notify.message import LONGEST_BODY, LONGEST_SUBJECT, Letter, clip, plain
from service.scoring.pack import Level

LISTED = 20  # the rest is counted, and named in the payload
_LONGEST_LINE = 160


@dataclass(frozen=True)
class Item:
    """One piece of news in a letter with others: the subject it would have alone, its data and its link."""

    number: int
    level: Level
    subject: str
    payload: Mapping[str, Any]
    over_budget: bool


@dataclass(frozen=True)
class Below:
    """An alert that the one above it has gathered."""

    number: int
    level: Level
    node: str


def with_gathered(letter: Letter, gathered: Sequence[Below]) -> Letter:
    """The letter, naming the alerts that its own has gathered, before its last line, the link."""
    if not gathered:
        return letter
    *body, link = letter.body.split("\n")
    lines = [
        f"归并下级预警 {len(gathered)} 个，不再另行通知 / gathers {len(gathered)} alerts below, not told on their own:",
        *(f"- {one.level.chinese} {plain(one.node, 60)}（{one.number}）" for one in gathered[:LISTED]),
        *([f"- 另有 {len(gathered) - LISTED} 个 / more in the system"] if len(gathered) > LISTED else []),
    ]
    told = {**letter.payload, "data": {**letter.payload["data"], "gathers": [one.number for one in gathered]}}
    words = letter.words | {"gathers": lines} if letter.words else {}
    return Letter(letter.subject, clip("\n".join([*body, *lines, link]), LONGEST_BODY), told, words)


def bundle(items: Sequence[Item]) -> Letter:
    """One letter about `items`, which come in the order in which they are to be read."""
    counts = [(level, sum(1 for item in items if item.level is level)) for level in reversed(Level)]
    chinese = "、".join(f"{level.chinese} {count}" for level, count in counts if count)
    english = ", ".join(f"{level.word} {count}" for level, count in counts if count)
    subject = clip(f"【预警汇总】{len(items)} 条：{chinese}", LONGEST_SUBJECT)
    lines = [
        f"预警汇总，共 {len(items)} 条（{chinese}），重要的在前：",
        f"{len(items)} pieces of news together ({english}), the most serious first:",
        *(_line(place, item) for place, item in enumerate(items[:LISTED], 1)),
        *([f"另有 {len(items) - LISTED} 条，见系统 / more in the system"] if len(items) > LISTED else []),
    ]
    return Letter(subject, clip("\n".join(lines), LONGEST_BODY), _payload(items))


def _line(place: int, item: Item) -> str:
    over = "（本周额度外 / over this week's budget）" if item.over_budget else ""
    link = item.payload.get("data", {}).get("link", "")
    return f"{place}. {clip(item.subject, _LONGEST_LINE)}{over}\n   {link}"


def _payload(items: Sequence[Item]) -> dict[str, Any]:
    first = items[0].payload
    return {
        "specversion": "1.0",
        "type": "labour-watch.alerts",
        "source": "labour-watch",
        "subject": f"alert/{items[0].number}",
        "time": first.get("time", ""),
        "datacontenttype": "application/json",
        "data": {"news": [{**item.payload.get("data", {}), "over_budget": item.over_budget} for item in items]},
    }
