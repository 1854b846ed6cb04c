"""说明书: a score in full sentences of both languages – what fired by which rule, what is unknown, why this level."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from service.scoring.amounts import plain, share
from service.scoring.cells import Text
from service.scoring.pack import Dictionary, Level, Pack, Rule, State
from service.scoring.score import Finding, NodeScore
from service.scoring.week import monday, sunday
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN, sealed

HALF = 0.5  # below it a level says little


@dataclass(frozen=True)
class Sentence:
    """One finding, said; `finding` and `rule` are None where it is sealed, so that nothing else is told of it."""

    said: Text
    points: float
    finding: Finding | None
    rule: Rule | None


@dataclass(frozen=True)
class Statement:
    """Everything there is to say of one score: `fired` the weightiest first, `trial` what fired but is only tried,
    `asides` what no rule says."""

    head: Text
    level: Text
    judged: Text
    fired: tuple[Sentence, ...]
    trial: tuple[Sentence, ...]
    unknown: tuple[Sentence, ...]
    asides: tuple[Text, ...]
    advice: tuple[str, ...]
    false_alarms: tuple[str, ...]


def statement(
    score: NodeScore, pack: Pack, dictionary: Dictionary, name: str = "", show_sealed: bool = False
) -> Statement:
    """Say `score`, which `pack` gave; `name` is that of the node. What is sealed is an other lead unless shown."""
    rules = {rule.id: rule for rule in pack.rules}
    hidden = frozenset() if show_sealed else frozenset(r.id for r in pack.rules if sealed(r, dictionary))
    said = [(found, _sentence(found, rules[found.rule], score.week, hidden)) for found in score.findings]
    said.sort(key=lambda both: (-both[0].floor, -both[0].would))
    fired = [(found, sentence) for found, sentence in said if found.state is State.FIRED]
    told = [sentence.rule for found, sentence in fired if sentence.rule and not found.trial]
    return Statement(
        head=_head(score, name or score.node),
        level=_level(score, pack, rules, hidden),
        judged=_judged(score.judged),
        fired=tuple(sentence for found, sentence in fired if not found.trial),
        trial=tuple(sentence for found, sentence in fired if found.trial),
        unknown=_different(sentence for found, sentence in said if found.state is State.UNKNOWN),
        asides=tuple(_aside(found, score.week) for found in score.asides),
        # What to do about a sealed finding would tell what it is.
        advice=_once(rule.advice for rule in told),
        false_alarms=_once(text for rule in told for text in rule.false_alarms),
    )


def _once(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _different(sentences: Iterable[Sentence]) -> tuple[Sentence, ...]:
    """Several sealed rules that could not be judged are one sentence."""
    found = list(sentences)
    masked = [sentence for sentence in found if sentence.rule is None]
    return tuple(sentence for sentence in found if sentence.rule is not None) + tuple(masked[:1])


def _head(score: NodeScore, name: str) -> Text:
    first, last = monday(score.week), sunday(score.week)
    points = plain(score.score)
    year, week = score.week[:4], int(score.week[-2:])
    days = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
    days_en = f"{first.day} {first:%B} to {last.day} {last:%B}"
    return (
        f"{name}，{year}年第{week}周（{days}）：{score.level.chinese}，{points} 分，满分 100 分。",
        f"{name}, week {week} of {year} ({days_en}): {score.level.word}, {points} points out of 100.",
    )


def _level(score: NodeScore, pack: Pack, rules: Mapping[str, Rule], hidden: frozenset[str]) -> Text:
    """Why it is this level and not a lower one: the score, or the floors of some rules."""
    by_score = max((level for level, begins in pack.levels.items() if score.score >= begins), default=Level.NORMAL)
    setting = [found.rule for found in score.findings if found.floor is score.level and score.level]
    if by_score < score.level:
        names = _once(SEALED_NAME if id_ in hidden else f"{id_} {rules[id_].name}" for id_ in setting)
        names_en = _once(SEALED_NAME_EN if id_ in hidden else f"{id_} {rules[id_].name_en}" for id_ in setting)
        return (
            f"等级由一票定级确定：{'、'.join(names)}；按得分为{by_score.chinese}。",
            f"The level is the floor set by {', '.join(names_en)}; by its score it would be {by_score.word}.",
        )
    if score.level is Level.NORMAL:
        begins = plain(min(pack.levels.values(), default=0.0))
        return f"得分未达到最低一级的 {begins} 分。", f"The score is below the {begins} points of the lowest level."
    begins = plain(pack.levels[score.level])
    return (
        f"得分达到{score.level.chinese}的 {begins} 分。",
        f"The score reaches the {begins} points at which {score.level.word} begins.",
    )


def _judged(part: float) -> Text:
    if part >= 1:
        return "该判断的规则都已判断。", "Every rule that counts could be judged."
    shown = share(part)
    low, low_en = ("，不足一半，不能当作平稳", ", less than half: do not read it as calm") if part < HALF else ("", "")
    return f"按分值已判断 {shown}{low}。", f"{shown} of the points that count could be judged{low_en}."


def _sentence(found: Finding, rule: Rule, week: str, hidden: frozenset[str]) -> Sentence:
    secret = rule.id in hidden
    chinese, english = (_unknown if found.state is State.UNKNOWN else _fired)(found, rule, secret)
    number = int(week[-2:])
    said = f"第{number}周：{chinese}。", f"Week {number}: {english}."
    return Sentence(said, found.points, None if secret else found, None if secret else rule)


def _aside(found: Finding, week: str) -> Text:
    number = int(week[-2:])
    return f"第{number}周：{found.reason}。", f"Week {number}: {found.reason_en}."


def _fired(found: Finding, rule: Rule, secret: bool) -> Text:
    points, floor = plain(found.would), found.floor
    worth = f"试行，不计分（正式后记 {points} 分）" if found.trial else f"记 {points} 分"
    worth_en = f"on trial, which would add {_points(found.would)}" if found.trial else f"adding {_points(found.would)}"
    if floor:
        worth += f"，等级不低于{floor.chinese}"
        worth_en += f", and the level is {floor.word} at least" if floor is not Level.RED else ", and the level is red"
    if secret:
        return (
            f"{SEALED_NAME}，{worth}（内容只有责任岗位可见）",
            f"{SEALED_NAME_EN}, {worth_en} (only the responsible post sees it)",
        )
    (named, named_en), reason = _named(rule), found.reason
    return f"{reason}，{worth}（{named}）", f"{found.reason_en}, {worth_en} ({named_en})"


def _unknown(found: Finding, rule: Rule, secret: bool) -> Text:
    if secret:
        return f"{SEALED_NAME}无法判断", "another lead could not be judged"
    return (
        f"{rule.id} {rule.name}无法判断：{found.reason}；这条规则最多记 {plain(rule.attainable)} 分",
        f"{rule.id} {rule.name_en} could not be judged: {found.reason_en}; it adds {_points(rule.attainable)} at most",
    )


def _points(number: float) -> str:
    return f"{plain(number)} {'point' if number == 1 else 'points'}"


def _named(rule: Rule) -> Text:
    """The rule and its source; of a source in both languages the Chinese sentence takes the first."""
    chinese, english = f"{rule.id} {rule.name}", f"{rule.id} {rule.name_en}"
    if not rule.source:
        return chinese, english
    return f"{chinese}，依据：{rule.source.partition(' / ')[0]}", f"{english}; source: {rule.source}"
