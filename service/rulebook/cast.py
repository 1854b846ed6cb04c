"""用例中的节点: the judged node of a case and the others around it, each with its own weeks and events. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.rulebook.series import Series, read_series
from service.scoring.fields import Form, Wrong, flag, identifier, items_of, number, table, text, week, whole, word
from service.scoring.indicators import NODE_KINDS
from service.scoring.pack import Dictionary
from service.scoring.panel import PanelEvent, PanelNode
from service.scoring.positions import Sequence as ListTree
from service.scoring.positions import Tree
from service.scoring.steps import event_id

JUDGED = "case"  # the id of the judged node
ABOVE = "above"  # the parent of the judged node and of those beside it; it is not in the panel
HEADCOUNT = "staff.headcount"  # what `where: {headcount: …}` sees when the case's node does not say
MOST_OTHERS = 1000

_OF_NODE = ("kind", "industry", "headcount", "key")
_OF_OTHER = ("id", "times", "parent", "weeks", "events", "node")


@dataclass(frozen=True)
class Member:
    """One node of a case."""

    node: PanelNode
    series: Series
    events: tuple[PanelEvent, ...]


def read_cast(form: Form, dictionary: Dictionary, last: str) -> tuple[Member, ...]:
    """The judged node first, then `others` in file order."""
    judged = _member(form, JUDGED, dictionary, last)
    members = [judged]
    if form.has("others"):
        members[0] = replace(judged, node=replace(judged.node, parent=ABOVE))
        for item in items_of(form, "others"):
            members += _others(Form(form.sheet, item), members, dictionary, last)
            if len(members) > MOST_OTHERS + 1:
                form.note(form.at("others"), f"至多 {MOST_OTHERS} 个其他节点", f"at most {MOST_OTHERS} others")
                break
    return tuple(members)


def _others(form: Form, members: Sequence[Member], dictionary: Dictionary, last: str) -> list[Member]:
    """The nodes that one item of `others` stands for."""
    form.refuse_others(_OF_OTHER)
    known = [member.node.id for member in members]
    times = form.take("times", whole(1, MOST_OTHERS), 1)
    id_ = form.take("id", identifier, f"other{len(members)}")
    if form.has("id") and (id_ in known or times > 1):
        form.note(form.at("id"), f"编号 {id_} 重复", f"id '{id_}' stands twice")
    member = _member(form, id_, dictionary, last)
    judged = members[0].node.kind
    below = NODE_KINDS.index(judged) < NODE_KINDS.index(member.node.kind)
    parent = form.take("parent", word(known), JUDGED if below else ABOVE)
    found = []
    for n in range(times):
        own = f"other{len(members) + n}" if times > 1 else id_
        events = tuple(replace(event, node=own) for event in member.events)
        found.append(Member(replace(member.node, id=own, parent=parent), member.series, events))
    return found


def _member(form: Form, id_: str, dictionary: Dictionary, last: str) -> Member:
    series = read_series(form, dictionary)
    return Member(_node(form, id_, series, dictionary), series, _events(form, id_, dictionary, last))


def _node(form: Form, id_: str, series: Series, dictionary: Dictionary) -> PanelNode:
    """The node: an enterprise, unless the case says or its indicators are reported by another kind."""
    kinds = [set(dictionary.indicators[name].applies_to) for name in series]
    common = set(NODE_KINDS).intersection(*kinds) if kinds else set()
    kind = "enterprise" if "enterprise" in common or not common else sorted(common)[0]
    heads = next((int(v) for v in reversed(series.get(HEADCOUNT, ())) if isinstance(v, float)), None)
    if not form.has("node"):
        return PanelNode(id_, kind, headcount=heads)
    inner = Form(form.sheet, form.at("node"))
    inner.refuse_others(_OF_NODE)
    return PanelNode(
        id=id_,
        kind=inner.take("kind", word(NODE_KINDS), kind),
        industry=inner.take("industry", text, None),
        headcount=inner.take("headcount", whole(0, 10**9), heads),
        key=inner.take("key", flag, False),
    )


def _events(form: Form, id_: str, dictionary: Dictionary, last: str) -> tuple[PanelEvent, ...]:
    if not form.has("events"):
        return ()
    known, found = event_id(dictionary), []
    for key, happened in form.take("events", table(listed), ()):
        try:
            kind = known(key)
        except Wrong as wrong:
            form.note(key, wrong.text, wrong.text_en)
            continue
        for item in happened:
            inner = Form(form.sheet, item)
            inner.refuse_others(("week", "people"))
            when, people = inner.need("week", week, ""), inner.take("people", number, None)
            if when > last:
                inner.note(inner.at("week"), f"晚于本例的周 {last}", f"after the week of the case, {last}")
            found.append(PanelEvent(id_, when, kind, people))
    return tuple(found)


def listed(node: Tree) -> list[Tree]:
    """The items of a list."""
    if not isinstance(node, ListTree):
        example = "[{week: 2026-W19, people: 12}]"
        raise Wrong(f"应当是列表，如 {example}", f"should be a list: {example}", node)
    return node.items
