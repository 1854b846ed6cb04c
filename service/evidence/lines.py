"""记录的文字: the reasons on an alert's record and what their details mean, in both languages. Data only."""

from collections.abc import Mapping

from service.scoring.cells import Text

LINES: Mapping[str, Text] = {
    "first_risk": ("发布预警", "alert raised"),
    "worsened": ("等级上升，重新发布", "level raised, issued again"),
    "corrected": ("更正后等级上升，重新发布", "worse after a correction, issued again"),
    "reopened": ("同一原因再次出现，重新发布", "the same cause again, reopened"),
    "eased": ("有所缓和", "eased"),
    "eased_out": ("自行消除，预警结束", "eased out, the alert is over"),
    "liftable": ("已满足解除条件", "may be lifted"),
    "relapsed": ("又有风险，暂不能解除", "risk again, may not be lifted yet"),
    "escalated": ("逾期，提级通知上一级", "not in time, the next above is told"),
    "repeated": ("仍未办理，再次通知", "still not done, told again"),
    "reminded": ("到期前提醒", "reminded before the deadline"),
    "night": ("夜间：转值班岗研判", "night: the desk judges who is woken"),
    "judged_up": ("研判升级", "raised by an officer's own judgement"),
    "lower_proposed": ("提议降级，待第二人同意", "proposed to lower the level"),
    "lower_refused": ("不同意降级", "refused to lower the level"),
    "lower_withdrawn": ("撤回降级提议", "withdrew the proposal to lower"),
    "lowered": ("研判降级，经第二人同意", "lowered, with a second person"),
    "released": ("上级预警已结束，单独继续", "the alert above ended; goes on by itself"),
    "gathered": ("由上级预警归并", "gathered by an alert above"),
    "held_for_digest": ("超出本周额度，进入每日汇总", "over the week's budget, told with the digest"),
    "acknowledged": ("签收", "signed"),
    "called": ("电话通知", "telephone call"),
    "verified": ("核实", "verified"),
    "acted": ("处置", "acted"),
    "replied": ("收到答复", "a reply came"),
    "contained": ("已稳控，转入观察", "contained, being watched"),
    "noted": ("备注", "note"),
    "muted": ("暂缓提醒", "muted"),
    "mute_asked": ("申请暂缓提醒", "asked for a mute"),
    "mute_approved": ("批准暂缓提醒", "approved the mute"),
    "mute_refused": ("不批准暂缓提醒", "refused the mute"),
    "mute_ended": ("结束暂缓提醒", "ended the mute"),
    "lift_proposed": ("提议解除，待第二人同意", "proposed to lift"),
    "lift_refused": ("不同意解除", "refused to lift"),
    "lift_withdrawn": ("撤回解除提议", "withdrew the proposal to lift"),
    "lifted": ("解除", "lifted"),
    "archived": ("归档", "archived"),
}

DECISIONS: Mapping[str, Text] = {
    "no_risk": ("无风险", "no risk"),
    "unchanged": ("无变化，不再通知", "unchanged, nobody is told again"),
    "judged": ("已由责任人研判，没有更坏", "judged by an officer, nothing is worse"),
    "muted": ("暂缓提醒期内", "muted"),
    "history": ("历史数据，仅重新评分", "history, scored only"),
}

STATES: Mapping[str, Text] = {
    "raised": ("待签收", "waits for a signature"),
    "acknowledged": ("已签收", "signed"),
    "verified": ("已核实", "verified"),
    "handling": ("处置中", "being handled"),
    "contained": ("已稳控", "contained"),
    "rejected": ("核实为不属实，待解除", "found not to be real"),
    "lifted": ("已解除", "lifted"),
    "archived": ("已归档", "archived"),
}

OUTCOMES: Mapping[str, Text] = {
    "dispute": ("发生争议", "a dispute broke out"),
    "no_dispute": ("未发生争议", "no dispute"),
    "eased_out": ("自行消除", "eased out"),
    "transferred": ("转交", "transferred"),
    "dissolved": ("企业灭失", "the enterprise is gone"),
    "false_alarm": ("不属实", "false alarm"),
    "known": ("早已掌握", "known before"),
}

VERDICTS: Mapping[str, Text] = {
    "true": ("属实", "true"),
    "partly": ("部分属实", "partly true"),
    "false": ("不属实", "false"),
    "data_error": ("数据错误", "data error"),
    "agreed": ("同意", "agreed"),
    "refused": ("不同意", "refused"),
    "withdrawn": ("撤回", "withdrawn"),
}

DUTIES: Mapping[str, Text] = {
    "sign": ("签收", "to sign"),
    "act": ("首次处置", "first action"),
    "update": ("续报", "update"),
}

REPORT_STATES: Mapping[str, Text] = {
    "received": ("按时", "in time"),
    "late": ("逾期", "late"),
    "corrected": ("更正", "correction"),
}

ATTEMPTS: Mapping[str, Text] = {
    "delivered": ("送达", "delivered"),
    "accepted": ("网关已接收", "accepted by the gateway"),
    "try_again": ("未送达，待重试", "not delivered, tried again"),
    "give_up": ("放弃", "given up"),
}

RECEIPTS: Mapping[str, Text] = {
    "accepted": ("网关已接收", "accepted by the gateway"),
    "delivered": ("网关回执：已送达", "the gateway says: delivered"),
    "failed": ("网关回执：未送达", "the gateway says: not delivered"),
    "missing": ("网关逾期未回执", "no receipt from the gateway in time"),
    "opened": ("链接被打开", "the link was opened"),
    "acknowledged": ("已签收", "signed"),
}

MESSAGES: Mapping[str, Text] = {
    "pending": ("待发", "waiting to be sent"),
    "sending": ("发送中", "being sent"),
    "accepted": ("网关已接收，待回执", "accepted, a receipt is awaited"),
    "delivered": ("已送达", "delivered"),
    "given_up": ("未能送达", "never delivered"),
    "held": ("暂扣，待运行人员放行", "held until the operator releases it"),
}

WITHDRAWN: Mapping[str, Text] = {
    "closed": ("预警已结束", "the alert was over"),
    "superseded": ("已发布新的等级", "another level had been issued"),
    "done": ("所要求的已经办理", "what was asked had been done"),
    "gathered": ("已由上级预警归并", "gathered by an alert above"),
}

# Key of a line's detail: its label and how its value is read (`Reader` in service/evidence/detail.py).
KEYS: Mapping[str, tuple[Text, str]] = {
    "duty": (("所欠", "owed"), "duty"),
    "rung": (("阶梯", "rung"), "rung"),
    "posts": (("岗位", "posts"), "posts"),
    "told": (("告知", "told"), "people"),
    "gathered": (("归并预警", "gathers alerts"), "list"),
    "by": (("归并于预警", "gathered by alert"), "plain"),
    "officer": (("责任人", "officer"), "person"),
    "proposed_by": (("提议人", "proposed by"), "person"),
    "recorded_by": (("记录人", "recorded by"), "person"),
    "called": (("通话对象", "called"), "person"),
    "called_at": (("通话时间", "called at"), "instant"),
    "answered": (("接听", "answered"), "yes"),
    "signed": (("视为签收", "counts as signature"), "yes"),
    "before": (("原等级", "level before"), "word"),
    "level": (("等级", "level"), "level"),
    "findings": (("逐条结论", "finding by finding"), "verdicts"),
    "open": (("尚未核实", "not verified yet"), "rules"),
    "rules": (("依据", "findings"), "rules"),
    "kind": (("措施", "action"), "kind"),
    "number": (("文号", "number"), "plain"),
    "action": (("措施编号", "action no."), "plain"),
    "done_at": (("办理时间", "done at"), "instant"),
    "detail": (("内容", "particulars"), "mapping"),
    "reply": (("答复", "reply"), "plain"),
    "replied_at": (("答复时间", "replied at"), "instant"),
    "mute": (("暂缓编号", "mute no."), "plain"),
    "until": (("至", "until"), "instant"),
    "wake_if": (("唤醒条件", "wakes if"), "plain"),
    "outcome": (("结果", "outcome"), "outcome"),
    "disputed_on": (("争议发生日", "broke out on"), "plain"),
    "why": (("理由", "reason"), "plain"),
    "reason": (("理由", "reason"), "plain"),
    "note": (("说明", "note"), "plain"),
}
