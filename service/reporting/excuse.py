"""停工放假: a unit that stood still owes no report of the week; who said so and why stays on the expectation."""

from datetime import datetime

from sqlmodel import Session, col, select

from service.bell import Topic
from service.db import wake
from service.errors import Conflict, Invalid, NotFound
from service.reporting.tables import Cause, Due, Expectation, Report, Source
from service.reporting.tally import count_week

LONGEST = 200


def excuse(session: Session, now: datetime, node_id: str, week: str, token_id: int, reason: str) -> None:
    """Take a week off what a unit owes, in the caller's transaction; its silence is judged anew.

    Raises NotFound where nothing was owed, Conflict when there is a report, Invalid for a reason that is empty or too
    long.
    """
    text = " ".join(reason.split())
    if not text or len(text) > LONGEST:
        raise Invalid(
            "reason_missing",
            f"请写明停工放假的情况，至多 {LONGEST} 字",
            f"say why the unit stood still, at most {LONGEST} characters",
            "/reason",
        )
    query = select(Expectation).where(Expectation.node_id == node_id, Expectation.week == week)
    owed = session.exec(query.with_for_update()).first()
    if owed is None:
        raise NotFound("not_due", "这一周没有要求该单位报送", "no report of that week was owed")
    own = select(Report.id).where(Report.node_id == node_id, Report.week == week, Report.source == str(Source.OWN))
    if session.exec(own.limit(1)).first() is not None:
        raise Conflict("reported", "该单位已报，不能记为停工放假", "the unit has reported; it did not stand still")
    owed.state, owed.excused_reason, owed.excused_by = "excused", text, token_id
    session.add_all([owed, Due(node_id=node_id, week=week, cause=Cause.CORRECTION, created_at=now)])
    session.flush()
    count_week(session, week, now)
    wake(session, Topic.ASSESS)


def expect_again(session: Session, now: datetime, node_id: str, week: str) -> None:
    """Take an excuse back, in the caller's transaction. Raises NotFound where there is none."""
    query = select(Expectation).where(Expectation.node_id == node_id, Expectation.week == week)
    owed = session.exec(query.where(col(Expectation.state) == "excused").with_for_update()).first()
    if owed is None:
        raise NotFound("not_excused", "这一周没有记为停工放假", "that week was not excused")
    owed.state, owed.excused_reason, owed.excused_by = "due", "", None
    session.add_all([owed, Due(node_id=node_id, week=week, cause=Cause.CORRECTION, created_at=now)])
    session.flush()
    count_week(session, week, now)
    wake(session, Topic.ASSESS)
