"""预警的用词: states, duties, moves, outcomes and verdicts as pages call them; translated where they stand. Pure."""

from collections.abc import Mapping

from service.alerting.escalate import Duty
from service.alerting.outcome import Outcome
from service.alerting.tables import Alert
from service.response.actions import FORMS, ActionKind
from service.response.lifecycle import Move
from service.response.verdicts import FindingVerdict
from service.web.pages.i18n import mark

LIFTABLE = "liftable"  # no state of its own, but what people ask for
STATES: Mapping[str, str] = {
    "raised": mark("待签收"),
    "acknowledged": mark("已签收"),
    "verified": mark("已核实"),
    "handling": mark("处置中"),
    "contained": mark("已稳控"),
    "rejected": mark("核实不属实，待解除"),
    LIFTABLE: mark("可以解除"),
    "lifted": mark("已解除"),
    "archived": mark("已归档"),
}
DUTIES: Mapping[str, str] = {
    Duty.SIGN: mark("签收"),
    Duty.ACT: mark("首次处置"),
    Duty.UPDATE: mark("续报"),
    Duty.NONE: mark("无"),
}
OUTCOMES: Mapping[str, str] = {
    Outcome.NO_DISPUTE: mark("未发生争议"),
    Outcome.DISPUTE: mark("发生争议"),
    Outcome.TRANSFERRED: mark("转交有关部门"),
    Outcome.FALSE_ALARM: mark("核实不属实"),
    Outcome.KNOWN: mark("早已掌握"),
    Outcome.DISSOLVED: mark("企业灭失"),
    Outcome.EASED_OUT: mark("自行消除"),
}
VERDICTS: Mapping[str, str] = {
    FindingVerdict.TRUE: mark("属实"),
    FindingVerdict.PARTLY: mark("部分属实"),
    FindingVerdict.FALSE: mark("不属实"),
    FindingVerdict.DATA_ERROR: mark("数据错误"),
}
MOVES: Mapping[str, str] = {
    Move.ACKNOWLEDGE: mark("签收"),
    Move.VERIFY: mark("核实"),
    Move.ACT: mark("记录处置"),
    Move.CONTAIN: mark("稳控"),
    Move.LIFT: mark("解除"),
    "level": mark("研判定级"),
    Move.MUTE: mark("暂缓提醒"),
    Move.NOTE: mark("备注、续报"),
    Move.CALL: mark("电话通知"),
    Move.REPLY: mark("登记答复"),
    Move.ARCHIVE: mark("归档"),
    "decide": mark("同意、退回或撤回提议"),
    "mutes": mark("批准或终止暂缓"),
}


def state_of(alert: Alert) -> str:
    """Where an alert stands as people say it: with the clean weeks complete it may be lifted."""
    return LIFTABLE if alert.liftable_at and not alert.closed_at else alert.state


def action_name(kind: str) -> tuple[str, str]:
    """What a kind of action is called, in both languages."""
    form = FORMS[ActionKind(kind)]
    return form.name, form.name_en
