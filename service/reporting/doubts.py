"""存疑: what is taken but asked back – unusual, contradictory or jumping figures, and notes that name a person.

Pure. A doubt never refuses a report; whoever reports may confirm it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from service.reporting.quality import Form, plain
from service.scoring.pack import Indicator

HEADCOUNT = "staff.headcount"
LOOK_BACK = 8  # weeks
_FEWEST = 3  # known weeks before a jump can be told
_TIMES = 5
# Below these a jump is the ordinary life of a small figure.
_MARGIN: Mapping[str, float] = {"count": 10, "number": 10, "days": 10, "percent": 20, "money": 50_000}
_OF_PEOPLE = ("人", "件")  # units of which there cannot be more than people
_ID_NUMBER = re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)", re.ASCII)
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)", re.ASCII)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Doubt:
    """One thing to check; `indicator` is empty when it is about the note."""

    code: str
    indicator: str
    text: str
    text_en: str

    def as_dict(self) -> dict[str, str]:
        """As it is stored and answered."""
        return asdict(self)


@dataclass(frozen=True)
class Background:
    """What is known besides the report: its source's last eight weeks, newest first, and the size of the node."""

    past: Sequence[Mapping[str, Any]] = ()
    headcount: int | None = None
    partial: bool = False  # an observation: nobody expects it to be complete


def doubts(form: Form, values: Mapping[str, Any], note: str, background: Background) -> list[Doubt]:
    """Everything to ask back about one report, in the order of the form."""
    headcount = _headcount(values, background)
    found = [] if background.partial else list(_missing(form, values, background))
    for id_, raw in values.items():
        if type(raw) in (int, float):
            found += _about(form.indicators[id_], raw, headcount, background.past)
    return found + note_doubts(note)


def note_doubts(note: str) -> list[Doubt]:
    """Whether a note holds an identity-card or a mobile number: counts are reported here, not names."""
    text = unicodedata.normalize("NFKC", note)
    found = []
    if any(_is_id_number(number) for number in _ID_NUMBER.findall(text)):
        found.append(
            Doubt("note_id_number", "", "备注含身份证号，请删去", "the note holds an identity number; remove it")
        )
    if _MOBILE.search(text):
        found.append(Doubt("note_mobile", "", "备注含手机号，请删去", "the note holds a mobile number; remove it"))
    return found


def confirmed(found: Iterable[Doubt], confirm: Iterable[str]) -> list[str]:
    """Which doubts the reporter has confirmed: by `code`, or by `code:indicator` when only one of them is meant."""
    known = {name for doubt in found for name in (doubt.code, f"{doubt.code}:{doubt.indicator}")}
    return [code for code in dict.fromkeys(confirm) if code in known]


def _headcount(values: Mapping[str, Any], background: Background) -> float | None:
    for report in (values, *background.past):
        if (number := _figure(report, HEADCOUNT)) is not None:
            return number
    return background.headcount


def _missing(form: Form, values: Mapping[str, Any], background: Background) -> Iterable[Doubt]:
    for id_, indicator in form.indicators.items():
        if not indicator.required or id_ in values:
            continue
        # A standing figure that was told within the last eight weeks still stands.
        if not (indicator.stock and any(id_ in report for report in background.past)):
            yield Doubt(
                "required_missing",
                id_,
                f"未填必报项{indicator.name}，请补报；不适用请填 na",
                f"the required {indicator.name_en!r} is missing; correct the report, or send na if it does not apply",
            )


def _about(
    indicator: Indicator, raw: float, headcount: float | None, past: Sequence[Mapping[str, Any]]
) -> Iterable[Doubt]:
    if indicator.usual is not None and not indicator.usual[0] <= raw <= indicator.usual[1]:
        low, high = map(plain, indicator.usual)
        yield _doubt(
            "unusual", indicator, raw, f"通常在 {low} 到 {high} 之间", f"it usually lies between {low} and {high}"
        )
    if headcount is not None and raw > headcount and indicator.unit in _OF_PEOPLE and indicator.id != HEADCOUNT:
        people = plain(headcount)
        yield _doubt("over_headcount", indicator, raw, f"超过职工人数 {people}", f"there are only {people} employees")
    if indicator.type in _MARGIN and (past_jump := _jump(indicator, raw, past)) is not None:
        usual = plain(past_jump)
        yield _doubt("jump", indicator, raw, f"近八周多为 {usual}", f"in the last eight weeks it was around {usual}")


def _doubt(code: str, indicator: Indicator, raw: float, text: str, text_en: str) -> Doubt:
    return Doubt(
        code,
        indicator.id,
        f"{indicator.name}为 {plain(raw)}，{text}，请核对",
        f"{indicator.name_en!r} is {plain(raw)}; {text_en}; please check",
    )


def _jump(indicator: Indicator, raw: float, past: Sequence[Mapping[str, Any]]) -> float | None:
    """The median that `raw` jumps away from: a standing figure by half either way, a running one to five times."""
    if not indicator.stock and raw < _MARGIN[indicator.type]:
        return None
    known = [number for report in past if (number := _figure(report, indicator.id)) is not None]
    if len(known) < _FEWEST:
        return None
    middle = median(known)
    far = abs(middle) / 2 < abs(raw - middle) if indicator.stock else raw > _TIMES * middle
    return middle if far and abs(raw - middle) >= _MARGIN[indicator.type] else None


def _figure(values: Mapping[str, Any], id_: str) -> float | None:
    raw = values.get(id_)
    return raw if isinstance(raw, int | float) and not isinstance(raw, bool) else None


def _is_id_number(text: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, text[:17], strict=True))
    return "10X98765432"[total % 11] == text[17].upper()
