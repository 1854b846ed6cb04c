"""说明的结构: a score, what would lower its level and what other figures would give, as JSON can hold it."""

from collections.abc import Iterable
from typing import Any

from service.scoring.advice import advised, said_change, said_difference
from service.scoring.cells import Text
from service.scoring.pack import Dictionary, Pack, Rule
from service.scoring.remedy import Remedy
from service.scoring.score import Finding, NodeScore
from service.scoring.statement import Sentence, statement
from service.scoring.whatif import differences
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN, sealed

Json = dict[str, Any]


def account(
    score: NodeScore, pack: Pack, dictionary: Dictionary, found: Remedy | None, name: str, show_sealed: bool = False
) -> Json:
    """Everything there is to say of one score; `found` is None where it cannot be judged again as it was."""
    said = statement(score, pack, dictionary, name, show_sealed)
    return _totals(score) | {
        "summary": _both(said.head),
        "why_this_level": _both(said.level),
        "how_much_was_judged": _both(said.judged),
        "fired": [_sentence(sentence) for sentence in said.fired],
        "trial": [_sentence(sentence) for sentence in said.trial],
        "unknown": [_sentence(sentence) for sentence in said.unknown],
        "asides": [_both(aside) for aside in said.asides],
        "advice": list(said.advice),
        "false_alarms": list(said.false_alarms),
        "remedy": None if found is None else _remedy(found, pack, dictionary, show_sealed),
    }


def compared(
    before: NodeScore, after: NodeScore, pack: Pack, dictionary: Dictionary, show_sealed: bool = False
) -> Json:
    """The score that other figures would have given, and the findings that would be others."""
    rules = {rule.id: rule for rule in pack.rules}
    changed = [
        _difference(old, new, rules[old.rule], dictionary, show_sealed) for old, new in differences(before, after)
    ]
    return _totals(after) | {"before": _totals(before), "changed": changed}


def _totals(score: NodeScore) -> Json:
    return {
        "node": score.node,
        "week": score.week,
        "score": score.score,
        "level": score.level.word,
        "level_name": score.level.chinese,
        "judged": score.judged,
    }


def _both(said: Text) -> Json:
    return {"text": said[0], "text_en": said[1]}


def _named(rule: Rule | None) -> Json:
    if rule is None:
        return {"rule": None, "name": SEALED_NAME, "name_en": SEALED_NAME_EN, "sealed": True}
    return {"rule": rule.id, "name": rule.name, "name_en": rule.name_en}


def _sentence(sentence: Sentence) -> Json:
    known = _named(sentence.rule) | {"points": sentence.points} | _both(sentence.said)
    found = sentence.finding
    if found is None or sentence.rule is None:
        return known
    return known | {
        "would": found.would,
        "floor": found.floor.word if found.floor else None,
        "value": found.value,
        "threshold": found.threshold,
        "source": sentence.rule.source,
    }


def _remedy(found: Remedy, pack: Pack, dictionary: Dictionary, show_sealed: bool) -> Json:
    hidden = set() if show_sealed else {rule.id for rule in pack.rules if sealed(rule, dictionary)}
    changes = [
        {"indicator": change.indicator, "before": change.before, "after": change.after}
        | _both(said_change(change, dictionary))
        for change in found.changes
    ]
    return {
        "lack": found.lack,
        "score": found.score,
        "level": found.level.word,
        "changes": changes,
        "held": _open(found.held, hidden),
    } | _both(advised(found, pack, dictionary, show_sealed))


def _open(ids: Iterable[str], hidden: set[str]) -> list[str]:
    return [id_ for id_ in ids if id_ not in hidden]


def _difference(old: Finding, new: Finding, rule: Rule, dictionary: Dictionary, show_sealed: bool) -> Json:
    secret = sealed(rule, dictionary) and not show_sealed
    said = said_difference(old, new, None if secret else rule)
    return _named(None if secret else rule) | {"before": _answer(old), "after": _answer(new)} | _both(said)


def _answer(found: Finding) -> Json:
    return {"state": found.state, "points": found.points, "floor": found.floor.word if found.floor else None}
