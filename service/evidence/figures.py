"""数字: the reports that were read and the scores that came of them, as they were known then."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from service.alerting.retell import Retold
from service.alerting.tables import Score
from service.evidence.detail import Reader
from service.evidence.dossier import Entry, Tongue, local
from service.evidence.lines import DECISIONS, LINES, REPORT_STATES
from service.evidence.stored import Stored
from service.network.tables import Token
from service.reporting.tables import Event, Report, Source
from service.rulebook.library import Rulebook
from service.scoring import amounts
from service.scoring.build import number
from service.scoring.pack import Dictionary, Indicator, State
from service.scoring.panel import NA
from service.scoring.statement import Sentence, statement
from service.scoring.wording import SEALED_NAME, SEALED_NAME_EN

SHORT = 12  # characters of a digest that a person compares


def report_entries(stored: Stored, book: Rulebook, reader: Reader, show_sealed: bool) -> list[Entry]:
    """Reports and incidents in the order in which they came in; figures of the weeks that were judged for the alert,
    of the weeks before it only that they were there."""
    judged, telling = weeks_judged(stored), _telling(stored)
    rows: list[Report | Event] = sorted((*stored.reports, *stored.incidents), key=lambda row: row.received_at)
    entries = []
    for index, row in enumerate(rows, 1):
        by = _whose(stored.tokens, row.token_id, reader)
        if isinstance(row, Event):
            entries.append(_incident(row, book.dictionary, reader.tongue, f"R{index}", by))
        else:
            shown = _Shown(book.dictionary, reader.tongue, show_sealed, telling.get(row.week, frozenset()))
            details = (by, *shown.of(row), *_said(row, reader.tongue)) if row.week in judged else ()
            entries.append(_report(row, reader, f"R{index}", details))
    return entries


def weeks_judged(stored: Stored) -> set[str]:
    """The weeks that were judged for the alert."""
    return {score.week for score, _ in stored.scores}


def _telling(stored: Stored) -> dict[str, frozenset[str]]:
    """By week the indicators that rules read which fired."""
    found: dict[str, frozenset[str]] = {}
    for score, told in stored.scores:
        fired = {finding.rule for finding in told.score.findings if finding.state is State.FIRED}
        read = {id_ for rule in told.book.pack.rules if rule.id in fired for id_ in rule.indicators}
        found[score.week] = found.get(score.week, frozenset()) | read
    return found


def score_entries(stored: Stored, reader: Reader, show_sealed: bool) -> list[Entry]:
    """Every score, what it said and what was decided on it."""
    said: dict[tuple[str, ...], str] = {}  # sentences of a week: the score that said them first
    return [
        _score(score, told, reader, f"S{index}", show_sealed, said)
        for index, (score, told) in enumerate(stored.scores, 1)
    ]


def _report(row: Report, reader: Reader, ref: str, details: tuple[str, ...]) -> Entry:
    say = reader.tongue.say
    observed = row.source == Source.OBSERVATION
    kind = say("走访记录", "observation") if observed else say("周报", "report")
    state = reader.word(REPORT_STATES, row.state)
    what = say(
        f"收到 {row.week} {kind}，第 {row.revision} 版（{state}）",
        f"{kind} of {row.week}, revision {row.revision} ({state})",
    )
    return Entry(row.received_at, what, ref, tuple(filter(None, details)))


def _said(row: Report, tongue: Tongue) -> tuple[str, str]:
    """What a report says beside its figures."""
    nil = tongue.say("零报告", "nil report") if row.nil else ""
    return nil, tongue.say(f"说明：{row.note}", f"note: {row.note}") if row.note else ""


def _incident(row: Event, dictionary: Dictionary, tongue: Tongue, ref: str, by: str) -> Entry:
    kind = dictionary.events.get(row.event)
    name = tongue.say(kind.name, kind.name_en) if kind else row.event
    people = "" if row.people is None else tongue.say(f"，{row.people} 人", f", {row.people} people")
    what = tongue.say(f"收到即时事件：{name}{people}", f"incident reported: {name}{people}")
    happened = tongue.say(f"发生于 {local(row.happened_at)}", f"it happened at {local(row.happened_at)}")
    return Entry(row.received_at, what, ref, tuple(filter(None, (by, happened, row.note))))


def _whose(tokens: Mapping[int, Token], token_id: int | None, reader: Reader) -> str:
    """Who sent it in, as far as the token tells."""
    token = tokens.get(token_id or 0)
    if token is None:
        return ""
    bearer = reader.person(token.officer_id) if token.officer_id else str(token.node_id)
    label = f"，{token.label}" if token.label else ""
    return reader.tongue.say(
        f"报送：{bearer}（令牌 {token.id}{label}）", f"sent in by {bearer} (token {token.id}{label})"
    )


@dataclass(frozen=True)
class _Shown:
    """Figures of a report: first those that rules read which fired (`telling`), then the others; of the sealed ones
    only their number."""

    dictionary: Dictionary
    tongue: Tongue
    show_sealed: bool
    telling: frozenset[str]

    def of(self, row: Report) -> tuple[str, ...]:
        """One line of each."""
        known = self.dictionary.indicators
        hidden = 0 if self.show_sealed else sum(1 for id_ in row.values if id_ in known and known[id_].sealed)
        shown = [id_ for id_ in row.values if self.show_sealed or not (id_ in known and known[id_].sealed)]
        main = [self._named(id_, row.values[id_]) for id_ in shown if id_ in self.telling]
        rest = [self._named(id_, row.values[id_]) for id_ in shown if id_ not in self.telling]
        if hidden:
            rest.append(self.tongue.say(f"{SEALED_NAME} {hidden} 项", f"{SEALED_NAME_EN}: {hidden}"))
        labels = (("与触发依据有关：", "behind the findings: "), ("其余：", "the others: "))
        parts = zip(labels, (main, rest), strict=True)
        return tuple(self.tongue.of(label) + self.tongue.say("；", "; ").join(part) for label, part in parts if part)

    def _named(self, id_: str, raw: Any) -> str:
        indicator = self.dictionary.indicators.get(id_)
        name = self.tongue.say(indicator.name, indicator.name_en) if indicator else id_
        return f"{name} {self._figure(indicator, raw)}"

    def _figure(self, indicator: Indicator | None, raw: Any) -> str:
        value = number(indicator, raw) if indicator else None
        if value == NA:
            return self.tongue.say("不适用", "not applicable")
        if indicator is None or value is None or isinstance(value, str):
            return str(raw)
        return self.tongue.of(amounts.figure(indicator, value))


def _score(
    score: Score, told: Retold, reader: Reader, ref: str, show_sealed: bool, before: dict[tuple[str, ...], str]
) -> Entry:
    tongue = reader.tongue
    said = statement(told.score, told.book.pack, told.book.dictionary, told.node.name, show_sealed)
    level, points = reader.level(score.level), amounts.plain(score.score)
    what = tongue.say(f"评分 {score.week}：{level}，{points} 分", f"score of {score.week}: {level}, {points} points")
    decision = reader.word({**LINES, **DECISIONS}, score.decision)
    reasons = (
        *_sentences(said.fired, tongue, ""),
        *_sentences(said.trial, tongue, tongue.say("试行，不计分：", "on trial, not counted: ")),
        tongue.of(said.level),
    )
    first = before.setdefault((score.week, *reasons), ref)
    details = [
        *(reasons if first == ref else [tongue.say(f"依据同 {first}", f"the same findings as {first}")]),
        tongue.of(said.judged),
        *_unknown(said.unknown, tongue),
        *(tongue.of(aside) for aside in said.asides),
        tongue.say(f"决定：{decision}", f"decided: {decision}"),
        _made_by(score, tongue),
        _again(told, tongue),
    ]
    if score.superseded_at is not None:
        at = local(score.superseded_at)
        details.append(tongue.say(f"{at} 起由新的评分取代", f"superseded by another score at {at}"))
    return Entry(score.computed_at, what, ref, tuple(details))


def _sentences(sentences: Collection[Sentence], tongue: Tongue, before: str) -> list[str]:
    return list(dict.fromkeys(before + tongue.of(sentence.said) for sentence in sentences))


def _unknown(sentences: Collection[Sentence], tongue: Tongue) -> list[str]:
    if not sentences:
        return []
    names = [
        tongue.say(SEALED_NAME, SEALED_NAME_EN) if one.rule is None else tongue.say(one.rule.name, one.rule.name_en)
        for one in sentences
    ]
    return [tongue.say("无法判断：", "could not be judged: ") + tongue.join(names)]


def _made_by(score: Score, tongue: Tongue) -> str:
    read = len(score.revisions)
    digest = score.pack_digest[:SHORT]
    return tongue.say(
        f"规则第 {score.rule_version} 版（{digest}），读周报 {read} 份",
        f"rules version {score.rule_version} ({digest}), {read} reports read",
    )


def _again(told: Retold, tongue: Tongue) -> str:
    if told.place is not None:
        return tongue.say("今按当时所知复算，结果相同", "judged again from what was known then: the same result")
    return tongue.say(
        "所依据的单位资料或其他单位的数据其后有变，不能按原样复算；以上为当时所存",
        "what it was made of beside these reports has changed since; the above is as stored then",
    )
