"""退回: a report is sent back to the unit with a reason in plain words; its figures count until a new one comes."""

import re
from datetime import datetime

from sqlmodel import Session, col, select

from service.errors import Conflict, Invalid, NotFound, Stale
from service.reporting.doubts import note_doubts
from service.reporting.tables import Report, ReportReturn, Source

LONGEST = 500
# What the unit must never meet: it reads the reason.
_INTERNAL = re.compile(
    r"预警|评分|得分|风险|[红橙黄蓝]色|\b(?:alert|score|risk|red|orange|yellow|blue)\b", re.IGNORECASE
)


def send_back(
    session: Session, now: datetime, node_id: str, week: str, revision: int, token_id: int, reason: str
) -> ReportReturn:
    """Send back the revision that was seen, in the caller's transaction; the same again is the same return.

    Raises NotFound without a report, Stale when a newer revision has come, Conflict when somebody else has sent it back
    already, Invalid for a reason that is empty, too long, names a person, or tells what the unit must not learn.
    """
    text = _checked(reason)
    newest = newest_own(session, node_id, week)
    if newest is None:
        raise NotFound("not_reported", "该周还没有周报，不能退回", "there is no report of that week to send back")
    if newest.revision != revision:
        raise Stale("stale", "单位刚更正了周报，请重新查看", "the unit has just corrected the report; look at it again")
    known = session.exec(select(ReportReturn).where(ReportReturn.report_id == newest.id)).first()
    if known is not None:
        if (known.token_id, known.reason) == (token_id, text):
            return known
        raise Conflict("returned", "这份周报已被退回，等单位更正", "this report has been sent back already")
    row = ReportReturn(report_id=newest.id, at=now, token_id=token_id, reason=text)
    session.add(row)
    session.flush()
    return row


def newest_own(session: Session, node_id: str, week: str) -> Report | None:
    """The newest revision of the unit's own report."""
    query = select(Report).where(Report.node_id == node_id, Report.week == week, Report.source == str(Source.OWN))
    return session.exec(query.order_by(col(Report.revision).desc()).limit(1).with_for_update()).first()


def _checked(reason: str) -> str:
    text = " ".join(reason.split())
    if not text:
        raise Invalid("reason_missing", "请写明退回的原因", "say why it is sent back", "/reason")
    if len(text) > LONGEST:
        raise Invalid("too_long", f"最多 {LONGEST} 字", f"at most {LONGEST} characters", "/reason")
    if _INTERNAL.search(text):
        raise Invalid(
            "internal_words",
            "原因会给填报单位看，请不要写预警、等级、评分或风险，只写要核对的数字",
            "the unit reads the reason: name the figure to check, no alert, level, score or risk",
            "/reason",
        )
    doubts = note_doubts(text)
    if doubts:
        raise Invalid("names_a_person", "请删去身份证号、手机号", "remove identity and mobile numbers", "/reason")
    return text
