"""触发依据 in the API: what was judged, in words; a sealed one shows its points alone but to the responsible post."""

from typing import Any

from service.rulebook.library import Rulebook
from service.scoring.sources import SOURCES_DISAGREE, SOURCES_NAME, SOURCES_NAME_EN
from service.scoring.wording import sealed, wording


def shown_findings(stored: list[dict[str, Any]], book: Rulebook, show_sealed: bool = False) -> list[dict[str, Any]]:
    """The stored findings of a score as callers may see them."""
    rules = {rule.id: rule for rule in book.pack.rules}
    return [_shown(finding, book, rules, show_sealed) for finding in stored]


def _shown(finding: dict[str, Any], book: Rulebook, rules: dict[str, Any], show_sealed: bool) -> dict[str, Any]:
    rule = rules.get(finding["rule"])
    out = {"rule": finding["rule"], "state": finding["state"], "points": finding["points"], "trial": finding["trial"]}
    if finding["rule"] == SOURCES_DISAGREE:
        told = {"reason": finding["reason"], "reason_en": finding["reason_en"]}
        return out | {"name": SOURCES_NAME, "name_en": SOURCES_NAME_EN, "value": finding["value"]} | told
    if rule is None:
        return out
    said = wording(rule, book.dictionary, finding["value"], finding["threshold"], show_sealed)
    if not show_sealed and sealed(rule, book.dictionary):
        return out | {"rule": None, "name": said.name, "name_en": said.name_en, "sealed": True}
    reasons = {"reason": finding["reason"], "reason_en": finding["reason_en"]} if finding["reason"] else {}
    values = {"value": finding["value"], "value_text": said.value, "threshold": finding["threshold"]}
    return out | {"name": said.name, "name_en": said.name_en} | values | reasons


def any_sealed(stored: list[dict[str, Any]], book: Rulebook) -> bool:
    """Whether a score's stored findings say anything that is sealed."""
    rules = {finding["rule"] for finding in stored}
    return any(rule.id in rules and sealed(rule, book.dictionary) for rule in book.pack.rules)


def shown_rules(ids: list[str], book: Rulebook, show_sealed: bool = False) -> list[str]:
    """Ids of rules, without the sealed ones where those are hidden."""
    if show_sealed:
        return ids
    hidden = {rule.id for rule in book.pack.rules if sealed(rule, book.dictionary)}
    return [id_ for id_ in ids if id_ not in hidden]
