"""响应文本: response.yaml → what each level asks of people, or every problem in it with its place. Pure."""

import re
from collections.abc import Callable
from datetime import time
from typing import TypeVar

from service.errors import FileProblems
from service.reporting.calendar import Span
from service.reporting.deadline import Moment, ReportingPolicy, reporting_policy
from service.reporting.written import some_time, span, time_of_day
from service.rulebook.night import Hours, Night
from service.rulebook.policy import (
    CLOCKS,
    PHASES,
    Budget,
    Digest,
    LadderStep,
    LevelPolicy,
    QuietHours,
    ResponsePolicy,
)
from service.scoring.fields import Form, Sheet, TooMany, Wrong, flag, guess, several, table, text, whole, word
from service.scoring.indicators import NODE_KINDS
from service.scoring.pack import Level
from service.scoring.positions import Mapping, Scalar, Tree, read_tree

T = TypeVar("T")

FILE = "response.yaml"
MOST_ALERTS = 10_000  # a week, of one officer
_PARTS = ("levels", "themes", "repeat_at_top_every", "night", "quiet_hours", "digest", "budget", "reports")
_OF_LEVEL = (
    *("owner", "copy", "sign_within", "clock", "act_within", "update_every"),
    *("lifted_by", "two_people", "quiet_before_lift", "ladder"),
)
_OF_THEME = ("clock", "lifted_by", "two_people")
_LEVELS = {level.word: level for level in list(Level)[1:]}
_POST = re.compile(r"([a-z]+)\.([a-z][a-z_]{0,39})", re.ASCII)
_NO_TIME = Span(0, "min")
_MIDNIGHT = time()
_NOBODY = ""  # stands for a post that could not be read; the policy is refused anyway


def parse_policy(text: str) -> ResponsePolicy:
    """Read `response.yaml`. Raises FileProblems with every problem at its place."""
    tree, problems = read_tree(FILE, text)
    if tree is None:
        raise FileProblems(problems)
    try:
        policy = _policy(Form(Sheet(FILE, problems), tree))
    except TooMany:
        raise FileProblems(problems) from None
    if problems:
        raise FileProblems(problems)
    return policy


def _policy(form: Form) -> ResponsePolicy:
    form.refuse_others(_PARTS)
    themes = _parts(form, "themes")
    return ResponsePolicy(
        levels=_levels(form),
        theme_clocks={n: t.take("clock", word(CLOCKS), "") for n, t in themes.items() if t.has("clock")},
        repeat_at_top_every=form.take("repeat_at_top_every", _by_level, {}),
        night=_night(form),
        quiet_hours=_quiet_hours(form),
        digest=_digest(form),
        budget=_budget(form),
        reports=_reports(form),
        theme_lifting={
            name: (theme.take("lifted_by", _post, None), theme.take("two_people", flag, None))
            for name, theme in themes.items()
        },
    )


def _parts(form: Form, name: str) -> dict[str, Form]:
    """The forms of the entries of a mapping, by key."""
    if not form.has(name) or not isinstance(form.at(name), Mapping):
        form.take(name, table(lambda node: node), ())
        return {}
    entries = Form(form.sheet, form.at(name))
    found = {key.text: Form(form.sheet, entries.at(key.text)) for key in entries.keys}
    for part in found.values():
        part.refuse_others(_OF_THEME if name == "themes" else _OF_LEVEL)
    return found


def _levels(form: Form) -> dict[Level, LevelPolicy]:
    if not form.has("levels"):
        form.note(form.node, "缺少字段 levels", "field 'levels' is missing")
        return {}
    given = _parts(form, "levels")
    if isinstance(form.at("levels"), Mapping):
        Form(form.sheet, form.at("levels")).refuse_others(_LEVELS)
        for name in [name for name in _LEVELS if name not in given]:
            form.note(form.at("levels"), f"缺少等级 {name}", f"level {name} is missing")
    return {level: _level(given[name]) for name, level in _LEVELS.items() if name in given}


def _level(form: Form) -> LevelPolicy:
    sign_within = form.need("sign_within", span, _NO_TIME)
    return LevelPolicy(
        owner=form.need("owner", _post, _NOBODY),
        copy=form.take("copy", several(_post), ()),
        sign_within=sign_within,
        act_within=form.take("act_within", span, sign_within),
        update_every=form.take("update_every", _updates, dict.fromkeys(PHASES, Span(7, "d"))),
        clock=form.take("clock", word(CLOCKS), "wall"),
        lifted_by=form.need("lifted_by", _post, _NOBODY),
        ladder=form.need("ladder", _ladder, ()),
        two_people=form.take("two_people", flag, False),
        quiet_before_lift=form.take("quiet_before_lift", span, None),
    )


def _ladder(node: Tree) -> tuple[LadderStep, ...]:
    """Rungs in order of time, however they are written."""
    steps: dict[object, LadderStep] = {}
    for key, posts in table(several(_post))(node):
        after = span(key)
        if after.wall in steps:
            raise Wrong(f"时限 {key.text} 重复", f"{key.text} stands twice", key)
        steps[after.wall] = LadderStep(after, posts)
    return tuple(sorted(steps.values(), key=lambda step: step.after.sort_key))


def _updates(node: Tree) -> dict[str, Span]:
    """One span for all phases, or a span by phase; a phase that is not named has that of the one before."""
    if isinstance(node, Scalar):
        return dict.fromkeys(PHASES, some_time(node))
    given = _named(node, PHASES, some_time)
    if PHASES[0] not in given:
        raise Wrong(f"缺少 {PHASES[0]}", f"{PHASES[0]} is missing")
    found: dict[str, Span] = {}
    for phase in PHASES:
        found[phase] = given[phase] if phase in given else list(found.values())[-1]
    return found


def _by_level(node: Tree) -> dict[Level, Span]:
    return {_LEVELS[name]: every for name, every in _named(node, tuple(_LEVELS), some_time).items()}


def _named(node: Tree, names: tuple[str, ...], read: Callable[[Tree], T]) -> dict[str, T]:
    """The entries of a mapping whose keys are among `names`, each once."""
    found: dict[str, T] = {}
    for key, value in table(read)(node):
        if word(names)(key) in found:
            raise Wrong(f"{key.text} 重复", f"{key.text} stands twice", key)
        found[key.text] = value
    return found


def _section(form: Form, name: str, fields: tuple[str, ...]) -> Form | None:
    """The form of a section that may be absent."""
    if not form.has(name):
        return None
    section = Form(form.sheet, form.at(name))
    section.refuse_others(fields)
    return section


def _hours(section: Form) -> Hours:
    begin, end = section.need("from", time_of_day, None), section.need("to", time_of_day, None)
    if begin and begin == end:
        section.note(section.at("to"), "to 与 from 相同", "to is the same as from")
    return Hours(begin or _MIDNIGHT, end or _MIDNIGHT)


def _night(form: Form) -> Night | None:
    section = _section(form, "night", ("from", "to", "red_from_score_alone"))
    if section is None:
        return None
    return Night(_hours(section), section.take("red_from_score_alone", several(_post), ()))


def _quiet_hours(form: Form) -> QuietHours | None:
    section = _section(form, "quiet_hours", ("from", "to", "except"))
    return None if section is None else QuietHours(_hours(section), section.take("except", _some_levels, frozenset()))


def _digest(form: Form) -> Digest | None:
    section = _section(form, "digest", ("at", "for"))
    if section is None:
        return None
    return Digest(section.need("at", time_of_day, _MIDNIGHT), section.need("for", _some_levels, frozenset()))


def _budget(form: Form) -> Budget | None:
    section = _section(form, "budget", ("alerts_per_officer_week", "never_held_back"))
    if section is None:
        return None
    most = section.need("alerts_per_officer_week", whole(1, MOST_ALERTS), 1)
    return Budget(most, section.take("never_held_back", _some_levels, frozenset()))


def _reports(form: Form) -> ReportingPolicy:
    if form.has("reports"):
        return reporting_policy(Form(form.sheet, form.at("reports")))
    form.note(form.node, "缺少字段 reports", "field 'reports' is missing")
    return ReportingPolicy(Moment(0, _MIDNIGHT), Moment(0, _MIDNIGHT), _NO_TIME)


def _some_levels(node: Tree) -> frozenset[Level]:
    return frozenset(_LEVELS[name] for name in several(word(_LEVELS))(node))


def _post(node: Tree) -> str:
    """A post `kind.role`."""
    found = text(node)
    parts = _POST.fullmatch(found)
    if not parts:
        raise Wrong(f"岗位写作 county.officer，不是 {found}", f"a post is written county.officer, not '{found}'", node)
    if parts[1] not in NODE_KINDS:
        asked, asked_en = guess(parts[1], NODE_KINDS)
        listed = " ".join(NODE_KINDS)
        raise Wrong(f"没有层级 {parts[1]}（有：{listed}）{asked}", f"no '{parts[1]}' among {listed}{asked_en}", node)
    return found
