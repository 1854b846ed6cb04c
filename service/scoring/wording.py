"""说明: values and thresholds of a finding as a person reads them; sealed ones give nothing away."""

from dataclasses import dataclass

from service.scoring.pack import Dictionary, Rule

SEALED_NAME = "其他线索"
SEALED_NAME_EN = "Other lead"
_SIGNS = {"at_least": "≥", "above": ">", "at_most": "≤", "up": "≥", "down": "≤"}
_UNITS = {"missing": "周", "event": "人", "k_of_n": "项"}


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


def wording(rule: Rule, dictionary: Dictionary, value: float | None, threshold: float | None) -> Wording:
    """Name, value and threshold of a finding, with units."""
    if sealed(rule, dictionary):
        return Wording(SEALED_NAME, SEALED_NAME_EN)
    reached = next((s for s in rule.ladders if threshold in dict(s.points + s.floors)), rule.steps)
    sign = _SIGNS[reached.how]
    return Wording(
        name=rule.name,
        name_en=rule.name_en,
        value="" if value is None else _amount(rule, dictionary, value),
        threshold="" if threshold is None else f"{sign} {_amount(rule, dictionary, threshold)}",
    )


def _amount(rule: Rule, dictionary: Dictionary, number: float) -> str:
    if rule.kind == "ratio" or (rule.kind == "sum" and rule.per):
        return f"{_plain(number * 100)}%"
    if rule.kind == "change" and rule.by in ("percent", "ratio"):
        return f"{_plain(number)}%" if rule.by == "percent" else f"{_plain(number)}倍"
    if rule.kind in _UNITS:
        return f"{_plain(number)}{_UNITS[rule.kind]}"
    indicator = dictionary.indicators.get(rule.of)
    if indicator is None:
        return _plain(number)
    if indicator.type == "choice" and number in indicator.choices:
        return indicator.choices[int(number)]
    return f"{_plain(number)}{indicator.unit}"


def _plain(number: float) -> str:
    """At most two decimals, none that say nothing: for reading, not for judging."""
    return f"{number:,.2f}".rstrip("0").rstrip(".")
