"""数的读法: figures as people say them in both languages – units, percent, dates, words; never for judging."""

import math
from collections.abc import Mapping
from datetime import date

from service.scoring.cells import Text
from service.scoring.pack import Indicator

_MOST_DECIMALS = 12
_LONGEST = 1e15  # beyond it a figure is written with an exponent
_MAGNITUDES = ((1e8, "亿"), (1e4, "万"))  # how sums of money are said in Chinese
_MONEY = "元"
_UNITS: Mapping[str, tuple[str, str]] = {  # unit of the dictionary: English for one and for several of it
    "人": ("person", "people"),
    "人次": ("visit", "visits"),
    "天": ("day", "days"),
    "日": ("day", "days"),
    "周": ("week", "weeks"),
    "月": ("month", "months"),
    "个月": ("month", "months"),
    "年": ("year", "years"),
    "小时": ("hour", "hours"),
    "元": ("yuan", "yuan"),
    "万元": ("ten thousand yuan", "ten thousand yuan"),
    "元/月": ("yuan a month", "yuan a month"),
    "件": ("case", "cases"),
    "起": ("case", "cases"),
    "次": ("time", "times"),
    "项": ("item", "items"),
    "家": ("enterprise", "enterprises"),
    "份": ("contract", "contracts"),
    "个": ("", ""),
    "倍": ("times", "times"),
    "度": ("kWh", "kWh"),
    "千瓦时": ("kWh", "kWh"),
    "℃": ("°C", "°C"),
    "%": ("%", "%"),
}
_TIGHT = frozenset({"%", "℃", "°C"})  # written without a space before them


def plain(number: float, apart: float | None = None) -> str:
    """At most two decimals and a comma every three digits; more decimals where two would hide that the number is
    another one than `apart`, or not zero."""
    number += 0.0  # nobody says minus zero
    if not math.isfinite(number) or abs(number) >= _LONGEST:
        return f"{number:.3g}"
    different = [other for other in (apart, 0.0) if other is not None and other != number]
    for decimals in range(2, _MOST_DECIMALS + 1):
        if all(round(number, decimals) != round(other, decimals) for other in different):
            return _trimmed(f"{number:,.{decimals}f}")
    return _trimmed(f"{number:,.2f}") if round(number, 2) else f"{number:.3g}"


def counted(number: float, unit: str, apart: float | None = None, gap: str = " ") -> Text:
    """A number with its unit: `("12 人", "12 people")`; `gap` stands before the Chinese unit."""
    if unit == _MONEY:
        return _money(number, apart, gap), _joined(plain(number, apart), "yuan", " ")
    shown = plain(number, apart)
    one, several = _UNITS.get(unit, (unit, unit))
    unit = "个月" if unit == "月" else unit  # 3 月 is March
    return _joined(shown, unit, gap), _joined(shown, one if abs(number) == 1 else several, " ")


def share(part: float, apart: float | None = None) -> str:
    """A share in percent, `0.333…` as `33.33%`."""
    return f"{plain(100 * part, None if apart is None else 100 * apart)}%"


def figure(indicator: Indicator, number: float, apart: float | None = None, gap: str = " ") -> Text:
    """A figure of `indicator`: with its unit, as a day, as yes or no, or in the words of its choice."""
    if indicator.type == "date":
        return _day(number)
    if indicator.type == "yes_no" and number in (0.0, 1.0):
        return ("是", "yes") if number else ("否", "no")
    if indicator.type == "choice" and number in indicator.choices:
        chinese, _, english = indicator.choices[int(number)].partition(" / ")
        return chinese, english or chinese
    return counted(number, indicator.unit or ("%" if indicator.type == "percent" else ""), apart, gap)


def spaced(text: str) -> str:
    """`text` as it stands before a Chinese word: with a space after a figure or a letter."""
    return f"{text} " if text[-1:].isascii() and text[-1:].isalnum() | (text[-1:] == "%") else text


def in_words(indicator: Indicator) -> bool:
    """Whether a figure of `indicator` is read as a word and not as a number."""
    return indicator.type in ("yes_no", "choice")


def _trimmed(shown: str) -> str:
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def _joined(shown: str, unit: str, gap: str) -> str:
    return f"{shown}{unit}" if unit in _TIGHT or not unit else f"{shown}{gap}{unit}"


def _money(yuan: float, apart: float | None, gap: str) -> str:
    for size, word in _MAGNITUDES:
        if size <= abs(yuan) < _LONGEST:
            return f"{plain(yuan / size, None if apart is None else apart / size)}{gap}{word}{_MONEY}"
    return f"{plain(yuan, apart)}{gap}{_MONEY}"


def _day(ordinal: float) -> Text:
    try:
        day = date.fromordinal(int(ordinal))
    except (ValueError, OverflowError):
        return plain(ordinal), plain(ordinal)
    return f"{day.year}年{day.month}月{day.day}日", f"{day.day} {day:%B %Y}"
