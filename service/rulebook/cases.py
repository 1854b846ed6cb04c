"""用例: judges golden cases – wanted against got, each with its line – and says what rules show in them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from service.errors import LineProblem
from service.rulebook.case_text import Case, Want
from service.scoring.build import build_panel
from service.scoring.cells import shortest
from service.scoring.pack import Dictionary, Pack, State
from service.scoring.panel import PanelEvent, PanelNode, PanelReport
from service.scoring.score import STATES, Finding, NodeScore, score_panel
from service.scoring.week import monday

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


def states_shown(cases: Sequence[Case], pack: Pack, dictionary: Dictionary) -> Mapping[str, set[State]]:
    """In which states each rule is shown by some case. Cases of one week are judged together, each a world of its own,
    which is much faster than one by one; only rules that compare with peers must see each case alone."""
    shown: dict[str, set[State]] = {}
    peers = pack.of_kind("peers")
    others = replace(pack, rules=tuple(rule for rule in pack.rules if rule not in peers))
    by_week: dict[str, list[Case]] = {}
    for case in cases:
        by_week.setdefault(case.week, []).append(case)
        if peers and len(case.nodes) > 1:  # without others such a rule is unknown
            _show([case], replace(pack, rules=tuple(peers)), dictionary, shown)
    for together in by_week.values():
        _show(together, others, dictionary, shown)
    return shown


def _show(cases: Sequence[Case], pack: Pack, dictionary: Dictionary, shown: dict[str, set[State]]) -> None:
    """Add the states of the judged nodes of cases of one week, judged in one panel."""
    nodes: list[PanelNode] = []
    reports: list[PanelReport] = []
    events: list[PanelEvent] = []
    judged = []
    for n, case in enumerate(cases):
        judged.append(len(nodes))
        begin = monday(case.weeks[0])  # of the panel if the case were alone: no week before it is one of silence
        nodes += [
            replace(node, id=f"{n}/{node.id}", parent=node.parent and f"{n}/{node.parent}", opened=begin)
            for node in case.nodes
        ]
        reports += [replace(report, node=f"{n}/{report.node}") for report in case.reports]
        events += [replace(event, node=f"{n}/{event.node}") for event in case.events]
    weeks = max((case.weeks for case in cases), key=len)
    scores = score_panel(pack, build_panel(nodes, weeks, reports, events, dictionary), [cases[0].week])
    for i in judged:
        for rule, state, _ in scores.said(i, 0):
            shown.setdefault(rule, set()).add(STATES[state])


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
