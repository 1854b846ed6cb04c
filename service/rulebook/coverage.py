"""覆盖: which rules and which of their thresholds no case shows. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from service.errors import LineProblem
from service.rulebook.cases import CaseResult
from service.scoring.cells import shortest
from service.scoring.pack import Pack, Rule, State
from service.scoring.places import Place, Places

_SHOWN = ((State.FIRED, "触发", "fires"), (State.SILENT, "不触发", "stays silent"))
_NOWHERE = Place("packs/", 1, 1)


def unshown(shown: Mapping[str, Iterable[State]], pack: Pack, places: Places) -> Iterator[LineProblem]:
    """Active rules that no case shows firing, or silent, each at its place."""
    for rule in pack.rules:
        missing = [words for state, *words in _SHOWN if not rule.trial and state not in shown.get(rule.id, ())]
        if missing:
            how, how_en = zip(*missing, strict=True)
            text = f"没有用例显示这条规则{'，也没有显示它'.join(how)}"
            text_en = f"no case in which the rule {', and none in which it '.join(how_en)}"
            yield places.rules.get(rule.id, _NOWHERE).says(text, text_en, rule.id)


def uncovered(results: Sequence[CaseResult], pack: Pack, places: Places) -> list[LineProblem]:
    """What the cases leave open: a rule that never fires or is never silent, a threshold at which no case stands."""
    shown: dict[str, set[State]] = {}
    reached: set[tuple[str, float | None]] = set()
    for finding in (finding for result in results for finding in result.score.findings):
        shown.setdefault(finding.rule, set()).add(finding.state)
        if finding.state is State.FIRED:
            reached.add((finding.rule, finding.threshold))
    found = list(unshown(shown, pack, places))
    for rule in pack.rules:
        open_ = [t for t in thresholds(rule) if (rule.id, t) not in reached] if not rule.trial else []
        if open_ and State.FIRED in shown.get(rule.id, ()):  # of a rule that never fires this is said already
            listed = [shortest(threshold) for threshold in open_]
            text, text_en = f"没有用例停在阈值 {'、'.join(listed)}", f"no case stands at threshold {', '.join(listed)}"
            found.append(places.rules.get(rule.id, _NOWHERE).says(text, text_en, rule.id))
    return found


def thresholds(rule: Rule) -> list[float]:
    """Every threshold of a rule from which on it gives something; an alarm of kind unusual has no degrees."""
    found: list[float] = []
    if rule.kind == "unusual":
        return found
    for steps in rule.ladders:
        given = {t for t, points in steps.points if points > 0} | {t for t, _ in steps.floors}
        found += sorted(given, reverse=steps.how in ("at_most", "down"))
    return found
