"""序列: the little language of cases – one value a week, right-aligned: its last one is of the judged week.

"0x9 35" = nine zeros, then 35 · "_" = no value · "na" = not applicable · "0+7x5" = 0 7 14 21 28 35. Pure.
"""

import re
from collections.abc import Mapping

from service.scoring.build import cell
from service.scoring.fields import Form, Wrong, guess, table
from service.scoring.pack import Dictionary, Indicator
from service.scoring.panel import PanelReport
from service.scoring.positions import Scalar, Tree

LONGEST_SERIES = 520

_MISSING = "_"
_REPEATED = re.compile(r"(.+?)x(\d{1,4})", re.ASCII)
_RAMP = re.compile(r"([-+]?\d+(?:\.\d+)?)([-+]\d+(?:\.\d+)?)x(\d{1,4})", re.ASCII)

Figures = tuple[float | str | None, ...]
Series = Mapping[str, Figures]


def read_series(form: Form, dictionary: Dictionary) -> dict[str, Figures]:
    """The field `weeks`: a series for each indicator."""
    found: dict[str, Figures] = {}
    for key, written in form.take("weeks", table(_scalar), ()):
        indicator = dictionary.indicators.get(key.text)
        if indicator is None:
            chinese, english = guess(key.text, dictionary.indicators)
            form.note(key, f"没有指标 {key.text}{chinese}", f"no indicator '{key.text}'{english}")
            continue
        if key.text in found:
            form.note(key, f"指标 {key.text} 重复", f"indicator {key.text} stands twice")
        try:
            found[key.text] = _spelt_out(indicator, written.text)
        except ValueError:
            chinese, english = f"看不懂序列 {written.text!r}", f"cannot read {written.text!r}"
            form.note(written, f"{chinese}，写法如 0x9 35", f"{english}; write 0x9 35")
            continue
        if len(found[key.text]) > LONGEST_SERIES:
            form.note(written, f"序列超过 {LONGEST_SERIES} 周", f"more than {LONGEST_SERIES} weeks")
    return found


def _spelt_out(indicator: Indicator, series: str) -> Figures:
    """Every value of a series, or a few more than there may be. Raises ValueError."""
    found: list[float | str | None] = []
    for token in series.split():
        found += _figures(indicator, token)
        if len(found) > LONGEST_SERIES:
            break
    return tuple(found)


def _figures(indicator: Indicator, token: str) -> Figures:
    """The values that one word of a series stands for. Raises ValueError."""
    ramp, repeated = _RAMP.fullmatch(token), _REPEATED.fullmatch(token)
    if ramp:
        start, by = float(ramp[1]), float(ramp[2])
        return tuple(start + by * n for n in range(int(ramp[3]) + 1))
    written, times = (repeated[1], int(repeated[2])) if repeated else (token, 1)
    return (None if written == _MISSING else cell(indicator, written),) * times


def _scalar(node: Tree) -> Scalar:
    if not isinstance(node, Scalar):
        raise Wrong("应当是序列，如 0x9 35", "should be a series such as 0x9 35", node)
    return node


def reports_of(node: str, series: Series, weeks: tuple[str, ...]) -> tuple[PanelReport, ...]:
    """A report of `node` for each of `weeks` in which anything but `_` stands."""
    found = []
    for back, when in enumerate(reversed(weeks), 1):
        values = {
            id_: v for id_, figures in series.items() if back <= len(figures) and (v := figures[-back]) is not None
        }
        if values:
            found.append(PanelReport(node, when, values))
    return tuple(reversed(found))
