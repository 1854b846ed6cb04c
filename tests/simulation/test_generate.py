"""模拟: what is made up, and what it must look like."""

from collections import Counter
from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.network.tree import NodeRow, check_tree, problems_to
from service.scoring.pack import Dictionary, EventKind, Indicator
from service.scoring.week import between, monday, step, week_of
from service.simulation import stories
from service.simulation.background import quiet
from service.simulation.demo import demo_nodes
from service.simulation.generate import Simulation, simulate
from service.simulation.history import History
from service.simulation.population import populate
from service.simulation.stories import Story

COUNTY = ("county",)


def indicator(id_: str, type_: str, **more: object) -> Indicator:
    return replace(Indicator(id_, id_, id_, type_), **more)  # type: ignore[arg-type]


DICTIONARY = Dictionary(
    {
        i.id: i
        for i in (
            indicator("staff.headcount", "count", required=True, stock=True, range=(1, 500000)),
            indicator("wage.arrears_days", "days", required=True, nil_ok=True),
            indicator("wage.arrears_people", "count", required=True, nil_ok=True),
            indicator("wage.arrears_amount", "money", nil_ok=True),
            indicator("insurance.arrears_months", "count", nil_ok=True, every="month"),
            indicator("jobs.cut_people", "count", nil_ok=True),
            indicator("hours.overtime_month", "number", every="month"),
            indicator("voice.complaints", "count", nil_ok=True),
            indicator("voice.petition_people", "count", nil_ok=True),
            indicator("operations.halt_days", "days", nil_ok=True),
            indicator("bargaining.expires", "date", stock=True),
            indicator("site.board", "yes_no"),
            indicator("restructuring.stage", "choice", choices={0: "无", 1: "有"}),
            indicator("power.use", "percent", range=(0, 100)),
            indicator("county.calls", "count", applies_to=COUNTY, range=(0, 1000)),
        )
    },
    {f"event.{word}": EventKind(f"event.{word}", word, word) for word in ("stoppage", "gathering", "owner_missing")},
)
WEEKS = tuple(between("2025-W40", "2026-W13"))


@cache
def made(count: int = 200, weeks: tuple[str, ...] = WEEKS, seed: int = 7) -> tuple[list[NodeRow], Simulation]:
    nodes = populate(demo_nodes(), count, weeks, seed)
    return nodes, simulate(nodes, DICTIONARY, weeks, seed)


def a_history(weeks: tuple[str, ...] = WEEKS, staff: int = 400) -> tuple[History, np.random.Generator]:
    rng = np.random.default_rng(3)
    node = NodeRow("e", "t", "enterprise", "模拟", "textiles", staff)
    history = quiet(node, weeks, DICTIONARY, rng)
    history.silent[:] = False
    return history, rng


def test_the_same_seed_makes_the_same_world() -> None:
    assert made.__wrapped__() == made()
    assert made(seed=8)[1] != made()[1]


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 60), st.integers(1, 30), st.integers(0, 2**31))
def test_every_figure_is_one_the_api_takes(count: int, span: int, seed: int) -> None:
    weeks = tuple(between(step("2026-W13", 1 - span), "2026-W13"))
    nodes, simulation = made(count, weeks, seed)
    by_id = {node.id: node for node in nodes}
    for report in (*simulation.reports, *simulation.observations):
        for name, value in report.values.items():
            told = DICTIONARY.indicators[name]
            assert by_id[report.node].kind in told.applies_to
            if told.type in ("count", "days", "choice"):
                assert type(value) is int or value == "na", (name, value)
            if told.type == "date" and value != "na":
                assert date.fromisoformat(str(value)) > monday(weeks[-1])
            if told.type == "yes_no":
                assert type(value) is bool
            if type(value) in (int, float):
                assert float(value) >= 0
        people, staff = report.values.get("wage.arrears_people", 0), report.values.get("staff.headcount", 10**9)
        assert isinstance(people, int)
        assert isinstance(staff, int)
        assert people <= max(staff, by_id[report.node].headcount or 0)


def test_reports_come_in_the_order_of_weeks_at_most_one_a_node_and_week() -> None:
    _, simulation = made()
    keys = [(report.week, report.node) for report in simulation.reports]
    assert [week for week, _ in keys] == sorted(week for week, _ in keys)
    assert len(set(keys)) == len(keys)


def test_enterprises_and_counties_report_and_nobody_else() -> None:
    nodes, simulation = made()
    kinds = {node.id: node.kind for node in nodes}
    assert {kinds[report.node] for report in simulation.reports} == {"enterprise", "county"}


def test_a_node_that_opens_late_reports_from_then_on() -> None:
    nodes, simulation = made()
    opened = {node.id: node.opened for node in nodes if node.opened}
    assert opened
    first = {report.node: report.week for report in reversed(simulation.reports)}
    for node, day in opened.items():
        assert day is not None
        assert node not in first or first[node] >= week_of(day)


def test_most_weeks_are_quiet_and_some_enterprises_are_not() -> None:
    _, simulation = made()
    days = [report.values.get("wage.arrears_days", 0) for report in simulation.reports]
    owing = sum(bool(day) for day in days)
    assert 0 < owing < 0.1 * len(days)
    assert 3 <= len(simulation.outcomes) <= 30


def test_every_event_is_a_planted_outcome_of_that_node_and_week() -> None:
    _, simulation = made()
    planted = {(outcome.node, outcome.week, f"event.{outcome.kind}") for outcome in simulation.outcomes}
    assert simulation.events
    for event in simulation.events:
        assert (event.node, event.week, event.event) in planted
        assert week_of(event.day) == event.week


def test_monthly_figures_are_given_in_the_first_week_of_a_month_only() -> None:
    history, _ = a_history()
    given = np.isfinite(history.values["hours.overtime_month"])
    assert given.sum() >= 5
    assert all(monday(week).day <= 7 for week, here in zip(WEEKS, given, strict=True) if here)


def test_arrears_grow_week_by_week_up_to_the_incident_and_end_after_it() -> None:
    history, rng = a_history()
    stories.arrears(history, 20, rng)
    days = history.values["wage.arrears_days"]
    assert [
        (incident.week, incident.kind in ("stoppage", "gathering", "petition", "owner_missing"))
        for incident in history.incidents
    ] == [(20, True)]
    assert list(np.diff(days[17:21])) == [7, 7, 7]
    assert days[20] >= 29
    assert days[25] == 0
    people = history.values["wage.arrears_people"]
    assert all(np.diff(people[17:21]) >= 0)
    assert people[20] >= 10


def test_a_story_whose_head_lies_behind_the_window_is_still_building_up() -> None:
    history, rng = a_history()
    stories.arrears(history, len(WEEKS), rng)
    assert history.incidents == []
    assert history.values["wage.arrears_days"][-1] >= 61


def test_a_hidden_story_shows_only_in_what_the_organiser_saw() -> None:
    history, rng = a_history()
    stories.hidden(history, 15, rng)
    assert not history.values["wage.arrears_days"].any()
    assert len(history.observed) >= 2
    assert all(seen["wage.arrears_days"] > 7 for seen in history.observed.values())
    assert [incident.kind for incident in history.incidents] == ["stoppage"]


def test_layoffs_come_in_slices_and_the_staff_shrinks() -> None:
    history, rng = a_history()
    stories.layoffs(history, 12, rng)
    cuts = history.values["jobs.cut_people"]
    assert 0 < np.nanmax(cuts) < 20
    assert np.nansum(cuts) >= 20
    assert history.values["staff.headcount"][-1] < 400


def test_a_copying_enterprise_sends_the_same_figures_that_are_not_all_zero() -> None:
    history, rng = a_history()
    stories.copying(history, 20, rng)
    for name, figures in history.values.items():
        assert len(set(map(str, figures[15:21]))) == 1, name
    assert history.values["voice.complaints"][15] == 1


@pytest.mark.parametrize(
    ("story", "indicator_id", "least"),
    [
        (stories.overtime, "hours.overtime_month", 36.0),
        (stories.halted, "operations.halt_days", 7.0),
        (stories.late_payer, "wage.arrears_days", 1.0),
        (stories.settled, "wage.arrears_days", 8.0),
    ],
)
def test_the_other_stories_leave_their_mark(story: Story, indicator_id: str, least: float) -> None:
    history, rng = a_history()
    story(history, 20, rng)
    assert np.nanmax(history.values[indicator_id]) >= least
    assert history.incidents == []


def test_silence_is_some_weeks_without_a_report() -> None:
    history, rng = a_history()
    stories.silent(history, 20, rng)
    assert 2 <= history.silent.sum() <= 4
    assert history.silent[20]


def test_a_sudden_incident_has_no_figure_before_it() -> None:
    history, rng = a_history()
    before = {name: figures.copy() for name, figures in history.values.items()}
    stories.sudden(history, 10, rng)
    assert len(history.incidents) == 1
    assert all(np.array_equal(before[name], figures, equal_nan=True) for name, figures in history.values.items())


ALL = st.sampled_from(
    [
        getattr(stories, name)
        for name in (
            "arrears",
            "settled",
            "hidden",
            "late_payer",
            "layoffs",
            "overtime",
            "silent",
            "copying",
            "halted",
            "sudden",
        )
    ]
)


@given(ALL, st.integers(1, 12), st.data())
def test_any_story_fits_into_any_window(story: Story, span: int, data: st.DataObject) -> None:
    history, rng = a_history(WEEKS[:span], staff=data.draw(st.integers(1, 5000)))
    story(history, data.draw(st.integers(0, span)), rng)
    assert all(len(figures) == span for figures in history.values.values())
    assert all(0 <= incident.week < span for incident in history.incidents)


def test_a_dictionary_without_the_known_indicators_still_works() -> None:
    other = Dictionary({"x": indicator("x", "number", usual=(5, 10))}, {})
    simulation = simulate(demo_nodes(), other, WEEKS, 1)
    assert len(simulation.reports) > 1000
    assert simulation.events == ()
    assert all(5 <= float(report.values.get("x", 5)) <= 10 for report in simulation.reports)


def test_the_population_hangs_below_the_tree_and_follows_its_industries() -> None:
    nodes = populate(demo_nodes(), 300, WEEKS, 1)
    problems = problems_to("x", found := [])  # type: ignore[var-annotated]
    check_tree({}, nodes, problems)
    assert found == []
    enterprises = [node for node in nodes if node.kind == "enterprise"]
    assert len(enterprises) == 300
    assert Counter(node.industry for node in enterprises).most_common(1)[0][0] in ("titanium", "auto_parts")
    assert all("模拟" in node.name for node in enterprises)
    assert enterprises[:100] == [n for n in populate(demo_nodes(), 100, WEEKS, 1) if n.kind == "enterprise"]
