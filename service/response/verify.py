"""核实: what officers found about each finding of an alert."""

from collections.abc import Mapping
from datetime import datetime

from service.alerting.corrections import VERIFIED
from service.alerting.liftable import look_again
from service.alerting.tables import Alert
from service.response import refusals
from service.response.desk import Office, on_desk
from service.response.lifecycle import Move
from service.response.tables import Verification
from service.response.verdicts import FindingVerdict, after_verifying, still_open


def verify(
    office: Office,
    alert_id: int,
    officer_id: str,
    now: datetime,
    *,
    findings: Mapping[str, FindingVerdict],
    note: str = "",
    if_match: int | None = None,
) -> tuple[Alert, list[str]]:
    """Put verdicts on record; the alert, and the findings that are still open. A verdict given again counts anew: it
    also vouches for corrections that came in since. Raises NotFound, Stale, Invalid or Conflict."""
    with on_desk(office, alert_id, officer_id, now, if_match) as case:
        case.begin(Move.VERIFY)
        known = case.findings
        given = {rule: verdict for id_, verdict in findings.items() for rule in case.named([id_])}
        unknown = [rule for rule in given if rule not in known]
        if unknown or not given:
            raise refusals.unknown_rules(unknown, known)
        for rule, verdict in given.items():
            case.session.add(
                Verification(alert_id=case.id, rule=rule, verdict=verdict, officer_id=officer_id, at=now, note=note)
            )
        case.session.flush()
        verdicts = case.verdicts
        left = still_open(known, verdicts)
        case.alert.state = str(after_verifying(case.state, known, verdicts))
        said = {rule: str(verdict) for rule, verdict in given.items()}
        case.note(VERIFIED, findings=said, open=left, note=note)
        look_again(case.session, case.alert, case.shelf, now)
    return case.alert, left
