"""说明: values and thresholds of a finding as a person reads them; sealed ones give nothing away."""

from dataclasses import dataclass

from service.scoring import amounts
from service.scoring.cells import Text
from service.scoring.pack import Dictionary, Rule

SEALED_NAME = "其他线索"
SEALED_NAME_EN = "Other lead"
_SIGNS = {"at_least": "≥", "above": ">", "at_most": "≤", "up": "≥", "down": "≤"}
_UNITS = {"missing": "周", "unchanged": "周", "expiry": "天", "event": "人", "k_of_n": "项"}  # of what the kind counts
_OWN_BOUND = frozenset({"unusual"})  # the threshold is not in the rule but in the node's past


@dataclass(frozen=True)
class Wording:
    """How one finding is named: without values when it is sealed."""

    name: str
    name_en: str
    value: str = ""
    threshold: str = ""


def sealed(rule: Rule, dictionary: Dictionary) -> bool:
    """Whether the rule reads anything that must not leave the responsible post (design.md §9)."""
    return any(dictionary.indicators[i].sealed for i in rule.indicators if i in dictionary.indicators)


def wording(
    rule: Rule, dictionary: Dictionary, value: float | None, threshold: float | None, show_sealed: bool = False
) -> Wording:
    """Name, value and threshold of a finding in Chinese, with units."""
    if not show_sealed and sealed(rule, dictionary):
        return Wording(SEALED_NAME, SEALED_NAME_EN)
    reached = next((s for s in rule.ladders if threshold in dict(s.points + s.floors)), rule.steps)
    above = rule.detector is not None and rule.detector.method != "cusum"  # a sum alarms as soon as it reaches h
    sign = ">" if above else _SIGNS[reached.how]
    limit = "" if threshold is None else worded(rule, dictionary, threshold, gap="")[0]
    return Wording(
        name=rule.name,
        name_en=rule.name_en,
        value="" if value is None else worded(rule, dictionary, value, threshold, gap="")[0],
        threshold=f"{sign} {limit}" if limit else "",
    )


def worded(rule: Rule, dictionary: Dictionary, number: float, apart: float | None = None, gap: str = " ") -> Text:
    """A value that the rule judges, or one of its thresholds, with the unit it has there; `apart` as in `plain`."""
    if is_share(rule, dictionary):
        shown = amounts.share(number, apart)
        return shown, shown
    if rule.kind == "change" and rule.by == "percent":
        shown = f"{amounts.plain(number, apart)}%"
        return shown, shown
    if rule.kind == "peers" or (rule.kind == "change" and rule.by == "ratio"):
        return amounts.counted(number, "倍", apart, gap)
    if rule.kind in _UNITS:
        chinese, english = amounts.counted(number, _UNITS[rule.kind], apart, gap)
        return chinese, _conditions(number) if rule.kind == "k_of_n" else english
    if rule.kind == "ratio" or rule.per:
        return _per(rule, dictionary, number, apart, gap)
    indicator = dictionary.indicators.get(rule.of)
    return amounts.figure(indicator, number, apart, gap) if indicator else (amounts.plain(number, apart),) * 2


def is_share(rule: Rule, dictionary: Dictionary) -> bool:
    """Whether the rule judges a part of a whole, which is read in percent: people of people, not yuan a person."""
    if rule.kind == "children":
        return rule.below is not None and rule.below.share
    if rule.kind not in ("ratio", "sum") or not rule.per:
        return False
    units = [found.unit for id_ in (rule.of, rule.per) if (found := dictionary.indicators.get(id_))]
    return len(set(filter(None, units))) < 2


def in_words(rule: Rule, dictionary: Dictionary) -> bool:
    """Whether what the rule judges is read as a word, so that a threshold says little beside it, or told by itself."""
    if rule.kind in _OWN_BOUND:
        return True
    found = dictionary.indicators.get(rule.of)
    return rule.kind == "threshold" and found is not None and amounts.in_words(found)


def _per(rule: Rule, dictionary: Dictionary, number: float, apart: float | None, gap: str) -> Text:
    """So many units of `of` to one of `per`: 120 元/人, 120 yuan per person."""
    of, per = (dictionary.indicators[id_].unit for id_ in (rule.of, rule.per))
    chinese, english = amounts.counted(number, of, apart, gap)
    return f"{chinese}/{per}", f"{english} per {amounts.counted(1, per)[1].removeprefix('1').strip()}"


def _conditions(number: float) -> str:
    return f"{amounts.plain(number)} {'condition' if number == 1 else 'conditions'}"
