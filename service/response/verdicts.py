"""核实结论: what officers found about each finding, and what that makes of the alert. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from service.response.lifecycle import State


class FindingVerdict(StrEnum):
    """What verification says about one finding."""

    TRUE = "true"  # 属实
    PARTLY = "partly"  # 部分属实
    FALSE = "false"  # 不属实
    DATA_ERROR = "data_error"  # 数据错误


REAL = frozenset({FindingVerdict.TRUE, FindingVerdict.PARTLY})


def still_open(rules: Iterable[str], verdicts: Mapping[str, FindingVerdict]) -> list[str]:
    """Ids of the rules that raised the alert and that nobody has verified, in their order."""
    return [rule for rule in rules if rule not in verdicts]


def after_verifying(state: State, rules: Iterable[str], verdicts: Mapping[str, FindingVerdict]) -> State:
    """Where an alert stands with these verdicts, the newest of every rule: rejected as soon as everything is verified
    and nothing is real; what is being handled goes on otherwise."""
    raising = list(rules)
    complete = not still_open(raising, verdicts)
    if raising and complete and not any(verdicts[rule] in REAL for rule in raising):
        return State.REJECTED
    if state in (State.HANDLING, State.CONTAINED):
        return state
    return State.VERIFIED if complete else State.ACKNOWLEDGED
