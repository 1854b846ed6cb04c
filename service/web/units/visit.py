"""走访记录: what somebody saw at a unit, in a minute – stored as an observation beside the unit's own report."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from service.errors import Refusal
from service.network.tables import Node
from service.reporting.intake import Intake
from service.reporting.quality import Form, form_of
from service.reporting.submission import ReportSubmission
from service.reporting.tables import Report, Source
from service.rulebook.library import Rulebook
from service.scoring.pack import Indicator, Level, Rule
from service.web.access.viewer import Viewer
from service.web.forms.entry import Entry
from service.web.forms.submit import Outcome, send
from service.web.forms.typed import clean_note, note_problem, read
from service.web.json_body import body_digest, idempotency_key

MOST = 8  # questions: it is to take a minute


@dataclass(frozen=True)
class Visit:
    """The form of one visit: what is asked, and what this week's visits have told already."""

    node: Node
    week: str
    form: Form
    asked: tuple[Indicator, ...]
    revision: int
    values: Mapping[str, Any]
    note: str


def read_visit(session: Session, book: Rulebook, node: Node, week: str) -> Visit:
    """The form for a unit and week."""
    form = form_of(book.dictionary, node.kind, week)
    query = select(Report).where(
        Report.node_id == node.id, Report.week == week, Report.source == str(Source.OBSERVATION)
    )
    newest = session.exec(query.order_by(col(Report.revision).desc()).limit(1)).first()
    return Visit(
        node=node,
        week=week,
        form=form,
        asked=questions(form, book.pack.rules, node.kind),
        revision=newest.revision if newest else 0,
        values=newest.values if newest else {},
        note=newest.note if newest else "",
    )


def questions(form: Form, rules: Sequence[Rule], kind: str) -> tuple[Indicator, ...]:
    """What weighs most of what the form asks: first what sets a floor, then by points; nothing sealed, no dates."""
    weights: dict[str, tuple[int, float]] = {}
    for rule in rules:
        indicator = form.indicators.get(rule.of)
        if indicator is None or indicator.sealed or indicator.type == "date" or kind not in rule.applies_to:
            continue
        floor = max((int(level) for steps in rule.ladders for _, level in steps.floors), default=int(Level.NORMAL))
        weights[rule.of] = max(weights.get(rule.of, (0, 0.0)), (floor, rule.attainable))
    heaviest = set(sorted(weights, key=lambda id_: weights[id_], reverse=True)[:MOST])
    return tuple(indicator for id_, indicator in form.indicators.items() if id_ in heaviest)


def store_visit(intake: Intake, viewer: Viewer, visit: Visit, entry: Entry) -> Outcome:
    """Store what was seen, beside what earlier visits of the week told; or say what has to be mended first."""
    typed = read(visit.form, entry.texts, nil=False)
    note = clean_note(entry.note)
    problems = dict(typed.problems) | note_problem(note)
    if not typed.values and not note and not problems:
        problems[""] = ("请至少填一项，或写下看到的情况", "fill in one figure at least, or say what you saw")
    if problems:
        return Outcome(problems=problems)
    try:
        answer = send(intake, _submission(viewer, visit, entry, {**visit.values, **typed.values}, note), entry)
    except Refusal as refusal:
        return Outcome(refusal=refusal, status=refusal.status)
    return answer if isinstance(answer, Outcome) else Outcome(stored=answer.id)


def _submission(viewer: Viewer, visit: Visit, entry: Entry, values: dict[str, Any], note: str) -> ReportSubmission:
    said = {"node": visit.node.id, "week": visit.week, "values": values, "note": note, "source": "observation"}
    return ReportSubmission(
        digest=viewer.digest,
        week=visit.week,
        values=values,
        node=visit.node.id,
        note=note,
        confirm=tuple(sorted(token.partition("=")[0] for token in entry.confirmed)),
        source=str(Source.OBSERVATION),
        key=idempotency_key(entry.key or None),
        body_digest=body_digest("report", said),
        if_match=entry.revision or None,
    )
