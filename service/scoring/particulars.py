"""类别的专用字段: what only kinds unusual, peers and children have – the detector, the group, what is below a node."""

from service.scoring.fields import Form, Wrong, flag, number, text, whole, word
from service.scoring.pack import Below, Detector, Group, Level
from service.scoring.positions import Tree

METHODS = ("ears_c1", "ears_c2", "ears_c3", "cusum", "farrington", "noufaily")
OF_METHOD = {
    **dict.fromkeys(METHODS[:3], ("alpha", "baseline", "min_sigma")),
    "cusum": ("k", "h", "trans", "reset"),
    **dict.fromkeys(METHODS[4:], ("alpha", "years_back")),
}
PARAMETERS = tuple(dict.fromkeys(name for names in OF_METHOD.values() for name in names))
TRANSFORMATIONS = ("standard", "rossi", "anscombe")
GROUPS = ("industry", "parent", "kind")
SILENT = "silent"
LONGEST_BASELINE = 104  # weeks
MOST_YEARS = 9
_LEVELS = tuple(level.word for level in Level if level)


def read_detector(form: Form) -> Detector | None:
    """How kind unusual looks at its series; a parameter of another method is refused."""
    method = form.take("method", word(METHODS), "")
    if not method:
        return None
    for name in PARAMETERS:
        if form.has(name) and name not in OF_METHOD[method]:
            listed = " ".join(OF_METHOD[method])
            form.note(form.at(name), f"{method} 没有 {name}（有：{listed}）", f"{method} takes {listed}, not {name}")
    return Detector(
        method=method,
        alpha=form.take("alpha", _share, None),
        baseline=form.take("baseline", whole(3, LONGEST_BASELINE), 7),
        min_sigma=form.take("min_sigma", _not_negative, 0.0),
        k=form.take("k", _not_negative, 1.04) if method == "cusum" else 1.04,
        h=form.take("h", _not_negative, 2.26),
        trans=form.take("trans", word(TRANSFORMATIONS), "standard"),
        reset=form.take("reset", flag, True),
        years_back=form.take("years_back", whole(1, MOST_YEARS), 5),
    )


def read_group(form: Form) -> Group:
    """Whom kind peers compares with."""
    return Group(form.take("group_by", word(GROUPS), "industry"), form.take("min_group", whole(1, 100_000), 1))


def read_below(form: Form) -> Below:
    """What kind children counts."""
    below = form.take("of", word(("children", "subtree")), "children")
    counted = form.take("count_at", word((SILENT, *_LEVELS)), SILENT)
    return Below(
        subtree=below == "subtree",
        level=None if counted == SILENT else Level[counted.upper()],
        least=form.take("min_count", whole(0, 100_000), 1),
        share=bool(form.take("per", word(("children",)), "")),
    )


def false_alarms(node: Tree) -> str:
    """One thing that is known to set a rule off without a cause."""
    found = text(node)
    if not found.strip():
        raise Wrong("不能是空的", "must not be empty", node)
    return found


def _share(node: Tree) -> float:
    value = number(node)
    if not 0 < value < 0.5:
        raise Wrong("应当大于 0、小于 0.5", "should be above 0 and below 0.5", node)
    return value


def _not_negative(node: Tree) -> float:
    value = number(node)
    if value < 0:
        raise Wrong("不能是负数", "cannot be negative", node)
    return value
