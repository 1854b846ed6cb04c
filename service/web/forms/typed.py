"""输入: text as people type it into a form → figures of a report, with every problem beside its field. Pure.

Full-width digits, thousands separators, a trailing unit and 万 are understood; what is not understood is never guessed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from service.errors import FieldProblems
from service.reporting.quality import Form, fill
from service.scoring.pack import Indicator
from service.scoring.panel import NA

LONGEST_NOTE = 2000
_LONGEST_FIGURE = 40
_NUMBER = re.compile(r"([+-]?)(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(万?)", re.ASCII)
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_PLAIN_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NOT_APPLICABLE = frozenset({"na", "n/a", "不适用"})
_YES, _NO = frozenset({"1", "是", "yes", "true"}), frozenset({"0", "否", "no", "false"})

Told = tuple[str, str]  # Chinese, English


@dataclass(frozen=True)
class Typed:
    """What was typed: the figures that could be read, and what is wrong with the others by indicator."""

    values: Mapping[str, Any]
    problems: Mapping[str, Told]


class NotRead(Exception):
    """A text that stands for no figure; holds what to do about it in Chinese and English."""

    def __init__(self, text: str, text_en: str) -> None:
        super().__init__(text)
        self.told: Told = (text, text_en)


def read(form: Form, texts: Mapping[str, str], nil: bool) -> Typed:
    """The figures that `texts` (by indicator) stand for; an empty one is missing. Ranges are checked as intake does."""
    values: dict[str, Any] = {}
    problems: dict[str, Told] = {}
    for id_, text in texts.items():
        if id_ not in form.indicators:
            if text.strip():
                problems[id_] = ("这一项已不在表上", "this question is no longer on the form")
            continue
        try:
            if (value := read_one(form.indicators[id_], text)) is not None:
                values[id_] = value
        except NotRead as error:
            problems[id_] = error.told
    try:
        fill(form, values, nil)
    except FieldProblems as error:
        named = {f"/values/{id_}": id_ for id_ in values}
        problems |= {named[p.pointer]: (p.text, p.text_en) for p in error.problems if p.pointer in named}
    return Typed({id_: value for id_, value in values.items() if id_ not in problems}, problems)


def read_one(indicator: Indicator, text: str) -> Any:
    """The figure one text stands for, None for an empty one. Raises NotRead."""
    tidy = plain_text(text)
    if not tidy:
        return None
    if tidy.lower() in _NOT_APPLICABLE:
        return NA
    return _READERS.get(indicator.type, _number)(indicator, tidy)


def plain_text(text: str) -> str:
    """`text` in half-width signs, without spaces and invisible marks."""
    folded = unicodedata.normalize("NFKC", text[: 4 * _LONGEST_FIGURE])
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "CZ").replace("。", ".")


def clean_note(text: str) -> str:
    """A note as it is stored: line breaks of one kind, and no invisible mark that could turn its text around."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or unicodedata.category(c)[0] != "C").strip()


def note_problem(note: str) -> dict[str, Told]:
    """What is wrong with a note, under the empty name."""
    if len(note) <= LONGEST_NOTE:
        return {}
    return {
        "": (f"备注最多 {LONGEST_NOTE} 字，现有 {len(note)} 字", f"at most {LONGEST_NOTE} characters; {len(note)} now")
    }


def shown(indicator: Indicator, value: Any) -> str:
    """A stored figure as it would be typed; `read_one` gives it back."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float) and indicator.type != "date":
        return format(Decimal(repr(value)).normalize(), "f")
    return str(value)


def _number(indicator: Indicator, text: str) -> int | float:
    bare = text.removesuffix(plain_text(indicator.unit)) if indicator.unit else text
    found = _NUMBER.fullmatch(bare)
    if found is None or len(bare) > _LONGEST_FIGURE:
        raise NotRead(
            "请只填数字，如 12 或 3.5；没有就填 0，不适用就填 na",
            "type a number such as 12 or 3.5; 0 for none, na if it does not apply",
        )
    sign, whole, part, ten_thousand = found.groups(default="")
    exact = Decimal(f"{sign}{whole.replace(',', '')}{part}") * (10_000 if ten_thousand else 1)
    return int(exact) if exact == exact.to_integral_value() else float(exact)


def _yes_no(_: Indicator, text: str) -> bool:
    if text.lower() in _YES:
        return True
    if text.lower() in _NO:
        return False
    raise NotRead("请选“是”或“否”", "choose yes or no")


def _choice(indicator: Indicator, text: str) -> int:
    for key, name in indicator.choices.items():
        if text in (str(key), plain_text(name)):
            return key
    raise NotRead("请从选项中选一项", "choose one of the options")


def _date(_: Indicator, text: str) -> str:
    found = _DATE.fullmatch(text) or _PLAIN_DATE.fullmatch(text)
    try:
        if found is not None:
            return date(int(found[1]), int(found[2]), int(found[3])).isoformat()
    except ValueError:
        pass
    raise NotRead("请填日期，如 2026-11-30；没有就填 na", "type a date such as 2026-11-30; na if there is none")


_READERS: Mapping[str, Callable[[Indicator, str], Any]] = {"yes_no": _yes_no, "choice": _choice, "date": _date}
