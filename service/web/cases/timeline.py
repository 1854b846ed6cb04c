"""经过: the lines of an alert's record in words – what happened, who did it, who was told. Pure.

Times in a line's detail stand in Baoji's time; a finding whose name is not told is an other lead.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.alerting.news import post_title
from service.alerting.tables import AlertEvent
from service.clock import SHANGHAI
from service.scoring.pack import Level
from service.web.cases.words import OUTCOMES, VERDICTS, action_name
from service.web.pages.i18n import Words, mark

Detail = Mapping[str, Any]


@dataclass(frozen=True)
class Naming:
    """What lines of a record call things: officers by id, rules by id (sealed ones as other leads)."""

    officers: Mapping[str, str]
    rules: Mapping[str, str]
    said: Words

    def officer(self, id_: str | None) -> str:
        """The name of an officer; whoever is not known by id."""
        return self.said("运维员") if id_ == "operator" else self.officers.get(id_ or "", id_ or "")

    def several(self, ids: Sequence[str]) -> str:
        """Some officers."""
        return self.said("、").join(self.officer(id_) for id_ in ids)

    def rule(self, id_: str) -> str:
        """The name of a rule."""
        return self.rules.get(id_, id_)


@dataclass(frozen=True)
class Line:
    """One line as it is shown: `by` did it (empty: the service), `kind` is engine, people or ladder."""

    seq: int
    at: datetime
    level: int
    kind: str
    what: str
    by: str
    note: str
    told: str


_ENGINE: Mapping[str, str] = {
    "first_risk": mark("首次出现风险，发布预警"),
    "worsened": mark("等级上升，重新发布"),
    "corrected": mark("更正后等级上升，重新发布"),
    "reopened": mark("同一原因再次出现，重新打开"),
    "eased": mark("有所缓和"),
    "eased_out": mark("签收前已自行消除，预警结束"),
    "liftable": mark("正常周数已满，可以解除"),
    "relapsed": mark("又有风险，暂不能解除"),
    "released": mark("上级预警已结束，恢复单独办理"),
    "gathered": mark("并入上级预警 %(by)s"),
    "held_for_digest": mark("超出每周额度，改为汇总告知 %(officer)s"),
    "archived": mark("归档"),
}
_LADDER: Mapping[str, str] = {
    "escalated": mark("逾期未%(duty)s，提级告知 %(posts)s"),
    "repeated": mark("仍未%(duty)s，再次告知 %(posts)s"),
    "reminded": mark("提醒%(duty)s将到期"),
    "night": mark("夜间转值班岗研判（%(duty)s）"),
}
_PEOPLE: Mapping[str, str] = {
    "acknowledged": mark("签收"),
    "contained": mark("已稳控"),
    "noted": mark("备注"),
    "archived": mark("归档"),
    "lift_refused": mark("退回解除的提议"),
    "lift_withdrawn": mark("撤回解除的提议"),
    "lower_refused": mark("退回降级的提议"),
    "lower_withdrawn": mark("撤回降级的提议"),
    "mute_approved": mark("批准暂缓提醒"),
    "mute_refused": mark("不批准暂缓提醒"),
    "mute_ended": mark("终止暂缓提醒"),
    "sealed_seen": mark("查看密封内容"),
}
_DUTIES = {"sign": mark("签收"), "act": mark("处置"), "update": mark("续报")}


def timeline(events: Sequence[AlertEvent], naming: Naming) -> list[Line]:
    """The lines in their order."""
    return [_line(event, naming) for event in events]


def _line(event: AlertEvent, naming: Naming) -> Line:
    detail = event.detail
    kind = "people" if event.officer_id else "ladder" if event.reason in _LADDER else "engine"
    told = detail.get("told") or []
    return Line(
        seq=event.seq,
        at=event.at,
        level=event.level,
        kind=kind,
        what=_what(event, naming),
        by=naming.officer(event.officer_id) if event.officer_id else "",
        note=str(detail.get("note") or detail.get("why") or detail.get("reply") or detail.get("reason") or ""),
        told=naming.several(told) if isinstance(told, list) else "",
    )


def _what(event: AlertEvent, naming: Naming) -> str:
    said, detail = naming.said, event.detail
    if event.reason in _SPOKEN:
        return _SPOKEN[event.reason](detail, naming)
    if event.reason in _LADDER:
        posts = said("、").join(post_title(code) for code in detail.get("posts", ()))
        return said(_LADDER[event.reason], duty=said(_DUTIES.get(str(detail.get("duty")), "签收")), posts=posts)
    known = _PEOPLE if event.officer_id else _ENGINE
    text = known.get(event.reason) or _ENGINE.get(event.reason) or _PEOPLE.get(event.reason)
    if text is None:
        return event.reason
    return said(text, by=detail.get("by", ""), officer=naming.officer(detail.get("officer")))


def _verified(detail: Detail, naming: Naming) -> str:
    said = naming.said
    found = [
        f"{naming.rule(rule)}{said('：')}{said(VERDICTS.get(verdict, verdict))}"
        for rule, verdict in dict(detail.get("findings") or {}).items()
    ]
    left = detail.get("open") or []
    rest = said("；还有 %(n)s 项未核实", n=len(left)) if left else ""
    return said("核实") + said("：") + said("；").join(dict.fromkeys(found)) + rest


def _acted(detail: Detail, naming: Naming) -> str:
    said = naming.said
    number = f"（{detail['number']}）" if detail.get("number") else ""
    done = f"{said('，')}{_local(detail.get('done_at'))}" if detail.get("done_at") else ""
    return said("处置") + said("：") + said.either(*action_name(str(detail.get("kind")))) + number + done


def _called(detail: Detail, naming: Naming) -> str:
    who, at = naming.officer(detail.get("called")), _local(detail.get("called_at"))
    if detail.get("signed"):
        return naming.said("%(at)s 电话通知 %(who)s，已接听，视为签收", at=at, who=who)
    if detail.get("answered"):
        return naming.said("%(at)s 电话通知 %(who)s，已接听", at=at, who=who)
    return naming.said("%(at)s 电话通知 %(who)s，无人接听", at=at, who=who)


def _lifted(detail: Detail, naming: Naming) -> str:
    proposer = detail.get("proposed_by")
    by = naming.said("（%(who)s 提议）", who=naming.officer(proposer)) if proposer else ""
    return naming.said("解除：%(outcome)s", outcome=_outcome(detail, naming)) + by


def _lift_proposed(detail: Detail, naming: Naming) -> str:
    return naming.said("提议解除：%(outcome)s，等第二人同意", outcome=_outcome(detail, naming))


def _outcome(detail: Detail, naming: Naming) -> str:
    day = f" {detail['disputed_on']}" if detail.get("disputed_on") else ""
    return naming.said(OUTCOMES.get(str(detail.get("outcome")), str(detail.get("outcome")))) + day


def _judged_up(detail: Detail, naming: Naming) -> str:
    return naming.said("研判升级（原为%(before)s）", before=_level(detail.get("before"), naming.said))


def _lowered(detail: Detail, naming: Naming) -> str:
    who = naming.officer(detail.get("proposed_by"))
    return naming.said(
        "研判降级（原为%(before)s，%(who)s 提议）", before=_level(detail.get("before"), naming.said), who=who
    )


def _lower_proposed(detail: Detail, naming: Naming) -> str:
    level = next((lv for lv in Level if int(lv) == detail.get("level")), Level.NORMAL)
    return naming.said("提议降为%(level)s，等第二人同意", level=_level(level.word, naming.said))


def _muted(detail: Detail, naming: Naming) -> str:
    until = _local(detail.get("until"))
    rules = naming.said("、").join(dict.fromkeys(naming.rule(rule) for rule in detail.get("rules") or ()))
    return naming.said("暂缓提醒至 %(until)s：%(rules)s", until=until, rules=rules)


def _mute_asked(detail: Detail, naming: Naming) -> str:
    return naming.said("申请暂缓提醒至 %(until)s，等上一级批准", until=_local(detail.get("until")))


def _replied(detail: Detail, naming: Naming) -> str:
    return naming.said("登记答复，%(at)s", at=_local(detail.get("replied_at")))


_SPOKEN: Mapping[str, Callable[[Detail, Naming], str]] = {
    "verified": _verified,
    "acted": _acted,
    "called": _called,
    "lifted": _lifted,
    "lift_proposed": _lift_proposed,
    "judged_up": _judged_up,
    "lowered": _lowered,
    "lower_proposed": _lower_proposed,
    "muted": _muted,
    "mute_asked": _mute_asked,
    "replied": _replied,
}


def _level(word: Any, said: Words) -> str:
    level = next((lv for lv in Level if lv.word == word), None)
    return said.either(level.chinese, level.word) if level else ""


def _local(text: Any) -> str:
    try:
        return f"{datetime.fromisoformat(str(text)).astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
    except ValueError:
        return ""
