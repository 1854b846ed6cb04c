"""轮值表的文字形式: the rota and the overrides of a post, as network.yaml and the database both hold them.

Pure: text in, values and problems out.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from service.clock import calendar_day, shanghai
from service.network.rota import Days, Override, Rota, Shift, Span
from service.network.tree import Report
from service.network.yaml_text import Block

WHOLE_DAY = "00:00-24:00"
_EVERY = re.compile(r"([1-9]\d?)([dw])", re.ASCII)
_HOURS = re.compile(r"(\d{2}:\d{2})-(\d{2}:\d{2})", re.ASCII)
_MINUTES = 24 * 60


def read_rota(entry: Block, report: Report) -> Rota | None:
    """Read `{from, every, order, shifts}`; None after reporting why it cannot be read."""
    entry.check(("from", "every", "order", "shifts"), ("order", "shifts"), report)
    first, every = _first(entry, report), _every(entry, report)
    order = tuple(entry.texts("order", report))
    shifts = [_shift(shift, order, report) for shift in entry.blocks("shifts", report)]
    if not shifts:
        shifts = [_shift(Block(entry.line, {}), order, report)]
    if first is None or every is None or None in shifts:
        return None
    return Rota(first, every, tuple(shift for shift in shifts if shift))


def read_override(entry: Block, report: Report) -> Override | None:
    """Read `{officer, from, until, reason}`; None after reporting why it cannot be read."""
    entry.check(("officer", "from", "until", "reason"), (), report)
    try:
        span = Span(shanghai(entry.text("from")), shanghai(entry.text("until")))
    except (ValueError, OverflowError):
        text = "换班起止时间无效，例如 2026-11-18T20:00"
        report(entry.line, text, "from and until of an override must be times such as 2026-11-18T20:00")
        return None
    if span.end <= span.start:
        report(entry.line, "换班结束时间须晚于开始时间", "an override must end after it begins")
    return Override(entry.text("officer"), span, entry.text("reason"))


def check_members(
    rota: Rota | None, overrides: Collection[Override], officers: Collection[str], line: int, report: Report
) -> None:
    """Report whoever is to be on duty at a post without belonging to it: he could not sign there."""
    named = [id_ for shift in rota.shifts for id_ in shift.order] if rota else []
    for id_ in dict.fromkeys([*named, *(override.officer for override in overrides)]):
        if id_ not in officers:
            text = f"轮值或换班中的 {id_!r} 不是该岗位的责任人或代理人，请先列入 deputies"
            report(line, text, f"{id_!r} is on the rota but is neither holder nor deputy of the post; add to deputies")


def rota_words(rota: Rota) -> dict[str, Any]:
    """The rota as `rota_of` and `read_rota` read it."""
    weeks, days = divmod(rota.every, 7)
    every = f"{rota.every}d" if days else f"{weeks}w"
    shifts = [
        {"hours": _hours_text(shift), "days": str(shift.days), "order": list(shift.order)} for shift in rota.shifts
    ]
    return {"from": rota.first.isoformat(), "every": every, "shifts": shifts}


def rota_of(words: Mapping[str, Any]) -> Rota:
    """The rota that `rota_words` wrote. Raises ValueError for anything else."""
    problems: list[str] = []
    shifts = [Block(0, shift) for shift in words["shifts"]]
    rota = read_rota(Block(0, {**words, "shifts": shifts}), lambda _line, _text, text_en: problems.append(text_en))
    if rota is None:
        raise ValueError(f"not a rota: {problems}")
    return rota


def _first(entry: Block, report: Report) -> date | None:
    text = entry.text("from")
    try:
        return calendar_day(text)
    except ValueError:
        said = f"轮值表的 from {text!r} 无效，应为第一班的日期，例如 2026-11-16"
        report(entry.line, said, f"from of a rota must be the first day such as 2026-11-16, not {text!r}")
        return None


def _every(entry: Block, report: Report) -> int | None:
    text = entry.text("every") or "1w"
    found = _EVERY.fullmatch(text)
    if found:
        return int(found[1]) * (7 if found[2] == "w" else 1)
    report(entry.line, f"every {text!r} 无效，应为 1d、1w、2w 等", f"every must be like 1d, 1w or 2w, not {text!r}")
    return None


def _shift(entry: Block, order: tuple[str, ...], report: Report) -> Shift | None:
    entry.check(("hours", "days", "order"), ("order",), report)
    own = tuple(entry.texts("order", report)) or order
    days, hours = entry.text("days") or Days.ALL, _hours(entry.text("hours") or WHOLE_DAY)
    if days not in list(Days):
        report(
            entry.line, f"days {days!r} 无效，应为 all、working、rest", f"days is all, working or rest, not {days!r}"
        )
    if hours is None:
        text = f"班次时间 {entry.text('hours')!r} 无效，应如 08:00-20:00、20:00-08:00"
        report(entry.line, text, f"hours must be like 08:00-20:00 or 20:00-08:00, not {entry.text('hours')!r}")
    if not own:
        report(entry.line, "轮值表没有人，请写 order: [责任人, …]", "nobody is on the rota; write order: [officer, …]")
    return Shift(*hours, Days(days), own) if hours and own and days in list(Days) else None


def _hours(text: str) -> tuple[time, int] | None:
    """When a shift begins and how many minutes it lasts; equal times are a whole day."""
    found = _HOURS.fullmatch(text)
    try:
        if found:
            start = time.fromisoformat(found[1])
            end = time() if found[2] == "24:00" else time.fromisoformat(found[2])
            return start, (_minute(end) - _minute(start)) % _MINUTES or _MINUTES
    except ValueError:
        pass  # 25:00
    return None


def _hours_text(shift: Shift) -> str:
    begins = datetime.combine(date.min, shift.starts)
    ends = begins + timedelta(minutes=shift.minutes)
    return f"{begins:%H:%M}-{'24:00' if ends.time() == time() else f'{ends:%H:%M}'}"


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute
