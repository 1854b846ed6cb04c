"""日历文本: calendar.yaml → the working calendar, or every problem in it with its place. Pure."""

import re
from datetime import date, time
from itertools import pairwise

from service.errors import FileProblems
from service.reporting.calendar import Calendar
from service.reporting.written import day
from service.scoring.fields import Form, Sheet, TooMany, Wrong, several, text, word
from service.scoring.positions import Scalar, Sequence, Tree, read_tree

FILE = "calendar.yaml"
ZONE = "Asia/Shanghai"
_FIELDS = ("timezone", "working_hours", "years")
_OF_YEAR = ("holidays", "makeup_workdays")
_HOURS = re.compile(r"((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII)
_EXAMPLE = '["08:30-12:00", "14:00-18:00"]'
_YEARS = range(2000, 2200)

Stretch = tuple[time, time]


def parse_calendar(text: str, file: str = FILE) -> Calendar:
    """Read `calendar.yaml`. Raises FileProblems with every problem at its place."""
    tree, problems = read_tree(file, text)
    if tree is None:
        raise FileProblems(problems)
    sheet = Sheet(file, problems)
    try:
        calendar = _calendar(Form(sheet, tree))
    except TooMany:
        raise FileProblems(problems) from None
    if problems:
        raise FileProblems(problems)
    return calendar


def _calendar(form: Form) -> Calendar:
    form.refuse_others(_FIELDS)
    form.take("timezone", word((ZONE,)), ZONE)
    hours: tuple[Stretch, ...] = form.need("working_hours", _in_order, ())
    free: dict[date, Tree] = {}
    made_up: dict[date, Tree] = {}
    years = Form(form.sheet, form.at("years")) if _given(form, "years") else None
    for key in years.keys if years else ():
        if years and _given(years, key.text):
            _year(years, key, free, made_up)
    for both in sorted(free.keys() & made_up.keys()):
        form.note(made_up[both], f"{both} 既是节假日又是调休上班日", f"{both} is both a holiday and a make-up day")
    numbers = [int(key.text) for key in (years.keys if years else ()) if isinstance(key.value, int)]
    return Calendar(hours, frozenset(numbers), frozenset(free), frozenset(made_up))


def _given(form: Form, name: str) -> bool:
    """Whether a field stands in the file and holds something."""
    at = form.at(name)
    return form.has(name) and not (isinstance(at, Scalar) and at.value is None)


def _year(years: Form, key: Scalar, free: dict[date, Tree], made_up: dict[date, Tree]) -> None:
    """Add the days of one year."""
    if not isinstance(key.value, int) or key.value not in _YEARS:
        years.note(key, f"{key.text} 不是年份，写法如 2026", f"'{key.text}' is no year such as 2026")
        return
    form = Form(years.sheet, years.at(key.text))
    form.refuse_others(_OF_YEAR)
    for name, days in zip(_OF_YEAR, (free, made_up), strict=True):
        for item in _items(form, name):
            _add(form, item, key.value, days)


def _items(form: Form, name: str) -> list[Tree]:
    if not _given(form, name):
        return []
    node = form.at(name)
    if isinstance(node, Sequence):
        return node.items
    form.note(
        node, f"{name} 应当是日期的列表，如 [2026-10-01]", f"{name} should be a list of dates such as [2026-10-01]"
    )
    return []


def _add(form: Form, item: Tree, year: int, days: dict[date, Tree]) -> None:
    try:
        found = day(item)
    except Wrong as wrong:
        form.note(item, wrong.text, wrong.text_en)
        return
    if found.year != year:
        form.note(item, f"{found} 不在 {year} 年", f"{found} is not in {year}")
    if found in days:
        form.note(item, f"{found} 重复", f"{found} stands twice")
    days[found] = item


def _in_order(node: Tree) -> tuple[Stretch, ...]:
    """Working hours of a day, one after the other."""
    found = several(_stretch)(node)
    if any(earlier >= later for earlier, later in pairwise([at for pair in found for at in pair])):
        raise Wrong(f"工作时段应按先后写，如 {_EXAMPLE}", f"hours are out of order; write {_EXAMPLE}")
    return found


def _stretch(node: Tree) -> Stretch:
    found = _HOURS.fullmatch(text(node))
    if not found:
        raise Wrong(
            f"{text(node)} 不是时段，写法如 {_EXAMPLE}", f"'{text(node)}' is no stretch; write {_EXAMPLE}", node
        )
    return time.fromisoformat(found[1]), time.fromisoformat(found[2])
