"""表: what the form of one unit and week needs to know, read in a constant number of queries."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from service.network.tables import Node, Officer, Token
from service.reporting.admit import check_week
from service.reporting.known import IntakeRules, Place
from service.reporting.quality import Form
from service.reporting.questions import Section, first_looked_at, sections
from service.reporting.tables import Expectation, Report, ReportReturn, Source
from service.web.access.viewer import Viewer
from service.web.forms.scope import place_of, unit_of


@dataclass(frozen=True)
class Stored:
    """A revision that is there; `by` is who reported instead of the unit, empty when it did so itself."""

    id: str
    revision: int
    received_at: datetime
    state: str
    values: Mapping[str, Any]
    note: str
    nil: bool
    by: str


@dataclass(frozen=True)
class Sheet:
    """The form of a unit and week: its questions, what has been reported, and until when it is due."""

    place: Place
    name: str
    week: str
    own: bool  # the viewer belongs to the unit
    form: Form
    sections: tuple[Section, ...]
    newest: Stored | None
    due_at: datetime | None
    closes_at: datetime
    excused: bool
    returned: str  # 退回 of the newest revision: why

    def visible(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Of stored figures those that the viewer may see: sealed ones are the unit's own."""
        indicators = self.form.indicators
        return {id_: v for id_, v in values.items() if self.own or not (id_ in indicators and indicators[id_].sealed)}

    def hidden(self) -> dict[str, Any]:
        """Figures of the newest revision that the viewer may not see; a correction keeps them."""
        if self.newest is None:
            return {}
        shown = self.visible(self.newest.values)
        return {id_: value for id_, value in self.newest.values.items() if id_ not in shown}


def read_sheet(
    session: Session,
    viewer: Viewer,
    rules: IntakeRules,
    node_id: str | None,
    week: str,
    now: datetime,
    typed: Collection[str] = (),
) -> Sheet:
    """The sheet of a unit, by default the viewer's own; what was `typed` already is asked, due or not. Raises NotFound
    for a unit out of reach, Invalid for a week nobody reports for."""
    node = unit_of(session, viewer, node_id)
    place = place_of(node)
    check_week(week, place, now)
    form = rules.form(node.kind, week)
    history, newest_id = _history(session, node.id, week)
    own = viewer.token.node_id == node.id
    newest = _stored(session, newest_id, node.id) if newest_id else None
    owed = session.get(Expectation, (node.id, week))
    sheet = Sheet(
        place=place,
        name=node.name,
        week=week,
        own=own,
        form=form,
        sections=(),
        newest=newest,
        due_at=owed.due_at if owed else None,
        closes_at=owed.closes_at if owed else rules.closes_at(week),
        excused=owed is not None and owed.state == "excused",
        returned=_returned(session, newest_id) if newest_id else "",
    )
    seen = {told_for: sheet.visible(told) for told_for, told in history.items()}
    seen[week] = seen.get(week, {}) | dict.fromkeys(typed)
    return replace(sheet, sections=sections(form, week, seen))


def _history(session: Session, node: str, week: str) -> tuple[dict[str, Mapping[str, Any]], str | None]:
    """The newest own figures of the week and those before, and the id of the week's newest revision."""
    query = (
        select(Report.week, Report.id, Report.values)
        .where(Report.node_id == node, Report.source == Source.OWN)
        .where(col(Report.week).between(first_looked_at(week), week))
        .order_by(col(Report.week), col(Report.revision))
    )
    found: dict[str, Mapping[str, Any]] = {}
    newest = None
    for told, id_, values in session.exec(query):
        found[told] = values
        newest = id_ if told == week else newest
    return found, newest


def _stored(session: Session, report_id: str, node_id: str) -> Stored:
    report = session.get_one(Report, report_id)
    return Stored(
        report.id,
        report.revision,
        report.received_at,
        report.state,
        report.values,
        report.note,
        report.nil,
        instead(session, report.token_id, node_id),
    )


def instead(session: Session, token_id: int | None, node_id: str) -> str:
    """代报: who wrote it when it was not the unit itself, empty when it was."""
    query = select(Token.node_id, Node.name, Officer.name).select_from(Token)
    query = query.join(Node, col(Node.id) == col(Token.node_id), isouter=True)
    query = query.join(Officer, col(Officer.id) == col(Token.officer_id), isouter=True)
    row = session.exec(query.where(Token.id == token_id)).first()
    if row is None or row[0] == node_id:
        return ""
    return row[1] or row[2] or ""


def _returned(session: Session, report_id: str) -> str:
    query = select(ReportReturn.reason).where(ReportReturn.report_id == report_id)
    return session.exec(query.order_by(col(ReportReturn.id).desc()).limit(1)).first() or ""
