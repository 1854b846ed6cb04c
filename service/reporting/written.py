"""写法: reads spans, times of day and days as people write them in rule files. Pure."""

import re
from datetime import date, time

from service.clock import calendar_day
from service.reporting.calendar import Span, parse_span
from service.scoring.fields import Wrong, text
from service.scoring.positions import Tree

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)


def span(node: Tree) -> Span:
    """A span such as 30min, 48h or 5d."""
    found = text(node)
    try:
        return parse_span(found)
    except ValueError:
        raise Wrong(
            f"时限写作 30min、48h 或 5d，不是 {found}", f"a span is written 30min, 48h or 5d, not '{found}'"
        ) from None


def some_time(node: Tree) -> Span:
    """A span that is not nothing."""
    found = span(node)
    if not found.amount:
        raise Wrong(f"时限须大于 0，不能是 {text(node)}", f"must be longer than {text(node)}")
    return found


def time_of_day(node: Tree) -> time:
    """A time of the day such as "21:30"."""
    found = text(node)
    if not _TIME.fullmatch(found):
        raise Wrong(f'时刻写作 "21:30"，不是 {found}', f"a time is written \"21:30\", not '{found}'", node)
    return time.fromisoformat(found)


def day(node: Tree) -> date:
    """A day of the calendar such as 2026-10-01."""
    found = text(node)
    try:
        return calendar_day(found)
    except ValueError:
        chinese, english = f"{found} 不是日历上的日子，写法如 2026-10-01", f"'{found}' is no day such as 2026-10-01"
        raise Wrong(chinese, english, node) from None
