"""规则表单: which fields each kind of rule has, and how one rule of a pack is read."""

from dataclasses import dataclass, replace

from service.scoring.consistency import LONGEST_WINDOW, check_consistency
from service.scoring.fields import Form, Wrong, guess, several, text, week, whole, word
from service.scoring.indicators import NODE_KINDS
from service.scoring.pack import Dictionary, Rule, Steps
from service.scoring.particulars import PARAMETERS, false_alarms, read_below, read_detector, read_group
from service.scoring.positions import Tree
from service.scoring.steps import (
    condition,
    date_id,
    event_id,
    indicator_id,
    read_points,
    read_steps,
    read_strike,
    read_where,
)

_VALUE_STEPS = ("at_least", "above", "at_most")
_COMMON = (
    *("id", "name", "name_en", "theme", "kind", "applies_to", "where", "only_if", "for_weeks", "level"),
    *("status", "since", "until", "source", "advice", "false_alarms"),
)


@dataclass(frozen=True)
class Shape:
    """What a kind has besides the common fields: required ones, optional ones, and the words of its steps."""

    needs: tuple[str, ...]
    takes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field that a rule of the kind may have."""
        return (*_COMMON, *self.needs, *self.takes, *self.steps)


SHAPES = {
    "threshold": Shape(("of",), ("carry",), _VALUE_STEPS),
    "ratio": Shape(("of", "per"), ("carry",), _VALUE_STEPS),
    "sum": Shape(("of", "weeks"), ("per", "min_weeks"), _VALUE_STEPS),
    "change": Shape(("of", "against", "weeks", "by"), ("min_weeks", "carry"), ("up", "down")),
    "missing": Shape((), (), ("at_least", "above")),
    "k_of_n": Shape(("k", "when", "points")),
    "event": Shape(("of", "within_weeks"), (), ("at_least", "above")),
    "unusual": Shape(("of", "method", "points"), PARAMETERS),
    "unchanged": Shape((), (), ("at_least", "above")),
    "expiry": Shape(("of",), ("carry", "stop_after"), ("at_most",)),
    "peers": Shape(("of", "group_by", "min_group"), ("per", "weeks", "min_weeks"), _VALUE_STEPS),
    "children": Shape(("count_at",), ("of", "min_count", "per"), ("at_least", "above")),
}
_OF = {"event": event_id, "expiry": date_id}  # what `of` names, where it is not an indicator with figures
_OWNERS = {
    name: tuple(kind for kind, shape in SHAPES.items() if name in shape.fields)
    for name in dict.fromkeys(name for shape in SHAPES.values() for name in shape.fields)
}


def read_rule(form: Form, rule_id: str, dictionary: Dictionary | None) -> Rule | None:
    """One rule; None when its kind cannot be known, so that nothing else about it can be said."""
    kind = form.need("kind", _kind, "")
    if kind not in SHAPES:
        return None
    shape = SHAPES[kind]
    form.refuse_others(shape.fields, _OWNERS, kind)
    for name in shape.needs:
        if not form.has(name):
            form.note(
                form.node, f"缺少字段 {name}（{kind} 类必填）", f"field '{name}' is missing (kind {kind} needs it)"
            )
    rule = _with_common_fields(form, _own_fields(form, rule_id, kind, dictionary), dictionary)
    check_consistency(form, rule, dictionary)
    return rule


def _own_fields(form: Form, rule_id: str, kind: str, dictionary: Dictionary | None) -> Rule:
    """The rule with what its kind judges."""
    name = form.need("name", text, "")
    weeks = form.take("weeks", whole(1, LONGEST_WINDOW), 1 if kind == "peers" else 0)
    enough = (weeks + 1) // 2 if kind == "change" else 1
    when = form.take("when", several(condition(dictionary)), ())
    k = form.take("k", whole(1, max(len(when), 1)), 1) if kind == "k_of_n" else 0
    points = _steps(form, kind, k, len(when))
    below = kind == "children"
    return Rule(
        id=rule_id,
        name=name,
        name_en=form.take("name_en", text, name),
        theme=form.take("theme", text, "other"),
        kind=kind,
        steps=points[0],
        falls=points[1],
        of="" if below else form.take("of", _OF.get(kind, indicator_id)(dictionary), ""),
        per="" if below else form.take("per", indicator_id(dictionary), ""),
        weeks=weeks,
        min_weeks=form.take("min_weeks", whole(1, max(weeks, 1)), enough) if weeks else 0,
        against=form.take("against", word(("mean", "median", "lag")), ""),
        by=form.take("by", word(("absolute", "percent", "ratio")), ""),
        within_weeks=form.take("within_weeks", whole(1, LONGEST_WINDOW), 0),
        k=k if when else 0,
        when=when,
        stop_after=form.take("stop_after", whole(0, 3650), None),
        detector=read_detector(form) if kind == "unusual" else None,
        group=read_group(form) if kind == "peers" else None,
        below=read_below(form) if below else None,
    )


def _steps(form: Form, kind: str, k: int, n: int) -> tuple[Steps, Steps | None]:
    """Points and floors; those of kind unusual are given when it alarms (the value judged is then 1)."""
    if kind == "k_of_n":
        return read_points(form, k, n), None
    return (read_strike(form), None) if kind == "unusual" else read_steps(form, SHAPES[kind].steps)


def _with_common_fields(form: Form, rule: Rule, dictionary: Dictionary | None) -> Rule:
    """The rule with what every kind may have."""
    return replace(
        rule,
        carry=form.take("carry", whole(0, LONGEST_WINDOW), 0),
        for_weeks=form.take("for_weeks", whole(1, LONGEST_WINDOW), 1),
        only_if=form.take("only_if", condition(dictionary), None),
        where=read_where(form),
        applies_to=form.take("applies_to", several(word(NODE_KINDS)), ("enterprise",)),
        trial=form.take("status", word(("active", "trial")), "active") == "trial",
        since=form.take("since", week, None),
        until=form.take("until", week, None),
        source=form.take("source", text, ""),
        advice=form.take("advice", text, ""),
        false_alarms=form.take("false_alarms", several(false_alarms), ()),
    )


def _kind(node: Tree) -> str:
    found = text(node)
    if found not in SHAPES:
        listed = " ".join(SHAPES)
        chinese, english = guess(found, SHAPES)
        raise Wrong(
            f"没有 {found} 这一类规则（有：{listed}）{chinese}", f"no kind '{found}' (there are: {listed}){english}"
        )
    return found
