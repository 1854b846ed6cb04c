"""用例: judges golden cases – wanted against got, each with its line – and says which rules no case covers. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from service.errors import LineProblem
from service.rulebook.case_text import Case, Want
from service.scoring.build import build_panel
from service.scoring.cells import shortest
from service.scoring.pack import Dictionary, Pack, State
from service.scoring.score import Finding, NodeScore, score_panel

_NOTHING = "无 / none"


@dataclass(frozen=True)
class CaseResult:
    """What became of one case; it holds when there are no `misses`."""

    case: Case
    score: NodeScore
    misses: tuple[LineProblem, ...]


def judge_cases(cases: Iterable[Case], pack: Pack, dictionary: Dictionary) -> list[CaseResult]:
    """Score the last week of every case as `score` would, and hold it against what is expected."""
    return [_judge(case, pack, dictionary) for case in cases]


def uncovered(results: Sequence[CaseResult], pack: Pack, state: State) -> list[str]:
    """Active rules that no case shows in `state`."""
    shown = {finding.rule for result in results for finding in result.score.findings if finding.state is state}
    return [rule.id for rule in pack.rules if not rule.trial and rule.id not in shown]


def _judge(case: Case, pack: Pack, dictionary: Dictionary) -> CaseResult:
    panel = build_panel(case.nodes, case.weeks, case.reports, case.events, dictionary)
    score = score_panel(pack, panel, [case.week]).of(0, 0)
    misses = tuple(miss for want in case.wants if (miss := _miss(case, want, score)))
    return CaseResult(case, score, misses)


def _miss(case: Case, want: Want, score: NodeScore) -> LineProblem | None:
    wanted, got, holds = _compare(want, score)
    if holds:
        return None
    return LineProblem(
        file=case.file,
        line=want.line,
        text=f"{case.name}：{want.what} 应为 {wanted}，实为 {got}",
        text_en=f"{want.what}: wanted {wanted}, got {got}",
        column=want.column,
    )


def _compare(want: Want, score: NodeScore) -> tuple[str, str, bool]:
    """Wanted, got, and whether the one is the other."""
    if isinstance(want.value, tuple):
        got = _listed(want.what, score.findings)
        # `unknown` names some of the rules that must be unknown, the other two all of theirs.
        holds = set(want.value) <= set(got) if want.what == "unknown" else set(want.value) == set(got)
        return " ".join(want.value) or _NOTHING, " ".join(got) or _NOTHING, holds
    if want.what == "level":
        return str(want.value), score.level.word, want.value == score.level.word
    wanted = shortest(float(want.value))
    if want.what == "score":
        return wanted, shortest(score.score), want.value == score.score
    return wanted, *_points(want, score.findings)


def _listed(what: str, findings: Iterable[Finding]) -> list[str]:
    if what == "unknown":
        return [finding.rule for finding in findings if finding.state is State.UNKNOWN]
    trial = what == "trial"
    return [finding.rule for finding in findings if finding.state is State.FIRED and finding.trial is trial]


def _points(want: Want, findings: Iterable[Finding]) -> tuple[str, bool]:
    """The points of one rule, those a trial rule would give too. Unknown is not 0: nobody knows that it is nothing."""
    finding = next((finding for finding in findings if finding.rule == want.what), None)
    if finding is None:
        return "不适用于这类节点 / not for this kind of node", False
    if finding.state is State.UNKNOWN:
        return f"无法判断 / unknown（{finding.reason} / {finding.reason_en}）", False
    return shortest(finding.would), want.value == finding.would
