"""拒绝的理由: what a person is told when a move cannot be made – what is wrong, and what to do instead."""

from datetime import datetime

from service.clock import SHANGHAI
from service.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Stale
from service.response.lifecycle import Standing
from service.response.lifting import Bar

_FORBIDDEN = {
    Standing.CLOSED: ("alert_closed", "预警 {} 已结束", "alert {} is over"),
    Standing.UNSIGNED: ("alert_unsigned", "预警 {} 尚未签收，请先签收", "alert {} has not been signed; sign it first"),
    Standing.UNHANDLED: (
        "alert_unhandled",
        "预警 {} 尚无处置措施，请先记录处置",
        "nothing has been done about alert {} yet; record an action first",
    ),
    Standing.OPEN: ("alert_open", "预警 {} 尚未解除，不能归档", "alert {} is open; only a lifted one is archived"),
}
_BARRED = {
    Bar.NEEDS_DATE: ("/disputed_on", "发生争议须写明日期", "a dispute needs the day it broke out"),
    Bar.NO_DATE: ("/disputed_on", "只有发生争议才写日期，请去掉", "only a dispute has a day; leave it out"),
    Bar.FUTURE: ("/disputed_on", "日期在未来，请核对", "the day is in the future"),
    Bar.NEEDS_NOTE: (
        "/note",
        "正常周数不足，提前解除须写明理由",
        "before the clean weeks are complete, lifting needs a reason",
    ),
}
_NOT_YET = {
    Bar.NOT_FALSE: (
        "not_false",
        "须先逐条核实，且均为不属实或数据错误，才能按不属实解除",
        "a false alarm needs every finding verified, and none of them real",
    ),
    Bar.NOT_CONTAINED: (
        "not_contained",
        "须先稳控，平静期满后才能解除",
        "it has to be contained, and then quiet for the time the level asks, before it is lifted",
    ),
}


def no_such_alert(alert_id: int) -> NotFound:
    """The alert does not exist, or is none of the officer's business."""
    return NotFound("not_found", f"没有预警 {alert_id}", f"there is no alert {alert_id}")


def stale(version: int) -> Stale:
    """Somebody has moved the alert since."""
    return Stale(
        "stale",
        f"预警已有新记录，当前版本为 {version}，请重新查看后再操作",
        f"the alert has moved on to version {version}; look at it again",
    )


def out_of_turn(found: Standing, alert_id: int) -> Conflict:
    """The table does not permit the move from where the alert stands."""
    code, text, text_en = _FORBIDDEN[found]
    return Conflict(code, text.format(alert_id), text_en.format(alert_id))


def barred(found: Bar, quiet_until: datetime | None) -> Refusal:
    """A condition for lifting is not fulfilled."""
    if found in _BARRED:
        pointer, text, text_en = _BARRED[found]
        return Invalid(found, text, text_en, pointer)
    if found in _NOT_YET:
        return Conflict(*_NOT_YET[found])
    shown = quiet_until.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if quiet_until else ""
    return Conflict(
        "too_early",
        f"平静期未满，{shown} 之后才能解除",
        f"it has not been quiet for long enough; lift it after {shown}",
    )


def not_entitled(code: str) -> Forbidden:
    """The move belongs to another post."""
    return Forbidden(
        "not_entitled",
        f"此操作须由 {code} 或其上级岗位作出",
        f"this is for whoever holds {code}, or a post above it",
    )


def from_kind(kind: str) -> Forbidden:
    """The action belongs to a higher union."""
    return Forbidden("not_entitled", f"此类措施须由 {kind} 及以上工会作出", f"this action is taken from {kind} up")


def nothing_proposed() -> Conflict:
    """There is no open proposal to decide."""
    return Conflict("nothing_proposed", "没有待决定的提议", "there is no open proposal")


def proposed_otherwise() -> Conflict:
    """Another proposal is open."""
    return Conflict(
        "proposed_otherwise",
        "已有另一项提议待决定，请先同意、退回或撤回",
        "another proposal is open; agree to it, refuse it or withdraw it first",
    )


def own_proposal() -> Forbidden:
    """Two people are needed, and they have to be different."""
    return Forbidden(
        "own_proposal",
        "不能同意自己的提议，须由另一人决定",
        "nobody agrees to an own proposal; it takes another person",
    )


def unknown_rules(rules: list[str], known: list[str], pointer: str = "/findings") -> Invalid:
    """Rules that have nothing to do with the alert, or none at all."""
    return Invalid(
        "unknown_finding",
        f"预警没有这些触发依据：{'、'.join(rules)}；有：{'、'.join(known)}",
        f"the alert has no findings {', '.join(rules)}; it has {', '.join(known)}",
        pointer,
    )


def no_such_action(action_id: int) -> NotFound:
    """The alert has no such action."""
    return NotFound("not_found", f"没有措施 {action_id}", f"there is no action {action_id}")


def replied(action_id: int) -> Conflict:
    """There is a reply already, and it says something else."""
    return Conflict(
        "replied",
        f"措施 {action_id} 已登记过另一答复；补充请写备注",
        f"action {action_id} has another reply on record; add a note instead",
    )


def number_taken(number: str) -> Conflict:
    """Another letter of the kind has this number."""
    return Conflict("number_taken", f"文号 {number} 已被使用", f"another letter has the number {number}")


def not_own_proposal() -> Forbidden:
    """Only whoever proposed withdraws."""
    return Forbidden("not_own_proposal", "只有提议人可以撤回", "only whoever proposed it can withdraw it; refuse it")


def same_level() -> Invalid:
    """Nothing would change."""
    return Invalid("same_level", "已是该等级", "the alert has this level already", "/level")


def no_such_mute(mute_id: int) -> NotFound:
    """The alert has no such mute."""
    return NotFound("not_found", f"没有暂缓提醒 {mute_id}", f"there is no mute {mute_id}")


def mute_over(mute_id: int) -> Conflict:
    """The mute has been ended or refused."""
    return Conflict("mute_over", f"暂缓提醒 {mute_id} 已终止，请重新申请", f"mute {mute_id} is over; ask anew")


def one_level_up() -> Forbidden:
    """A mute of red is approved one level above whoever asked."""
    return Forbidden(
        "one_level_up",
        "红色预警的暂缓须由申请人的上一级批准",
        "a mute of red is approved one level above whoever asked",
    )
