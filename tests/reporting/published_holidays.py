"""放假安排: rules/calendar.yaml out of the package chinesecalendar, which follows the State Council's yearly notice.

Once a year, when the notice is out: install the new chinesecalendar, then
`python -m tests.reporting.published_holidays > rules/calendar.yaml`, and read the difference against the notice.
"""

from collections.abc import Iterator
from datetime import date
from importlib.metadata import version
from itertools import groupby

from chinese_calendar import Holiday, holidays, workdays

FIRST_YEAR = 2020  # no report is older
_CHINESE = {holiday.value: holiday.chinese for holiday in Holiday}
_HEAD = """\
# 工作日历：国务院办公厅公布放假安排后更新；没有列出的年份按周一至周五计算（doctor 会提醒）。
# Public holidays and make-up working days (调休) of each published year; other years are Monday to Friday.
# 本文件由软件包 chinesecalendar {version} 生成，测试核对两者一致；刷新办法见 README.md「工作日历」。
# Written from the package chinesecalendar; a test holds them together. How to refresh it is in README.md.
timezone: Asia/Shanghai
working_hours: ["08:30-12:00", "14:00-18:00"]
years:
"""


def published_years() -> range:
    """The years whose notice the package knows."""
    return range(FIRST_YEAR, max(day.year for day in holidays) + 1)


def calendar_text() -> str:
    """The whole file, one day a line so that a difference reads well."""
    head = _HEAD.replace("{version}", version("chinesecalendar"))
    return head + "".join(f"{line}\n" for year in published_years() for line in _year(year))


def _year(year: int) -> Iterator[str]:
    yield f"  {year}:"
    yield from _days("holidays", {day: name for day, name in holidays.items() if day.year == year})
    yield from _days("makeup_workdays", {day: name for day, name in workdays.items() if day.year == year})


def _days(key: str, days: dict[date, str]) -> Iterator[str]:
    """One list; the first day of each holiday says which it is."""
    yield f"    {key}:"
    for name, group in groupby(sorted(days), days.__getitem__):
        for number, day in enumerate(group):
            yield f"      - {day}" + (f" # {_CHINESE.get(name, name)}" if number == 0 else "")


if __name__ == "__main__":
    print(calendar_text(), end="")
