"""收报: what becomes of a submission, case by case, without a database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from service.errors import Refusal
from service.reporting.admit import Admitted, admit
from service.reporting.known import Bearer, Earlier, Known, Place
from service.reporting.submission import EventSubmission, ReportAnswer, ReportSubmission
from tests.conftest import WEDNESDAY
from tests.reporting.rules import FINE, RULES, WEEK

GEAR = Place("gear", "baoji/qishan/gear/", "enterprise", 800)
MILL = Place("mill", "baoji/qishan/mill/", "enterprise", 100, date(2026, 3, 2), date(2026, 11, 2))
QISHAN = Place("qishan", "baoji/qishan/", "county")
PAPER = Place("paper", "baoji/meixian/paper/", "enterprise")


def known() -> Known:
    """Tokens of a factory, a county and an officer of the county; `idle` belongs to an officer without a post."""
    return Known(
        bearers={
            "gear": Bearer(1, GEAR, (GEAR.path,)),
            "qishan": Bearer(2, QISHAN, (QISHAN.path,)),
            "li.na": Bearer(3, None, (QISHAN.path,)),
            "idle": Bearer(4, None, ()),
        },
        places={place.id: place for place in (GEAR, MILL, QISHAN, PAPER)},
    )


def report(who: str = "gear", *, week: str = WEEK, **fields: Any) -> ReportSubmission:
    return ReportSubmission(who, week, fields.pop("values", FINE), **fields)


def decide(sent: ReportSubmission | EventSubmission, known: Known, now: datetime = WEDNESDAY) -> Admitted:
    return admit(sent, known, RULES, now, f"id-{len(known.newest)}-{len(known.earlier)}")


def refused(sent: ReportSubmission | EventSubmission, known: Known, now: datetime = WEDNESDAY) -> tuple[int, str]:
    with pytest.raises(Refusal) as caught:
        decide(sent, known, now)
    assert caught.value.text
    assert caught.value.text_en
    return caught.value.status, caught.value.code


def test_a_first_report_becomes_a_report_a_reason_to_assess_and_no_receipt_without_a_key() -> None:
    admitted = decide(report(note="正常"), known())
    assert isinstance(admitted.answer, ReportAnswer)
    assert (admitted.answer.revision, admitted.answer.state, admitted.answer.warnings) == (1, "received", ())
    assert admitted.report is not None
    assert admitted.report["values"] == FINE
    assert admitted.report["note"] == "正常"
    assert admitted.due == {"node_id": "gear", "week": WEEK, "cause": "report", "created_at": WEDNESDAY}
    assert admitted.receipt is None


@pytest.mark.parametrize(
    ("who", "node", "expected"),
    [
        ("gear", None, "gear"),
        ("gear", "gear", "gear"),
        ("gear", "qishan", (403, "outside_scope")),
        ("gear", "mill", (403, "outside_scope")),
        ("gear", "nowhere", (403, "outside_scope")),
        ("qishan", "gear", "gear"),
        ("qishan", "paper", (403, "outside_scope")),
        ("qishan", "nowhere", (403, "outside_scope")),
        ("li.na", "gear", "gear"),
        ("li.na", "paper", (403, "outside_scope")),
        ("li.na", None, (422, "node_needed")),
        ("idle", "gear", (403, "outside_scope")),
        ("stranger", "gear", (401, "token_unknown")),
    ],
)
def test_a_token_reports_for_the_nodes_it_reaches(who: str, node: str | None, expected: Any) -> None:
    sent = report(who, node=node)
    if isinstance(expected, str):
        assert decide(sent, known()).answer.node == expected
    else:
        assert refused(sent, known()) == expected


def test_a_neighbour_whose_name_begins_alike_is_outside() -> None:
    everything = known()
    everything.places["qishan2"] = Place("qishan2", "baoji/qishan2/", "county")
    assert refused(report("qishan", node="qishan2"), everything) == (403, "outside_scope")


@pytest.mark.parametrize(
    ("week", "expected"),
    [
        ("2026-W47", None),
        ("2026-W10", None),
        ("2026-W44", None),  # the mill closed on the Monday of W45
        ("2026-W45", "node_closed"),
        ("2026-W09", "node_closed"),
        ("2026-W48", "future_week"),
        ("9999-W52", "future_week"),
        ("2025-W53", "not_a_week"),
        ("2026-W00", "not_a_week"),
        ("2026-47", "not_a_week"),
        ("0000-W01", "not_a_week"),
        ("", "not_a_week"),
        ("2026-W47\n", "not_a_week"),
        ("２０２６-W47", "not_a_week"),
        ("0001-W01", "week_too_early"),
        ("1999-W52", "week_too_early"),
    ],
)
def test_a_week_is_taken_when_it_has_begun_and_the_node_was_open(week: str, expected: str | None) -> None:
    everything = known()
    if expected == "node_closed":
        assert refused(report("qishan", node="mill", week=week), everything) == (422, "node_closed")
    elif expected:
        assert refused(report(week=week), everything) == (422, expected)
    else:
        node = "gear" if week == WEEK else "mill"
        assert decide(report("qishan", node=node, week=week), everything).answer.week == week


def test_the_week_turns_at_midnight_in_baoji() -> None:
    sunday = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    assert refused(report(week="2026-W48"), known(), sunday) == (422, "future_week")
    assert decide(report(week="2026-W48"), known(), sunday + timedelta(minutes=1)).answer.week == "2026-W48"


@pytest.mark.parametrize(
    ("stored", "if_match", "expected"),
    [
        (0, None, 1),
        (0, 1, (412, "stale_revision")),
        (1, None, (409, "already_reported")),
        (1, 1, 2),
        (1, 2, (412, "stale_revision")),
        (3, 2, (412, "stale_revision")),
        (3, 3, 4),
    ],
)
def test_a_correction_names_the_revision_it_corrects(stored: int, if_match: int | None, expected: Any) -> None:
    everything = known()
    if stored:
        everything.remember("gear", WEEK, "own", stored, FINE)
    sent = report(if_match=if_match)
    if isinstance(expected, tuple):
        assert refused(sent, everything) == expected
        return
    admitted = decide(sent, everything)
    assert isinstance(admitted.answer, ReportAnswer)
    assert admitted.answer.revision == expected
    assert admitted.due is not None
    assert (admitted.answer.state, admitted.due["cause"]) == (
        ("received", "report") if expected == 1 else ("corrected", "correction")
    )


def test_an_observation_stands_beside_the_own_report_and_comes_from_others_only() -> None:
    everything = known()
    decide(report(), everything)
    seen = decide(report("qishan", node="gear", source="observation", values={"wage.arrears_days": 40}), everything)
    assert isinstance(seen.answer, ReportAnswer)
    assert seen.answer.revision == 1
    assert refused(report("gear", source="observation"), everything) == (403, "observation_not_yours")
    assert refused(report("qishan", source="observation"), everything) == (403, "observation_not_yours")
    assert refused(report("qishan", node="gear", source="observation"), everything) == (409, "already_reported")


@pytest.mark.parametrize(
    ("expected_close", "at", "state"),
    [
        (None, "2026-11-25T10:00:00+00:00", "received"),  # 18:00 on Wednesday in Baoji
        (None, "2026-11-25T10:00:01+00:00", "late"),
        ("2026-11-27T10:00:00+00:00", "2026-11-26T10:00:00+00:00", "received"),  # frozen with another deadline
        ("2026-11-24T10:00:00+00:00", "2026-11-25T09:00:00+00:00", "late"),
    ],
)
def test_a_report_after_the_close_is_late_by_what_was_expected_of_the_node(
    expected_close: str | None, at: str, state: str
) -> None:
    everything = known()
    if expected_close:
        everything.closes["gear", WEEK] = datetime.fromisoformat(expected_close)
    answer = decide(report(), everything, datetime.fromisoformat(at)).answer
    assert isinstance(answer, ReportAnswer)
    assert answer.state == state


def test_the_same_key_and_body_get_the_same_answer_and_another_body_a_conflict() -> None:
    everything = known()
    first = decide(report(key="k", body_digest="a"), everything)
    again = decide(report(key="k", body_digest="a"), everything)
    assert again.answer == replace(first.answer, repeated=True)
    assert (again.report, again.due, again.receipt) == (None, None, None)
    assert refused(report(key="k", body_digest="b"), everything) == (409, "key_reused")
    assert refused(report(key="other", body_digest="a"), everything) == (409, "already_reported")


def test_a_key_belongs_to_its_token() -> None:
    everything = known()
    everything.earlier[1, "k"] = Earlier("a", decide(report(), known()).answer)
    assert decide(report("qishan", node="mill", week="2026-W40", key="k", body_digest="b"), everything).report


def test_past_weeks_are_those_of_the_same_source_within_eight_weeks() -> None:
    everything = known()
    for week, people in (("2026-W39", 10), ("2026-W40", 10), ("2026-W46", 10), ("2026-W38", 900)):
        everything.remember("gear", week, "own", 1, {"wage.arrears_people": people})
    everything.remember("gear", "2026-W46", "observation", 1, {"wage.arrears_people": 900})
    assert everything.past("gear", WEEK, "own") == [{"wage.arrears_people": 10}] * 3
    answer = decide(report(values=FINE | {"wage.arrears_people": 51}), everything).answer
    assert [warning["code"] for warning in answer.warnings] == ["jump"]


def event(who: str = "gear", *, at: datetime = WEDNESDAY, **fields: Any) -> EventSubmission:
    return EventSubmission(who, fields.pop("event", "event.stoppage"), at, **fields)


def test_an_event_belongs_to_the_week_of_its_day_in_baoji() -> None:
    sunday_night = datetime(2026, 11, 15, 16, 30, tzinfo=UTC)  # already Monday in Baoji
    admitted = decide(event(at=sunday_night, people=12, note="电话 13800138000"), known())
    assert admitted.answer.week == WEEK
    assert [warning["code"] for warning in admitted.answer.warnings] == ["note_mobile"]
    assert admitted.event is not None
    assert (admitted.event["people"], admitted.event["token_id"]) == (12, 1)
    assert admitted.due == {"node_id": "gear", "week": WEEK, "cause": "event", "created_at": WEDNESDAY}


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (event(event="event.party"), (422, "unknown_event")),
        (event(at=WEDNESDAY + timedelta(minutes=6)), (422, "future_event")),
        (event(at=datetime(1999, 1, 1, tzinfo=UTC)), (422, "week_too_early")),
        (event("qishan", node="mill"), (422, "node_closed")),
        (event("gear", node="paper"), (403, "outside_scope")),
        (event("stranger"), (401, "token_unknown")),
    ],
)
def test_a_wrong_event_is_refused(sent: EventSubmission, expected: tuple[int, str]) -> None:
    assert refused(sent, known()) == expected


def test_a_clock_that_runs_ahead_a_little_may_report_an_event_even_over_midnight() -> None:
    midnight = datetime(2026, 11, 22, 15, 58, tzinfo=UTC)
    admitted = decide(event(at=midnight + timedelta(minutes=4)), known(), midnight)
    assert admitted.answer.week == "2026-W48"


def test_an_event_is_repeated_by_its_key() -> None:
    everything = known()
    first = decide(event(key="k", body_digest="e"), everything)
    assert decide(event(key="k", body_digest="e"), everything).answer == replace(first.answer, repeated=True)
    assert refused(report(key="k", body_digest="r"), everything) == (409, "key_reused")
