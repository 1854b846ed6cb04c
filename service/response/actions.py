"""处置措施: the kinds of action, who may take them, and how long the other side of a letter has to reply. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.network.duty import KINDS as NODE_KINDS
from service.reporting.calendar import Calendar, Span, deadline


class ActionKind(StrEnum):
    """What can be done about an alert."""

    PHONE_CALL = "phone_call"  # 电话了解
    VISIT = "visit"  # 走访
    TALK = "talk"  # 约谈
    REMINDER_LETTER = "reminder_letter"  # 提示函
    OPINION = "opinion"  # 意见书
    PROPOSAL_LETTER = "proposal_letter"  # 建议书
    BARGAINING = "bargaining"  # 集体协商
    MEDIATION = "mediation"  # 调解
    LEGAL_AID = "legal_aid"  # 法律援助
    HELP_CENTRE = "help_centre"  # 困难帮扶
    WORKERS_CONGRESS = "workers_congress"  # 职代会
    TRIPARTITE = "tripartite"  # 三方会商
    JOINT_MEETING = "joint_meeting"  # 与政府联席会议
    TRANSFER = "transfer"  # 移交人社部门


@dataclass(frozen=True)
class ReplyClock:
    """办复时限 of a letter: working time, and the rule it comes from; `by_analogy` (参照) where that is the rule of
    another province, which binds nobody here."""

    within: Span
    source: str
    by_analogy: bool

    @property
    def shown(self) -> str:
        """How the clock is named to a person."""
        return f"参照{self.source}" if self.by_analogy else self.source


@dataclass(frozen=True)
class Form:
    """What a kind of action asks: from which kind of node up it may be taken, and what a letter of it needs."""

    name: str
    name_en: str
    from_kind: str = "township"
    numbered: bool = False  # a number that is unique in its year, and a signature
    reply: ReplyClock | None = None


FORMS: Mapping[ActionKind, Form] = {
    ActionKind.PHONE_CALL: Form("电话了解", "phone call"),
    ActionKind.VISIT: Form("走访", "visit"),
    ActionKind.TALK: Form("约谈", "talk"),
    ActionKind.REMINDER_LETTER: Form("提示函", "reminder letter"),
    ActionKind.OPINION: Form(
        "意见书", "opinion letter", "county", True, ReplyClock(Span(15, "d"), "浙江省规定（用人单位书面答复）", True)
    ),
    ActionKind.PROPOSAL_LETTER: Form(
        "建议书", "proposal letter", "county", True, ReplyClock(Span(5, "d"), "浙江省规定（劳动保障部门立案）", True)
    ),
    ActionKind.BARGAINING: Form("集体协商", "collective bargaining"),
    ActionKind.MEDIATION: Form("调解", "mediation"),
    ActionKind.LEGAL_AID: Form("法律援助", "legal aid"),
    ActionKind.HELP_CENTRE: Form("困难帮扶", "referral to the help centre"),
    ActionKind.WORKERS_CONGRESS: Form("职工代表大会", "workers' congress"),
    ActionKind.TRIPARTITE: Form("三方会商", "tripartite meeting"),
    ActionKind.JOINT_MEETING: Form("与政府联席会议", "joint meeting with the government"),
    ActionKind.TRANSFER: Form("移交人社部门", "transfer to the labour bureau"),
}


def may_take(kind: ActionKind, node_kinds: frozenset[str]) -> bool:
    """Whether somebody with posts at nodes of these kinds may take an action: at its kind of node or above."""
    lowest = NODE_KINDS.index(FORMS[kind].from_kind)
    return any(found in NODE_KINDS and NODE_KINDS.index(found) >= lowest for found in node_kinds)


def reply_by(kind: ActionKind, done_at: datetime, calendar: Calendar) -> datetime | None:
    """Until when a reply is due, on working days; None where none is asked for."""
    clock = FORMS[kind].reply
    return deadline(done_at, clock.within, "working", calendar) if clock else None


def numbered(number: str, year: int) -> str:
    """A letter's number as it is kept: unique among the letters of its kind and year."""
    return f"{year}/{number}"
