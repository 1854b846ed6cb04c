"""Random packs and panels for tests: every kind and every option, figures that hit thresholds, gaps of all sorts."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from random import Random

import numpy as np

from service.scoring.pack import (
    Below,
    Condition,
    Detector,
    Dictionary,
    EventKind,
    Group,
    Indicator,
    Level,
    Pack,
    Rule,
    Steps,
    Where,
)
from service.scoring.panel import NA, Panel, PanelNode
from service.scoring.week import between, monday, step
from tests.scoring import reference
from tests.scoring.reference_history import Cell, History, Town

INDICATORS = ("a", "b", "c", "heads")
DATE = "ends"
EVENTS = ("strike", "crowd")
ALONE = ("threshold", "ratio", "sum", "change", "missing", "event", "k_of_n", "unchanged", "expiry", "unusual")
AROUND = ("peers", "children")
KINDS = ALONE + AROUND
DEEPEST = 3  # levels of the random trees above the lowest
FIGURES = (0.0, 1.0, 2.0, 3.0, 7.0, 8.0, 10.0, 0.1, 0.2, 0.30000000000000004, 0.3, -1.0, 100.0, 1e-300, 1e308)
LEVELS = {Level.BLUE: 10.0, Level.YELLOW: 25.0, Level.ORANGE: 45.0, Level.RED: 70.0}
FIRST_WEEK = "2026-W50"  # so that week 53 lies in every panel of five weeks


def dictionary() -> Dictionary:
    """Four indicators, one of which gets worse downwards, a date, and two events; townships do not report."""
    kinds = "enterprise", "county"
    found = [Indicator(i, i, i, "number", worse="down" if i == "heads" else "up", applies_to=kinds) for i in INDICATORS]
    found = [replace(i, stock=i.id == "heads") for i in found]
    found.append(Indicator(DATE, DATE, DATE, "date", stock=True, applies_to=kinds))
    return Dictionary({i.id: i for i in found}, {e: EventKind(e, e, e) for e in EVENTS})


def pack(random: Random, size: int, kinds: Sequence[str] = KINDS) -> Pack:
    """A pack of `size` rules."""
    runs = dict.fromkeys(LEVELS, 1)
    return Pack("random", "1", "random", LEVELS, runs, tuple(rule(random, f"R{n}", kinds) for n in range(size)))


def rule(random: Random, rule_id: str, kinds: Sequence[str] = KINDS) -> Rule:
    """Any rule that could have been read from a file."""
    kind = random.choice(kinds)
    weeks = random.randint(1, 6) if kind in ("sum", "change") else random.randint(1, 3) if kind == "peers" else 0
    against = random.choice(("mean", "median", "lag")) if kind == "change" else ""
    when = tuple(condition(random) for _ in range(random.randint(1, 4))) if kind == "k_of_n" else ()
    k = random.randint(1, len(when)) if when else 0
    can_carry = kind in ("threshold", "ratio", "change", "expiry") and random.random() < 0.5
    rules_steps = _ladders(random, kind, k, len(when))
    return Rule(
        id=rule_id,
        name=rule_id,
        name_en=rule_id,
        theme="other",
        kind=kind,
        steps=rules_steps[0],
        falls=rules_steps[1],
        of=_of(random, kind),
        per="heads" if kind == "ratio" or (kind in ("sum", "peers") and random.random() < 0.5) else "",
        weeks=weeks,
        min_weeks=random.randint(1, weeks) if weeks else 0,
        against=against,
        by=random.choice(("absolute", "percent", "ratio")) if against else "",
        within_weeks=random.randint(1, 4) if kind == "event" else 0,
        k=k,
        when=when,
        stop_after=random.choice((None, 0, 40)) if kind == "expiry" else None,
        detector=_detector(random) if kind == "unusual" else None,
        group=Group(random.choice(("industry", "parent", "kind")), random.randint(1, 3)) if kind == "peers" else None,
        below=_below(random) if kind == "children" else None,
        carry=random.randint(1, 3) if can_carry else 0,
        for_weeks=random.choice((1, 1, 2, 3)) if not can_carry else 1,
        only_if=condition(random) if random.random() < 0.3 else None,
        where=_where(random) if random.random() < 0.3 else Where(),
        applies_to=random.choice((("enterprise",), ("county",), ("enterprise", "county"), ("county", "township"))),
        trial=random.random() < 0.1,
        since=step(FIRST_WEEK, random.randint(0, 9)) if random.random() < 0.1 else None,
        until=step(FIRST_WEEK, random.randint(2, 9)) if random.random() < 0.1 else None,
    )


def _of(random: Random, kind: str) -> str:
    if kind in ("missing", "k_of_n", "unchanged", "children"):
        return ""
    return {"event": random.choice(EVENTS), "expiry": DATE}.get(kind, random.choice("abc"))


def _detector(random: Random) -> Detector:
    method = random.choice(("ears_c1", "ears_c2", "ears_c3"))
    return Detector(method, random.choice((None, 0.3)), random.randint(3, 5), random.choice((0.0, 0.5)))


def _below(random: Random) -> Below:
    level = random.choice((None, Level.BLUE, Level.YELLOW, Level.RED))
    return Below(random.random() < 0.5, level, random.randint(0, 2), random.random() < 0.5)


def condition(random: Random) -> Condition:
    """A condition at a figure that occurs."""
    return Condition(
        random.choice(INDICATORS), random.choice((">=", ">", "<=", "<", "==", "!=")), random.choice(FIGURES)
    )


def _where(random: Random) -> Where:
    return Where(
        industry=random.choice(((), ("mining",), ("mining", "textile"))),
        headcount=random.choice((None, Condition("headcount", "<", 100.0), Condition("headcount", ">=", 100.0))),
        key=random.choice((None, True, False)),
    )


def _ladders(random: Random, kind: str, k: int, n: int) -> tuple[Steps, Steps | None]:
    if kind == "k_of_n":
        floors = tuple((float(t), Level.RED) for t in range(k, n + 1) if random.random() < 0.3)
        return Steps("at_least", ((float(k), random.choice((0.0, 5.0, 0.1))),), floors), None
    if kind == "change" and random.random() < 0.3:
        return _steps(random, "up", (0.5, 50.0, 100.0)), _steps(random, "down", (-0.5, -1.0, -50.0))
    if kind == "unusual":
        return Steps("at_least", ((1.0, random.choice((5.0, 0.1))),), ((1.0, Level.ORANGE),)), None
    how = {"change": ("up", "down"), "expiry": ("at_most",)} | dict.fromkeys(THRESHOLDS, ("at_least", "above"))
    chosen = random.choice(how.get(kind, ("at_least", "above", "at_most")))
    thresholds = THRESHOLDS.get(kind, (-7.0, 0.0, 30.0, 90.0) if kind == "expiry" else FIGURES)
    steps = _steps(random, chosen, thresholds)
    return Steps(chosen, steps.points, _floors(random, chosen, thresholds)), None


THRESHOLDS: dict[str, tuple[float, ...]] = dict.fromkeys(("missing", "event", "unchanged"), (1.0, 2.0, 4.0))
THRESHOLDS["children"] = (0.0, 0.25, 0.5, 1.0, 2.0)


def _chosen(random: Random, how: str, thresholds: tuple[float, ...]) -> list[float]:
    some = random.sample(thresholds, random.randint(1, min(4, len(thresholds))))
    return sorted(some, reverse=how in ("at_most", "down"))


def _steps(random: Random, how: str, thresholds: tuple[float, ...]) -> Steps:
    found = _chosen(random, how, thresholds)
    points = sorted(random.choice((0.0, 0.1, 0.2, 0.7, 3.0, 12.5, 40.0, 1e-17)) for _ in found)
    return Steps(how, tuple(zip(found, points, strict=True)))


def _floors(random: Random, how: str, thresholds: tuple[float, ...]) -> tuple[tuple[float, Level], ...]:
    found = _chosen(random, how, thresholds) if random.random() < 0.5 else []
    levels = sorted(random.choice(list(LEVELS)) for _ in found)
    return tuple(zip(found, levels, strict=True))


def panel(seed: int, nodes: int, weeks: int) -> Panel:
    """Random figures of many nodes at once; the last week may be open, some nodes open late or close early."""
    generator = np.random.default_rng(seed)
    names = between(FIRST_WEEK, step(FIRST_WEEK, weeks - 1))
    cast = _grown(generator, [_node(generator, i, names) for i in range(nodes)])
    shape = nodes, weeks
    lives = [[_lives(node, name) for name in names] for node in cast]
    alive = np.array(lives, np.bool_).reshape(shape)
    values, absent = {}, {}
    for indicator in INDICATORS:
        kinds = generator.random(shape)
        figures = generator.choice(FIGURES, shape)
        values[indicator] = np.where((kinds < 0.75) & alive, figures, np.nan)
        absent[indicator] = (kinds > 0.95) & alive
    first = monday(names[0]).toordinal()
    values[DATE] = np.where(generator.random(shape) < 0.4, first + generator.integers(-80, 120, shape), np.nan)
    values[DATE][~alive] = np.nan
    events = {
        e: np.where((generator.random(shape) < 0.05) & alive, generator.integers(1, 6, shape), np.nan) for e in EVENTS
    }
    closed = np.ones(weeks, np.bool_)
    closed[-1] = bool(generator.integers(0, 2))
    return Panel(
        nodes=cast,
        weeks=tuple(names),
        values=values,
        not_applicable=absent,
        people=events,
        reported=(generator.random(shape) < 0.6) & alive,
        alive=alive,
        closed=closed,
        dictionary=dictionary(),
    )


def _node(generator: np.random.Generator, i: int, weeks: list[str]) -> PanelNode:
    pick = generator.integers(0, 10, 5).tolist()
    return PanelNode(
        id=f"n{i}",
        kind=("county", "township", *["enterprise"] * 8)[pick[0]],
        industry=(None, "mining", "textile", "hotel")[pick[1] % 4],
        headcount=None if pick[2] == 0 else (99, 100)[pick[2] % 2],
        key=pick[2] > 4,
        opened=monday(weeks[min(2, len(weeks) - 1)]) if pick[3] == 0 else None,
        closed=monday(weeks[-1]) if pick[4] == 0 else None,
    )


def _lives(node: PanelNode, week: str) -> bool:
    day: date = monday(week)
    return (node.opened is None or node.opened <= day) and (node.closed is None or node.closed > day)


def _grown(generator: np.random.Generator, nodes: list[PanelNode]) -> tuple[PanelNode, ...]:
    """A tree of any shape, no deeper than `DEEPEST`, whose parents may stand after their children."""
    depths, parents = [0], [""]
    for i in range(1, len(nodes)):
        parent = int(generator.integers(0, max(i // 2, 1)))
        alone = depths[parent] >= DEEPEST or generator.random() < 0.2
        depths.append(0 if alone else depths[parent] + 1)
        parents.append("" if alone else nodes[parent].id)
    grown = [replace(node, parent=parent or None) for node, parent in zip(nodes, parents, strict=False)]
    return tuple(grown[i] for i in generator.permutation(len(grown)).tolist())


def histories(panel: Panel, pack: Pack) -> list[History]:
    """The nodes of a panel, as the reference reads them."""
    town = Town(panel.dictionary, lambda node, week: reference.score(pack, node, week)[1])
    town.nodes.extend(_history(panel, i, town) for i in range(len(panel.nodes)))
    return town.nodes


def _history(panel: Panel, i: int, town: Town) -> History:

    def cell(indicator: str, j: int) -> Cell:
        if panel.not_applicable.get(indicator) is not None and panel.not_applicable[indicator][i, j]:
            return NA
        value = float(panel.values[indicator][i, j])
        return None if np.isnan(value) else value

    weeks = range(len(panel.weeks))
    return History(
        node=panel.nodes[i],
        weeks=panel.weeks,
        cells={indicator: [cell(indicator, j) for j in weeks] for indicator in panel.values},
        people={e: [None if np.isnan(p) else float(p) for p in block[i]] for e, block in panel.people.items()},
        reported=panel.reported[i].tolist(),
        alive=panel.alive[i].tolist(),
        closed=panel.closed.tolist(),
        town=town,
    )
