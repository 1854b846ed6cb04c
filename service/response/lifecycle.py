"""处置流程: the life of an alert – one table says which moves it permits, who may make them and what they bring.

Pure. The level of an alert moves on its own axis and is no state; `liftable` is no state either, but a mark that the
clean weeks are complete. Whatever is not in the table is forbidden.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """Where an alert stands."""

    RAISED = "raised"  # 待签收
    ACKNOWLEDGED = "acknowledged"  # 已签收
    VERIFIED = "verified"  # 已核实
    HANDLING = "handling"  # 处置中
    CONTAINED = "contained"  # 已稳控
    REJECTED = "rejected"  # 核实为不属实，待解除
    LIFTED = "lifted"  # 已解除
    ARCHIVED = "archived"  # 已归档


class Move(StrEnum):
    """What can be done with an alert; the last three are the engine's."""

    ACKNOWLEDGE = "acknowledge"  # 签收
    CALL = "call"  # 电话通知
    VERIFY = "verify"  # 核实
    ACT = "act"  # 处置
    CONTAIN = "contain"  # 稳控
    LIFT = "lift"  # 解除
    LOWER = "lower"  # 研判降级
    JUDGE_UP = "judge_up"  # 研判升级
    MUTE = "mute"  # 暂缓提醒
    NOTE = "note"  # 备注
    REPLY = "reply"  # 回复：函件的答复
    ARCHIVE = "archive"  # 归档
    ISSUE = "issue"  # 等级上升，重新发布
    EASE_OUT = "ease_out"  # 自行消除
    REOPEN = "reopen"  # 同一原因再次出现


class Who(StrEnum):
    """Who may make a move."""

    PATH = "path"  # whoever holds a post on the path from the node to the root
    LIFTER = "lifter"  # who holds the level's `lifted_by` or a post above; with two people, one of them
    DESK = "desk"  # a duty desk on the path
    ENGINE = "engine"  # no person: what a week's figures or the clock bring


@dataclass(frozen=True)
class Permit:
    """One row of the table: from these states the move leads to one of `to` (empty: the state stays)."""

    move: Move
    sources: frozenset[State]
    to: frozenset[State]
    who: Who
    needs: tuple[str, ...] = ()  # fields without which it is refused
    stops: str = ""  # what it ends: a duty of `alerting.escalate`, or everything


class Standing(StrEnum):
    """How a move stands in a state, and if it cannot be made, why."""

    PERMITTED = "permitted"
    ALREADY = "already"  # it has been made; nothing changes
    UNSIGNED = "unsigned"  # somebody has to sign first
    UNHANDLED = "unhandled"  # something has to be done about it first
    OPEN = "open"  # only what is over can be archived
    CLOSED = "closed"  # the alert is over


_S = State
CLOSED_STATES = frozenset({_S.LIFTED, _S.ARCHIVED})
OPEN_STATES = frozenset(State) - CLOSED_STATES
_SIGNED = OPEN_STATES - {_S.RAISED}
_ANY = frozenset(State)


def _row(
    move: Move,
    sources: frozenset[State],
    to: set[State],
    who: Who,
    needs: tuple[str, ...] = (),
    stops: str = "",
) -> Permit:
    return Permit(move, sources, frozenset(to), who, needs, stops)


def _only(*states: State) -> frozenset[State]:
    return frozenset(states)


TABLE: tuple[Permit, ...] = (
    _row(Move.ACKNOWLEDGE, _only(_S.RAISED), {_S.ACKNOWLEDGED}, Who.PATH, stops="sign"),
    # Called and not answered, the alert stays raised; answered, whoever was called has signed.
    _row(Move.CALL, _only(_S.RAISED), {_S.RAISED, _S.ACKNOWLEDGED}, Who.DESK, ("officer", "called_at"), "sign"),
    _row(Move.CALL, _SIGNED, set(), Who.DESK, ("officer", "called_at")),  # about what is owed; on record, no more
    # Part of the findings leaves it acknowledged; when all are verified it is verified, or rejected if none is real.
    _row(
        Move.VERIFY,
        _only(_S.ACKNOWLEDGED, _S.VERIFIED, _S.REJECTED),
        {_S.ACKNOWLEDGED, _S.VERIFIED, _S.REJECTED},
        Who.PATH,
        ("findings",),
    ),
    _row(Move.VERIFY, _only(_S.HANDLING), {_S.HANDLING, _S.REJECTED}, Who.PATH, ("findings",)),
    _row(Move.VERIFY, _only(_S.CONTAINED), {_S.CONTAINED, _S.REJECTED}, Who.PATH, ("findings",)),
    _row(Move.ACT, _only(_S.ACKNOWLEDGED, _S.VERIFIED, _S.HANDLING), {_S.HANDLING}, Who.PATH, ("kind",), "act"),
    _row(Move.ACT, _only(_S.CONTAINED, _S.REJECTED), set(), Who.PATH, ("kind",), "act"),
    _row(Move.CONTAIN, _only(_S.HANDLING), {_S.CONTAINED}, Who.PATH),
    _row(Move.LIFT, _SIGNED, {_S.LIFTED}, Who.LIFTER, ("outcome",), "all"),
    _row(Move.LOWER, _SIGNED, set(), Who.LIFTER, ("level", "reason")),
    _row(Move.JUDGE_UP, OPEN_STATES, {_S.RAISED}, Who.PATH, ("level", "reason")),
    _row(Move.MUTE, OPEN_STATES, set(), Who.PATH, ("reason", "until")),
    _row(Move.NOTE, _ANY, set(), Who.PATH, ("note",)),
    _row(Move.REPLY, _ANY, set(), Who.PATH, ("reply",)),
    # The clock archives too, once the alert cannot be reopened any more.
    _row(Move.ARCHIVE, _only(_S.LIFTED), {_S.ARCHIVED}, Who.PATH),
    _row(Move.ISSUE, OPEN_STATES, {_S.RAISED}, Who.ENGINE),
    _row(Move.EASE_OUT, _only(_S.RAISED), {_S.LIFTED}, Who.ENGINE, stops="all"),
    _row(Move.REOPEN, CLOSED_STATES, {_S.RAISED}, Who.ENGINE),
)


def _index() -> Mapping[tuple[Move, State], Permit]:
    found: dict[tuple[Move, State], Permit] = {}
    for permit in TABLE:
        for state in permit.sources:
            assert (permit.move, state) not in found, f"{permit.move} from {state} stands twice in the table"
            found[permit.move, state] = permit
    return found


_PERMITS = _index()
# Where a state shows that the move was made: made again, it answers the same and changes nothing.
_DONE: Mapping[Move, frozenset[State]] = {
    Move.ACKNOWLEDGE: _SIGNED,
    Move.CONTAIN: _only(_S.CONTAINED),
    Move.ARCHIVE: _only(_S.ARCHIVED),
}


def permit(move: Move, state: State) -> Permit | None:
    """The row of the table for a move from a state; None when it is forbidden."""
    return _PERMITS.get((move, state))


def standing(move: Move, state: State) -> Standing:
    """Whether a move can be made from a state, and if not, the reason a person is told."""
    if (move, state) in _PERMITS:
        return Standing.PERMITTED
    if state in _DONE.get(move, ()):
        return Standing.ALREADY
    if state in CLOSED_STATES:
        return Standing.CLOSED
    if move is Move.ARCHIVE:
        return Standing.OPEN
    return Standing.UNSIGNED if state is State.RAISED else Standing.UNHANDLED


def leads(move: Move, state: State, to: State) -> bool:
    """Whether the table lets a move lead from one state to the other."""
    row = _PERMITS.get((move, state))
    return row is not None and (to in row.to or (not row.to and to is state))
