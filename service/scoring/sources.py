"""来源: where the own report and an observation of one node and week disagree; asked back, and judged by no rule.

Pure. The more serious of the two figures is what rules read (`build`); this says that there were two.
"""

from collections.abc import Iterator, Mapping, Sequence

from service.scoring.amounts import figure
from service.scoring.cells import Text
from service.scoring.pack import Dictionary, Indicator
from service.scoring.panel import Disagreement

SOURCES_DISAGREE = "sources:disagree"  # stands where the id of a rule does; no rule can have it
SOURCES_NAME, SOURCES_NAME_EN = "来源不一致", "sources disagree"
_SLACK = 0.2  # who visits estimates: apart by no more than this share of the larger figure is the same
_MOST_NAMED = 3
_MEASURED = ("count", "number", "money", "percent", "days")


def disagreements(
    own: Mapping[str, float | str], observed: Mapping[str, float | str], dictionary: Dictionary
) -> tuple[Disagreement, ...]:
    """Where both have an answer and the two cannot both be right, in the order of the dictionary; what one of them
    leaves out is no answer."""
    both = [indicator for id_, indicator in dictionary.indicators.items() if id_ in own and id_ in observed]
    return tuple(
        Disagreement(indicator.id, own[indicator.id], observed[indicator.id])
        for indicator in both
        if _apart(indicator, own[indicator.id], observed[indicator.id])
    )


def told(found: Sequence[Disagreement], dictionary: Dictionary) -> Text:
    """The sentence about them; a sealed figure is not in it, only that there is one."""
    parts = list(_parts(found, dictionary))
    more = len(parts) - _MOST_NAMED
    chinese, english = ([text[side] for text in parts[:_MOST_NAMED]] for side in (0, 1))
    tail, tail_en = (f"；另有 {more} 项", f"; and {more} more") if more > 0 else ("", "")
    return (
        f"自报与走访不一致，请核实：{'；'.join(chinese)}{tail}",
        f"the own report and an observation disagree, find out: {'; '.join(english)}{tail_en}",
    )


def _parts(found: Sequence[Disagreement], dictionary: Dictionary) -> Iterator[Text]:
    for one in found:
        indicator = dictionary.indicators[one.indicator]
        if indicator.sealed:
            yield "其他线索", "another lead"
            continue
        own, seen = _said(indicator, one.own), _said(indicator, one.observed)
        yield f"{indicator.name}自报 {own[0]}、走访 {seen[0]}", f"{indicator.name_en}: own {own[1]}, observed {seen[1]}"


def _said(indicator: Indicator, answer: float | str) -> Text:
    return ("不适用", "not applicable") if isinstance(answer, str) else figure(indicator, answer)


def _apart(indicator: Indicator, own: float | str, observed: float | str) -> bool:
    if isinstance(own, str) or isinstance(observed, str):
        # Not applicable against nothing found is the same; against something found it is not.
        return own != observed and 0.0 not in (own, observed)
    if indicator.type not in _MEASURED:
        return own != observed
    return abs(own - observed) > _SLACK * max(abs(own), abs(observed))
