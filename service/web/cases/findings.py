"""触发依据页: each finding of an alert as a person reads it – sentence, value, threshold, source, verdict and curve.

Pure. What is sealed and not for this reader is one other lead, whatever is behind it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from service.response.desk import OTHER
from service.response.verdicts import FindingVerdict
from service.rulebook.library import Rulebook
from service.scoring.cells import Text
from service.scoring.pack import Level, Rule
from service.scoring.statement import Sentence, Statement
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN, sealed, worded, wording
from service.web.cases.curves import Curve, Figures, curve

NONE: Text = ("", "")


@dataclass(frozen=True)
class Shown:
    """One finding; `key` is what the verify form calls it, `now` whether it still holds in the newest week."""

    key: str
    name: Text
    said: Text
    value: Text
    threshold: Text
    source: str
    floor: Level
    now: bool
    verdict: str | None
    advice: str = ""
    false_alarms: tuple[str, ...] = ()
    curve: Curve | None = None
    sealed: bool = False


@dataclass(frozen=True)
class Told:
    """One score said, and by which version of the rules."""

    said: Statement
    book: Rulebook
    now: bool


@dataclass(frozen=True)
class Standing:
    """What the findings of an alert are shown with."""

    findings: Sequence[str]  # ids, those that raised it first
    secret: frozenset[str]  # ids of sealed rules, where this reader may not see them
    verdicts: Mapping[str, FindingVerdict]
    figures: Figures
    first_week: str
    last_week: str

    def verdict(self, ids: Sequence[str]) -> str | None:
        """The verdict on these findings; None as long as one of them has none."""
        given = [self.verdicts.get(id_) for id_ in ids]
        return str(given[0]) if given and None not in given else None


def shown(told: Sequence[Told], standing: Standing) -> list[Shown]:
    """The findings once each, as the first of `told` that has them says it; sealed ones last, as one."""
    found: dict[str, Shown] = {}
    for one in told:
        for sentence in one.said.fired:
            key = sentence.rule.id if sentence.rule else OTHER
            if key not in found and (sentence.rule is None or key in standing.findings):
                found[key] = _shown(sentence, one, standing)
    for id_ in standing.findings:  # what raised it at a lower level, and holds in neither of the scores
        key = OTHER if id_ in standing.secret else id_
        if key not in found and told:
            found[key] = _earlier(id_, told[0].book, standing)
    other = found.pop(OTHER, None)
    return [*found.values(), *([other] if other else [])]


def _shown(sentence: Sentence, one: Told, standing: Standing) -> Shown:
    rule, finding = sentence.rule, sentence.finding
    if rule is None or finding is None:
        return replace(_other(standing), said=sentence.said, now=one.now)
    book = one.book
    return Shown(
        key=rule.id,
        name=(rule.name, rule.name_en),
        said=sentence.said,
        value=_in_words(rule, book, finding.value),
        threshold=_limit(rule, book, finding.value, finding.threshold),
        source=rule.source,
        floor=finding.floor,
        now=one.now,
        verdict=standing.verdict([rule.id]),
        advice=rule.advice,
        false_alarms=rule.false_alarms,
        curve=curve(
            rule, book.dictionary, standing.figures, standing.first_week, standing.last_week, finding.threshold
        ),
        sealed=sealed(rule, book.dictionary),
    )


def _earlier(id_: str, book: Rulebook, standing: Standing) -> Shown:
    """A finding of which only the name is left to tell."""
    rule = next((rule for rule in book.pack.rules if rule.id == id_), None)
    if id_ in standing.secret or rule is None:
        return _other(standing) if rule else replace(_other(standing), key=id_, name=(id_, id_))
    source, verdict = rule.source, standing.verdict([id_])
    return Shown(id_, (rule.name, rule.name_en), NONE, NONE, NONE, source, Level.NORMAL, False, verdict)


def _other(standing: Standing) -> Shown:
    """What is sealed, without anything of it."""
    verdict = standing.verdict([id_ for id_ in standing.findings if id_ in standing.secret])
    name = (SEALED_NAME, SEALED_NAME_EN)
    return Shown(OTHER, name, NONE, NONE, NONE, "", Level.NORMAL, False, verdict, sealed=True)


def _in_words(rule: Rule, book: Rulebook, value: float | None) -> Text:
    return ("", "") if value is None else worded(rule, book.dictionary, value)


def _limit(rule: Rule, book: Rulebook, value: float | None, threshold: float | None) -> Text:
    """The threshold with its sign; empty where the rule has none of its own."""
    if threshold is None:
        return "", ""
    limit = worded(rule, book.dictionary, threshold)
    sign = "" if sealed(rule, book.dictionary) else wording(rule, book.dictionary, value, threshold).threshold[:1]
    return f"{sign} {limit[0]}".strip(), f"{sign} {limit[1]}".strip()
