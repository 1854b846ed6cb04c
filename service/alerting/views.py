"""预警决策的输入: stored rows as the frozen values that decisions take."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.alerting.decide import AlertView, Judged, MuteView, Step, WeekView
from service.alerting.tables import Alert, Mute, Score
from service.scoring.pack import Level, State
from service.scoring.score import Finding, NodeScore


def alert_view(alert: Alert) -> AlertView:
    """A stored alert, open or closed."""
    return AlertView(
        open=alert.closed_at is None,
        level=Level(alert.level),
        rules=frozenset(alert.rules),
        signed=alert.acknowledged_at is not None,
        liftable=alert.liftable_at is not None,
        first_week=alert.first_week,
        last_week=alert.last_week,
        judged=Judged(Level(alert.judged["level"]), _steps(alert.judged["steps"])) if alert.judged else None,
    )


def week_view(score: Score, unverified: frozenset[str] = frozenset()) -> WeekView:
    """A stored score; `unverified` are the indicators of it that were corrected for the better without verification."""
    findings = [finding for finding in score.findings if not finding["trial"]]
    return WeekView(
        week=score.week,
        level=Level(score.level),
        reported=score.reported,
        fired=frozenset(f["rule"] for f in findings if f["state"] == State.FIRED),
        unknown=frozenset(f["rule"] for f in findings if f["state"] == State.UNKNOWN),
        steps=fired_steps(score.findings),
        unverified=unverified,
    )


def fired_steps(findings: Iterable[Mapping[str, Any]]) -> dict[str, Step]:
    """How bad each fired active rule is: floor and points."""
    return {
        str(f["rule"]): (float(f["floor"]), float(f["points"]))
        for f in findings
        if f["state"] == State.FIRED and not f["trial"]
    }


def _steps(stored: Mapping[str, Sequence[float]] | None) -> dict[str, Step]:
    return {rule: (step[0], step[1]) for rule, step in (stored or {}).items()}


def mute_view(mute: Mute) -> MuteView:
    """A stored mute."""
    return MuteView(frozenset(mute.rules), Level(mute.level), mute.until_at, _steps(mute.steps))


def stored_findings(score: NodeScore) -> list[dict[str, object]]:
    """What is kept of a score's findings: the fired and the unknown ones; the others follow from pack and reports."""
    said = (*score.findings, *score.asides)
    return [_stored(finding) for finding in said if finding.state in (State.FIRED, State.UNKNOWN)]


def _stored(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "state": str(finding.state),
        "points": finding.points,
        "floor": int(finding.floor),
        "value": finding.value,
        "threshold": finding.threshold,
        "reason": finding.reason,
        "reason_en": finding.reason_en,
        "trial": finding.trial,
    }


def raising_rules(findings: Iterable[dict[str, object]]) -> list[str]:
    """Ids of the active rules that fired, the weightiest first."""
    fired = [f for f in findings if f["state"] == State.FIRED and not f["trial"]]
    return [str(f["rule"]) for f in sorted(fired, key=_weight, reverse=True)]


def _weight(finding: dict[str, object]) -> tuple[object, object]:
    return finding["floor"], finding["points"]
