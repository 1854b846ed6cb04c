"""指标词典: reads indicators.yaml."""

from service.clock import calendar_day
from service.scoring.fields import (
    Form,
    Sheet,
    Wrong,
    begins_with_id,
    flag,
    items_of,
    number,
    several,
    table,
    text,
    week,
    word,
)
from service.scoring.pack import Dictionary, EventKind, Indicator
from service.scoring.positions import Sequence, Tree

NODE_KINDS = ("city", "county", "township", "enterprise")
TYPES = ("number", "count", "percent", "yes_no", "choice", "date", "days", "money")
_INDICATOR_FIELDS = (
    *("id", "name", "name_en", "type", "unit", "range", "usual", "applies_to", "required", "nil_ok", "every"),
    *("worse", "stock", "sealed", "actionable", "choices", "source", "help", "until", "asked"),
)
_EVENT_FIELDS = ("id", "name", "name_en", "source")
_COLUMNS = frozenset(("node", "week"))  # the other columns of reports.csv


def read_dictionary(sheet: Sheet, tree: Tree) -> Dictionary:
    """Everything in the file that could be read; the rest is noted in `sheet`."""
    form = Form(sheet, tree)
    form.refuse_others(("indicators", "events"))
    if not form.has("indicators"):
        form.note(tree, "缺少字段 indicators", "field indicators is missing")
    seen: dict[str, str] = {}
    indicators = [_indicator(Form(sheet, item), seen) for item in items_of(form, "indicators")]
    events = [_event(Form(sheet, item), seen) for item in items_of(form, "events")]
    return Dictionary({i.id: i for i in indicators if i.id}, {e.id: e for e in events if e.id})


def _indicator(form: Form, seen: dict[str, str]) -> Indicator:
    form.refuse_others(_INDICATOR_FIELDS)
    found = begins_with_id(form, seen)
    if found in _COLUMNS:
        form.note(form.at("id"), f"编号 {found} 是表格的列名，请换一个", f"id {found} is a column of reports.csv")
    name = form.need("name", text, "")
    kind = form.need("type", word(TYPES), "")
    none: dict[int, str] = {}
    choices = form.take("choices", _choices, none)
    if (kind == "choice") != bool(choices) and kind and form.sound:
        form.note(form.at("choices"), "choices 与 type: choice 必须同时出现", "choices and type: choice go together")
    return Indicator(
        id=found,
        name=name,
        name_en=form.take("name_en", text, name),
        type=kind,
        unit=form.take("unit", text, ""),
        range=form.take("range", _bounds, None),
        usual=form.take("usual", _bounds, None),
        applies_to=form.take("applies_to", several(word(NODE_KINDS)), ("enterprise",)),
        required=form.take("required", flag, False),
        nil_ok=form.take("nil_ok", flag, False),
        every=form.take("every", word(("week", "month")), "week"),
        worse=form.take("worse", word(("up", "down")), "up"),
        stock=form.take("stock", flag, False),
        sealed=form.take("sealed", flag, False),
        actionable=form.take("actionable", flag, False),
        choices=choices,
        source=form.take("source", text, ""),
        help=form.take("help", text, ""),
        until=form.take("until", _last, None),
        asked=form.take("asked", flag, True),
    )


def _event(form: Form, seen: dict[str, str]) -> EventKind:
    form.refuse_others(_EVENT_FIELDS)
    found = begins_with_id(form, seen)
    name = form.need("name", text, "")
    return EventKind(found, name, form.take("name_en", text, name), form.take("source", text, ""))


def _bounds(node: Tree) -> tuple[float, float] | None:
    if not isinstance(node, Sequence) or len(node.items) != 2:
        raise Wrong("应当是 [最小, 最大]", "should be [lowest, highest]")
    low, high = number(node.items[0]), number(node.items[1])
    if low > high:
        raise Wrong(f"最小值 {low:g} 大于最大值 {high:g}", f"the lowest, {low:g}, is above the highest, {high:g}")
    return low, high


def _choices(node: Tree) -> dict[int, str]:
    found: dict[int, str] = {}
    for key, name in table(text)(node):
        if not isinstance(key.value, int) or isinstance(key.value, bool):
            raise Wrong(f"选项 {key.text} 应当是整数", f"choice {key.text} should be a whole number", key)
        if key.value in found:
            raise Wrong(f"选项 {key.text} 重复", f"choice {key.text} stands twice", key)
        found[key.value] = name
    return found


def _last(node: Tree) -> str:
    """The last week, or the last day, of an indicator."""
    if "W" in text(node) or text(node).count("-") != 2:  # not meant to be a day
        return week(node)
    try:
        return calendar_day(text(node)).isoformat()
    except ValueError:
        raise Wrong(f"{text(node)} 不是日历上的日子", f"{text(node)} is no day of the calendar") from None
