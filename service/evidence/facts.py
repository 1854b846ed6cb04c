"""概要: what the alert is and its turning points, with how long each took from the first issue."""

from datetime import datetime

from service.evidence.detail import Reader
from service.evidence.dossier import local
from service.evidence.lines import DUTIES, OUTCOMES, STATES
from service.evidence.stored import Stored

Fact = tuple[str, str]


def facts(stored: Stored, reader: Reader) -> tuple[Fact, ...]:
    """Label and value, in the order in which a person asks."""
    alert, say = stored.alert, reader.tongue.say
    found: list[Fact | None] = [
        (say("单位", "Node"), _place(stored)),
        (say("等级", "Level"), reader.level(alert.level)),
        (say("状态", "State"), reader.word(STATES, alert.state)),
        (say("触发规则", "Rules"), reader.tongue.join(list(dict.fromkeys(reader.rule(id_) for id_ in alert.rules)))),
        (say("报告周", "Weeks"), " – ".join(dict.fromkeys((alert.first_week, alert.last_week)))),
        *_turning_points(stored, reader),
        _owed(stored, reader),
        _end(stored, reader),
    ]
    return tuple(fact for fact in found if fact is not None and fact[1])


def _place(stored: Stored) -> str:
    above = [stored.places.get(id_, id_) for id_ in stored.node.path.strip("/").split("/")]
    return f"{' › '.join(above)}（{stored.node.id}）"


def _turning_points(stored: Stored, reader: Reader) -> list[Fact | None]:
    alert, say = stored.alert, reader.tongue.say
    first = stored.events[0].at if stored.events else alert.raised_at
    arrived = min((at for told in stored.messages if (at := told.arrived_at)), default=None)
    acted = min((row.at for row in stored.actions), default=None)

    def after(at: datetime) -> str:
        return say(
            f"（首次发布后 {reader.tongue.span(at - first)}）", f" ({reader.tongue.span(at - first)} after issue)"
        )

    def point(label: str, at: datetime | None, who: str = "") -> Fact | None:
        return (label, f"{local(at)}{after(at)}{f' {who}' if who else ''}") if at else None

    signed_by = reader.person(alert.acknowledged_by) if alert.acknowledged_by else ""
    issued = (say("本级发布", "Level issued"), local(alert.issued_at)) if alert.issued_at != first else None
    return [
        (say("首次发布", "First issued"), local(first)),
        issued,
        point(say("首次送达", "First arrival"), arrived),
        point(say("签收", "Signed"), alert.acknowledged_at, signed_by),
        point(say("首次处置", "First action"), acted),
        point(say("稳控", "Contained"), alert.contained_at),
        point(say("结束", "Ended"), alert.closed_at),
    ]


def _owed(stored: Stored, reader: Reader) -> Fact | None:
    """What is owed now and until when, as long as the alert is open."""
    alert = stored.alert
    by = {"sign": alert.sign_by, "act": alert.act_by, "update": alert.update_by}.get(alert.duty)
    if alert.closed_at is not None or by is None:
        return None
    return reader.tongue.say("待办", "Owed"), f"{reader.word(DUTIES, alert.duty)} ≤ {local(by)}"


def _end(stored: Stored, reader: Reader) -> Fact | None:
    alert = stored.alert
    if alert.outcome is None:
        return None
    day = f" {alert.disputed_on}" if alert.disputed_on else ""
    return reader.tongue.say("结果", "Outcome"), reader.word(OUTCOMES, alert.outcome) + day
