"""时间的说法: instants, weeks and clocks in words, in Baoji's time and the reader's language; pure."""

from datetime import date, datetime, timedelta

from service.clock import SHANGHAI
from service.scoring.week import monday, sunday
from service.web.pages.i18n import Words

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(at: date | datetime, said: Words) -> str:
    """11 月 22 日 / 22 Nov."""
    local = at.astimezone(SHANGHAI) if isinstance(at, datetime) else at
    return said.either(f"{local.month} 月 {local.day} 日", f"{local.day} {_MONTHS[local.month - 1]}")


def moment(at: datetime, said: Words) -> str:
    """2026 年 11 月 22 日 16:05 / 22 Nov 2026, 16:05."""
    local = at.astimezone(SHANGHAI)
    clock = f"{local:%H:%M}"
    return said.either(f"{local.year} 年 {day(local, said)} {clock}", f"{day(local, said)} {local.year}, {clock}")


def short_moment(at: datetime, said: Words) -> str:
    """11-22 16:05 / 22 Nov 16:05."""
    local = at.astimezone(SHANGHAI)
    return said.either(f"{local:%m-%d %H:%M}", f"{day(local, said)} {local:%H:%M}")


def week_name(week: str, said: Words) -> str:
    """2026 年第 47 周 / week 47 of 2026."""
    year, number = week.split("-W")
    return said.either(f"{year} 年第 {int(number)} 周", f"week {int(number)} of {year}")


def week_span(week: str, said: Words) -> str:
    """11 月 16 日 – 11 月 22 日 / 16 Nov – 22 Nov."""
    return f"{day(monday(week), said)} – {day(sunday(week), said)}"


def duration(length: timedelta, said: Words) -> str:
    """The two largest units of a length of time: 3 小时 20 分 / 3 h 20 min; less than a minute is one."""
    minutes = max(1, int(abs(length).total_seconds() // 60))
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    units = [(days, " 天", " d"), (hours, " 小时", " h"), (rest, " 分", " min")]
    first = next(place for place, unit in enumerate(units) if unit[0])
    shown = [unit for unit in units[first : first + 2] if unit[0]]
    return " ".join(f"{number}{said.either(chinese, english)}" for number, chinese, english in shown)


def remaining(due: datetime, now: datetime, said: Words) -> str:
    """剩 3 小时 20 分 / 已超时 2 小时: how a clock stands."""
    length = duration(due - now, said)
    return said("剩 %(length)s", length=length) if due > now else said("已超时 %(length)s", length=length)
