"""处置流程: which moves an alert permits, and what keeps one from being made.

Pure. Only signing is open so far; the other moves of the life of an alert are named, so that each answers the same
way everywhere until it is built.
"""

from dataclasses import dataclass
from enum import StrEnum


class Move(StrEnum):
    """What an officer can do with an alert."""

    ACKNOWLEDGE = "acknowledge"  # 签收
    VERIFY = "verify"  # 核实
    ACT = "act"  # 处置
    CONTAIN = "contain"  # 稳控
    LIFT = "lift"  # 解除
    MUTE = "mute"  # 暂缓提醒
    NOTE = "note"  # 备注


class Verdict(StrEnum):
    """Whether a move may be made, and if not, why."""

    PERMITTED = "permitted"
    ALREADY = "already"  # somebody has made it; nothing changes
    CLOSED = "closed"  # the alert is over
    UNSIGNED = "unsigned"  # nobody has signed it yet


@dataclass(frozen=True)
class AlertState:
    """What a verdict depends on."""

    closed: bool
    signed: bool


def acknowledge(alert: AlertState) -> Verdict:
    """Anybody on the path may sign, once; a closed alert needs no signature."""
    if alert.closed:
        return Verdict.CLOSED
    return Verdict.ALREADY if alert.signed else Verdict.PERMITTED


def lift(alert: AlertState) -> Verdict:
    """An alert ends once, and only after somebody has taken it on."""
    if alert.closed:
        return Verdict.CLOSED
    return Verdict.PERMITTED if alert.signed else Verdict.UNSIGNED
