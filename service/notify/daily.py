"""市级日报: one neutral letter a day to the city's duty desk – how alerts stand, what is overdue, what lacks. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from service.notify.message import LONGEST_BODY, Letter, clip, plain
from service.scoring.pack import Level

LISTED = 30


@dataclass(frozen=True)
class Day:
    """What the letter tells: open alerts by county and level, how many wait for a signature, are overdue or gathered,
    new holes, officers over their budget, and the digest that vouches for all records."""

    day: date
    counties: Mapping[str, Mapping[Level, int]]
    unsigned: int
    overdue: int
    gathered: int
    holes: Sequence[str]
    over_budget: Sequence[str]
    checkpoint: str


def daily(day: Day) -> Letter:
    """Write the letter; it names no unit, no finding and no figure of a report."""
    total = sum(sum(counts.values()) for counts in day.counties.values())
    subject = f"【市级日报】{day.day:%Y-%m-%d} 未结预警 {total} 个，未签收 {day.unsigned}，逾期 {day.overdue}"
    lines = [
        f"{day.day:%Y-%m-%d} 未结预警 {total} 个：未签收 {day.unsigned}，逾期 {day.overdue}，已归并 {day.gathered}",
        f"{total} open alerts: {day.unsigned} unsigned, {day.overdue} overdue, {day.gathered} gathered",
        *(f"- {plain(county, 60)}：{_levels(counts)}" for county, counts in day.counties.items()),
        *_section("昨日以来的漏洞 / new holes", day.holes),
        *_section("超出本周额度的责任人 / officers over this week's budget", day.over_budget),
        f"记录校验点 / checkpoint of the records: {day.checkpoint or '–'}",
    ]
    counted = {county: {level.word: n for level, n in counts.items()} for county, counts in day.counties.items()}
    payload = {
        "specversion": "1.0",
        "type": "labour-watch.city.daily",
        "source": "labour-watch",
        "subject": f"day/{day.day}",
        "datacontenttype": "application/json",
        "data": asdict(day) | {"day": str(day.day), "counties": counted},
    }
    return Letter(subject, clip("\n".join(lines), LONGEST_BODY), payload)


def _levels(counts: Mapping[Level, int]) -> str:
    return "、".join(f"{level.chinese} {counts[level]}" for level in reversed(Level) if counts.get(level))


def _section(title: str, lines: Sequence[str]) -> list[str]:
    more = [f"- 另有 {len(lines) - LISTED} 项 / more"] if len(lines) > LISTED else []
    return [f"{title}：{len(lines)}", *(f"- {plain(line)}" for line in lines[:LISTED]), *more] if lines else []
